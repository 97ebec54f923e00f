"""The command that measures the classifier on labelled mail."""

from pathlib import Path
from typing import Annotated

import typer

from afterword.cli import show
from afterword.cli.app import app
from afterword.cli.mail import JsonOption


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Rows of subject, from, body, label")],
    as_json: JsonOption = False,
) -> None:
    """Measure the classifier: precision, recall and F1 by label with 95 % intervals, confusion, speed."""
    from afterword.evaluating import evaluate_file

    report = evaluate_file(file)
    if as_json:
        show.json_line(report.as_json())
        return
    show.table(
        ("label", "rows", "precision", "recall", "F1"),
        [(row.label, row.rows, row.precision, row.recall, row.f1) for row in report.labels],
    )
    show.line(report.summary())
