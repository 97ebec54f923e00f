"""Logging in to a server with a password (LOGIN) or an OAuth 2.0 access token (OAUTHBEARER of RFC 7628, or its forerunner XOAUTH2)."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from afterword.errors import LoginRefused, Unreachable
from afterword.mailbox.refusals import DISCONNECTED, NO_MAILBOX

# Refused logins that say nothing of the password (RFC 5530): a server in trouble, or too many connections.
BUSY = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]|too many", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token (RFC 6750) in place of a password; its repr does not show it."""

    value: str = field(repr=False)


def log_in(client: IMAPClient, account: str, host: str, username: str, secret: str | AccessToken) -> None:
    """Log in; LoginRefused, or Unreachable where the server takes nobody at the moment, says what to do about it. A connection that breaks raises what IMAPClient raises."""
    told: list[str] = []
    try:
        if isinstance(secret, AccessToken):
            mechanism = "OAUTHBEARER" if client.has_capability("AUTH=OAUTHBEARER") else "XOAUTH2"
            client.sasl_login(mechanism, bearer(mechanism, username, secret.value, told))
        else:
            client.login(username, secret)
    except LoginError as error:
        words = " ".join((str(error), *told))
        if BUSY.search(words):
            raise Unreachable(
                f"{host} takes no login at the moment ({server_words(words, secret)}).",
                "Nothing is wrong with the password. The next pass tries again.",
            ) from None
        raise LoginRefused(
            f"{host} refuses the login ({server_words(words, secret)}).", _advice(account, secret, words)
        ) from None


def bearer(mechanism: str, username: str, token: str, told: list[str]) -> Callable[[bytes], bytes]:
    """The client's side of both mechanisms: the token first; what the server has against it goes to `told`, and is only acknowledged."""
    if mechanism == "OAUTHBEARER":
        escaped = username.replace("=", "=3D").replace(",", "=2C")
        first, acknowledgement = f"n,a={escaped},\1auth=Bearer {token}\1\1", b"\1"
    else:
        first, acknowledgement = f"user={username}\1auth=Bearer {token}\1\1", b""
    answers = iter([first.encode()])

    def answer(challenge: bytes) -> bytes:
        if challenge:
            told.append(challenge.decode("utf-8", "replace"))
        return next(answers, acknowledgement)

    return answer


def server_words(words: str, secret: str | AccessToken) -> str:
    """What the server said, short, on one line, and never with the secret in it."""
    hidden = secret.value if isinstance(secret, AccessToken) else secret
    # imaplib hands on octets, and IMAPClient their representation.
    line = re.sub(r"""\bb(['"])(.*?)\1(?=\s|$)""", r"\2", re.sub(r"\s+", " ", words))
    for form in (hidden, base64.b64encode(hidden.encode()).decode()):
        line = line.replace(form, "***") if form else line
    return line[:200]


def _advice(account: str, secret: str | AccessToken, words: str) -> str:
    if DISCONNECTED in words:
        return NO_MAILBOX
    if isinstance(secret, AccessToken):
        return f"Check the user name, and sign in again: afterword auth login {account}"
    return "Check user name and password. Many providers want an app password here."
