"""A connection to a server: reached, TLS verified, kept alive, not logged in yet."""

import imaplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError

from afterword.errors import Unreachable, UntrustedCertificate, UserError
from afterword.trust import trusting

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
KEEP_ALIVE = {
    "TCP_KEEPIDLE": 60,
    "TCP_KEEPINTVL": 15,
    "TCP_KEEPCNT": 4,
}  # a vanished peer is known after two minutes
# What a connection that breaks raises, from whichever layer noticed.
BROKEN = (ConnectionError, TimeoutError, ssl.SSLError, imaplib.IMAP4.abort, OSError, EOFError)


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """How to reach a server; `timeout` in seconds bounds connecting and each read."""

    host: str
    username: str
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: Path | None = None
    timeout: float = 30.0


def connected(settings: ImapSettings) -> IMAPClient:
    """A verified connection, not logged in yet; Unreachable, UntrustedCertificate or UserError says what to do about it."""
    if settings.security == "none" and settings.host not in LOOPBACK:
        raise UserError(
            f"{settings.host}: without TLS only a loopback address is taken.",
            'Write security = "tls" or "starttls".',
        )
    context = trusting(settings.ca_file)
    return _reaching(settings, lambda: _dial(settings, context))


def _dial(settings: ImapSettings, context: ssl.SSLContext) -> IMAPClient:
    client = IMAPClient(
        settings.host,
        settings.port,
        ssl=settings.security == "tls",
        ssl_context=context if settings.security == "tls" else None,
        timeout=SocketTimeout(settings.timeout, settings.timeout),
    )
    _keep_alive(client.socket())
    client.normalise_times = False  # INTERNALDATE with its zone, not shifted to ours
    if settings.security == "starttls":
        try:
            client.starttls(context)
        except BaseException:
            hang_up(client)
            raise
    return client


def _keep_alive(connection: socket.socket) -> None:
    """Let the kernel ask a silent peer whether it is still there; not every system lets a program say how often."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )  # a literal goes out in two writes; held back, it takes 40 ms
    for name, seconds in KEEP_ALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)


def _reaching(settings: ImapSettings, dial: Callable[[], IMAPClient]) -> IMAPClient:
    where = f"{settings.host}:{settings.port}"
    try:
        return dial()
    except ssl.SSLCertVerificationError as error:
        raise UntrustedCertificate(
            f"The certificate of {where} is not trusted ({error.verify_message}).",
            "If the server is your own, name its certificate authority with ca_file. Otherwise do not log in.",
        ) from None
    except ssl.SSLError as error:
        raise Unreachable(
            f"{where} does not speak TLS as expected ({error.reason or type(error).__name__}).",
            'Port 993 goes with security = "tls", port 143 with "starttls".',
        ) from None
    except socket.gaierror:
        raise Unreachable(
            f"The host {settings.host} is not known.", "Check `host` and the network."
        ) from None
    except CapabilityError:
        raise Unreachable(
            f"{where} does not offer STARTTLS.", 'Write security = "tls" and the port for it (993).'
        ) from None
    except (OSError, EOFError, IMAPClientError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise Unreachable(
            f"{where} cannot be reached ({why}).", "Check `host`, `port` and the network."
        ) from None


def hang_up(client: IMAPClient) -> None:
    """LOGOUT if the server still listens; never raises."""
    try:
        client.logout()
    except (IMAPClientError, *BROKEN):
        with suppress(IMAPClientError, *BROKEN):
            client.shutdown()
