"""Trains the pipeline from the corpus: python models/scripts/train.py [--seed N] [--out FOLDER]

Two binary linear models (mail and sentence) and one over the other labels; all convex, so that a seed changes nothing but the draws
from the grammar. How scores become a decision is chosen on out-of-fold scores: each fold leaves out whole patterns and whole
hand-written mails, so that what is calibrated is the answer to wordings never seen.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import scipy.sparse as sp
import spacy
from sklearn.linear_model import LogisticRegression

from afterword.parse import from_fields
from afterword_models.components import REJECTION, Decision, MailJudge
from afterword_models.judge import text_of
from afterword_models.ngrams import Features, Vocabulary, build_vocabulary
from afterword_models.tokens import Sentence, forms_of, pieces_of, sentences_in
from corpus import ROOT, Choice, Pattern, Template
from expand import Example, Language, example_of, expand, load_language, load_mails, load_patterns

VERSION = "0.1.0"
FOLDER = Path(__file__).resolve().parent.parent / "afterword_models" / "pipeline"
FOLDS = 5
FEWEST = 2  # groups in which an n-gram has to occur
WRITTEN = 4.0  # how many generated mails a hand-written one weighs
PLAIN = (
    5.0  # and how many of a clever pattern one of a plain ("core") pattern weighs: real mail is mostly plain
)
DOCUMENT_C, SENTENCE_C, LABEL_C = 30.0, 10.0, 30.0
PLAIN_SHARE = 0.85  # how much of each label's mail is of the plain kind; the corpus is far harder than real mail, on purpose
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
BETA = 0.7  # a draft too many weighs twice a missed rejection: it costs trust, a missed one only a chance
HELD = 0.02  # the share of out-of-fold mail that lies in the band where the owner is asked
HELD_OUT = 5  # one pattern in so many that is no rejection is kept for testing


@dataclass(frozen=True)
class Row:
    """An example read: `gold` marks the deciding sentences, the subject's place first."""

    example: Example
    subject: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    gold: tuple[bool, ...]


def is_held_out(group: str) -> bool:
    """Whether a group is never trained on: a stable fifth of the patterns that are no rejection."""
    return int(sha256(group.encode()).hexdigest(), 16) % HELD_OUT == 0


def combinations(template: Template) -> float:
    """How many different sentences a template makes, names aside."""
    product = 1.0
    for node in template:
        if isinstance(node, Choice):
            product *= sum(combinations(option) for option in node.options)
    return product


def share(pattern: Pattern) -> int:
    """How many mails a pattern gives: more where it is wide, so that no wording is seen too often."""
    width = sum(math.log10(combinations(line.template)) for line in pattern.lines)
    return max(10, min(60, round(4 + 6 * width)))


def languages() -> dict[str, Language]:
    """Parts and slots by language."""
    return {folder.name: load_language(folder) for folder in sorted((ROOT / "grammar").iterdir())}


def generated(patterns: Sequence[Pattern], seed: int) -> list[Example]:
    """The mails of the given patterns."""
    by_language = languages()
    return [
        example
        for pattern in patterns
        for example in expand(pattern, by_language[pattern.language], share(pattern), seed)
    ]


def training_examples(seed: int) -> list[Example]:
    """All mails to learn from: of the patterns that are not held out, and the hand-written ones."""
    patterns = [
        pattern for pattern in load_patterns() if pattern.label == REJECTION or not is_held_out(pattern.id)
    ]
    return generated(patterns, seed) + [example_of(mail) for mail in load_mails()]


def read(example: Example) -> Row:
    """Take an example apart as the pipeline does; quoted text and signature are left out as they are in real mail."""
    message = from_fields(example.subject, example.sender, example.body)
    subject = tuple(forms_of(pieces_of(" ".join(example.subject.split()))))
    text = text_of(message)
    start = len(text) - len(message.text)
    found = tuple(sentences_in(text, pieces_of(text), start, len(text)))
    marked = [example.body[first:last].split() for first, last in example.spans]
    gold = tuple(
        any(_overlap(text[each.start : each.end].split(), words) for words in marked) for each in found
    )
    return Row(example, subject, found, (False, *gold))


