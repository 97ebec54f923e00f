"""What is known of mail providers, and what DNS tells of the others (RFC 6186)."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from afterword.setup.lookup import Resolver, Service

IMAP_SERVICES = (("_imaps._tcp", "tls"), ("_imap._tcp", "starttls"))
SUBMISSION_SERVICES = (("_submissions._tcp", "tls"), ("_submission._tcp", "starttls"))  # RFC 8314, RFC 6186


class Entry(BaseModel):
    """A table of the providers' file; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ImapServer(Entry):
    """Where mail is read."""

    host: str
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"


class SmtpServer(Entry):
    """Where mail is handed in."""

    host: str
    port: int = 465
    security: Literal["tls", "starttls", "none"] = "tls"


class Provider(Entry):
    """One provider; `smtp` is None where nothing is known of it."""

    name: str
    domains: tuple[str, ...]
    mx: tuple[str, ...] = ()
    imap: ImapServer
    smtp: SmtpServer | None = None
    secret: Literal["password", "app_password", "bridge", "oauth2"]
    advice: str
    page: str = ""
    oauth: Literal["", "google", "microsoft"] = ""

    def vouched_for(self, domain: str) -> bool:
        """Whether the server's name belongs to the address's own domain, or comes from our list.

        RFC 6186, section 6: a name from another domain has to be confirmed by the person, since DNS can be forged.
        """
        host = self.imap.host
        return bool(self.page) or host == domain or host.endswith(f".{domain}")


@cache
def known_providers() -> tuple[Provider, ...]:
    """The providers in the order of the file."""
    text = (files(__package__) / "providers.toml").read_text(encoding="utf-8")
    return TypeAdapter(tuple[Provider, ...]).validate_python(tomllib.loads(text)["provider"])


def find_provider(address: str, resolver: Resolver) -> Provider | None:
    """By the address's domain, then by who takes its mail, then by the domain's own SRV records; None when all are silent."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    for provider in known_providers():
        if domain in provider.domains:
            return provider
    exchangers = resolver.exchangers(domain)
    for provider in known_providers():
        if any(_ends_with(exchanger, end) for exchanger in exchangers for end in provider.mx):
            return provider
    return _announced(domain, resolver)


def _announced(domain: str, resolver: Resolver) -> Provider | None:
    """What the domain announces of itself (RFC 6186)."""
    imap = _first(domain, IMAP_SERVICES, resolver)
    if imap is None:
        return None
    smtp = _first(domain, SUBMISSION_SERVICES, resolver)
    return Provider(
        name=domain,
        domains=(domain,),
        imap=ImapServer.model_validate(imap),
        smtp=SmtpServer.model_validate(smtp) if smtp else None,
        secret="password",  # noqa: S106 - the kind of secret, not one
        advice=f"{domain} announces its servers in DNS; use the password of your mailbox.",
    )


def _first(
    domain: str, services: Sequence[tuple[str, str]], resolver: Resolver
) -> dict[str, str | int] | None:
    for label, security in services:
        found: Service | None = resolver.service(f"{label}.{domain}")
        if found:
            return {"host": found.host, "port": found.port, "security": security}
    return None


def _ends_with(name: str, end: str) -> bool:
    return name == end or name.endswith(f".{end}")
