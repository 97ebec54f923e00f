"""Commands on configured accounts: scan, check, run, status; and the demo, which brings its own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from afterword.cli import show
from afterword.cli.app import app, complain
from afterword.cli.mail import ConfigOption, JsonOption
from afterword.cli.passing import report_json, show_report
from afterword.config import config_path, load_config, parse_duration
from afterword.errors import AfterwordError


def _span(value: str) -> timedelta:
    try:
        return parse_duration(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


SinceOption = Annotated[
    timedelta | None,
    typer.Option("--since", parser=_span, metavar="SPAN", help='Look this far back, such as "90d"'),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done; write nothing anywhere")
]


@app.command()
def scan(
    config: ConfigOption = None,
    since: SinceOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Look at every account once and put the drafts that are due into Drafts."""
    from afterword.passes import one_pass_each

    worst = 0
    with show.progress_bar() as bar:
        settings = load_config(config_path(config))
        for name, report in one_pass_each(settings, since=since, dry_run=dry_run, progress=bar):
            if isinstance(report, AfterwordError):
                complain(report, account=name)
                worst = max(worst, report.exit_code)
                continue
            worst = max(worst, int(report.errors > 0))
            if as_json:
                show.json_line(report_json(report))
            else:
                show_report(report, dry_run=dry_run)
    if worst:
        raise typer.Exit(worst)


@app.command()
def run(
    config: ConfigOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log every step")] = False,
) -> None:
    """Watch the mailboxes until told to stop (SIGTERM or Ctrl-C)."""
    from afterword import service
    from afterword.logs import configure

    configure(verbose=verbose)
    service.run(config_path(config))


@app.command()
def check(
    config: ConfigOption = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Leave out what needs a server or a secret")
    ] = False,
) -> None:
    """Try everything that a pass needs: a line each, with what to do about each fault."""
    from afterword.checks import run_checks

    worst = 0
    for result in run_checks(config_path(config), offline=offline):
        worst = max(worst, result.exit_code)
        mark = "FAULT" if result.exit_code else "note " if result.note else "ok   "
        show.line(f"{mark} {result.name}: {result.message}")
        for problem in result.problems:
            show.line(f"        - {problem}")
        if result.advice:
            show.line(f"        -> {result.advice}")
    if worst:
        raise typer.Exit(worst)


@app.command()
def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show accounts, the last pass, drafts, what waits, what needs a hand; exit 1 when an account is not well."""
    from afterword.status import statuses

    worst = 0
    for row in statuses(load_config(config_path(config)), datetime.now(UTC)):
        worst = max(worst, int(not row.well))
        if as_json:
            show.json_line(row.as_json())
            continue
        show.heading(row.account)
        for key, value in row.as_lines():
            show.line(f"{key:>16}  {value}")
    if worst:
        raise typer.Exit(worst)


@app.command()
def demo(
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep", help="Build the mailbox in this empty folder and leave it there", file_okay=False
        ),
    ] = None,
) -> None:
    """Run the whole job on a made-up mailbox in a temporary folder: verdicts, drafts, and what is left alone."""
    from afterword.cli.demonstrate import demonstrate

    demonstrate(keep)
