"""Labelled mail in a JSON-lines file, judged and counted: what `evaluate` does."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterword.errors import UserError
from afterword.parse import from_fields
from afterword.records import Label
from afterword_models import Judge, load
from afterword_models.evaluation import Report, report


@dataclass(frozen=True, slots=True)
class LabelledMail:
    """A row of a file: a mail by its fields, what it is, and whatever else the row says."""

    subject: str
    sender: str
    body: str
    label: Label
    row: dict[str, Any]


def read_rows(path: Path) -> list[LabelledMail]:
    """The rows of a file; UserError names the first line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}", "Name a JSON-lines file in UTF-8.") from None
    return [_row(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _row(path: Path, number: int, line: str) -> LabelledMail:
    advice = f"A row is an object of subject, from, body, label; labels are {', '.join(Label)}."
    try:
        row = json.loads(line)
        label = Label(row["label"])
        body = row["body"]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}:{number} is no labelled mail ({type(error).__name__}).", advice) from None
    return LabelledMail(
        str(row.get("subject") or ""), str(row.get("from") or ""), str(body or ""), label, row
    )


def evaluate_file(path: Path) -> Report:
    """Judge every row of a file and count."""
    rows = read_rows(path)
    if not rows:
        raise UserError(f"{path} holds no mail.", "Give it one JSON object a line.")
    return evaluate_rows(rows, load())


def evaluate_rows(rows: Sequence[LabelledMail], judge: Judge) -> Report:
    """Judge rows and count; the time is that of parsing and judging."""
    began = time.perf_counter()
    verdicts = list(judge.judge_all(from_fields(row.subject, row.sender, row.body) for row in rows))
    return report([row.label for row in rows], verdicts, time.perf_counter() - began)
