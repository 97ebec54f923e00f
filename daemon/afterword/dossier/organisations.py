"""Domains and names of organisations: whose an address is, and whether a written name fits it."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import tldextract

# The list of public suffixes that tldextract ships; it is never fetched and never cached on disk.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kg|mbh|se|ug|ohg|e\.?\s?v|sa|sas|sarl|"
    r"s\.?l|s\.?a|srl|s\.?r\.?l|s\.?n\.?c|spa|s\.?p\.?a|bv|b\.v|nv|n\.v|oy|ab|as|a/s|aps|pty|pte|lda|ltda)\.?$",
    re.IGNORECASE,
)
DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}")
WORDS_LIMIT = 1500  # of a mail that are looked through for an organisation's name
NAME_LIMIT = 6  # words of one
LONG = 8  # letters of a beginning that is no other organisation's: "North" begins too many


@cache
def lexicon() -> dict[str, Any]:
    """Words and domains, kept as data."""
    return tomllib.loads(files("afterword.dossier").joinpath("lexicon.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def organisation_of(domain: str) -> str:
    """The organisational domain: the public suffix and one label before it; "" for what is none, such as an IP address."""
    bare = domain.casefold()
    if not DOMAIN.fullmatch(bare):
        return ""
    found = _SUFFIXES(bare)
    # `example` is reserved (RFC 2606) and on no list of suffixes; made-up mail uses it as one.
    return (
        f"{found.domain}.{found.suffix}" if found.suffix and found.domain else ".".join(bare.split(".")[-2:])
    )


def is_tracking_system(domain: str) -> bool:
    """Whether a domain belongs to an applicant-tracking system, which writes for many companies."""
    return organisation_of(domain) in lexicon()["domains"]["tracking"]


def sounds_like_tracking(domain: str) -> bool:
    """Whether a domain is named after applying and hiring, as tracking systems and job portals are."""
    label = own_organisation(domain).partition(".")[0]
    return any(word in label for word in lexicon()["domains"]["sounds_like_tracking"])


def is_freemail(domain: str) -> bool:
    """Whether anybody can have an address there, so that it is nobody's organisation."""
    return organisation_of(domain) in lexicon()["domains"]["freemail"]


def own_organisation(domain: str) -> str:
    """The organisational domain if it is a company's own: no tracking system's and no mail provider's."""
    return "" if is_tracking_system(domain) or is_freemail(domain) else organisation_of(domain)


@lru_cache(maxsize=4096)
def squash(name: str) -> str:
    """A name reduced to what a domain can hold: no legal form, accents, case, spaces or marks."""
    bare = LEGAL_FORM.sub("", name.strip().rstrip(".")).casefold()
    for umlaut, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("&", "and")):
        bare = bare.replace(umlaut, pair)
    plain = unicodedata.normalize("NFKD", bare)
    return "".join(char for char in plain if char.isalnum() and char.isascii())


def fits(name: str, organisation: str) -> bool:
    """Whether a written name and an organisational domain can be of one organisation: they are the same, or one of them begins with all of the other.

    A short beginning has to end where a word does: Northbeck Software fits northbeck.example, and North does not.
    """
    label, written = squash(organisation.partition(".")[0]), squash(name)
    if len(written) < 3 or len(label) < 3:
        return written == label != ""
    if _goes_on(written, label) or _goes_on(label, written):
        return True
    parts = organisation.partition(".")[0].split("-")
    return _begins_with([squash(part) for part in parts], written) or _begins_with(_words(name), label)


def _goes_on(beginning: str, whole: str) -> bool:
    """Whether a squashed name is another one's beginning, which is long or goes on with what says no more, such as "group"."""
    rest = whole.removeprefix(beginning)
    return whole.startswith(beginning) and (
        len(beginning) >= LONG or rest == "" or rest.startswith(tuple(lexicon()["domains"]["additions"]))
    )


def _words(text: str) -> list[str]:
    return [squash(word) for word in re.findall(r"[^\W_]+|&", text)[:WORDS_LIMIT]]


def is_named(organisation: str, text: str) -> bool:
    """Whether a text names an organisation: some of its words in a row make up the label of the domain.

    Addresses and links in it are no names.
    """
    label = squash(organisation.partition(".")[0])
    plain = (
        token for token in text[:10_000].split() if not any(mark in token for mark in ("@", "://", "www."))
    )
    words = _words(" ".join(plain))
    return len(label) >= 3 and any(
        _begins_with(words[start : start + NAME_LIMIT], label) for start in range(len(words))
    )


def _begins_with(words: list[str], label: str) -> bool:
    """Whether the first one, two, … words together are the label."""
    joined = ""
    for word in words:
        joined += word
        if joined == label:
            return True
        if not label.startswith(joined):
            return False
    return False


def is_trusted(authserv: str, homes: Iterable[str], configured: tuple[str, ...]) -> bool:
    """Whether an authserv-id (RFC 8601 2.5) is the owner's own server's.

    Without configured names, one counts that shares the organisational domain of one of `homes`, the domains at which the owner
    receives mail, or that belongs to its provider; mail of others on the way in cannot bear it, since servers strip their own
    name from it.
    """
    if configured:
        return authserv.casefold() in {name.casefold() for name in configured}
    domains = {organisation_of(home) for home in homes} - {""}
    servers = lexicon()["servers"]
    return organisation_of(authserv) in domains | {servers[domain] for domain in domains if domain in servers}
