"""The words the etiquette looks for, one TOML file a language, compiled into patterns once."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("de", "en", "es", "fr")
CURLY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The patterns of one language; `banned` maps a rule's name to the words that break it."""

    closings: frozenset[str]
    greetings: re.Pattern[str]
    thanks: re.Pattern[str]
    accepts: re.Pattern[str]
    advice: re.Pattern[str]
    forward: re.Pattern[str]
    way_out: re.Pattern[str]
    candour: re.Pattern[str]
    learning: re.Pattern[str]
    requests: re.Pattern[str]
    feedback: re.Pattern[str]
    placeholders: re.Pattern[str]
    function_words: re.Pattern[str]
    banned: Mapping[str, re.Pattern[str]]


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of one of LANGUAGES."""
    text = files("afterword.etiquette").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    banned = {rule: words_pattern(words) for rule, words in lists.pop("banned").items()}
    placeholders = words_pattern(lists.pop("placeholders"), re.NOFLAG)
    closings = frozenset(closing.casefold() for closing in lists.pop("closings"))
    patterns = {name: words_pattern(words) for name, words in lists.items()}
    return Lexicon(closings=closings, placeholders=placeholders, banned=banned, **patterns)


def words_pattern(words: Iterable[str], flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """Any of `words` as whole words, so that "age" is not found in "manager"; `*` stands for the rest of a word.

    Longer ones come first, so that a finding shows the whole phrase. Every alternative is literal text with
    at most a run of word characters, so that matching takes linear time.
    """
    longest_first = sorted(words, key=len, reverse=True)
    alternatives = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", flags)


def straight(text: str) -> str:
    """The text with straight apostrophes and plain spaces, of the same length."""
    return text.translate(CURLY)
