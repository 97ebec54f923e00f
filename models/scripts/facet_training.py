"""Trains the second component: which facets a rejection states.

Learnt from single sentences (corpus/facets), from the patterns of rejections with their facts, and from the hand-written mails. What a
mail states is known for the whole mail only; which of its sentences states it is found by the model itself, in rounds: the sentence
that it takes for the strongest becomes an example, and it is trained again.

    python models/scripts/facet_training.py [--seed N] [--out FOLDER]

adds the component to the pipeline that train.py has written to FOLDER.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import scipy.sparse as sp
import spacy
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from afterword_models.facets import FACETS, FacetModel, FacetReader
from afterword_models.ngrams import build_vocabulary
from afterword_models.tokens import Sentence
from corpus import REASONS, Faults, Mail, Pattern
from expand import Language, annotated_rejections, example_of, expand, load_patterns
from facet_lines import drawn, load_facet_lines
from matrices import fingerprints, rarity, read, scaled, strongest
from train import FOLDER, languages

FOLDS = 5
PER_PATTERN = 8  # mails drawn from a pattern
FEWEST = 2  # groups in which an n-gram has to occur
SENTENCE_FEATURES, DOCUMENT_FEATURES = 20_000, 15_000  # n-grams kept: those that tell most
SENTENCE_C, DOCUMENT_C = 3.0, 10.0
MIX_C, OWN = (
    0.003,
    5.0,
)  # of the weighing, and how far a facet's own scores are spared its penalty: the others have little to say about it
WRITTEN = 8.0  # how many generated mails a hand-written one weighs
LINE = 12.0  # what all sentences of a line weigh together
SILENT, SPEAKING = (
    0.7,
    1.2,
)  # what a mail's sentence weighs where the facet is absent, and the strongest where it is present
ROUNDS = 2
SLACK = 0.005  # of mean F1 that is given for caution
STEPS, MORE_STEPS = 60, 30  # of the optimiser, at first and in each further round


@dataclass(frozen=True)
class Statement:
    """A mail or single sentence with what it states: 1, 0, or NaN where nobody noted it, in the order of FACETS."""

    group: str
    subject: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    facts: tuple[float, ...]
    kind: str  # "mail" (written by hand), "pattern" or "line"


def facts_of_mail(head: dict[str, str]) -> tuple[float, ...]:
    """What a person noted of a mail."""
    reasons = set(re.split(r"[,\s]+", head["reasons"]))
    stage = head["stage"]
    facts = {name: name in reasons for name in REASONS} | {
        "recruiter": head["party"] == "recruiter",
        "interview": stage != "application",
        "final": stage == "final",
        "feedback": head["feedback_given"] == "yes",
        "policy": head["no_feedback_policy"] == "yes",
    }
    return tuple(float(facts[name]) for name in FACETS)


def facts_of_pattern(facts: dict[str, str]) -> tuple[float, ...]:
    """What a pattern's head says; a pattern without reasons has unknown ones, one without a party is a company's unless an agency writes."""
    known = facts.get("reason")
    party = facts.get("party", "recruiter" if facts["register"] == "agency" else "company")
    head = {
        "reasons": known or "unstated",
        "stage": facts["stage"],
        "party": party,
        "feedback_given": facts.get("feedback", "no"),
        "no_feedback_policy": facts.get("policy", "no"),
    }
    values = facts_of_mail(head)
    return tuple(
        float("nan") if known is None and name in REASONS else value
        for name, value in zip(FACETS, values, strict=True)
    )


def statements(
    mails: Sequence[Mail], patterns: Sequence[Pattern], languages: dict[str, Language], seed: int
) -> list[Statement]:
    """Everything there is to learn from; ValueError where corpus/facets has faults."""
    found = []
    for mail in mails:
        row = read(example_of(mail))
        found.append(Statement(mail.id, row.subject, row.sentences, facts_of_mail(mail.head), "mail"))
    for pattern in patterns:
        facts = facts_of_pattern(pattern.facts)
        for example in expand(pattern, languages[pattern.language], PER_PATTERN, seed):
            row = read(example)
            found.append(Statement(pattern.id, row.subject, row.sentences, facts, "pattern"))
    faults = Faults()
    for line in load_facet_lines(faults):
        facts = tuple(float(name in line.facets) for name in FACETS)
        found += [
            Statement(line.id, (), (sentence,), facts, "line")
            for sentence in drawn(line, languages[line.language], seed)
        ]
    if faults.found:
        raise ValueError("\n".join(faults.found))
    return found


class Table:
    """Statements as matrices; rows of `sentences` belong to the statement in `owners`, each mail's subject first."""

    def __init__(self, rows: Sequence[Statement]) -> None:
        self.rows = rows
        self.vocabulary = build_vocabulary([(row.group, row.subject, row.sentences) for row in rows], FEWEST)
        features = [
            self.vocabulary.read([(row.subject, row.sentences) for row in rows[start : start + 512]])
            for start in range(0, len(rows), 512)
        ]
        self.documents = sp.vstack(
            [scaled(each.documents, self.vocabulary) for each in features], format="csr"
        )
        every = sp.vstack([scaled(each.sentences, self.vocabulary) for each in features], format="csr")
        owners = np.repeat(np.arange(len(rows)), [1 + len(row.sentences) for row in rows])
        kept = np.flatnonzero(every.getnnz(axis=1))
        self.sentences, self.owners = every[kept], owners[kept]
        self.same = np.unique(fingerprints(self.sentences), return_inverse=True)[1]
        self.facts = np.array([row.facts for row in rows])
        self.line = np.array([row.kind == "line" for row in rows])
        self.written = np.array([row.kind == "mail" for row in rows])
        lines = [row.group for row in rows if row.kind == "line"]
        counts = dict(zip(*np.unique(lines, return_counts=True), strict=True))
        self.weights = np.array(
            [
                WRITTEN if row.kind == "mail" else 1.0 if row.kind == "pattern" else LINE / counts[row.group]
                for row in rows
            ]
        )
        self.folds = np.array([fold_of(row.group) for row in rows])


