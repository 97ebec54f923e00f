"""The daemon as a process of its own, on a configuration written for a test."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.configs import OWNER
from tests.servers.base import PASSWORD

CONFIG = (
    OWNER
    + """
[[account]]
name = "personal"
[account.imap]
host = "127.0.0.1"
port = {port}
security = "none"
username = "{user}"
password_env = "AFTERWORD_TEST_PASSWORD"
timeout = "10s"

[letters]
delay = "0"

[schedule]
every = "10s"

[state]
url = "sqlite:///{state}"
"""
)


@contextmanager
def running(folder: Path, port: int, user: str) -> Iterator[Path]:
    """`afterword run` on a mailbox at a loopback port, from its first pass until the end of the block; yields its log."""
    config, log = folder / "config.toml", folder / "log"
    config.write_text(CONFIG.format(port=port, user=user, state=folder / "ledger.db"))
    command = [sys.executable, "-m", "afterword", "run", "--config", str(config)]
    with (
        log.open("wb") as stderr,
        subprocess.Popen(
            command, stderr=stderr, env=os.environ | {"AFTERWORD_TEST_PASSWORD": PASSWORD}
        ) as daemon,
    ):
        try:
            until(lambda: any(event == "pass" for event in events(log)), 30)
            yield log
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(20)
    assert daemon.returncode == 0, log.read_text()


def events(log: Path) -> list[str]:
    """What the daemon has logged so far."""
    rows = log.read_text().splitlines()
    return [json.loads(row)["event"] for row in rows if row.endswith("}")]


def until(holds: Callable[[], object], seconds: float) -> None:
    """Wait until something holds; AssertionError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