def _overlap(sentence: list[str], marked: list[str]) -> bool:
    """Whether a sentence is (part of) a marked one, or the other way round; wraps and cuts do not matter."""
    one, other = " ".join(sentence), " ".join(marked)
    return bool(one) and (one in other or other in one)


@dataclass(frozen=True)
class Weights:
    """What training gives."""

    document: LogisticRegression
    sentence: LogisticRegression
    others: LogisticRegression


class Matrices:
    """The rows as sparse matrices, scaled as the pipeline scales them."""

    def __init__(self, rows: Sequence[Row], vocabulary: Vocabulary) -> None:
        self.rows = rows
        features = [vocabulary.read(row.subject, row.sentences) for row in rows]
        self.documents = _scaled(
            [each.document for each in features],
            np.array([each.length for each in features]),
            vocabulary,
        )
        counts = [len(each.lengths) for each in features]
        self.owners = np.repeat(np.arange(len(features)), counts)
        self.sentences = _scaled(
            [ids for each in features for ids in _by_sentence(each)],
            np.concatenate([each.lengths for each in features]),
            vocabulary,
        )
        self.labels = np.array([row.example.label for row in rows])
        self.weights = np.array([weight_of(row.example) for row in rows])
        self.gold = np.array([mark for row in rows for mark in row.gold])
        self.taught = np.array([_teaches(row, index) for row in rows for index in range(len(row.gold))])

    @property
    def rejected(self) -> np.ndarray:
        """Which rows are rejections."""
        return self.labels == REJECTION


def weight_of(example: Example) -> float:
    """How much an example counts in training."""
    if example.written:
        return WRITTEN
    return PLAIN if "-core-" in example.group else 1.0


def _teaches(row: Row, index: int) -> bool:
    """Whether a sentence is an example for the sentence model.

    Not where the whole mail implies the verdict; and not the subject of a rejection, which may or may not tell.
    """
    return row.example.label != REJECTION or (index > 0 and any(row.gold))


def _by_sentence(features: Features) -> list[np.ndarray]:
    """The features of each sentence, the subject's first."""
    cuts = np.searchsorted(features.owners, np.arange(1, len(features.lengths)))
    return np.split(features.members, cuts)


def _scaled(ids: Sequence[np.ndarray], lengths: np.ndarray, vocabulary: Vocabulary) -> sp.csr_matrix:
    pointers = np.cumsum([0, *(len(each) for each in ids)])
    indices = np.concatenate(ids) if len(ids) else np.empty(0, dtype=np.int64)
    values = np.repeat(1 / np.sqrt(lengths.astype(np.float32)), np.diff(pointers))
    return sp.csr_matrix((values, indices, pointers), shape=(len(ids), vocabulary.size))


def fit(matrices: Matrices, chosen: np.ndarray) -> Weights:
    """Train on the chosen rows."""
    picked = chosen[matrices.owners] & matrices.taught
    others = chosen & ~matrices.rejected
    document = LogisticRegression(C=DOCUMENT_C, solver="liblinear", random_state=0)
    document.fit(
        matrices.documents[chosen], matrices.rejected[chosen], sample_weight=matrices.weights[chosen]
    )
    sentence = LogisticRegression(C=SENTENCE_C, solver="liblinear", random_state=0)
    sentence.fit(
        matrices.sentences[picked],
        (matrices.gold & matrices.rejected[matrices.owners])[picked],
        sample_weight=matrices.weights[matrices.owners][picked],
    )
    labels = LogisticRegression(C=LABEL_C, solver="lbfgs", max_iter=300)
    labels.fit(matrices.documents[others], matrices.labels[others], sample_weight=matrices.weights[others])
    return Weights(document, sentence, labels)


