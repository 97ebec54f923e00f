"""Which servers belong to an address: our list, then who takes the domain's mail, then what the domain announces."""

import re

import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest
from dns.rdtypes.IN.SRV import SRV

from afterword.setup.lookup import Service, choose
from afterword.setup.providers import find_provider, known_providers


class Answers:
    """A resolver that knows what a test gives it, and notes what it was asked."""

    def __init__(self, exchangers: tuple[str, ...] = (), **services: Service) -> None:
        self._exchangers = exchangers
        self._services = services
        self.asked: list[str] = []

    def exchangers(self, domain: str) -> tuple[str, ...]:
        self.asked.append(domain)
        return self._exchangers

    def service(self, name: str) -> Service | None:
        self.asked.append(name)
        return self._services.get(name.split(".")[0].lstrip("_"))


@pytest.mark.parametrize(
    ("address", "name", "host", "secret"),
    [
        ("sam@gmail.com", "Gmail", "imap.gmail.com", "app_password"),
        ("Sam@GoogleMail.com", "Gmail", "imap.gmail.com", "app_password"),
        ("sam@hotmail.com", "Outlook.com", "outlook.office365.com", "oauth2"),
        ("sam@icloud.com", "iCloud", "imap.mail.me.com", "app_password"),
        ("sam@fastmail.com", "Fastmail", "imap.fastmail.com", "app_password"),
        ("sam@yahoo.com", "Yahoo", "imap.mail.yahoo.com", "app_password"),
        ("sam@proton.me", "Proton Mail", "127.0.0.1", "bridge"),
        ("sam@web.de", "WEB.DE", "imap.web.de", "password"),
    ],
)
def test_the_big_ones_are_known_without_asking_anybody(
    address: str, name: str, host: str, secret: str
) -> None:
    resolver = Answers()
    found = find_provider(address, resolver)
    assert found and (found.name, found.imap.host, found.secret) == (name, host, secret)
    assert resolver.asked == []


@pytest.mark.parametrize(
    ("exchanger", "name"),
    [
        ("aspmx.l.google.com", "Google Workspace"),
        ("northlake-example.mail.protection.outlook.com", "Microsoft 365"),
        ("in1-smtp.messagingengine.com", "Fastmail"),
        ("mail.protonmail.ch", "Proton Mail"),
    ],
)
def test_a_domain_of_ones_own_is_known_by_who_takes_its_mail(exchanger: str, name: str) -> None:
    found = find_provider("sam@northlake.example", Answers((exchanger,)))
    assert found and found.name == name


def test_a_name_that_only_looks_like_a_providers_is_not_taken_for_it() -> None:
    assert (
        find_provider("sam@northlake.example", Answers(("mx.notgoogle.com", "google.com.evil.example")))
        is None
    )


def test_a_domain_announces_its_own_servers() -> None:
    found = find_provider(
        "sam@northlake.example",
        Answers(
            imaps=Service("mail.northlake.example", 993), submission=Service("mail.northlake.example", 587)
        ),
    )
    assert found and found.imap.model_dump() == {
        "host": "mail.northlake.example",
        "port": 993,
        "security": "tls",
    }
    assert found.smtp and (found.smtp.port, found.smtp.security) == (587, "starttls")
    assert found.vouched_for("northlake.example")


def test_tls_is_preferred_to_starttls() -> None:
    both = Answers(imaps=Service("a.northlake.example", 993), imap=Service("b.northlake.example", 143))
    found = find_provider("sam@northlake.example", both)
    assert found and found.imap.host == "a.northlake.example"


def test_a_server_outside_the_own_domain_has_to_be_confirmed() -> None:
    found = find_provider("sam@northlake.example", Answers(imaps=Service("mail.hoster.example", 993)))
    assert found and not found.vouched_for("northlake.example")
    assert not found.vouched_for("lake.example")


def test_nothing_known_is_no_error() -> None:
    assert find_provider("sam@northlake.example", Answers()) is None


def record(text: str) -> SRV:
    made = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.SRV, text)
    assert isinstance(made, SRV)
    return made


def test_the_lowest_priority_wins() -> None:
    assert choose([record("20 0 993 far.example."), record("10 0 1993 Near.example.")]) == Service(
        "near.example", 1993
    )


def test_a_single_dot_says_that_the_service_is_not_there() -> None:
    assert choose([record("0 0 0 .")]) is None


def test_every_provider_of_the_list_can_be_used() -> None:
    seen: set[str] = set()
    for provider in known_providers():
        assert provider.domains or provider.mx, provider.name
        assert not seen & set(provider.domains), f"{provider.name} names a domain twice"
        seen |= set(provider.domains)
        assert provider.imap.security != "none"
        assert provider.smtp is None or provider.smtp.security != "none"
        assert re.fullmatch(r"https://[^ ]+", provider.page)
        assert provider.advice.endswith(".")
