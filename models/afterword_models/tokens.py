"""Text into words, sentences and forms, with offsets kept.

A word's *form* is what the classifier sees: lower case, with web addresses, mail addresses, numbers and the name in a greeting
replaced by a kind. Hostile text costs no more than ordinary text: every pattern is linear, and `LIMIT` bounds the rest.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import add

LIMIT = 8_000  # characters of a mail that are looked at; a verdict stands at the beginning
WRAPPED = 45  # a line at least this long may go on in the next one

# A word or mark and the one space behind it, or other white space: together the matches cover the whole text. The first
# alternative is the plain word, which is nearly every one, and spares it the search for an address.
WORD = re.compile(
    r"([^\W\d_]++(?=[\s,;!?)'’\"]|$)"
    r"|(?:https?://|www\.)[^\s<>\"]{1,2000}"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|[^\W\d_]+"
    r"|\d[\d.,:/-]*"
    r"|\s+"
    r"|.)"
    r"( ?)",
    re.DOTALL,
)
URL, MAIL, NUMBER, NAME = "<url>", "<mail>", "<number>", "<name>"
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
PAUSES = ",:;-–—"  # behind one of them a greeting's name has ended
APOSTROPHES = "'’ʼ`´"
SPECIAL = GREETINGS | frozenset(HALVES) | frozenset(NEGATED) | {"t"}
SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)")
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[^\W\d_]|[^\W\d_]\.[^\W\d_]|mr|mrs|ms|dr|prof|st|no|nr|inc|ltd|co|corp|e\.g|i\.e|etc|approx|ref|z\.b|bzw|ca|"
    r"inkl|ggf|str|tel|sr|sra|mme|mlle|dott|ing|vs)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of text, `text[start:end]`, and the forms in it."""

    start: int
    end: int
    forms: tuple[str, ...]


def split_words(text: str) -> tuple[list[str], list[bool]]:
    """(words, whether one space follows each): spaCy's way to cover a text. White space that is more than that is a word."""
    found = WORD.findall(text)
    return [word for word, _ in found], [space == " " for _, space in found]


def starts_of(words: Sequence[str], spaces: Sequence[bool]) -> list[int]:
    """Where each word begins."""
    return list(accumulate(map(add, map(len, words), spaces), initial=0))[:-1]


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text, without those that hold no word."""
    words, spaces = split_words(text)
    return sentences_in(text, words, starts_of(words, spaces), 0)


def sentences_in(text: str, words: Sequence[str], starts: Sequence[int], start: int) -> list[Sentence]:
    """The sentences of `text[start:]`, of the words of the whole text and their places."""
    found = []
    at = bisect_left(starts, start)
    for first, last in spans(text, start, len(text)):
        begin = bisect_left(starts, first, at)
        at = bisect_left(starts, last, begin)
        forms = tuple(forms_of(words[begin:at]))
        if forms:
            found.append(Sentence(first, last, forms))
    return found


def forms_of(words: Sequence[str]) -> list[str]:
    """The forms of the words of one sentence; white space and most marks have none."""
    forms = []
    names = 0  # how many more capitalised words behind a greeting are taken for a name, which says nothing
    for at, word in enumerate(words):
        if not word.isalpha():
            kind = _kind(word)
            if kind:
                forms.append(kind)
            elif names and word in PAUSES:
                names = 0
            continue
        form = word.lower()
        if form in SPECIAL:
            if form in GREETINGS:
                names = 3 if at < 5 else 0  # a greeting stands at the beginning, maybe behind a mark or two
            else:
                form = _uncontracted(form, words, at)
        elif names:
            names = names - 1 if word[0].isupper() else 0
            form = NAME if word[0].isupper() else form
        forms.append(form)
    return forms


def _kind(word: str) -> str:
    """The form of what is no plain word; "" where it has none."""
    if word in "?!":
        return word
    if word[0].isdigit():
        return NUMBER
    if len(word) > 1:
        return "" if word.isspace() else MAIL if "@" in word and "://" not in word else URL
    return ""


def _uncontracted(form: str, words: Sequence[str], at: int) -> str:
    """The whole word for half of a contraction: "ve" behind an apostrophe, "haven" before "'t", and that "t".

    The apostrophe may be lost ("didn t"), as it is where somebody has stripped a mail of its marks.
    """
    before = words[at - 1] if at else ""
    if form == "t":
        negated = words[at - 2] if at > 1 and before in APOSTROPHES else before
        return "not" if negated.lower() in NEGATED else form
    if before and before in APOSTROPHES:
        return HALVES.get(form, form)
    if form in NEGATED:
        behind = [word for word in words[at + 1 : at + 3] if word not in APOSTROPHES]
        return NEGATED[form] if behind[:1] == ["t"] else form
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
