"""Turns patterns into mails: the grammar's side of the training corpus.

Every draw comes from one seeded generator a pattern, so that a pattern's mails do not change when another pattern is added.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from corpus import (
    PARTS,
    ROOT,
    Faults,
    Mail,
    Pattern,
    corpus_files,
    read_blocks,
    read_mails,
    read_patterns,
)
from templates import SLOTS, Choice, Slot, Template

# Names are replaced by words that nobody has seen, so that the classifier neither learns a made-up company by heart nor is
# surprised by a real one. Roles are so half of the time: some of their words recur in real mail, most do not.
UNSEEN = frozenset(
    [
        "name",
        "fullname",
        "lastname",
        "company",
        "agency",
        "client",
        "sender",
        "senderfull",
        "city",
        "product",
        "university",
        "reqid",
        "skill",
    ]
)
# Words of hiring in the seven languages, by their beginnings.
OF_JOBS = re.compile(
    r"\b(?:recruit|talent|hr\b|rh\b|human|ressources|recursos|risorse|career|carri|karri|carrei|applica|candida|hiring|vacanc|job|"
    r"bewerb|personal|stelle|emploi|poste\b|recrut|embauche|empleo|selec|selez|emprego|vagas|werving|sollicit|personeel|empleados)",
    re.IGNORECASE,
)
Kind = Literal["drawn", "odd", "everyday"]
KINDS: dict[str, Kind] = {
    "mails": "odd",
    "everyday": "everyday",
}  # of hand-written mail, by folder of the corpus
TRIES = 8
SYLLABLES = [
    "ba",
    "ke",
    "lo",
    "mi",
    "nu",
    "ra",
    "se",
    "ti",
    "vo",
    "zu",
    "dra",
    "fle",
    "gri",
    "klo",
    "pha",
    "sto",
    "tre",
    "wyn",
    "xan",
    "qui",
    "zor",
    "mel",
    "tan",
    "ver",
    "ost",
    "ling",
]


@dataclass(frozen=True)
class Example:
    """A mail to learn from. `group` is the pattern or mail it comes from; `spans` mark the deciding sentences in `body`."""

    group: str
    label: str
    language: str
    register: str
    sender: str
    subject: str
    body: str
    spans: tuple[tuple[int, int], ...]
    kind: Kind = "drawn"


@dataclass(frozen=True)
class Language:
    """What a language's patterns draw from."""

    parts: dict[str, list[Template]]
    slots: dict[str, list[Template]]


class Draw:
    """One mail's draws: a slot keeps its filler for the whole mail."""

    def __init__(self, rng: random.Random, language: Language) -> None:
        self.rng = rng
        self._language = language
        self._filled: dict[str, str] = {}

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.rng.random() < probability

    def part(self, kind: str, *, elsewhere: bool) -> str:
        """One of the language's openings, closings, ...; mail that has nothing to do with jobs gets none that speaks of them."""
        for _ in range(TRIES):
            words = self.render(self.rng.choice(self._language.parts[kind]))
            if not (elsewhere and OF_JOBS.search(words)):
                return words
        return ""

    def render(self, template: Template) -> str:
        """The words of a template, tidied where an empty alternative left a gap."""
        words = self._raw(template)
        words = re.sub(r" +", " ", words)
        return re.sub(r" ([,.;:!?])(?=\s|$)", r"\1", words).strip(" ")

    def _raw(self, template: Template) -> str:
        return "".join(self._node(node) for node in template)

    def _node(self, node: object) -> str:
        if isinstance(node, Slot):
            if node.name not in self._filled:
                filler = self._raw(self.rng.choice(self._language.slots[node.name]))
                if node.name in UNSEEN or (node.name == "role" and self.chance(0.5)):
                    filler = re.sub(r"[^\W\d_]{3,}", self._unseen, filler)
                self._filled[node.name] = filler
            return self._filled[node.name]
        if isinstance(node, Choice):
            return self._raw(self.rng.choice(node.options))
        return node.words  # type: ignore[attr-defined]  # the third kind, Text

    def _unseen(self, word: re.Match[str]) -> str:
        """A word of the same case that is in no dictionary."""
        made = "".join(self.rng.choices(SYLLABLES, k=3))
        return made.capitalize() if word.group()[0].isupper() else made


