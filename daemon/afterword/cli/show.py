"""What the commands print: rich tables and bars on a terminal, plain lines in a pipe, JSON lines when asked."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

console = Console(highlight=False, soft_wrap=False)
CONTROL = dict.fromkeys((*range(32), 127, *range(128, 160), *range(8234, 8239), *range(8294, 8298)))


def plain(value: object) -> str:
    """A value on one line, without the control characters by which a mail could write on the terminal."""
    return str(value).replace("\n", " ").replace("\t", " ").translate(CONTROL)


def json_line(row: Mapping[str, Any]) -> None:
    """One JSON object on a line of its own, at once."""
    sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def line(text: str = "") -> None:
    """A line of plain text; line breaks inside are kept, control characters are not."""
    sys.stdout.write(
        "\n".join(part.replace("\t", "    ").translate(CONTROL) for part in text.split("\n")) + "\n"
    )


def letter(text: str) -> None:
    """A letter below a stroke: on a terminal its long lines are broken between words, as mail programs do."""
    line("-" * 72)
    if console.is_terminal:
        console.print(Text("\n".join(row.translate(CONTROL) for row in text.split("\n"))))
    else:
        line(text)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table on a terminal, tab-separated lines in a pipe, each as soon as it is known."""
    if not console.is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(plain(cell) for cell in row) + "\n")
        return
    drawn = Table(title=title or None, title_justify="left", header_style="bold")
    for index, column in enumerate(columns):
        drawn.add_column(column, overflow="fold" if index else "ellipsis")
    for row in rows:
        drawn.add_row(*(escape(plain(cell)) for cell in row))
    console.print(drawn)


def heading(text: str) -> None:
    """A heading between two parts of the output."""
    if console.is_terminal:
        console.rule(f"[bold]{escape(plain(text))}", align="left")
    else:
        sys.stdout.write(f"== {plain(text)}\n")


class Bar:
    """A progress bar for `scan`: one task a folder; silent where nobody looks."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, Any] = {}

    def __call__(self, folder: str, done: int, total: int) -> None:
        """Show that `done` of `total` mails of a folder are examined."""
        if folder not in self._tasks:
            self._tasks[folder] = self._progress.add_task(escape(plain(folder)), total=total)
        self._progress.update(self._tasks[folder], completed=done)


@contextmanager
def progress_bar() -> Iterator[Bar]:
    """A bar on standard error, so that standard output stays clean."""
    error_console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=error_console, disable=not error_console.is_terminal, transient=True
    ) as progress:
        yield Bar(progress)