def fold_of(group: str) -> int:
    """The fold that leaves a group out."""
    return int(sha256(group.encode()).hexdigest(), 16) // 7 % FOLDS


@dataclass(frozen=True)
class Columns:
    """Linear models, one a facet: `weights` of shape (features, facets), zero outside `features`."""

    weights: np.ndarray
    biases: np.ndarray
    features: np.ndarray
    start: np.ndarray

    def __call__(self, matrix: sp.csr_matrix) -> np.ndarray:
        """Logits, shape (rows, facets)."""
        return np.asarray(matrix @ self.weights + self.biases)


def fit(
    rows: sp.csr_matrix, targets: np.ndarray, weights: np.ndarray, strength: float, count: int
) -> Columns:
    """Logistic regressions side by side, on the `count` features whose gradient at zero is largest for some facet.

    `targets` and `weights` have shape (rows, facets). The penalty spares rare n-grams, as in the first component.
    """
    scales = rarity(rows, weights.max(axis=1))
    spread = rows @ sp.diags(scales)
    share = (weights * targets).sum(0) / weights.sum(0)
    pull = np.abs(spread.T @ (weights * (targets - share))) / np.sqrt((weights * targets).sum(0) + 1)
    features = strongest(pull, count)
    start = np.zeros((len(features) + 1, targets.shape[1]))
    return descend(
        rows, targets, weights, strength, Columns(scales[:, None], start[0], features, start), STEPS
    )


def descend(
    rows: sp.csr_matrix,
    targets: np.ndarray,
    weights: np.ndarray,
    strength: float,
    before: Columns,
    steps: int,
) -> Columns:
    """So many steps of L-BFGS from where an earlier fit stopped, on its features. Few do: what follows is fitted noise."""
    scales = rarity(rows, weights.max(axis=1))[before.features]
    matrix = (rows[:, before.features] @ sp.diags(scales)).tocsr().astype(np.float32)
    turned = matrix.T.tocsr()
    signs, weights32 = (2 * targets - 1).astype(np.float32), weights.astype(np.float32)
    shape = before.start.shape

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        found = flat.reshape(shape)
        inner = found[:-1].astype(np.float32)
        margins = signs * (matrix @ inner + found[-1].astype(np.float32))
        pulls = -strength * weights32 * signs / (1 + np.exp(np.minimum(margins, 60)))
        value = (
            strength * (weights32 * np.logaddexp(0, -margins)).sum(dtype=np.float64)
            + 0.5 * (found[:-1] ** 2).sum()
        )
        slope = np.vstack([turned @ pulls + found[:-1], pulls.sum(0, dtype=np.float64)])
        return float(value), slope.ravel()

    result = minimize(
        loss, before.start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 8}
    )
    found = result.x.reshape(shape)
    whole = np.zeros((rows.shape[1], shape[1]), dtype=np.float32)
    whole[before.features] = found[:-1] * scales[:, None]
    return Columns(whole, found[-1].astype(np.float32), before.features, found)


def fit_sentences(table: Table, chosen: np.ndarray) -> Columns:
    """Lines teach what states a facet; mails teach what does not, and in rounds what does."""
    lines = np.flatnonzero((chosen & table.line)[table.owners])
    mails = np.flatnonzero((chosen & ~table.line)[table.owners])
    _, first, same = np.unique(table.same[mails], return_index=True, return_inverse=True)
    owners, unique = table.owners[mails], table.sentences[mails[first]]
    facts = table.facts[owners]
    heavy = table.weights[owners][:, None]
    taught = table.facts[table.owners[lines]]
    silent = SILENT * np.sqrt(summed(heavy * (facts == 0), same))
    rows = sp.vstack([table.sentences[lines], unique, unique], format="csr")
    targets = np.vstack([taught, np.zeros_like(silent), np.ones_like(silent)])
    base = np.repeat(table.weights[table.owners[lines]][:, None], len(FACETS), axis=1)
    known = slice(len(lines) + len(first))
    columns = fit(rows[known], targets[known], np.vstack([base, silent]), SENTENCE_C, SENTENCE_FEATURES)
    for _ in range(ROUNDS):
        logits = columns(table.sentences[mails])
        highest = np.full(table.facts.shape, -np.inf)
        np.maximum.at(highest, owners, logits)
        strongest = (facts == 1) & (logits >= highest[owners])
        speaking = SPEAKING * np.sqrt(summed(heavy * strongest, same))
        columns = descend(rows, targets, np.vstack([base, silent, speaking]), SENTENCE_C, columns, MORE_STEPS)
    return columns


