"""Opening a ledger that must be there already: to read a copy of it, or to take something out of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from afterword.config import Config
from afterword.errors import UserError
from afterword.ledger import Ledger, file_of


def path_of(config: Config) -> Path:
    """The ledger's file; UserError when there is none yet."""
    path = file_of(config.state.url)
    if not path.is_file():
        raise UserError(
            f"There is no ledger at {path} yet.", "Run: afterword scan --dry-run, then afterword run"
        )
    return path


@contextmanager
def reading(config: Config) -> Iterator[Ledger]:
    """A copy in memory: whoever only reads never stands in the way of a pass."""
    path_of(config)
    ledger = Ledger.rehearse(config.state.url)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def writing(config: Config) -> Iterator[Ledger]:
    """The ledger itself."""
    path_of(config)
    ledger = Ledger.open(config.state.url)
    try:
        yield ledger
    finally:
        ledger.close()
