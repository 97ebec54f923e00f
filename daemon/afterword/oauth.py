"""Signing in to Google and Microsoft: the installed-app flow (RFC 8252) with PKCE (RFC 7636), the device flow (RFC 8628), and renewal.

Tokens are kept in the system keyring and nowhere else. Every other provider's are had from the owner's own `token_command`.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from afterword.config import Imap
from afterword.errors import SecretError, Unreachable, UserError
from afterword.secrets import from_command, keyring_entry, keyring_probe, keyring_store

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

LEEWAY = 300  # seconds before its end at which a token is renewed
TIMEOUT = 30.0  # seconds for an answer of the provider
KEYRING_SERVICE = "afterword-oauth2"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
RENEWING = threading.Lock()  # a provider may take a refresh token once only


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider's users consent and its tokens come from; `{tenant}` stands for the configured one."""

    authorize_url: str
    token_url: str
    device_url: str  # "" where the provider has no device flow for mail
    scope: str
    post_scope: str  # what the digest needs beside it; "" where `scope` has it
    redirect_host: str  # the name of this machine that the provider takes without registration
    extra: Mapping[str, str] = field(default_factory=dict)  # of the authorisation request


PROVIDERS = {
    "google": Provider(
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address, no secret
        device_url="",
        scope="https://mail.google.com/",
        post_scope="",
        redirect_host="127.0.0.1",
        extra={"access_type": "offline", "prompt": "consent"},
    ),
    "microsoft": Provider(
        authorize_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106 - an address, no secret
        device_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
        scope="https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        post_scope="https://outlook.office.com/SMTP.Send",
        redirect_host="localhost",
    ),
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the keyring holds for one account; `expires` is seconds since the epoch."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires: float
    client_secret: str = field(default="", repr=False)

    def as_json(self) -> str:
        """For the keyring."""
        return json.dumps(
            {
                "access": self.access,
                "refresh": self.refresh,
                "expires": self.expires,
                "client_secret": self.client_secret,
            }
        )


def access_token(settings: Imap, *, rejected: str = "") -> str:
    """A token that holds for a while yet, renewed if need be. `rejected` is one that the server has just refused.

    SecretError when there is none to be had without the owner, Unreachable when the provider does not answer.
    """
    if settings.token_command:
        token = from_command("token_command", settings.token_command)
        if not token:
            raise SecretError("The token_command printed nothing.", "Run the token_command by hand.")
        return token
    with RENEWING:
        tokens = _kept(settings)
        if tokens.access != rejected and tokens.expires - time.time() > LEEWAY:
            return tokens.access
        return _renewed(settings, tokens).access


def prepare(settings: Imap) -> None:
    """Find out before the owner signs in whether the tokens can be kept; UserError or SecretError says what is missing."""
    provider_of(settings)
    session_for(settings).close()
    keyring_probe(KEYRING_SERVICE, _entry(settings))


def scope_for(settings: Imap, *, posts: bool) -> str:
    """What a sign-in is for: reading and writing the mailbox and, only where the digest `posts` with it, handing in mail."""
    provider = provider_of(settings)
    return f"{provider.scope} {provider.post_scope if posts else ''}".rstrip()


def session_for(
    settings: Imap, client_secret: str = "", redirect_uri: str = "", scope: str = ""
) -> "OAuth2Session":
    """Authlib's session for an account; UserError when the extra is not installed. Without a scope it is what was consented to."""
    try:
        from authlib.integrations.requests_client import OAuth2Session
    except ImportError:
        raise UserError(
            "Signing in needs a library that is not installed.",
            "Install it: pipx inject afterword authlib requests",
        ) from None
    return OAuth2Session(
        settings.client_id,
        client_secret or None,
        scope=scope or None,
        redirect_uri=redirect_uri or None,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_post" if client_secret else "none",
        default_timeout=TIMEOUT,
    )


def provider_of(settings: Imap) -> Provider:
    """The provider of an account with its addresses filled in; UserError where there is none."""
    if not settings.provider:
        raise UserError(
            f"{settings.host} is not signed in to from here.",
            'Only accounts with auth = "oauth2" and a provider are; see docs/oauth.md.',
        )
    known = PROVIDERS[settings.provider]
    return Provider(
        known.authorize_url.format(tenant=settings.tenant),
        known.token_url.format(tenant=settings.tenant),
        known.device_url.format(tenant=settings.tenant),
        known.scope,
        known.post_scope,
        known.redirect_host,
        known.extra,
    )


def keep(settings: Imap, answer: Mapping[str, Any], before: Tokens) -> Tokens:
    """Put the answer of a token endpoint (RFC 6749, section 5.1) into the keyring; what it leaves out stays as it was `before`."""
    tokens = Tokens(
        access=str(answer["access_token"]),
        refresh=str(answer.get("refresh_token") or before.refresh),
        expires=time.time() + float(answer.get("expires_in") or 3600),
        client_secret=before.client_secret,
    )
    keyring_store(KEYRING_SERVICE, _entry(settings), tokens.as_json())
    return tokens


def ask(step: Callable[[], Mapping[str, Any]], *, doing: str, advice: str) -> Mapping[str, Any]:
    """Do one step with the provider; its refusal is a SecretError that names the provider's error code, its silence Unreachable."""
    from authlib.common.errors import AuthlibBaseError
    from requests import RequestException

    try:
        answer = step()
    except AuthlibBaseError as error:
        raise SecretError(f"{doing} is refused ({error.error}).", advice) from None
    except (RequestException, ValueError) as error:
        raise Unreachable(
            f"{doing} failed ({type(error).__name__}).", "Check the network and try again."
        ) from None
    if "access_token" not in answer:
        raise SecretError(f"{doing} gave no token.", advice)
    return answer


def _renewed(settings: Imap, tokens: Tokens) -> Tokens:
    url = provider_of(settings).token_url
    session = session_for(settings, tokens.client_secret)
    with session:
        answer = ask(
            lambda: session.refresh_token(url, tokens.refresh),
            doing=f"Renewing the sign-in of {settings.host}",
            advice="Sign in again: afterword auth login, with the account's name.",
        )
    return keep(settings, answer, tokens)


def _kept(settings: Imap) -> Tokens:
    advice = "Sign in: afterword auth login, with the account's name."
    held = keyring_entry(KEYRING_SERVICE, _entry(settings), advice)
    try:
        return Tokens(**json.loads(held))
    except (ValueError, TypeError):
        raise SecretError("What the keyring holds for this account is no sign-in.", advice) from None


def _entry(settings: Imap) -> str:
    return f"{settings.provider}:{settings.client_id}:{settings.username}"
