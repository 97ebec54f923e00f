"""How scores become a decision: calibration, threshold, and the band in which the owner is asked.

Everything is chosen on out-of-fold scores of the corpus, weighted to look like a mailbox; the measuring data has no part in it.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from afterword_models.components import REJECTION, Decision

# How much of each label's mail is of the wordings that most companies and their systems use, of those that people use who write as they
# speak, and of the rare and the odd; the corpus is far harder than real mail, on purpose.
KINDS = {"plain": 0.65, "everyday": 0.25, "odd": 0.1}
# What the mail of somebody who applies for jobs consists of; out-of-fold mail is weighted to it before scores become a decision.
MIX = {
    "rejection": 0.22,
    "acknowledgement": 0.22,
    "interview": 0.08,
    "assessment": 0.05,
    "offer": 0.02,
    "status_update": 0.04,
    "outreach": 0.05,
    "job_alert": 0.12,
    "feedback": 0.01,
    "other": 0.19,
}
BETA = (
    0.5  # a draft too many weighs four times a missed rejection: it costs trust, a missed one only a chance
)
HELD = 0.02  # the share of out-of-fold mail that lies in the band where the owner is asked


def decide(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray, kinds: np.ndarray) -> Decision:
    """Calibrate and choose the threshold and the band round it, on out-of-fold scores weighted to the prior.

    `scores` has the three logits of `Decision` in a row for each mail; `kinds` names one of KINDS for each mail.
    """
    rejected = labels == REJECTION
    weights = mixed_weights(labels, weights, kinds)
    calibration = LogisticRegression(C=1e6).fit(scores, rejected, sample_weight=weights)
    chances = calibration.predict_proba(scores)[:, 1]
    threshold = best_threshold(chances, rejected, weights)
    low, high = band(chances, threshold, weights)
    document, elsewhere, sentence = map(float, calibration.coef_[0])
    return Decision(
        document=document,
        elsewhere=elsewhere,
        sentence=sentence,
        bias=float(calibration.intercept_[0]),
        threshold=threshold,
        hold_from=low,
        hold_to=high,
    )


def mixed_weights(labels: np.ndarray, weights: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Weights that make the corpus look like a mailbox: MIX over the labels, and in each label KINDS of mail."""
    weights = weights.copy()
    for label, part in MIX.items():
        for kind, share_of_kind in KINDS.items():
            cell = (labels == label) & (kinds == kind)
            if cell.any():
                weights[cell] *= part * share_of_kind / weights[cell].sum()
    return weights * len(weights) / weights.sum()


def best_threshold(chances: np.ndarray, rejected: np.ndarray, weights: np.ndarray) -> float:
    """The middle (in logits) of the widest stretch of thresholds within .001 of the best F-beta."""
    grid = np.linspace(-4, 4, 321)
    scores = []
    for threshold in 1 / (1 + np.exp(-grid)):
        said = chances >= threshold
        hits = weights[said & rejected].sum()
        precision = hits / max(weights[said].sum(), 1e-9)
        recall = hits / weights[rejected].sum()
        scores.append((1 + BETA**2) * precision * recall / max(BETA**2 * precision + recall, 1e-9))
    good = np.array(scores) >= max(scores) - 0.001
    stretches, start = [], None
    for index, flag in enumerate([*good, False]):
        if flag and start is None:
            start = index
        elif not flag and start is not None:
            stretches.append((index - start, start, index - 1))
            start = None
    _, first, last = max(stretches)
    return float(1 / (1 + np.exp(-(grid[first] + grid[last]) / 2)))


def band(chances: np.ndarray, threshold: float, weights: np.ndarray) -> tuple[float, float]:
    """(from, to) round the threshold, as wide in logits on either side, so that HELD of the mail lies in it."""
    distance = np.abs(_logit(chances) - _logit(np.array(threshold)))
    order = np.argsort(distance)
    inside = np.searchsorted(np.cumsum(weights[order]) / weights.sum(), HELD)
    width = distance[order][inside]
    middle = _logit(np.array(threshold))
    return float(1 / (1 + np.exp(-(middle - width)))), float(1 / (1 + np.exp(-(middle + width))))


def _logit(chances: np.ndarray) -> np.ndarray:
    clipped = np.clip(chances, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(clipped / (1 - clipped)))
