"""The configuration that `init` writes."""

import os
import tomllib
from pathlib import Path

from afterword.config import Config, parse_config
from afterword.errors import UserError
from afterword.sample import Filled, render

HEAD = """\
# Afterword's configuration, written by afterword init. Change it as you like, then run: afterword check
# Keys that start with # show their default. No password is ever written here, only where to find it.
# Durations are a number and a unit: 30s, 10m, 24h, 90d, 2w.
"""


def written(filled: Filled) -> str:
    """The text of the file."""
    return HEAD + "\n" + render(filled)


def as_config(text: str, path: Path) -> Config:
    """The same as `load_config` will read it; ConfigError when an answer does not hold."""
    return parse_config(tomllib.loads(text), path)


def refuse_to_overwrite(path: Path, *, force: bool) -> None:
    """UserError when there is a configuration already and nobody said that it may go."""
    if path.exists() and not force:
        raise UserError(
            f"There is a configuration at {path} already.",
            "Change it by hand, or write it anew with --force (the old one is kept beside it as .old).",
        )


def write(path: Path, text: str) -> None:
    """Put the file in place as a whole, readable by its owner alone; an older one is kept as `.old`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(path.name + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        if path.exists():
            path.replace(path.with_name(path.name + ".old"))
        fresh.replace(path)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({type(error).__name__}).", "Name another file with --config."
        ) from None
