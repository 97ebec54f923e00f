"""A parent that has loaded everything and forks real `afterword scan` processes to be killed: one JSON object a line, in and out.

In:  {"config": path, "boundary": number | null, "after": seconds | null}
Out: {"status": wait status, "seconds": time, "boundaries": [name, ...]}

`boundary` counts the instants before and after each step that writes; there the process kills itself with SIGKILL, which cannot be
caught and lets nothing be tidied up. `after` seconds from its start it is killed from outside.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from afterword import accounts
from afterword.cli import main
from afterword.ledger import Ledger
from afterword.mailbox.imap import ImapMailbox
from afterword_models import load

STEPS: tuple[tuple[type, str], ...] = (
    (Ledger, "attempt"),
    (Ledger, "record"),
    (Ledger, "add_case"),
    (Ledger, "move_case"),
    (ImapMailbox, "append_draft"),
    (Ledger, "add_pass"),
)


def watch_steps(boundary: int | None, log: Path) -> None:
    """Write the name of every boundary that is passed, and die at the one asked for."""
    passed = 0

    def at(name: str) -> None:
        nonlocal passed
        with log.open("a") as file:
            file.write(f"{name}\n")
        if passed == boundary:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    def watched(step: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            at(f"before {name}")
            result = step(*arguments, **options)
            at(f"after {name}")
            return result

        return call

    for owner, name in STEPS:
        setattr(owner, name, watched(getattr(owner, name), name))


def scan(config: str, boundary: int | None, log: Path) -> None:
    """The command itself, in a process that has just been forked."""
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(quiet, number)
    watch_steps(boundary, log)
    sys.argv = ["afterword", "scan", "--config", config]
    try:
        main()
    except SystemExit as leave:
        os._exit(leave.code if isinstance(leave.code, int) else 0)


def serve() -> None:
    """Fork one process for each line, wait for its end, and tell of it."""
    load()
    accounts.load_templates = cache(accounts.load_templates)  # compiled once, for all children
    accounts.load_templates(None, waived=frozenset())
    for line in sys.stdin:
        wish = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "boundaries"
            log.touch()
            began = time.monotonic()
            child = os.fork()
            if child == 0:
                scan(wish["config"], wish.get("boundary"), log)
            if wish.get("after") is not None:
                time.sleep(wish["after"])
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            answer = {
                "status": status,
                "seconds": time.monotonic() - began,
                "boundaries": log.read_text().split("\n"),
            }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
