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

from afterword.accounts import with_secret
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
from afterword.mailbox.login import AccessToken, bearer
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
    with _session(config) as smtp:
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
    with _session(config):
        return f"{settings.host}:{settings.port} would take mail to {config.digest_address}"


@contextmanager
def _session(config: Config) -> Iterator[smtplib.SMTP]:
    """A verified connection, logged in."""
    settings, account = _settings(config), config.digest_sign_in
    if account:
        name = settings.username or account.username
        client = with_secret(account, lambda secret: _logged_in(settings, name, secret))
    else:
        password = password_for(settings) if settings.has_password else ""
        client = _logged_in(settings, settings.username or config.digest_address, password)
    try:
        yield client.smtp
    finally:
        _close(client)


def _logged_in(settings: Digest, name: str, secret: str | AccessToken) -> Any:
    client = _client(settings, name, secret if isinstance(secret, str) else "")
    try:
        with _reaching(settings):
            client.login()
            if isinstance(secret, AccessToken):
                _show_token(client.smtp, name, secret.value)
    except BaseException:
        _close(client)
        raise
    return client


def _show_token(smtp: smtplib.SMTP, name: str, token: str) -> None:
    """Log in with an access token, which yagmail does with a file of Google's alone."""
    smtp.ehlo_or_helo_if_needed()
    mechanism = "OAUTHBEARER" if "OAUTHBEARER" in smtp.esmtp_features.get("auth", "").split() else "XOAUTH2"
    answer = bearer(mechanism, name, token, told=[])
    smtp.auth(mechanism, lambda challenge=None: answer(challenge or b"").decode())


def _close(client: Any) -> None:
    with suppress(smtplib.SMTPException, OSError):
        client.close()


def _client(settings: Digest, name: str, password: str) -> Any:
    context = trusting(settings.ca_file)
    tls = settings.security == "tls"
    timeout = settings.timeout.total_seconds()
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
            "Check user name and password of [digest]. Many providers want an app password here."
            if settings.has_password
            else f"Sign in again, now that there is a digest: afterword auth login {settings.account}",
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
