"""Domains and names of organisations: whose an address is, and whether a written name fits it."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

import tldextract

# The list of public suffixes that tldextract ships; it is never fetched and never cached on disk.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kg|mbh|se|ug|ohg|e\.?\s?v|sa|sas|sarl|"
    r"s\.?l|s\.?a|srl|s\.?r\.?l|spa|s\.?p\.?a|bv|b\.v|nv|n\.v|oy|ab|as|aps|pty|pte|lda|ltda)\.?$",
    re.IGNORECASE,
)
FREEMAIL_SERVERS = {
    "gmail.com": "google.com",
    "googlemail.com": "google.com",
    "hotmail.com": "outlook.com",
    "live.com": "outlook.com",
}


@cache
def lexicon() -> dict[str, Any]:
    """Words and domains, kept as data."""
    return tomllib.loads(files("afterword.dossier").joinpath("lexicon.toml").read_text(encoding="utf-8"))


@cache
def organisation_of(domain: str) -> str:
    """The organisational domain: the public suffix and one label before it; "" for what is none."""
    found = _SUFFIXES(domain.casefold())
    registered = f"{found.domain}.{found.suffix}" if found.suffix else ""
    # `example` is reserved (RFC 2606) and on no list of suffixes; made-up mail uses it as one.
    if not registered and "." in domain:
        registered = ".".join(domain.casefold().split(".")[-2:])
    return registered


def is_tracking_system(domain: str) -> bool:
    """Whether a domain belongs to an applicant-tracking system, which writes for many companies."""
    return organisation_of(domain) in lexicon()["domains"]["tracking"]


def is_freemail(domain: str) -> bool:
    """Whether anybody can have an address there, so that it is nobody's organisation."""
    return organisation_of(domain) in lexicon()["domains"]["freemail"]


def own_organisation(domain: str) -> str:
    """The organisational domain if it is a company's own: no tracking system's and no mail provider's."""
    return "" if is_tracking_system(domain) or is_freemail(domain) else organisation_of(domain)


def squash(name: str) -> str:
    """A name reduced to what a domain can hold: no legal form, accents, case, spaces or marks."""
    bare = LEGAL_FORM.sub("", name.strip().rstrip("."))
    for umlaut, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("&", "and")):
        bare = bare.casefold().replace(umlaut, pair)
    plain = unicodedata.normalize("NFKD", bare)
    return "".join(char for char in plain if char.isalnum() and char.isascii())


def fits(name: str, organisation: str) -> bool:
    """Whether a written name and an organisational domain can be of one organisation."""
    label = squash(organisation.partition(".")[0])
    written = squash(name)
    if len(written) < 3 or len(label) < 3:
        return written == label != ""
    return label.startswith(written) or written.startswith(label)


def is_trusted(authserv: str, addresses: tuple[str, ...], configured: tuple[str, ...]) -> bool:
    """Whether an authserv-id (RFC 8601) is the owner's own server's."""
    if configured:
        return authserv.casefold() in {name.casefold() for name in configured}
    domains = {organisation_of(address.rpartition("@")[2]) for address in addresses}
    domains |= {FREEMAIL_SERVERS[domain] for domain in domains if domain in FREEMAIL_SERVERS}
    return organisation_of(authserv) in domains
