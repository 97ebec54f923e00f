"""`afterword journal`: what was learnt, to read, search, export and delete."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from afterword.cli import show
from afterword.cli.account import SinceOption
from afterword.cli.app import app
from afterword.cli.mail import ConfigOption, JsonOption
from afterword.config import Config, config_path, load_config
from afterword.errors import UserError
from afterword.exporting import FORMATS, about, exported, key_of, row_of
from afterword.journal import entries, quote, recurring
from afterword.ledgers import reading, writing
from afterword.records import Lesson

journal_app = typer.Typer(help="What you were told: list, search, show, export, delete.")
app.add_typer(journal_app, name="journal")

EntryArgument = Annotated[
    str, typer.Argument(metavar="ENTRY", help="The short name that the list shows, or a Message-ID")
]


@journal_app.callback(invoke_without_command=True)
def journal(
    context: typer.Context,
    config: ConfigOption = None,
    since: SinceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What you were told; with --since, what recurs in that time."""
    context.obj = config
    if context.invoked_subcommand is not None:
        return
    with reading(_settings(context, config)) as ledger:
        start = datetime.now(UTC) - since if since else None
        found = entries(ledger.aftermath.lessons(since=start))
    _show(found, as_json=as_json)
    if since and found and not as_json:
        show.heading("what recurs")
        for each in recurring(found):
            latest = each.lessons[-1]
            show.line(f"{len(each.lessons):>4}  {each.theme.replace('_', ' ')}: {quote(latest, each.theme)}")


@journal_app.command()
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORD…", help="Every word must be there")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Entries that hold every word: in what was said, who said it, the company, the role, the themes."""
    with reading(_settings(context, config)) as ledger:
        _show(entries(ledger.aftermath.lessons(), " ".join(words)), as_json=as_json)


@journal_app.command(name="show")
def show_entry(
    context: typer.Context, entry: EntryArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """One entry in full."""
    with reading(_settings(context, config)) as ledger:
        lesson = _pick(entries(ledger.aftermath.lessons()), entry)
    if as_json:
        show.json_line(row_of(lesson))
        return
    show.heading(f"{lesson.date:%Y-%m-%d}, {about(lesson)}")
    show.line(f"{lesson.person or 'somebody'}, after the {lesson.stage} stage, by {lesson.source}\n")
    show.line(f"{lesson.text.strip()}\n")
    for each in lesson.themes:
        show.line(f"{each.theme.replace('_', ' '):>22}  {each.sentence}")


@journal_app.command()
def export(
    context: typer.Context,
    form: Annotated[str, typer.Option("--format", help="json, csv or markdown")] = "json",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file that only you can read", dir_okay=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """The whole journal as JSON, CSV or Markdown."""
    if form not in FORMATS:
        raise UserError(f"There is no format {form!r}.", f"Write one of {', '.join(FORMATS)}.")
    with reading(_settings(context, config)) as ledger:
        text = exported(entries(ledger.aftermath.lessons()), form)
    if output:
        write_private(output, text)
    else:
        sys.stdout.write(text)


@journal_app.command()
def delete(
    context: typer.Context,
    entry: Annotated[
        str, typer.Argument(metavar="ENTRY", help="The short name that the list shows, or a Message-ID")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every entry")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    config: ConfigOption = None,
) -> None:
    """Delete one entry, or all; what is deleted does not come back when the mail is seen again."""
    if bool(entry) == everything:
        raise UserError("Name one entry, or write --all.", "afterword journal shows the names.")
    with writing(_settings(context, config)) as ledger:
        lessons = ledger.aftermath.lessons()
        chosen = [] if everything else [_pick(lessons, entry).fingerprint]
        if not yes:
            typer.confirm(
                f"Delete {'all of the journal' if everything else 'this entry'} for good?", abort=True
            )
        gone = ledger.aftermath.forget_lessons(*chosen)
        ledger.aftermath.compact()
    show.line(f"{gone} deleted")


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600, whatever was there before; UserError when it cannot be written."""
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(
            os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8", newline=""
        ) as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}).", "Name another file.") from None


def _settings(context: typer.Context, config: Path | None) -> Config:
    """The configuration named behind the subcommand, or before it."""
    return load_config(config_path(config or context.obj))


def _pick(lessons: Sequence[Lesson], entry: str) -> Lesson:
    chosen = [lesson for lesson in lessons if entry in (key_of(lesson), lesson.message_id)]
    if not chosen:
        raise UserError(f"The journal has no entry {entry!r}.", "Run: afterword journal")
    return chosen[0]


def _show(lessons: Sequence[Lesson], *, as_json: bool) -> None:
    if as_json:
        for lesson in lessons:
            show.json_line(row_of(lesson))
        return
    rows = [
        (
            key_of(lesson),
            f"{lesson.date:%Y-%m-%d}",
            about(lesson),
            lesson.source,
            ", ".join(each.theme.replace("_", " ") for each in lesson.themes),
        )
        for lesson in lessons
    ]
    if rows:
        show.table(("entry", "date", "application", "source", "themes"), rows)
    elif show.console.is_terminal:
        show.line("Nothing yet. Answers are kept here once they come.")
