"""Whether the owner's own mail asks for advice, and whether a mail takes an earlier one back."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from re import Pattern

TABLE = "retraction"


@cache
def _patterns() -> Mapping[str, Mapping[str, Pattern[str]]]:
    """One expression a key of advice.toml."""
    source = files("afterword.dossier").joinpath("advice.toml").read_text(encoding="utf-8")
    return {
        table: {
            key: re.compile("|".join(f"(?:{each})" for each in value), re.IGNORECASE)
            for key, value in keys.items()
        }
        for table, keys in tomllib.loads(source).items()
    }


def asks_for_advice(sentences: Sequence[str]) -> bool:
    """Whether some sentence of the owner's asks for advice or feedback, in English, German, French, Spanish, Dutch, Portuguese or Italian.

    `sentences` are as `facets.sentences_of` gives them.
    """
    languages = [keys for table, keys in _patterns().items() if table != TABLE]
    return any(_asks(sentence, keys) for sentence in sentences for keys in languages)


def _asks(sentence: str, keys: Mapping[str, Pattern[str]]) -> bool:
    about = keys["topics"].search(sentence) or (
        keys["vague"].search(sentence) and keys["coming"].search(sentence)
    )
    return bool(about and keys["requests"].search(sentence) and not keys["nothing"].search(sentence))


def takes_back(subject: str, sentences: Sequence[str]) -> bool:
    """Whether a mail says that an earlier one was sent in error."""
    keys = _patterns()[TABLE]
    said = any(
        keys["text"].search(sentence) and not keys["not_text"].match(sentence) for sentence in sentences
    )
    return said or bool(
        keys["subject"].search(subject[:1000]) and any(keys["text"].search(each) for each in [subject])
    )
