"""Whether the owner's own mail asks for advice, and whether a mail takes an earlier one back."""

from collections.abc import Mapping, Sequence
from re import Pattern

from afterword.dossier.expressions import expressions

TABLE = "retraction"


def _tables() -> Mapping[str, Mapping[str, Pattern[str]]]:
    return expressions("afterword.dossier", "advice.toml")


def asks_for_advice(sentences: Sequence[str]) -> bool:
    """Whether some sentence of the owner's asks for advice or feedback, in English, German, French, Spanish, Dutch, Portuguese or Italian.

    `sentences` are as `facets.sentences_of` gives them.
    """
    languages = [keys for table, keys in _tables().items() if table != TABLE]
    return any(_asks(sentence, keys) for sentence in sentences for keys in languages)


def _asks(sentence: str, keys: Mapping[str, Pattern[str]]) -> bool:
    about = keys["topics"].search(sentence) or (
        keys["vague"].search(sentence) and keys["coming"].search(sentence)
    )
    return bool(about and keys["requests"].search(sentence) and not keys["nothing"].search(sentence))


def takes_back(subject: str, sentences: Sequence[str]) -> bool:
    """Whether a mail says that an earlier one was sent in error."""
    keys = _tables()[TABLE]
    said = any(
        keys["text"].search(sentence) and not keys["not_text"].match(sentence) for sentence in sentences
    )
    return said or bool(keys["subject"].search(subject[:1000]) and keys["text"].search(subject))
