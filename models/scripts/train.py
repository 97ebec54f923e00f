"""Trains the pipeline from the corpus: python models/scripts/train.py [--seed N] [--out FOLDER]

Two binary linear models (mail and sentence) and one over the other labels; all convex, so that a seed changes nothing but the draws
from the grammar. How scores become a decision is chosen on out-of-fold scores: each fold leaves out whole patterns and whole
hand-written mails, so that what is calibrated is the answer to wordings never seen.
"""

from __future__ import annotations

import argparse
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import scipy.sparse as sp
import spacy
from sklearn.linear_model import LogisticRegression

from afterword_models.components import REJECTION, Decision, MailJudge
from afterword_models.ngrams import Vocabulary, build_vocabulary
from corpus import ROOT, Pattern
from deciding import decide
from expand import Example, Language, example_of, expand, load_language, load_mails, load_patterns
from matrices import Row, fingerprints, rarity, read, scaled, strongest
from templates import Choice, Template

VERSION = "0.1.0"
FOLDER = Path(__file__).resolve().parent.parent / "afterword_models" / "pipeline"
FOLDS = 5
FEWEST = 2  # groups in which an n-gram has to occur
MOST = 225_000  # features that are kept, so that the pipeline stays within 8 MB
WRITTEN = 6.0  # how many generated mails a hand-written one weighs
PLAIN = (
    5.0  # and how many of a clever pattern one of a plain ("core") pattern weighs: real mail is mostly plain
)
OTHER = "other"
DOCUMENT_C, SENTENCE_C, LABEL_C = 3.0, 3.0, 10.0
TOLERANCE = 1e-5
HELD_OUT = 5  # one pattern in so many that is no rejection is kept for testing


def is_held_out(group: str) -> bool:
    """Whether a group is never trained on: a stable fifth of the patterns that are no rejection, but for the plain ("core") ones.

    Those say what nearly every such mail says; what is kept for testing are the clever ones, which resemble a rejection.
    """
    return "-core-" not in group and int(sha256(group.encode()).hexdigest(), 16) % HELD_OUT == 0


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


class Matrices:
    """The rows as sparse matrices, scaled as the pipeline scales them."""

    def __init__(self, rows: Sequence[Row], vocabulary: Vocabulary) -> None:
        self.rows = rows
        features = [
            vocabulary.read([(row.subject, row.sentences) for row in rows[start : start + 512]])
            for start in range(0, len(rows), 512)
        ]
        self.documents = sp.vstack([scaled(each.documents, vocabulary) for each in features], format="csr")
        self.sentences = sp.vstack([scaled(each.sentences, vocabulary) for each in features], format="csr")
        self.owners = np.repeat(np.arange(len(rows)), [len(row.gold) for row in rows])
        self.labels = np.array([row.example.label for row in rows])
        self.weights = np.array([weight_of(row.example) for row in rows])
        self.kinds = np.array([kind_of(row.example) for row in rows])
        self.gold = np.array([mark for row in rows for mark in row.gold])
        self.taught = np.array([_teaches(row, index) for row in rows for index in range(len(row.gold))])
        self.alike = np.unique(fingerprints(self.sentences), return_inverse=True)[1]

    @property
    def rejected(self) -> np.ndarray:
        """Which rows are rejections."""
        return self.labels == REJECTION


def weight_of(example: Example) -> float:
    """How much an example counts in training."""
    if example.kind != "drawn":
        return WRITTEN
    return PLAIN if is_plain(example) else 1.0


def is_plain(example: Example) -> bool:
    """Whether an example is of a plain ("core") pattern."""
    return "-core-" in example.group


def kind_of(example: Example) -> str:
    """The kind of mail that `deciding.KINDS` gives a share to."""
    if is_plain(example):
        return "plain"
    return "everyday" if example.kind == "everyday" else "odd"


def _teaches(row: Row, index: int) -> bool:
    """Whether a sentence is an example for the sentence model.

    Not where the whole mail implies the verdict; and not the subject of a rejection, which may or may not tell.
    """
    return row.example.label != REJECTION or (index > 0 and any(row.gold))


@dataclass(frozen=True)
class Linear:
    """A linear model over the features: `weights` of shape (outputs, features), and `classes` of more than two outputs."""

    weights: np.ndarray
    biases: np.ndarray
    classes: tuple[str, ...]

    def __call__(self, matrix: sp.csr_matrix) -> np.ndarray:
        """Logits, shape (rows, outputs)."""
        return np.asarray(matrix @ self.weights.T + self.biases)


def linear(
    rows: sp.csr_matrix, targets: np.ndarray, weights: np.ndarray, nothing: object, strength: float
) -> Linear:
    """Train one model; a mail of which nothing is known is `nothing`, as heavily as a hundredth of all.

    Columns are scaled by rarity, so that the penalty falls on what is in every mail and not on the rare n-gram that tells: without it
    the lookalikes of the corpus turn "we regret" into a mark of an ordinary mail, and "we" into one of a rejection.
    """
    scales = rarity(rows, weights)
    scaled = sp.vstack([rows @ sp.diags(scales), sp.csr_matrix((1, rows.shape[1]))], format="csr")
    model = LogisticRegression(C=strength, max_iter=500, tol=TOLERANCE)
    model.fit(scaled, np.append(targets, nothing), sample_weight=np.append(weights, weights.sum() / 100))
    return Linear(
        (model.coef_ * scales).astype(np.float32),
        model.intercept_.astype(np.float32),
        tuple(map(str, model.classes_)),
    )


