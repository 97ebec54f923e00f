"""Holds a letter to the etiquette: thirteen rules, each with a name, looked at in the letter's own language; pure.

Every draft passes `check` before it is put anywhere, and the owner's templates are held to it as well. The rules come
from published advice on asking for advice after a rejection; docs say more.
"""

from collections.abc import Callable, Mapping

from afterword.etiquette.lexicon import LANGUAGES
from afterword.etiquette.rules import (
    Reading,
    accepts_first,
    asks_only_where_it_works,
    easy_way_out,
    length,
    listens,
    looks_forward,
    no_comparison,
    no_law,
    no_placeholder,
    no_why,
    nothing_foreign,
    read,
    same_language,
    thanks_first,
)
from afterword.records import Dossier, Finding, Letter

__all__ = ["LANGUAGES", "RULES", "check"]

RULES: Mapping[str, Callable[[Reading], str]] = {
    "thanks_first": thanks_first,
    "accepts_first": accepts_first,
    "length": length,
    "looks_forward": looks_forward,
    "easy_way_out": easy_way_out,
    "listens": listens,
    "no_why": no_why,
    "no_comparison": no_comparison,
    "no_law": no_law,
    "asks_only_where_it_works": asks_only_where_it_works,
    "no_placeholder": no_placeholder,
    "nothing_foreign": nothing_foreign,
    "same_language": same_language,
}


def check(
    body: str, *, letter: Letter, dossier: Dossier | None, language: str, waived: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """What in a letter breaks the etiquette, at most one finding a rule; nothing when it may be sent.

    `body` runs from the greeting to the signature, without quoted text. Without a dossier, rules that need one
    (whether asking works, whether a name is supported) look only at the letter. Rules in `waived` are left out.
    """
    if language not in LANGUAGES:
        return (Finding("same_language", f"there are no letters in {language or 'an unknown language'}"),)
    reading = read(body, letter, dossier, language)
    broken = ((name, rule(reading)) for name, rule in RULES.items() if name not in waived)
    return tuple(Finding(name, words) for name, words in broken if words)
