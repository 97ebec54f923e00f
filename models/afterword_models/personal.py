"""A personal model: what the owner's corrections add to the shipped one, trained without forgetting what that knew.

It adds to the logit of a rejection: a weight for each n-gram of the corrected mails, and one for each of their senders. Training resumes
from the shipped weights (a sum of zero) and rehearses, as spaCy's `rehearse` does: on a sample of the corpus the shipped model's own
answers are the target, so that a weight can move only where the corpus has nothing to say against it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from afterword_models.components import MailJudge
    from afterword_models.ngrams import Grams

Floats = NDArray[Any]
Ids = NDArray[np.int64]

STEPS = 150
LEARN_RATE = 0.1
DECAY = 0.1  # how much a weight costs, against the loss of one corrected mail
REHEARSAL = 1.0  # what a mail of the sample weighs against a corrected one


@dataclass(frozen=True, slots=True)
class Personal:
    """Weights by feature number and by sender; `base` names the shipped model that they add to."""

    base: str
    weights: Floats
    senders: Mapping[str, float]

    def nudges(self, grams: "Grams", senders: Sequence[str]) -> Floats:
        """What is added to the logit of each mail; shape (mails,)."""
        sums = np.bincount(grams.owners, self.weights[grams.members], minlength=len(grams.scales))
        return np.asarray(sums * grams.scales + np.array([self.senders.get(each, 0.0) for each in senders]))

    def save(self, path: Path) -> None:
        """Write one file; the caller sees to who may read it."""
        numbers = np.flatnonzero(self.weights)
        content = {
            "base": self.base,
            "size": len(self.weights),
            "numbers": numbers.tolist(),
            "weights": [round(float(each), 6) for each in self.weights[numbers]],
            "senders": dict(self.senders),
        }
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; ValueError or KeyError when it is something else."""
        content = json.loads(path.read_text(encoding="utf-8"))
        weights = np.zeros(int(content["size"]))
        weights[np.array(content["numbers"], dtype=np.int64)] = content["weights"]
        return cls(str(content["base"]), weights, {str(k): float(v) for k, v in content["senders"].items()})


def base_of(judge: "MailJudge") -> str:
    """The name of a shipped model: another training gives another name."""
    digest = sha256(judge.vocabulary.keys.tobytes())
    digest.update(judge.weights.tobytes())
    return digest.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Read:
    """Mails as the shipped model reads them: n-grams, senders, and the calibrated logit that each is a rejection."""

    grams: "Grams"
    senders: tuple[str, ...]
    logits: Floats


def resume(
    judge: "MailJudge", corrected: Read, rejections: Sequence[bool], sample: Read, *, words: bool
) -> Personal:
    """Train on the corrected mails while rehearsing the sample. Deterministic; the loss is convex, so that it has one minimum.

    Only senders and, if `words`, n-grams of the corrected mails get a weight.
    """
    from thinc.optimizers import Adam

    active = np.unique(corrected.grams.members) if words else np.empty(0, dtype=np.int64)
    known = {each: number for number, each in enumerate(sorted(set(corrected.senders) - {""}))}
    batches = [
        _Batch.of(corrected, np.array(rejections, dtype=float), active, known, 1.0),
        _Batch.of(sample, _chance(sample.logits), active, known, REHEARSAL),
    ]
    optimizer: Any = Adam(LEARN_RATE, L2=0.0, grad_clip=0.0)  # thinc's types know no plain array
    weights = np.zeros(len(active) + len(known), dtype=np.float32)
    for _ in range(STEPS):
        gradient = DECAY * weights + sum(batch.gradient(weights) for batch in batches)
        weights, _ = optimizer((0, "personal"), weights, gradient.astype(np.float32))
        optimizer.step_schedules()
    everything = np.zeros(judge.vocabulary.size)
    everything[active] = weights[: len(active)]
    senders = {each: round(float(weights[len(active) + number]), 6) for each, number in known.items()}
    return Personal(base_of(judge), everything, senders)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some mails over the weights that may move: sparse values by (mail, weight), the logits to start from, and targets."""

    mails: Ids
    columns: Ids
    values: Floats
    logits: Floats
    targets: Floats
    weight: float

    @classmethod
    def of(cls, read: Read, targets: Floats, active: Ids, known: Mapping[str, int], weight: float) -> Self:
        place = np.searchsorted(active, read.grams.members)
        place = np.minimum(place, max(0, len(active) - 1))
        moved = active[place] == read.grams.members if len(active) else np.zeros(0, dtype=bool)
        named = [(mail, known[each]) for mail, each in enumerate(read.senders) if each in known]
        mails = np.concatenate(
            [read.grams.owners[moved], np.array([mail for mail, _ in named], dtype=np.int64)]
        )
        columns = np.concatenate(
            [place[moved], len(active) + np.array([number for _, number in named], dtype=np.int64)]
        )
        values = np.concatenate([read.grams.scales[read.grams.owners[moved]], np.ones(len(named))])
        return cls(mails, columns, values, read.logits, targets, weight)

    def gradient(self, weights: Floats) -> Floats:
        """Of the cross-entropy between the targets and what the weights make of the logits."""
        nudges = np.bincount(self.mails, self.values * weights[self.columns], minlength=len(self.logits))
        wrong = _chance(self.logits + nudges) - self.targets
        return self.weight * np.bincount(
            self.columns, self.values * wrong[self.mails], minlength=len(weights)
        )


def _chance(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))
