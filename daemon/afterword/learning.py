"""`afterword learn`: the owner's corrections become a personal model beside the shipped one, if that is for the better.

It is kept only when it makes no more mistakes than the shipped model on the sample of the corpus that ships with it, neither false alarms nor
misses, and fewer on the owner's own corrections, each judged by a model that has not seen it.
"""

import gzip
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Self

import structlog

from afterword.config import Config
from afterword.corrections import message_of
from afterword.ledger import file_of
from afterword.ledgers import reading
from afterword.parse import from_fields
from afterword.records import Message
from afterword_models import Judge, load

if TYPE_CHECKING:
    from afterword_models.personal import Personal, Read

log = structlog.get_logger()

FOLDS = 5
Taught = tuple[Message, bool]


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Of some mails, how many were wrongly called a rejection, and how many rejections were missed."""

    mails: int
    false_alarms: int
    misses: int

    @property
    def both(self) -> int:
        """All mistakes."""
        return self.false_alarms + self.misses

    def __add__(self, other: "Mistakes") -> "Mistakes":
        return Mistakes(
            self.mails + other.mails, self.false_alarms + other.false_alarms, self.misses + other.misses
        )

    def no_worse_than(self, other: "Mistakes") -> bool:
        """Whether there are more of neither kind."""
        return self.false_alarms <= other.false_alarms and self.misses <= other.misses


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a personal model would change: mistakes before and after, on the shipped sample and on the owner's corrections."""

    corrections: int
    sample: tuple[Mistakes, Mistakes]
    own: tuple[Mistakes, Mistakes]

    @property
    def kept(self) -> bool:
        """Whether it is for the better."""
        return self.sample[1].no_worse_than(self.sample[0]) and self.own[1].both < self.own[0].both

    @property
    def why(self) -> str:
        """The reason for keeping it or not, in words."""
        if not self.corrections:
            return "there are no corrections yet"
        if not self.sample[1].no_worse_than(self.sample[0]):
            return "it would make more mistakes on other mail"
        if self.own[1].both >= self.own[0].both:
            return "it is no better on your own corrections; more of them may help"
        return "it makes fewer mistakes on your own corrections and no more on other mail"


def personal_path(config: Config) -> Path:
    """Where the personal model lies: beside the ledger."""
    return file_of(config.state.url).parent / "personal-model.json"


def judge_for(config: Config) -> Judge:
    """The shipped classifier, with what the owner has taught it.

    A personal model of another release, or one that cannot be read, is left aside; `afterword learn` makes it anew.
    """
    path = personal_path(config)
    if not path.is_file():
        return load()
    from afterword_models.personal import Personal

    try:
        return load().personal(Personal.load(path))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        log.warning("the personal model does not fit this release; run afterword learn")
        return load()


def learn(config: Config) -> Learnt:
    """Train on all corrections, measure, and keep the model if it is for the better."""
    with reading(config) as ledger:
        taught = [(message_of(each), each.rejection) for each in ledger.aftermath.corrections()]
    learnt, personal = weigh(taught)
    if learnt.kept and personal:
        save(personal, personal_path(config))
    return learnt


def reset(config: Config) -> bool:
    """Back to the shipped model; False when there was no other."""
    path = personal_path(config)
    there = path.is_file()
    path.unlink(missing_ok=True)
    return there


def weigh(taught: Sequence[Taught]) -> tuple[Learnt, "Personal | None"]:
    """What the corrections are worth, and the model that was trained on all of them.

    A model of words and senders is tried first; if other mail suffers by it, one of senders alone.
    """
    if not taught:
        nothing = Mistakes(0, 0, 0)
        return Learnt(0, (nothing, nothing), (nothing, nothing)), None
    learnt, personal = _weigh(taught, words=True)
    return (learnt, personal) if learnt.kept else _weigh(taught, words=False)


def _weigh(taught: Sequence[Taught], *, words: bool) -> "tuple[Learnt, Personal]":
    judge = load()
    personal = _trained(taught, words=words)
    measured = _Tried.on(judge, sample_of("measured"))
    own = _Tried.on(judge, taught)
    folds = min(FOLDS, len(taught))
    unseen = Mistakes(0, 0, 0)
    for fold in range(folds):
        rest = [each for number, each in enumerate(taught) if number % folds != fold]
        model = _trained(rest, words=words) if rest else None
        unseen += _Tried.on(judge, taught[fold::folds]).mistakes(model)
    learnt = Learnt(
        corrections=len(taught),
        sample=(measured.mistakes(), measured.mistakes(personal)),
        own=(own.mistakes(), unseen),
    )
    return learnt, personal


def _trained(taught: Sequence[Taught], *, words: bool) -> "Personal":
    corrected = load().read([message for message, _ in taught])
    return load().taught(corrected, [rejection for _, rejection in taught], _rehearsed(), words=words)


@cache
def _rehearsed() -> "Read":
    return load().read([message for message, _ in sample_of("rehearsed")])


@dataclass(frozen=True, slots=True)
class _Tried:
    """Mails of which it is known whether they are rejections, read once and judged by several models."""

    judge: Judge
    mails: "Read"
    rejections: tuple[bool, ...]

    @classmethod
    def on(cls, judge: Judge, taught: Sequence[Taught]) -> Self:
        """Read the mails."""
        return cls(judge, judge.read([message for message, _ in taught]), tuple(each for _, each in taught))

    def mistakes(self, model: "Personal | None" = None) -> Mistakes:
        """What the shipped model, or a personal one, gets wrong."""
        pairs = list(zip(self.judge.rejected(self.mails, model), self.rejections, strict=True))
        return Mistakes(len(pairs), pairs.count((True, False)), pairs.count((False, True)))


@cache
def sample_of(part: str) -> tuple[Taught, ...]:
    """The shipped mails of one part, `rehearsed` or `measured`, with whether each is a rejection."""
    octets = files("afterword_models").joinpath("sample.jsonl.gz").read_bytes()
    rows = map(json.loads, gzip.decompress(octets).decode("utf-8").splitlines())
    return tuple(
        (from_fields(row["subject"], row["from"], row["body"]), row["rejection"])
        for row in rows
        if row["part"] == part
    )


def save(personal: "Personal", path: Path) -> None:
    """Put the model in place in one step, readable by its owner alone: it knows their correspondents."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    personal.save(fresh)
    fresh.replace(path)