def summed(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The sums of rows by group."""
    return np.stack([np.bincount(groups, column) for column in values.T], axis=1)


def fit_documents(table: Table, chosen: np.ndarray) -> Columns:
    """Whole mails; a facet that nobody noted weighs nothing."""
    picked = chosen & ~table.line
    facts = table.facts[picked]
    weights = table.weights[picked][:, None] * ~np.isnan(facts)
    return fit(table.documents[picked], np.nan_to_num(facts), weights, DOCUMENT_C, DOCUMENT_FEATURES)


Pair = tuple[Columns, Columns]  # over sentences, and over whole mails


def fit_pair(table: Table, chosen: np.ndarray) -> Pair:
    """Both models, trained on the chosen statements."""
    return fit_sentences(table, chosen), fit_documents(table, chosen)


def fold_pairs(table: Table) -> list[Pair]:
    """For each fold the models that have seen none of its hand-written mails."""
    return [fit_pair(table, ~(table.written & (table.folds == fold))) for fold in range(FOLDS)]


def out_of_fold(table: Table, pairs: Sequence[Pair]) -> np.ndarray:
    """(strongest sentence, whole mail) of every hand-written mail by models that have not seen it; shape (mails, facets, 2), in the table's order."""
    found = np.zeros((len(table.rows), len(FACETS), 2))
    for fold, (sentence, document) in enumerate(pairs):
        left_out = table.written & (table.folds == fold)
        highest = np.full(table.facts.shape, -np.inf)
        np.maximum.at(highest, table.owners, sentence(table.sentences))
        found[left_out] = np.stack([highest[left_out], document(table.documents[left_out])], axis=2)
    return found[table.written]


def mixes(found: np.ndarray, facts: np.ndarray) -> np.ndarray:
    """How all scores are weighed for each facet, and where yes begins: where the mean F1 of yes and no is highest; shape (2 * facets + 1, facets)."""
    scores = np.hstack([found[:, :, 0], found[:, :, 1]])
    columns = []
    for number, noted in enumerate(facts.T.astype(bool)):
        scales = np.where(np.arange(scores.shape[1]) % len(FACETS) == number, OWN, 1.0)
        model = LogisticRegression(C=MIX_C, max_iter=2000).fit(scores * scales, noted)
        logits = model.decision_function(scores * scales)
        columns.append([*(model.coef_[0] * scales), float(model.intercept_[0]) - threshold(noted, logits)])
    return np.array(columns).T


def threshold(noted: np.ndarray, logits: np.ndarray) -> float:
    """Where yes begins: the highest gap between two scores whose mean F1 of yes and no is within SLACK of the best.

    In doubt a mail says nothing beside no, which is what most mails do.
    """
    ordered = np.unique(logits)
    between = (ordered[1:] + ordered[:-1]) / 2
    if not len(between) or noted.all() or not noted.any():
        return 0.0
    reached = np.array([mean_f1(noted, logits > cut) for cut in between])
    return float(between[np.flatnonzero(reached >= reached.max() - SLACK)[-1]])


def mean_f1(noted: np.ndarray, said: np.ndarray) -> float:
    """The mean F1 of yes and no."""
    return float(
        np.mean(
            [
                2
                * ((noted == value) & (said == value)).sum()
                / max(1, (noted == value).sum() + (said == value).sum())
                for value in (True, False)
            ]
        )
    )


def model_of(table: Table, pair: Pair, mix: np.ndarray) -> FacetModel:
    """The component's model, with no more of the vocabulary than it weighs."""
    sentence, document = pair
    used = np.union1d(sentence.features, document.features)
    return FacetModel(
        vocabulary=table.vocabulary.only(used),
        sentences=sentence.weights[used],
        documents=document.weights[used],
        biases=np.stack([sentence.biases, document.biases]),
        mix=mix,
    )


def table_of_corpus(seed: int) -> Table:
    """Everything in the corpus that facets are learnt from."""
    patterns = [pattern for pattern in load_patterns() if pattern.label == "rejection"]
    return Table(statements(annotated_rejections(), patterns, languages(), seed))


def train(seed: int, out: Path) -> None:
    """Train on the whole corpus and add the component to the pipeline in a folder."""
    table = table_of_corpus(seed)
    mix = mixes(out_of_fold(table, fold_pairs(table)), table.facts[table.written])
    nlp = spacy.load(out, exclude=["afterword_facets"])
    reader = nlp.add_pipe("afterword_facets")
    assert isinstance(reader, FacetReader)  # noqa: S101 - tells the type checker what the factory makes
    reader.model = model_of(table, fit_pair(table, np.ones(len(table.rows), dtype=bool)), mix)
    nlp.to_disk(out)


def main() -> None:
    """Train the facets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    train(options.seed, options.out)


if __name__ == "__main__":
    main()