def logits(matrices: Matrices, weights: Weights, chosen: np.ndarray) -> np.ndarray:
    """(document logit, highest sentence logit) of the chosen rows; shape (rows, 2)."""
    document = weights.document.decision_function(matrices.documents)
    sentence = np.full(len(matrices.rows), -np.inf)
    np.maximum.at(sentence, matrices.owners, weights.sentence.decision_function(matrices.sentences))
    return np.stack([document, sentence], axis=1)[chosen]


def out_of_fold(matrices: Matrices) -> np.ndarray:
    """Logits of every row by models that have seen neither its pattern nor itself."""
    folds = np.array([fold_of(row.example, number) for number, row in enumerate(matrices.rows)])
    found = np.zeros((len(matrices.rows), 2))
    for fold in range(FOLDS):
        left_out = folds == fold
        found[left_out] = logits(matrices, fit(matrices, ~left_out), left_out)
    return found


def fold_of(example: Example, number: int) -> int:
    """The fold that leaves an example out.

    Whole patterns and whole hand-written mails are left out, but of the plain ("core") patterns single mails: what they say is said
    everywhere, and a new mail is a new combination of it, no new wording.
    """
    key = f"{example.group}:{number}" if "-core-" in example.group else example.group
    return int(sha256(key.encode()).hexdigest(), 16) // 7 % FOLDS


def decide(matrices: Matrices, scores: np.ndarray) -> Decision:
    """Calibrate and choose the threshold and the band round it, on out-of-fold scores weighted to the prior."""
    rejected = matrices.rejected
    weights = mixed_weights(matrices)
    calibration = LogisticRegression(C=1e6).fit(scores, rejected, sample_weight=weights)
    chances = calibration.predict_proba(scores)[:, 1]
    threshold = best_threshold(chances, rejected, weights)
    low, high = band(chances, threshold, weights)
    document, sentence = calibration.coef_[0]
    return Decision(
        document=float(document),
        sentence=float(sentence),
        bias=float(calibration.intercept_[0]),
        threshold=threshold,
        hold_from=low,
        hold_to=high,
    )


def mixed_weights(matrices: Matrices) -> np.ndarray:
    """Weights that make the corpus look like a mailbox: MIX over the labels, and in each label PLAIN_SHARE of plain mail."""
    weights = matrices.weights.copy()
    plain = np.array(["-core-" in row.example.group for row in matrices.rows])
    for label, part in MIX.items():
        for kind, share_of_kind in ((plain, PLAIN_SHARE), (~plain, 1 - PLAIN_SHARE)):
            cell = (matrices.labels == label) & kind
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


def train(examples: Sequence[Example], out: Path, seed: int) -> Decision:
    """Train on the examples and write the pipeline; returns how it decides."""
    rows = [read(example) for example in examples]
    vocabulary = build_vocabulary([(row.example.group, row.subject, row.sentences) for row in rows], FEWEST)
    matrices = Matrices(rows, vocabulary)
    decision = decide(matrices, out_of_fold(matrices))
    weights = fit(matrices, np.ones(len(rows), dtype=bool))
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "afterword.Tokenizer.v1"}}})
    nlp.meta.update(
        name="afterword", version=VERSION, description=f"Recognises rejections; grammar seed {seed}"
    )
    judge = nlp.add_pipe("afterword_judge")
    assert isinstance(judge, MailJudge)  # noqa: S101 - tells the type checker what the factory makes
    judge.vocabulary = vocabulary
    judge.labels = tuple(weights.others.classes_)
    judge.decision = decision
    judge.weights = np.vstack([weights.document.coef_, weights.sentence.coef_, weights.others.coef_]).astype(
        np.float32
    )
    judge.biases = np.concatenate(
        [weights.document.intercept_, weights.sentence.intercept_, weights.others.intercept_]
    ).astype(np.float32)
    nlp.to_disk(out)
    return decision


def main() -> None:
    """Train and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    examples = training_examples(options.seed)
    print(
        f"{len(examples)} mails, {sum(example.label == REJECTION for example in examples)} of them rejections"
    )
    print(train(examples, options.out, options.seed))


if __name__ == "__main__":
    main()
