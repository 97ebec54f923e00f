"""`afterword report`: the search in pictures."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from afterword.cli import show
from afterword.cli.account import SinceOption
from afterword.cli.app import app
from afterword.cli.journal import write_private
from afterword.cli.mail import ConfigOption
from afterword.config import config_path, load_config
from afterword.ledgers import reading


@app.command()
def report(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The page to write; only you can read it", dir_okay=False)
    ],
    since: SinceOption = None,
    config: ConfigOption = None,
) -> None:
    """Write one self-contained page: applications, answers, reasons, advice."""
    from afterword.report import page, season_of

    now = datetime.now(UTC)
    with reading(load_config(config_path(config))) as ledger:
        season = season_of(ledger, since=now - since if since else None)
    write_private(output, page(season, now.astimezone()))
    show.line(
        f"{output}: {season.applications} applications, {season.rejected} rejected, {season.rates.requests} requests sent, "
        f"{season.rates.answers} answered"
    )
