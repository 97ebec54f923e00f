"""Whether a sentence of the measuring data has got into the corpus: it must not, for it would flatter the figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from corpus import ROOT, corpus_files
from train import training_examples

RUN = 12  # words in a row that are too many to share by chance
SENTENCE = 10  # a whole sentence of so many words is too much as well
WORD = re.compile(r"[^\W_]+")
END = re.compile(r"(?<=[.!?])\s+|\n+")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return WORD.findall(text.lower())


def runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Every stretch of RUN words."""
    return (tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def sentences(text: str) -> Iterator[tuple[str, ...]]:
    """Every sentence of at least SENTENCE words."""
    return (tuple(words) for part in END.split(text) if len(words := words_of(part)) >= SENTENCE)


def corpus_texts() -> Iterator[tuple[str, str]]:
    """(place, text) of the corpus: the lines as they stand, and the mails that the patterns make."""
    for example in training_examples(1):
        yield example.group, example.body
    for path in corpus_files(ROOT):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield f"{path.parent.name}/{path.name}:{number}", re.sub(r"\[\[|\]\]|^[!-] ", "", line)


def leaks(bodies: Iterable[tuple[str, str]]) -> list[str]:
    """Places of the corpus that share a run or a whole sentence with one of (id, body)."""
    known: dict[tuple[str, ...], str] = {}
    for name, body in bodies:
        for found in (*runs(words_of(body)), *sentences(body)):
            known.setdefault(found, name)
    first: dict[tuple[str, str], str] = {}
    for place, line in corpus_texts():
        for found in (*runs(words_of(line)), *sentences(line)):
            if found in known:
                first.setdefault((place, known[found]), " ".join(found))
    return [f"{place} shares {words!r} with {name}" for (place, name), words in first.items()]