def load_language(folder: Path) -> Language:
    """parts.txt and slots.txt of a language; what is wrong in them is for `corpus.py check` to say."""
    faults = Faults()
    return Language(
        read_blocks(folder / "parts.txt", PARTS, faults.at(folder)),
        read_blocks(folder / "slots.txt", SLOTS, faults.at(folder)),
    )


def load_patterns(root: Path = ROOT) -> list[Pattern]:
    """Every pattern of the corpus, in a stable order."""
    files = [path for path in corpus_files(root) if path.parent.parent.name == "grammar"]
    faults = Faults()
    return [
        pattern
        for path in files
        if path.name not in ("parts.txt", "slots.txt")
        for pattern in read_patterns(path, faults.at(path))
    ]


def load_mails(root: Path = ROOT) -> list[Mail]:
    """Every hand-written mail, in a stable order."""
    files = [path for path in corpus_files(root) if path.parent.parent.name in KINDS]
    faults = Faults()
    return [mail for path in files for mail in read_mails(path, faults.at(path))]


def annotated_rejections(root: Path = ROOT) -> list[Mail]:
    """Every hand-written rejection."""
    return [mail for mail in load_mails(root) if mail.label == "rejection"]


def expand(pattern: Pattern, language: Language, count: int, seed: int) -> Iterator[Example]:
    """`count` mails of a pattern."""
    for number in range(count):
        key = sha256(f"{seed}:{pattern.id}:{number}".encode()).digest()
        yield _mail_of(pattern, Draw(random.Random(key), language))


def _mail_of(pattern: Pattern, draw: Draw) -> Example:
    paragraphs: list[list[tuple[str, bool]]] = [[]]
    for line in pattern.lines:
        if line.paragraph:
            paragraphs.append([])
        elif not line.optional or draw.chance(0.5):
            words = draw.render(line.template)
            if words:
                paragraphs[-1].append((words, line.deciding))
    if "bare" not in pattern.facts:
        paragraphs = _dressed(paragraphs, draw, elsewhere=pattern.label == "other")
    body, spans = _joined([paragraph for paragraph in paragraphs if paragraph], draw)
    sender = draw.render(draw.rng.choice(pattern.senders)) if pattern.senders else ""
    return Example(
        group=pattern.id,
        label=pattern.label,
        language=pattern.language,
        register=pattern.facts.get("register", "person"),
        sender=sender,
        subject=draw.render(draw.rng.choice(pattern.subjects)),
        body=body,
        spans=spans,
    )


def _dressed(
    paragraphs: list[list[tuple[str, bool]]], draw: Draw, *, elsewhere: bool
) -> list[list[tuple[str, bool]]]:
    """The body between a greeting and a signature, as mails have it, with some of the parts left out."""
    dressed = list(paragraphs)
    for kind, probability in (("pleasantries", 0.3), ("openings", 0.9)):
        if draw.chance(probability):
            dressed.insert(0, [(draw.part(kind, elsewhere=elsewhere), False)])
    for kind, probability in (
        ("closings", 0.85),
        ("signatures", 0.85),
        ("disclaimers", 0.2),
        ("footers", 0.2),
    ):
        if draw.chance(probability):
            dressed.append([(draw.part(kind, elsewhere=elsewhere), False)])
    return [[(words, mark) for words, mark in paragraph if words] for paragraph in dressed]


def _joined(paragraphs: list[list[tuple[str, bool]]], draw: Draw) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Body and spans; now and then every sentence is a line of its own, as HTML turned to text has it."""
    between = "\n" if draw.chance(0.15) else " "
    gap = "\n" if draw.chance(0.1) else "\n\n"
    body = ""
    spans = []
    for paragraph in paragraphs:
        body += gap if body else ""
        for index, (words, deciding) in enumerate(paragraph):
            body += between if index else ""
            if deciding:
                spans.append((len(body), len(body) + len(words)))
            body += words
    return body, tuple(spans)


def example_of(mail: Mail) -> Example:
    """A hand-written mail as an example."""
    return Example(
        group=mail.id,
        label=mail.label,
        language=mail.language,
        register=mail.head.get("register", "person"),
        sender=mail.head.get("from", ""),
        subject=mail.head.get("subject", ""),
        body=mail.body,
        spans=mail.spans,
        kind=KINDS[mail.folder],
    )
