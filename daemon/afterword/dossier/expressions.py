"""Regular expressions kept as data: a TOML file of tables, and in each table a list of alternatives by key."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from re import Pattern


@cache
def expressions(package: str, name: str) -> Mapping[str, Mapping[str, Pattern[str]]]:
    """The file `name` of a package: by table and key, one expression that finds any of the alternatives, without regard to case."""
    source = files(package).joinpath(name).read_text(encoding="utf-8")
    return {
        table: {
            key: re.compile("|".join(f"(?:{each})" for each in alternatives), re.IGNORECASE)
            for key, alternatives in keys.items()
        }
        for table, keys in tomllib.loads(source).items()
    }
