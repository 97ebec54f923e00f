"""docs/accuracy.md and the plot in it: what `measure.py` and `trials.py` found, as a page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from afterword.records import Label
from afterword_models.evaluation import Report
from corpus import ROOT
from dossiers import Gold, section
from expand import load_patterns


@dataclass(frozen=True)
class Measured:
    """Everything that was measured."""

    groups: dict[str, Report]
    false_alarms: dict[str, tuple[int, int, int]]
    baselines: dict[str, str]
    bins: list[tuple[float, float, int]]
    leaks: list[str]
    dossiers: list[Gold]
    speed: float
    size: int
    version: str


def page(measured: Measured, trials: dict[str, Any]) -> str:
    """docs/accuracy.md; `trials` is what `trial_file.read_trials` reads."""
    everything = measured.groups["all"]
    parts = [
        INTRODUCTION.format(
            version=measured.version, size=measured.size / 1e6, patterns=len(load_patterns()), mails=written()
        ),
        "## Rejection against everything else\n",
        "| mail | rows | rejections | precision | recall | F1 | AP | ECE | held (wrong) |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_group_row(name, figures) for name, figures in measured.groups.items()),
        "\n## False alarms\n",
        "| mail | mails | judged a rejection | held for the owner |",
        "|---|---|---|---|",
        *(
            f"| {name} | {mails} | {alarms} | {held} |"
            for name, (alarms, held, mails) in measured.false_alarms.items()
        ),
        f"\nSpeed, judging alone, one core: {measured.speed:.0f} ordinary mails a second.\n",
        "## Baselines on the real rows\n",
        "| system | precision | recall | AP | false alarms in ham |",
        "|---|---|---|---|---|",
        *(f"| {name} | {row} |" for name, row in measured.baselines.items()),
        "\n## The ten labels, all rows\n",
        "| label | rows | precision | recall | F1 |",
        "|---|---|---|---|---|",
        *(
            f"| {each.label} | {each.rows} | {each.precision} | {each.recall} | {each.f1} |"
            for each in everything.labels
        ),
        "\n## Confusion, all rows (row: what it is; column: what was said)\n",
        "| | " + " | ".join(Label) + " |",
        "|---" * (len(Label) + 1) + "|",
        *(_confusion_row(label, everything) for label in Label),
        DOSSIER.format(mails=len(measured.dossiers)),
        *section(measured.dossiers),
        *_seeds(trials),
        *_unseen(trials["written"]),
        "\n## Reliability on the real rows\n",
        "![What was said against what was seen; the nearer to the line, the better](calibration.svg)\n",
        "| probability said | rejections seen | mails |",
        "|---|---|---|",
        *(f"| {said:.2f} | {seen:.2f} | {mails} |" for said, seen, mails in measured.bins),
        WEAKNESSES,
    ]
    return "\n".join(parts)


def written() -> int:
    """How many mails of the corpus are written by hand."""
    return sum(
        path.read_text(encoding="utf-8").count("\nlabel: ") for path in (ROOT / "mails").glob("*/*.txt")
    )


def _group_row(name: str, figures: Report) -> str:
    rejection = figures.rejection
    return (
        f"| {name} | {figures.rows} | {rejection.rows} | {rejection.precision} | {rejection.recall} | {rejection.f1} | "
        f"{figures.average_precision} | {figures.ece:.3f} | {figures.held} ({figures.held_wrong}) |"
    )


def _confusion_row(label: Label, figures: Report) -> str:
    row = figures.confusion.get(label, {})
    return f"| {label} | " + " | ".join(str(row.get(guess, "")) for guess in Label) + " |"


def _seeds(trials: dict[str, Any]) -> list[str]:
    """What three trainings, which differ in the mails drawn from the grammar, make of the same mail."""
    rows = [
        [str(each["seed"])]
        + [
            f"{each[group][name]:.3f}"
            for group in ("real", "language de")
            for name in ("precision", "recall", "f1")
        ]
        + [f"{each['macro_f1']:.3f}", f"{each['real']['ece']:.3f}"]
        + [str(each["false_alarms_in_ham"]), str(each["false_alarms_in_hard"])]
        for each in trials["seeds"]
    ]
    return [
        SEEDS.format(state="" if trials["fresh"] else STALE),
        "| seed | real: precision | recall | F1 | German: precision | recall | F1 | macro-F1, ten labels | ECE | ham | hard negatives |",
        "|---" * 11 + "|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _unseen(written: dict[str, Any]) -> list[str]:
    """How the hand-written mails fare when they are left out of training."""
    sentences = {name: f"{share} of {mails}" for name, (mails, share) in written["sentences"].items()}
    tables = []
    for kind in ("languages", "registers"):
        tables += [
            f"\n| {kind.removesuffix('s')} | mails | rejections | precision | recall |",
            "|---|---|---|---|---|",
        ]
        tables += [f"| {name} | {' | '.join(map(str, row))} |" for name, row in written[kind].items()]
    return [
        UNSEEN.format(
            mails=written["mails"],
            macro=written["macro_f1"],
            **{name.replace(" ", "_"): share for name, share in sentences.items()},
        ),
        "| label | mails | precision | recall | F1 |",
        "|---|---|---|---|---|",
        *(f"| {label} | {' | '.join(map(str, row))} |" for label, row in written["labels"].items()),
        *tables,
    ]


def calibration_plot(bins: list[tuple[float, float, int]]) -> str:
    """A reliability diagram as SVG: (probability said, rejections seen, mails) as circles whose area tells the logarithm of the mails."""
    side, edge = 300, 40
    circles = [
        f'<circle cx="{edge + said * side:.1f}" cy="{edge + (1 - seen) * side:.1f}" r="{3 + 2.2 * math.log1p(mails) ** 0.5:.1f}">'
        f"<title>said {said:.2f}, seen {seen:.2f}, {mails} mails</title></circle>"
        for said, seen, mails in bins
    ]
    ticks = [
        f'<text x="{edge + at * side:.0f}" y="{edge + side + 18}" text-anchor="middle">{at:.1f}</text>'
        f'<text x="{edge - 8}" y="{edge + (1 - at) * side + 4:.0f}" text-anchor="end">{at:.1f}</text>'
        for at in (0, 0.2, 0.4, 0.6, 0.8, 1)
    ]
    return PLOT.format(
        whole=side + 2 * edge,
        side=side,
        edge=edge,
        far=edge + side,
        middle=edge + side / 2,
        low=edge + side + 35,
        circles="\n".join(circles),
        ticks="\n".join(ticks),
    )


INTRODUCTION = """\
# Accuracy

