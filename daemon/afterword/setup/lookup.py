"""The two questions that `init` has for DNS."""

import random
from typing import NamedTuple, Protocol

import dns.exception
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.IN.SRV import SRV

LIFETIME = 5.0  # seconds for one question; a person is waiting


class Service(NamedTuple):
    """Where a service is offered."""

    host: str
    port: int


class Resolver(Protocol):
    """Answers from DNS; a question without an answer is no error."""

    def exchangers(self, domain: str) -> tuple[str, ...]:
        """Names of the hosts that take a domain's mail, in lower case; () when unknown."""
        ...

    def service(self, name: str) -> Service | None:
        """The SRV record to use (RFC 2782); None when there is none or when it says that the service is not offered."""
        ...


class DnsResolver:
    """The machine's own resolver."""

    def exchangers(self, domain: str) -> tuple[str, ...]:
        """MX records, the most preferred first."""
        found = sorted(
            (record for record in _ask(domain, "MX") if isinstance(record, MX)),
            key=lambda record: record.preference,
        )
        return tuple(_name(record.exchange) for record in found)

    def service(self, name: str) -> Service | None:
        """The record of the lowest priority; among equals one by weight."""
        return choose([record for record in _ask(name, "SRV") if isinstance(record, SRV)])


def choose(records: list[SRV]) -> Service | None:
    """RFC 2782: lowest priority first, then by weight; a single "." means that the service is decidedly not there."""
    offered = [record for record in records if _name(record.target)]
    if not offered:
        return None
    lowest = min(record.priority for record in offered)
    equal = [record for record in offered if record.priority == lowest]
    chosen = random.choices(equal, weights=[record.weight + 1 for record in equal])[0]  # noqa: S311 - shares load
    return Service(_name(chosen.target), chosen.port)


def _ask(name: str, kind: str) -> list[object]:
    try:
        return list(dns.resolver.resolve(name, kind, lifetime=LIFETIME))
    except (dns.exception.DNSException, OSError, ValueError):
        return []  # no network, no such name, no resolver: the person is asked instead


def _name(name: object) -> str:
    return str(name).rstrip(".").lower()
