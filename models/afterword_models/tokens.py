"""Text into pieces, sentences and forms: one regular expression, one pass, offsets kept.

A piece's *form* is what the classifier sees: lower case, with web addresses, mail addresses, numbers and the name in a greeting
replaced by a kind. Hostile text costs no more than ordinary text: every pattern is linear, and `LIMIT` bounds the rest.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LIMIT = 12_000  # characters of a mail that are looked at; a verdict stands at the beginning
WRAPPED = 45  # a line at least this long may go on in the next one

PIECE = re.compile(
    r"(?P<url>(?:https?://|www\.)[^\s<>\"]{1,2000})"
    r"|(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<number>\d[\d.,:/-]*)"
    r"|(?P<mark>[?!])"
    r"|(?P<other>[^\w\s]|_)"
)
KINDS = {"url": "<url>", "mail": "<mail>", "number": "<number>"}
GREETINGS = frozenset(
    [
        "dear",
        "hi",
        "hello",
        "hey",
        "hiya",
        "greetings",
        "hallo",
        "liebe",
        "lieber",
        "guten",
        "sehr",
        "bonjour",
        "cher",
        "chère",
        "salut",
        "hola",
        "estimado",
        "estimada",
        "querido",
        "querida",
        "beste",
        "geachte",
        "dag",
        "olá",
        "oi",
        "caro",
        "cara",
        "prezado",
        "prezada",
        "ciao",
        "gentile",
        "egregio",
        "buongiorno",
        "mr",
        "mrs",
        "ms",
        "herr",
        "frau",
        "monsieur",
        "madame",
        "señor",
        "señora",
    ]
)
# English contractions come apart at the apostrophe; their halves are made the words they stand for, so that "haven't been" and
# "have not been" are one wording.
HALVES = {"ve": "have", "re": "are", "ll": "will", "m": "am", "d": "would"}
NEGATED = {
    "don": "do", "doesn": "does", "didn": "did", "won": "will", "wouldn": "would", "can": "can", "couldn": "could", "haven": "have", "hasn": "has",
    "hadn": "had", "isn": "is", "aren": "are", "wasn": "was", "weren": "were", "shouldn": "should", "needn": "need", "mustn": "must",
}  # fmt: skip
APOSTROPHES = "'’ʼ`´"
SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)")
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[^\W\d_]|[^\W\d_]\.[^\W\d_]|mr|mrs|ms|dr|prof|st|no|nr|inc|ltd|co|corp|e\.g|i\.e|etc|approx|ref|z\.b|bzw|ca|"
    r"inkl|ggf|str|tel|sr|sra|mme|mlle|dott|ing|vs)$",
    re.IGNORECASE,
)


class Piece(NamedTuple):
    """A word, number, address or mark: `text[start:end]`, of the kind that `PIECE` names. A tuple, for there are many."""

    kind: str
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of text, `text[start:end]`, and the forms in it."""

    start: int
    end: int
    forms: tuple[str, ...]


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a text in order; white space lies between them."""
    return [
        Piece(match.lastgroup or "other", match.start(), match.end(), match.group())
        for match in PIECE.finditer(text)
    ]


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text, without those that hold no word."""
    return sentences_in(text, pieces_of(text), 0, len(text))


def sentences_in(text: str, pieces: Sequence[Piece], start: int, end: int) -> list[Sentence]:
    """The sentences of `text[start:end]`, made of the pieces that lie in each."""
    found = []
    at = 0
    for first, last in spans(text, start, end):
        while at < len(pieces) and pieces[at].start < first:
            at += 1
        begin = at
        while at < len(pieces) and pieces[at].start < last:
            at += 1
        within = pieces[begin:at]
        forms = tuple(forms_of(within))
        if forms:
            found.append(Sentence(first, last, forms))
    return found


def forms_of(pieces: Sequence[Piece]) -> Iterator[str]:
    """The forms of the pieces of one sentence."""
    names = 0  # how many more capitalised words behind a greeting are taken for a name, which says nothing
    for count, piece in enumerate(pieces):
        if piece.kind in KINDS:
            yield KINDS[piece.kind]
            continue
        if piece.kind == "other":
            names = 0 if piece.words in ",:;-–—" else names
            continue
        form = piece.words.lower()
        if form in GREETINGS and count < 3:
            names = 3
        elif names and piece.words[0].isupper():
            names -= 1
            form = "<name>"
        else:
            names = 0
            form = _uncontracted(form, pieces, count)
        yield form


def _uncontracted(form: str, pieces: Sequence[Piece], at: int) -> str:
    """The whole word for half of a contraction: "ve" behind an apostrophe, "haven" before "'t", and that "t"."""
    if at >= 2 and pieces[at - 1].words in APOSTROPHES and pieces[at - 1].end == pieces[at].start:
        if form == "t" and pieces[at - 2].words.lower() in NEGATED:
            return "not"
        return HALVES.get(form, form)
    if (
        form in NEGATED
        and at + 2 < len(pieces)
        and pieces[at + 1].words in APOSTROPHES
        and pieces[at + 2].words.lower() == "t"
    ):
        return NEGATED[form]
    return form


def spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence: broken at blank lines, list items, short lines, and at the end of a sentence."""
    for first, last in _blocks(text, start, end):
        at = first
        for match in SENTENCE_END.finditer(text, first, last):
            head = text[max(at, match.start() - 12) : match.start()]
            if match.group().startswith(".") and ABBREVIATION.search(head):
                continue
            yield from _trimmed(text, at, match.end())
            at = match.end()
        yield from _trimmed(text, at, last)


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Stretches in which a line break is a mere wrap of a longer line."""
    first = at = start
    for line in text[start:end].splitlines(keepends=True):
        at += len(line)
        following = text[at : at + 1]
        stripped = line.strip()
        goes_on = len(stripped) >= WRAPPED and following not in ("", "\n", "\r", "-", "*", "•", "·")
        if not goes_on or stripped.endswith((":", "!", "?", ".")):
            yield first, at
            first = at
    if first < end:
        yield first, end


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        left = start + len(piece) - len(piece.lstrip())
        yield left, left + len(stripped)