Written by `make eval`. Pipeline version {version}, {size:.1f} MB on disk, trained from {patterns} patterns and {mails} hand-written mails, all of them written
for this project.

**Protocol.** The figures are measured on mail that is no part of the project and was never trained on: labelled mail from public sources, real and
synthetic rows apart, and 2,500 ordinary mails. It was looked at during development to see what kinds of mail the corpus lacked, so these figures flatter
a little; no sentence of it is in the corpus (the command checks that). The threshold and the band in which the owner is asked are chosen on
out-of-fold scores of the corpus alone. Brackets hold 95 % intervals: Wilson for proportions, bootstrap over mails for F1 and average precision (AP).
"""

DOSSIER = """
## What the dossier says of a rejection

On the {mails} hand-written rejections of the corpus, each annotated by hand (some are as odd as mail gets, some as plain). No mail is judged by a model that has seen it: five folds, and for each
of them the weighing of the scores is chosen on the other four. The patterns and single sentences of the corpus are in every fold's training; whoever wrote
them had read some of the mails. Names are found by rules. A name that is not certain is left out of the letter: *precision* is how many of the names found are
right, *coverage* how many of those that a careful reader finds were found.
The names in everyday mails were noted once, while the mail was written; some of what counts as wrong is a title kept or left out.
"""

SEEDS = """
## Three training seeds

A seed decides which mails are drawn from the grammar of the corpus; everything else is the same. `make trials` trains and measures three.{state}
"""

STALE = " The corpus or the training has changed since these were measured."

UNSEEN = """
## Hand-written mails left out of training

The {mails} hand-written mails of the corpus, each judged by a model that has seen neither it nor the patterns of its fold. Many are the oddest of their kind, written
to be hard; they are far harder than real mail, and the weakest figures on this page. Macro-F1 of the ten labels {macro:.3f}. The deciding sentence is the
marked one in {of_rejections} rejections recognised, and in {of_all_labels} mails of any label.
"""

PLOT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" width="{whole}" role="img" aria-label="Reliability diagram">
<style>
text {{ font: 12px sans-serif; fill: #444 }} rect, line {{ fill: none; stroke: #999 }} line {{ stroke-dasharray: 4 4 }} circle {{ fill: #2a78b8; fill-opacity: .75 }}
@media (prefers-color-scheme: dark) {{ text {{ fill: #bbb }} circle {{ fill: #6db4ee }} }}
</style>
<rect x="{edge}" y="{edge}" width="{side}" height="{side}"/>
<line x1="{edge}" y1="{far}" x2="{far}" y2="{edge}"/>
{ticks}
<text x="{middle}" y="{low}" text-anchor="middle">probability said</text>
<text x="{edge}" y="{edge}" dy="-12">share of rejections seen</text>
{circles}
</svg>
"""

WEAKNESSES = """
## Known weaknesses

- A mail that never says no ("We had many wonderful applications and wish you all the best") is recognised by its tone alone, and sometimes missed.
- Notes that people write as they speak ("Oakmere passed, sorry.") are the hardest; of everyday mails never seen, about a third of the rejections is missed or held.
- A short plain no may be held for the owner instead of answered ("We have decided not to proceed with your application." and nothing else).
- A very short acknowledgement ("Thanks for applying for the position of Planner with Oakmere.") has little in it that tells it from the beginning of a
  rejection.
- A refusal of something close to a job (a grant, an accelerator, a place at a university) can be taken for a rejection.
- Languages other than English, German, French, Spanish, Dutch, Portuguese and Italian are not recognised at all.
"""
