"""The sample configuration, written by the schema itself so that it can never drift from it.

python -m afterword.sample > config.example.toml
"""

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from afterword.config import (
    DURATION_UNITS,
    Account,
    Corrections,
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

# What the sample fills in where a key has no default, and where a default would say little.
FILLED: dict[tuple[str, str], Any] = {
    ("owner", "name"): "Sam Rivera",
    ("owner", "addresses"): ["sam@example.org"],
    ("[account]", "name"): "personal",
    ("account.imap", "host"): "imap.example.org",
    ("account.imap", "username"): "sam@example.org",
    ("account.imap", "password_command"): "pass show mail/sam",
    ("account.maildir", "path"): "~/Mail",
    ("state", "url"): "sqlite:////home/sam/.local/state/afterword/ledger.db",
}


def sample() -> str:
    """The whole file as text; it validates as it stands."""
    parts = [
        HEAD,
        _table("[owner]", "owner", Owner),
        _table("[[account]]", "[account]", Account),
        _table("[account.imap]", "account.imap", Imap),
        "# A local mailbox instead of a server: an account of its own.\n"
        '# [[account]]\n# name = "local"\n'
        + _commented(_table("[account.maildir]", "account.maildir", Maildir)),
        _table("[letters]", "letters", Letters),
        _table("[schedule]", "schedule", Schedule),
        _table("[state]", "state", State, comment_out=True),
        _table("[rules]", "rules", RuleFiles),
        _table("[corrections]", "corrections", Corrections),
        _table("[retention]", "retention", Retention),
    ]
    return "\n".join(parts)


def _table(head: str, name: str, section: type[BaseModel], *, comment_out: bool = False) -> str:
    lines = list(_lines(name, section, comment_out=comment_out))
    return "\n".join([f"{head}  # {(section.__doc__ or '').strip().splitlines()[0]}", *lines]) + "\n"


def _lines(name: str, section: type[BaseModel], *, comment_out: bool) -> Iterator[str]:
    for key, field in section.model_fields.items():
        if field.description is None:
            continue  # a table of its own
        filled = (name, key) in FILLED
        value = FILLED[name, key] if filled else _default(field)
        if value is None:
            value = _example(key)
        off = "" if filled and not comment_out else "# "
        yield f"# {field.description}"
        yield f"{off}{key} = {_toml(value)}"


def _default(field: FieldInfo) -> Any:
    return field.get_default(call_default_factory=True)


def _example(key: str) -> str:
    return {
        "ca_file": "/path/ca.pem",
        "quiet_hours": "21:00-08:00",
        "templates": "~/.config/afterword/letters",
    }[key]


def _toml(value: Any) -> str:
    if isinstance(value, timedelta):
        return json.dumps(_span(value))
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def _span(value: timedelta) -> str:
    """The shortest way to write a duration that is at least ten of its unit, or a whole one."""
    seconds = int(value.total_seconds())
    for unit in ("d", "h", "m", "s"):
        size = DURATION_UNITS[unit]
        if seconds % size == 0 and (seconds >= 2 * size or unit == "s"):
            return f"{seconds // size}{unit}" if seconds else "0"
    raise ValueError("durations are whole seconds")


def _commented(text: str) -> str:
    return "".join(line if line.startswith("# ") else f"# {line}" for line in text.splitlines(keepends=True))


if __name__ == "__main__":
    sys.stdout.write(sample())
