"""An SMTP server for the tests: TLS or STARTTLS with a certificate of its own, logins, and every way to fail."""

import base64
import ssl
import warnings
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.base import free_port, write_certificates

USER, PASSWORD = "sam", "correct-horse"
Failure = Literal["", "refuse", "hang up", "take and hang up"]


@dataclass
class Postbox:
    """What has been handed in: envelope recipients and messages, in order."""

    host: str
    port: int
    ca_file: Path
    failure: Failure = ""
    token: str = ""  # the access token that is taken
    bearers: list[tuple[str, str]] = field(default_factory=list)  # (mechanism, token) of every login by token
    hidden: tuple[str, ...] = ()  # mechanisms that are not offered
    recipients: list[list[str]] = field(default_factory=list)
    messages: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.failure == "refuse":
            return "451 4.3.0 not now"
        if self.failure != "hang up":
            self.recipients.append(list(envelope.rcpt_tos))
            self.senders.append(envelope.mail_from or "")
            octets = envelope.content if isinstance(envelope.content, bytes) else b""
            self.messages.append(message_from_bytes(octets, policy=default))  # type: ignore[arg-type]  # typeshed's policy is of Message
        if self.failure:
            server.transport.abort()
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=good, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, words: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        return self._bearer(words)

    async def auth_OAUTHBEARER(self, server: SMTP, words: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        return self._bearer(words)

    def _bearer(self, words: list[str]) -> AuthResult:
        """The first and only words of either mechanism: fields between octets of value 1, one of them the token."""
        mechanism, response = words
        fields = base64.b64decode(response).decode().split("\1")
        token = next(field for field in fields if field.startswith("auth=")).removeprefix("auth=Bearer ")
        self.bearers.append((mechanism, token))
        named = next(each for each in fields if "=" in each).partition("=")[2].rstrip(",")
        return AuthResult(success=(named, token) == (USER, self.token), handled=False)


class Server(Controller):
    """A Controller that offers STARTTLS, and wants it before a login."""

    def __init__(self, postbox: Postbox, security: str, folder: Path) -> None:
        self._postbox = postbox
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        self._starttls = context if security == "starttls" else None
        super().__init__(
            postbox,
            hostname="127.0.0.1",
            port=postbox.port,
            ssl_context=context if security == "tls" else None,
        )

    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            # aiosmtpd does not see that there is TLS below it from the start, and warns of logins without.
            warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
            return SMTP(
                self._postbox,
                hostname="localhost",
                tls_context=self._starttls,
                require_starttls=self._starttls is not None,
                auth_require_tls=self._starttls is not None,
                auth_required=True,
                authenticator=self._postbox.authenticate,
                auth_exclude_mechanism=self._postbox.hidden,
            )


def start(security: str, folder: Path, name: str = "localhost") -> tuple[Postbox, Server]:
    """A server that runs until its `stop`, with a certificate for `name`."""
    write_certificates(folder, name)
    postbox = Postbox("localhost", free_port(), folder / "ca.pem")
    server = Server(postbox, security, folder)
    server.start()
    return postbox, server
