"""Configuration files, written by the schema itself so that they can never drift from it.

python -m afterword.sample > config.example.toml
"""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from afterword.config import (
    DURATION_UNITS,
    Account,
    Corrections,
    Digest,
    Health,
    Imap,
    Letters,
    Maildir,
    Owner,
    Retention,
    RuleFiles,
    Schedule,
    State,
)

HEAD = """\
# Afterword's configuration. Copy it to ~/.config/afterword/config.toml and fill it in.
# Keys that start with # show their default. No password is ever written here, only where to find it.
# Durations are a number and a unit: 30s, 10m, 24h, 90d, 2w.
"""

Filled = Mapping[tuple[str, str], Any]  # (table, key) -> the value that stands there

# What the sample fills in where a key has no default, and where a default would say little.
FILLED: Filled = {
    ("owner", "name"): "Sam Rivera",
    ("owner", "addresses"): ["sam@example.org"],
    ("account", "name"): "personal",
    ("account.imap", "host"): "imap.example.org",
    ("account.imap", "username"): "sam@example.org",
    ("account.imap", "password_command"): "pass show mail/sam",
    ("state", "url"): "sqlite:////home/sam/.local/state/afterword/ledger.db",
}


# What stands in the digest's table as long as it is a comment.
DIGEST: Filled = {
    ("digest", "host"): "smtp.example.org",
    ("digest", "username"): "sam@example.org",
    ("digest", "password_command"): "pass show mail/sam",
}

REST: dict[str, type[BaseModel]] = {
    "letters": Letters,
    "schedule": Schedule,
    "state": State,
    "rules": RuleFiles,
    "corrections": Corrections,
    "retention": Retention,
    "health": Health,
}


def sample() -> str:
    """The example file; it validates as it stands."""
    return HEAD + "\n" + render(FILLED, left_out=frozenset({"state"}))


def render(filled: Filled, *, left_out: frozenset[str] = frozenset()) -> str:
    """Every table and key with what it is for; a key stands switched on where `filled` has a value for it.

    The tables in `left_out` show their values without switching them on.
    """
    parts = [_table("[owner]", "owner", Owner, filled), _table("[[account]]", "account", Account, filled)]
    kinds: dict[str, type[BaseModel]] = {"account.imap": Imap, "account.maildir": Maildir}
    for kind, section in kinds.items():
        if any(table == kind for table, _ in filled):
            parts.append(_table(f"[{kind}]", kind, section, filled))
    if not any(table == "account.maildir" for table, _ in filled):
        parts.append(_local_account())
    for name, section in REST.items():
        table = _table(f"[{name}]", name, section, filled)
        parts.append(_switched_off(table) if name in left_out else table)
    if any(table == "digest" for table, _ in filled):
        parts.append(_table("[digest]", "digest", Digest, filled))
    else:
        parts.append(_commented(_table("[digest]", "digest", Digest, DIGEST)))
    return "\n".join(parts)


def _local_account() -> str:
    """A Maildir beside the server's account, as a comment."""
    table = _table("[account.maildir]", "account.maildir", Maildir, {("account.maildir", "path"): "~/Mail"})
    head = '[[account]]\nname = "local"\n'
    return "# A local mailbox instead of a server: an account of its own.\n" + _commented(head + table)


def _table(head: str, name: str, section: type[BaseModel], filled: Filled) -> str:
    lines = list(_lines(name, section, filled))
    return "\n".join([f"{head}  # {(section.__doc__ or '').strip().splitlines()[0]}", *lines]) + "\n"


def _lines(name: str, section: type[BaseModel], filled: Filled) -> Iterator[str]:
    for key, field in section.model_fields.items():
        if field.description is None:
            continue  # a table of its own
        switched_on = (name, key) in filled
        value = filled[name, key] if switched_on else default_of(field)
        if value is None:
            value = _example(key)
        yield f"# {field.description}"
        yield f"{'' if switched_on else '# '}{key} = {toml_value(value)}"


def default_of(field: FieldInfo) -> Any:
    """What holds when a key is left out; PydanticUndefined where it may not be."""
    return field.get_default(call_default_factory=True)


def _example(key: str) -> str:
    return {
        "ca_file": "/path/ca.pem",
        "quiet_hours": "21:00-08:00",
        "templates": "~/.config/afterword/letters",
    }[key]


def toml_value(value: Any) -> str:
    """A value as it is written in the file."""
    if isinstance(value, timedelta):
        return json.dumps(_span(value))
    if isinstance(value, time):
        return json.dumps(f"{value:%H:%M}")
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def _span(value: timedelta) -> str:
    """The shortest way to write a duration that is at least ten of its unit, or a whole one."""
    seconds = int(value.total_seconds())
    for unit in ("d", "h", "m", "s"):
        size = DURATION_UNITS[unit]
        if seconds % size == 0 and (seconds >= 2 * size or unit == "s"):
            return f"{seconds // size}{unit}" if seconds else "0"
    raise ValueError("durations are whole seconds")


def _switched_off(table: str) -> str:
    head, _, keys = table.partition("\n")
    return f"{head}\n{_commented(keys)}"


def _commented(text: str) -> str:
    return "".join(line if line.startswith("# ") else f"# {line}" for line in text.splitlines(keepends=True))


if __name__ == "__main__":
    sys.stdout.write(sample())
