"""The journal as rows, CSV and Markdown; pure."""

import csv
import io
import json
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from afterword.journal import recurring
from afterword.records import Lesson

COLUMNS = ("date", "account", "company", "role", "person", "stage", "source", "message_id", "themes", "text")
FORMATS = ("json", "csv", "markdown")
# A cell that begins with one of these is a formula to a spreadsheet; a mail must not write one.
FORMULA = re.compile(r"^[=+\-@\t\r]")
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!])")


def key_of(lesson: Lesson) -> str:
    """A short name of an entry, by which it is shown and deleted; it depends on the mail alone."""
    return sha256(lesson.fingerprint.encode("utf-8", "replace")).hexdigest()[:8]


def row_of(lesson: Lesson) -> dict[str, Any]:
    """The keys of the contract."""
    return {
        "date": lesson.date.isoformat(timespec="seconds"),
        "account": lesson.account,
        "company": lesson.company,
        "role": lesson.role,
        "person": lesson.person,
        "stage": lesson.stage.value,
        "source": lesson.source,
        "message_id": lesson.message_id,
        "text": lesson.text,
        "themes": [{"theme": each.theme, "sentence": each.sentence} for each in lesson.themes],
    }


def exported(lessons: Sequence[Lesson], form: str) -> str:
    """The whole journal as one of `FORMATS`: a JSON list, CSV (RFC 4180), or Markdown to read."""
    if form == "json":
        return json.dumps([row_of(lesson) for lesson in lessons], ensure_ascii=False, indent=1) + "\n"
    return _csv(lessons) if form == "csv" else _markdown(lessons)


def _csv(lessons: Sequence[Lesson]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for lesson in lessons:
        row = row_of(lesson) | {"themes": "; ".join(each.theme for each in lesson.themes)}
        writer.writerow({key: FORMULA.sub(lambda found: "'" + found[0], str(row[key])) for key in COLUMNS})
    return out.getvalue()


def _markdown(lessons: Sequence[Lesson]) -> str:
    parts = ["# What I was told\n"]
    if lessons:
        parts.append("## What recurs\n")
        parts += [f"- {each.theme.replace('_', ' ')}: {len(each.lessons)}" for each in recurring(lessons)]
        parts.append("")
    for lesson in reversed(lessons):
        parts.append(f"## {lesson.date:%Y-%m-%d}, {_plain(about(lesson))}\n")
        parts.append(
            f"{_plain(lesson.person) or 'Somebody'}, {'in an answer' if lesson.source == 'reply' else 'in the rejection'}:\n"
        )
        parts += [f"> {_plain(line)}".rstrip() for line in lesson.text.splitlines()]
        parts.append("")
        parts += [f"- **{each.theme.replace('_', ' ')}**: {_plain(each.sentence)}" for each in lesson.themes]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def about(lesson: Lesson) -> str:
    """Such as "Backend Engineer at Brightforge", as far as it is known."""
    known = [lesson.role, lesson.company]
    return " at ".join(part for part in known if part) or "an unnamed application"


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing to format."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))
