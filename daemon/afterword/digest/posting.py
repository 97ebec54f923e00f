"""The only code that hands in mail (SMTP, RFC 5321): to the owner's own address, over verified TLS, at most once.

yagmail connects and logs in. Left to itself it verifies no certificate and sends again after a lost connection, so it gets
a context of ours, and the mail is handed in with one call that is not repeated.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

import yagmail

from afterword.config import Config, Digest
from afterword.errors import (
    ForeignRecipient,
    LoginRefused,
    PostError,
    PostUnsettled,
    Unreachable,
    UntrustedCertificate,
    UserError,
)
from afterword.secrets import password_for
from afterword.trust import trusting

ADDRESSED = ("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")


def post(message: EmailMessage, config: Config) -> None:
    """Hand a mail in, once. ForeignRecipient before anything is opened; PostUnsettled when it may have been taken.

    PostError, ConnectError and UserError mean that it was certainly not.
    """
    settings = _settings(config)
    owner = config.digest_address
    refuse_foreigners(message, config.owner.addresses)
    with _session(settings, owner) as smtp:
        try:
            refused = smtp.send_message(message, owner, [owner])
        except (smtplib.SMTPServerDisconnected, OSError, EOFError) as error:
            if isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
                raise _refused(settings, error) from None
            raise PostUnsettled(
                f"{settings.host} broke the connection while a mail was handed in ({type(error).__name__}).",
                "It may have arrived; what it told comes again with the next one.",
            ) from None
        if refused:
            raise PostError(
                f"{settings.host} does not take mail for the owner's address.", "Check digest.to."
            )


def refuse_foreigners(message: EmailMessage, owner: Sequence[str]) -> None:
    """ForeignRecipient unless every address a mail goes to is the owner's."""
    fields = [str(value) for name in ADDRESSED for value in message.get_all(name, [])]
    found = [address.lower() for _, address in getaddresses(fields)]
    if not found or not {*found} <= {address.lower() for address in owner}:
        raise ForeignRecipient("A mail to anybody but the owner is never sent.")


def check_post(config: Config) -> str:
    """Connect and log in, and hand in nothing; what was found."""
    settings = _settings(config)
    with _session(settings, config.digest_address):
        return f"{settings.host}:{settings.port} would take mail to {config.digest_address}"


@contextmanager
def _session(settings: Digest, owner: str) -> Iterator[smtplib.SMTP]:
    """A verified connection, logged in."""
    password = password_for(settings) if settings.has_password else ""
    client = _client(settings, owner, password)
    try:
        with _reaching(settings):
            client.login()
        yield client.smtp
    finally:
        with suppress(smtplib.SMTPException, OSError):
            client.close()


def _client(settings: Digest, owner: str, password: str) -> Any:
    context = trusting(settings.ca_file)
    tls = settings.security == "tls"
    timeout = settings.timeout.total_seconds()
    name = settings.username or owner
    client = yagmail.SMTP(
        user={name: name},  # as a plain string it would get "@gmail.com" where it is no address
        password=password,
        host=settings.host,
        port=settings.port,
        smtp_ssl=tls,
        smtp_starttls={"context": context} if settings.security == "starttls" else False,
        smtp_skip_login=not settings.has_password,
        soft_email_validation=False,  # a login name need not be an address
        timeout=timeout,
        **({"context": context} if tls else {}),
    )
    client.set_logging(None)  # it would name addresses on standard error
    return client


@contextmanager
def _reaching(settings: Digest) -> Iterator[None]:
    where = f"{settings.host}:{settings.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise UntrustedCertificate(
            f"The certificate of {where} is not trusted ({error.verify_message}).",
            "If the server is your own, name its certificate authority with digest.ca_file.",
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        raise LoginRefused(
            f"{where} refuses the login (code {error.smtp_code}).",
            "Check user name and password of [digest]. Many providers want an app password here.",
        ) from None
    except socket.gaierror:
        raise Unreachable(f"The host {settings.host} is not known.", "Check digest.host.") from None
    except (smtplib.SMTPException, OSError, EOFError) as error:
        raise Unreachable(
            f"{where} cannot be used ({type(error).__name__}).",
            'Check digest.host; port 465 goes with security = "tls", port 587 with "starttls".',
        ) from None


def _refused(settings: Digest, error: Exception) -> PostError:
    code = getattr(error, "smtp_code", "")
    return PostError(
        f"{settings.host} does not take the mail ({type(error).__name__} {code}).".replace(" )", ")"),
        "It is tried again later.",
    )


def _settings(config: Config) -> Digest:
    if config.digest is None:
        raise UserError("There is no [digest] in the configuration.", "Add it, as in config.example.toml.")
    return config.digest
