"""models/trials.json: written by `trials.py`, which takes minutes, and read for docs/accuracy.md."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import srsly

MODELS = Path(__file__).resolve().parent.parent
TRIALS = MODELS / "trials.json"


def fingerprint() -> str:
    """A hash of everything that training depends on, as project.yml declares it."""
    commands = srsly.read_yaml(MODELS / "project.yml")["commands"]
    declared = next(command["deps"] for command in commands if command["name"] == "train")
    found = sha256()
    for path in (MODELS / each for each in declared):
        files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
        for file in files:
            found.update(file.read_bytes())
    return found.hexdigest()


def read_trials() -> dict[str, Any]:
    """What was written last, with `fresh` telling whether training depends on the same files still."""
    found: dict[str, Any] = json.loads(TRIALS.read_text(encoding="utf-8"))
    return found | {"fresh": found["inputs"] == fingerprint()}


def write_trials(found: dict[str, Any]) -> None:
    """Keep what was measured, with what it was measured on."""
    text = json.dumps({"inputs": fingerprint(), **found}, indent=1, ensure_ascii=False)
    TRIALS.write_text(text + "\n", encoding="utf-8")
