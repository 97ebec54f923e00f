"""Measures the shipped pipeline and writes docs/accuracy.md and its plot: python models/scripts/measure.py DATA

DATA holds jobmail-dev.jsonl (labelled mail) and ham/*.mbox (ordinary mail); it is never part of the project. Exit 1 below the floors of
models/floors.toml, or when a sentence of the data is in the corpus.
"""

from __future__ import annotations

import argparse
import mailbox
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from accuracy_page import Measured, calibration_plot, page
from afterword.evaluating import LabelledMail, evaluate_rows, read_rows
from afterword.judging import raw_of
from afterword.parse import from_fields, parse
from afterword.records import Label, Message
from afterword_models import Judge, load
from afterword_models.evaluation import average_precision, reliability, wilson
from baselines import Scorer, phrase_list, tfidf
from dossiers import cross_validated, facet_figures, macro_f1, name_figures
from expand import annotated_rejections, load_patterns
from facet_training import table_of_corpus
from leaks import leaks
from train import generated, is_held_out, training_examples
from trial_file import read_trials

HARD = 1000
DOCS = Path(__file__).resolve().parents[2] / "docs"
FLOORS = Path(__file__).resolve().parent.parent / "floors.toml"


def measure(data: Path) -> Measured:
    """Judge everything in the folder."""
    judge = load()
    rows = read_rows(data / "jobmail-dev.jsonl")
    groups = {name: evaluate_rows(chosen, judge) for name, chosen in grouped(rows).items() if chosen}
    ham = ordinary(data)
    hard = hard_negatives()
    began = time.perf_counter()
    alarms = {"ordinary mail (ham)": false_alarms(ham, judge)}
    seconds = time.perf_counter() - began
    alarms["hard negatives of patterns never trained on"] = false_alarms(hard, judge)
    real = grouped(rows)["real"]
    chances = [verdict.scores[Label.REJECTION] for verdict in judge.judge_all(messages(real))]
    folder = Path(__file__).resolve().parent.parent / "afterword_models" / "pipeline"
    return Measured(
        groups=groups,
        false_alarms=alarms,
        baselines=measured_baselines(real, ham),
        bins=reliability(np.array([row.label is Label.REJECTION for row in real]), np.array(chances)),
        leaks=leaks([(str(row.row.get("id", "?")), row.body) for row in rows]),
        dossiers=cross_validated(table_of_corpus(1), annotated_rejections()),
        speed=len(ham) / seconds,
        size=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        version=judge.version,
    )


def grouped(rows: Sequence[LabelledMail]) -> dict[str, list[LabelledMail]]:
    """The rows by what they are: real and synthetic apart, then by language."""
    groups = {
        "real": [row for row in rows if row.row.get("synthetic") is False],
        "of unknown origin": [row for row in rows if row.row.get("synthetic") == "unknown"],
        "synthetic": [row for row in rows if row.row.get("synthetic") is True],
        "all": list(rows),
    }
    for language in sorted({str(row.row.get("lang")) for row in rows}):
        chosen = [row for row in rows if row.row.get("lang") == language]
        if sum(row.label is Label.REJECTION for row in chosen) >= 5:
            groups[f"language {language}"] = chosen
    return groups


def messages(rows: Sequence[LabelledMail]) -> list[Message]:
    """The rows as messages."""
    return [from_fields(row.subject, row.sender, row.body) for row in rows]


def ordinary(data: Path) -> list[Message]:
    """The ordinary mails of the folder."""
    return [
        parse(raw_of(bytes(mail)))
        for path in sorted((data / "ham").glob("*.mbox"))
        for mail in mailbox.mbox(path)
    ]


def hard_negatives() -> list[Message]:
    """Mails of patterns that resemble rejections and were held out from training."""
    held = [
        pattern for pattern in load_patterns() if pattern.label != "rejection" and is_held_out(pattern.id)
    ]
    examples = generated(held, seed=99)
    step = max(1, len(examples) // HARD)
    return [from_fields(each.subject, each.sender, each.body) for each in examples[::step][:HARD]]


def false_alarms(mails: Sequence[Message], judge: Judge) -> tuple[int, int, int]:
    """(judged a rejection, held, mails)."""
    verdicts = list(judge.judge_all(mails))
    return (
        sum(each.label is Label.REJECTION for each in verdicts),
        sum(each.hold for each in verdicts),
        len(verdicts),
    )


def measured_baselines(real: Sequence[LabelledMail], ham: Sequence[Message]) -> dict[str, str]:
    """A table row for each baseline, on the same mail."""
    scorers = {"phrase list": phrase_list(), "TF-IDF + logistic regression": tfidf(training_examples(1))}
    return {name: _baseline_row(scorer, real, ham) for name, scorer in scorers.items()}


def _baseline_row(scorer: Scorer, real: Sequence[LabelledMail], ham: Sequence[Message]) -> str:
    actual = np.array([row.label is Label.REJECTION for row in real])
    chances = np.array(scorer([f"{row.subject}\n\n{row.body}" for row in real]))
    said = chances >= 0.5
    hits = int((actual & said).sum())
    alarms = sum(chance >= 0.5 for chance in scorer([f"{mail.subject}\n\n{mail.text}" for mail in ham]))
    return (
        f"{wilson(hits, int(said.sum()))} | {wilson(hits, int(actual.sum()))} | "
        f"{average_precision(actual, chances):.3f} | {alarms}"
    )


def faults(measured: Measured) -> list[str]:
    """What lies below its floor."""
    floors = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    real, german = measured.groups["real"], measured.groups.get("language de")
    ham, hard = measured.false_alarms.values()
    checks = [
        ("real precision", real.rejection.precision.value, floors["real"]["precision"]),
        ("real recall", real.rejection.recall.value, floors["real"]["recall"]),
        ("real average precision", real.average_precision.value, floors["real"]["average_precision"]),
        ("macro-F1 of all labels", measured.groups["all"].macro_f1, floors["labels"]["macro_f1"]),
        ("few false alarms in ham", -ham[0], -floors["ordinary"]["false_alarms_in_ham"]),
        ("few false alarms in hard negatives", -hard[0], -floors["ordinary"]["false_alarms_in_hard"]),
        ("calibration", -real.ece, -floors["calibration"]["ece"]),
    ]
    if german:
        checks += [
            ("German precision", german.rejection.precision.value, floors["german"]["precision"]),
            ("German recall", german.rejection.recall.value, floors["german"]["recall"]),
        ]
    checks += [
        (f"macro-F1 of {facet}", macro_f1(figures), floors["facets"][facet])
        for facet, figures in facet_figures(measured.dossiers).items()
    ]
    for name, found in name_figures(measured.dossiers).items():
        checks += [
            (f"precision of {name}", found.precision, floors[name]["precision"]),
            (f"coverage of {name}", found.coverage, floors[name]["coverage"]),
        ]
    low = [
        f"{name}: {abs(value):.3f}, floor {abs(floor):.3f}" for name, value, floor in checks if value < floor
    ]
    return low + [f"leak: {leak}" for leak in measured.leaks]


def main() -> None:
    """Measure, write the page, and fail below the floors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    measured = measure(data)
    text = page(measured, read_trials())
    (DOCS / "accuracy.md").write_text(text, encoding="utf-8")
    (DOCS / "calibration.svg").write_text(calibration_plot(measured.bins), encoding="utf-8")
    print(text)
    low = faults(measured)
    for fault in low:
        print(f"BELOW THE FLOOR: {fault}")
    sys.exit(1 if low else 0)


if __name__ == "__main__":
    main()
