"""How good verdicts are: figures with 95 % intervals, from pairs of what a mail is and what was said of it; pure.

Proportions have Wilson intervals (Wilson, 1927); F1 and average precision have percentile intervals from a seeded bootstrap over mails.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterword.records import Label, Verdict

Z = 1.959964  # the normal quantile of a two-sided 95 % interval
RESAMPLES = 1000
BINS = 10

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval; all three are NaN where there is nothing to count."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]" if self.value == self.value else "–"

    def as_json(self) -> list[float | None]:
        """[value, low, high], null for NaN."""
        return [round(each, 4) if each == each else None for each in (self.value, self.low, self.high)]


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label against all others; `rows` is how many mails bear it."""

    label: Label
    rows: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one set of mails. `held` are in the band where the owner is asked; `ece` has ten bins of equal width."""

    rows: int
    labels: tuple[LabelFigures, ...]
    average_precision: Estimate
    macro_f1: float
    confusion: dict[Label, dict[Label, int]]
    ece: float
    held: int
    held_wrong: int
    seconds: float

    @property
    def rejection(self) -> LabelFigures:
        """The figures that matter most."""
        return next(figures for figures in self.labels if figures.label is Label.REJECTION)

    @property
    def mails_per_second(self) -> float:
        """Speed, parsing included."""
        return self.rows / self.seconds if self.seconds else float("nan")

    def summary(self) -> str:
        """The rejection in one line."""
        figures = self.rejection
        return (
            f"rejection: precision {figures.precision}, recall {figures.recall}, F1 {figures.f1}, "
            f"AP {self.average_precision}; macro-F1 {self.macro_f1:.3f}; ECE {self.ece:.3f}; "
            f"{self.held} held ({self.held_wrong} of them wrong); {self.rows} mails, {self.mails_per_second:.0f} a second"
        )

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "rows": self.rows,
            "labels": {
                figures.label: {
                    "rows": figures.rows,
                    "precision": figures.precision.as_json(),
                    "recall": figures.recall.as_json(),
                    "f1": figures.f1.as_json(),
                }
                for figures in self.labels
            },
            "average_precision": self.average_precision.as_json(),
            "macro_f1": round(self.macro_f1, 4),
            "confusion": self.confusion,
            "ece": round(self.ece, 4),
            "held": self.held,
            "held_wrong": self.held_wrong,
            "seconds": round(self.seconds, 3),
            "mails_per_second": round(self.mails_per_second, 1),
        }


def report(gold: Sequence[Label], verdicts: Sequence[Verdict], seconds: float) -> Report:
    """The figures for mails that are `gold` and were judged as `verdicts`; both of one length."""
    said = [verdict.label for verdict in verdicts]
    rejected = np.array([label is Label.REJECTION for label in gold])
    chances = np.array([verdict.scores[Label.REJECTION] for verdict in verdicts], dtype=float)
    confusion = Counter(zip(gold, said, strict=True))
    figures = tuple(label_figures(label, gold, said) for label in Label)
    present = [each.f1.value for each in figures if each.rows and each.f1.value == each.f1.value]
    held = [(label, verdict) for label, verdict in zip(gold, verdicts, strict=True) if verdict.hold]
    return Report(
        rows=len(gold),
        labels=figures,
        average_precision=bootstrap(average_precision, rejected, chances),
        macro_f1=float(np.mean(present)) if present else float("nan"),
        confusion={
            actual: {guess: confusion[actual, guess] for guess in Label if confusion[actual, guess]}
            for actual in Label
            if any(confusion[actual, guess] for guess in Label)
        },
        ece=calibration_error(rejected, chances),
        held=len(held),
        held_wrong=sum(
            (label is Label.REJECTION) != (verdict.label is Label.REJECTION) for label, verdict in held
        ),
        seconds=seconds,
    )


def label_figures(label: Label, gold: Sequence[Label], said: Sequence[Label]) -> LabelFigures:
    """Precision, recall and F1 of one label."""
    actual = np.array([each is label for each in gold])
    guessed = np.array([each is label for each in said])
    hits = int((actual & guessed).sum())
    return LabelFigures(
        label=label,
        rows=int(actual.sum()),
        precision=wilson(hits, int(guessed.sum())),
        recall=wilson(hits, int(actual.sum())),
        f1=bootstrap(f1_score, actual, guessed.astype(float)),
    )


def wilson(hits: int, trials: int) -> Estimate:
    """A proportion and its Wilson interval."""
    if not trials:
        return Estimate(float("nan"), float("nan"), float("nan"))
    share = hits / trials
    centre = (share + Z**2 / (2 * trials)) / (1 + Z**2 / trials)
    half = Z / (1 + Z**2 / trials) * np.sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    return Estimate(share, max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def bootstrap(figure: Callable[[Bools, Floats], float], actual: Bools, scores: Floats) -> Estimate:
    """A figure and its percentile interval over resampled mails."""
    value = figure(actual, scores)
    if value != value:
        return Estimate(value, value, value)
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(actual), size=(RESAMPLES, len(actual)))
    found = np.array([figure(actual[draw], scores[draw]) for draw in draws])
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def f1_score(actual: Bools, guessed: Floats) -> float:
    """The harmonic mean of precision and recall; NaN where the label neither occurs nor is said."""
    both = float((actual * guessed).sum())
    total = float(actual.sum() + guessed.sum())
    return 2 * both / total if total else float("nan")


def average_precision(actual: Bools, scores: Floats) -> float:
    """Precision at each hit down the ranking, averaged over the hits; ties keep the order of the mails."""
    if not actual.any():
        return float("nan")
    ordered = actual[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    return float(precision[ordered].mean())


def reliability(actual: Bools, chances: Floats) -> list[tuple[float, float, int]]:
    """(mean probability, share of rejections, mails) of each bin that is not empty."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    return [
        (float(chances[bins == each].mean()), float(actual[bins == each].mean()), int((bins == each).sum()))
        for each in range(BINS)
        if (bins == each).any()
    ]


def calibration_error(actual: Bools, chances: Floats) -> float:
    """ECE: how far the bins' probabilities are from what happened, weighted by their mails."""
    bins = reliability(actual, chances)
    total = sum(mails for _, _, mails in bins)
    return sum(mails * abs(said - seen) for said, seen, mails in bins) / total if total else float("nan")