NONE = Linear(np.zeros((0, 0), np.float32), np.zeros(0, np.float32), ())


@dataclass(frozen=True)
class Weights:
    """What training gives: three models of one output, and one of nine."""

    document: Linear
    elsewhere: Linear
    sentence: Linear
    others: Linear


def fit(matrices: Matrices, chosen: np.ndarray, *, stages: bool = True) -> Weights:
    """Train on the chosen rows."""
    documents, labels, weights = (
        matrices.documents[chosen],
        matrices.labels[chosen],
        matrices.weights[chosen],
    )
    others = labels != REJECTION
    return Weights(
        document=linear(documents, labels == REJECTION, weights, False, DOCUMENT_C),
        elsewhere=linear(documents, labels == OTHER, weights, True, DOCUMENT_C),
        sentence=_fit_sentences(matrices, chosen),
        others=_fit_stages(documents[others], labels[others], weights[others]) if stages else NONE,
    )


def _fit_stages(documents: sp.csr_matrix, labels: np.ndarray, weights: np.ndarray) -> Linear:
    """The other nine labels, each as heavy as the next: the corpus holds ten acknowledgements for one piece of feedback."""
    totals = {label: weights[labels == label].sum() for label in np.unique(labels)}
    even = weights / np.array([totals[label] for label in labels])
    return linear(documents, labels, even * len(labels) / even.sum(), OTHER, LABEL_C)


def _fit_sentences(matrices: Matrices, chosen: np.ndarray) -> Linear:
    """A sentence that is said a hundred times is one example, with the root of the weight of them all."""
    picked = np.flatnonzero(chosen[matrices.owners] & matrices.taught)
    tells = (matrices.gold & matrices.rejected[matrices.owners])[picked]
    _, first, same = np.unique(2 * matrices.alike[picked] + tells, return_index=True, return_inverse=True)
    weights = np.sqrt(np.bincount(same, matrices.weights[matrices.owners[picked]]))
    return linear(matrices.sentences[picked[first]], tells[first], weights, False, SENTENCE_C)


def logits(matrices: Matrices, weights: Weights, chosen: np.ndarray) -> np.ndarray:
    """The scores that a decision is made of, of the chosen rows; shape (rows, 3), see `components.Decision`."""
    sentence = np.full(len(matrices.rows), -np.inf)
    np.maximum.at(sentence, matrices.owners, weights.sentence(matrices.sentences)[:, 0])
    document, elsewhere = weights.document(matrices.documents), weights.elsewhere(matrices.documents)
    return np.stack([document[:, 0], elsewhere[:, 0], sentence], axis=1)[chosen]


def out_of_fold(matrices: Matrices) -> np.ndarray:
    """Logits of every row by models that have seen neither its pattern nor itself."""
    folds = np.array([fold_of(row.example, number) for number, row in enumerate(matrices.rows)])
    found = np.zeros((len(matrices.rows), 3))
    for fold in range(FOLDS):
        left_out = folds == fold
        found[left_out] = logits(matrices, fit(matrices, ~left_out, stages=False), left_out)
    return found


def fold_of(example: Example, number: int) -> int:
    """The fold that leaves an example out.

    Whole patterns and whole hand-written mails are left out, but of the plain ("core") patterns single mails: what they say is said
    everywhere, and a new mail is a new combination of it, no new wording.
    """
    key = f"{example.group}:{number}" if is_plain(example) else example.group
    return int(sha256(key.encode()).hexdigest(), 16) // 7 % FOLDS


def train(examples: Sequence[Example], out: Path, seed: int) -> Decision:
    """Train on the examples and write the pipeline; returns how it decides."""
    rows = [read(example) for example in examples]
    vocabulary = build_vocabulary([(row.example.group, row.subject, row.sentences) for row in rows], FEWEST)
    matrices = Matrices(rows, vocabulary)
    decision = decide(out_of_fold(matrices), matrices.labels, matrices.weights, matrices.kinds)
    weights = fit(matrices, np.ones(len(rows), dtype=bool))
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "afterword.Tokenizer.v1"}}})
    nlp.meta.update(
        name="afterword", version=VERSION, description=f"Recognises rejections; grammar seed {seed}"
    )
    judge = nlp.add_pipe("afterword_judge")
    assert isinstance(judge, MailJudge)  # noqa: S101 - tells the type checker what the factory makes
    parts = (weights.document, weights.elsewhere, weights.sentence, weights.others)
    columns = np.vstack([part.weights for part in parts]).T
    # Measured by how widely a column's weights spread, for those of the nine labels are larger throughout.
    kept = strongest(np.abs(columns / columns.std(axis=0)), MOST)
    judge.vocabulary = vocabulary.only(kept)
    judge.labels = weights.others.classes
    judge.decision = decision
    judge.weights = columns[kept]
    judge.biases = np.concatenate([part.biases for part in parts])
    shutil.rmtree(out, ignore_errors=True)  # an older pipeline may have files that this one has not
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
