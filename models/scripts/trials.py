"""What takes minutes to measure: three training seeds, and the hand-written mails judged by models that have not seen them.

    python models/scripts/trials.py DATA

writes models/trials.json, which `measure.py` puts into docs/accuracy.md. The file names the inputs it was measured on by a hash, so that
figures of an older corpus are noticed there.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from afterword.evaluating import evaluate_rows, read_rows
from afterword.records import Label
from afterword_models import Judge
from afterword_models.evaluation import label_figures, wilson
from afterword_models.ngrams import build_vocabulary
from deciding import decide
from measure import false_alarms, grouped, hard_negatives, ordinary
from train import (
    FEWEST,
    FOLDS,
    Linear,
    Matrices,
    fit,
    fold_of,
    logits,
    out_of_fold,
    read,
    train,
    training_examples,
)
from trial_file import write_trials

SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Answer:
    """What was said of a mail by a model that has not seen it; `sentence_right` is None where no sentence is marked."""

    language: str
    register: str
    gold: Label
    said: Label
    sentence_right: bool | None


def seed_figures(seed: int, data: Path) -> dict[str, Any]:
    """Train with a seed and measure on the data."""
    with tempfile.TemporaryDirectory() as folder:
        train(training_examples(seed), Path(folder), seed)
        judge = Judge.from_folder(Path(folder))
    groups = grouped(read_rows(data / "jobmail-dev.jsonl"))
    reports = {name: evaluate_rows(groups[name], judge) for name in ("real", "language de", "all")}
    return {
        name: {
            "precision": report.rejection.precision.value,
            "recall": report.rejection.recall.value,
            "f1": report.rejection.f1.value,
            "ece": report.ece,
        }
        for name, report in reports.items()
    } | {
        "macro_f1": reports["all"].macro_f1,
        "false_alarms_in_ham": false_alarms(ordinary(data), judge)[0],
        "false_alarms_in_hard": false_alarms(hard_negatives(), judge)[0],
    }


def unseen_answers() -> list[Answer]:
    """The hand-written mails, each judged by models that have seen neither it nor the patterns of its fold."""
    rows = [read(example) for example in training_examples(SEEDS[0])]
    matrices = Matrices(
        rows, build_vocabulary([(row.example.group, row.subject, row.sentences) for row in rows], FEWEST)
    )
    decision = decide(out_of_fold(matrices), matrices.labels, matrices.weights, matrices.kinds)
    folds = np.array([fold_of(row.example, number) for number, row in enumerate(rows)])
    answers = []
    for fold in range(FOLDS):
        left_out = folds == fold
        weights = fit(matrices, ~left_out)
        others = np.array(weights.others.classes)[weights.others(matrices.documents).argmax(axis=1)]
        for number, scores in zip(np.flatnonzero(left_out), logits(matrices, weights, left_out), strict=True):
            if rows[number].example.kind == "drawn":
                continue
            rejected = 1 / (1 + np.exp(-decision.logit(*scores))) >= decision.threshold
            label = "rejection" if rejected else str(others[number])
            answers.append(
                _answer(matrices, int(number), label, weights.sentence if rejected else weights.others)
            )
    return answers


def _answer(matrices: Matrices, number: int, label: str, model: Linear) -> Answer:
    example = matrices.rows[number].example
    sentences = np.flatnonzero(matrices.owners == number)
    column = model.classes.index(label) if len(model.biases) > 1 else 0
    best = sentences[model(matrices.sentences[sentences])[:, column].argmax()]
    right = bool(matrices.gold[best]) if matrices.gold[sentences].any() and label == example.label else None
    return Answer(example.language, example.register, Label(example.label), Label(label), right)


def written_figures(answers: list[Answer]) -> dict[str, Any]:
    """Labels, registers and deciding sentences of the hand-written mails."""
    gold, said = [each.gold for each in answers], [each.said for each in answers]
    labels = {label: label_figures(label, gold, said) for label in Label}
    marked = [each for each in answers if each.sentence_right is not None]
    rejections = [each for each in marked if each.gold is Label.REJECTION]
    return {
        "mails": len(answers),
        "macro_f1": float(np.mean([figures.f1.value for figures in labels.values()])),
        "labels": {
            label: [figures.rows, str(figures.precision), str(figures.recall), str(figures.f1)]
            for label, figures in labels.items()
        },
        "languages": _split(answers, "language"),
        "registers": _split(answers, "register"),
        "sentences": {
            "of rejections": _share(rejections),
            "of all labels": _share(marked),
        },
    }


def _share(answers: list[Answer]) -> list[Any]:
    right = sum(bool(each.sentence_right) for each in answers)
    return [len(answers), str(wilson(right, len(answers)))]


def _split(answers: list[Answer], kind: str) -> dict[str, list[Any]]:
    """(mails, rejections, precision, recall) for rejection by language or register."""
    parts: dict[str, list[Answer]] = defaultdict(list)
    for each in answers:
        parts[getattr(each, kind)].append(each)
    table = {}
    for name, chosen in sorted(parts.items()):
        gold = sum(each.gold is Label.REJECTION for each in chosen)
        said = sum(each.said is Label.REJECTION for each in chosen)
        hits = sum(each.gold is each.said is Label.REJECTION for each in chosen)
        table[name] = [len(chosen), gold, str(wilson(hits, said)), str(wilson(hits, gold))]
    return table


def main() -> None:
    """Measure, write the file and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    found = {
        "seeds": [{"seed": seed, **seed_figures(seed, data)} for seed in SEEDS],
        "written": written_figures(unseen_answers()),
    }
    write_trials(found)
    print(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
