"""A daemon in a process of its own, watched as systemd watches it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tests.configs import OWNER

ROOT = Path(__file__).resolve().parents[2]

CONFIG = (
    OWNER
    + """
[letters]
delay = "0"

[schedule]
every = "10s"

[state]
url = "sqlite:///{state}"
"""
)


def maildir(folder: Path) -> Path:
    """An empty mailbox in files."""
    for name in ("INBOX", "Drafts", "Sent"):
        for part in ("cur", "new", "tmp"):
            (folder / name / part).mkdir(parents=True)
    return folder


def account(name: str, path: Path) -> str:
    """The tables of an account in files."""
    return f'[[account]]\nname = "{name}"\n[account.maildir]\npath = "{path}"\n'


def write_config(folder: Path, *accounts: str, more: str = "") -> Path:
    """A configuration whose ledger lies beside it."""
    path = folder / "config.toml"
    path.write_text(CONFIG.format(state=folder / "ledger.db") + "\n".join(accounts) + more)
    return path


class Daemon:
    """`afterword run`, its log, and what it told the manager. `module` is what Python runs in its place."""

    def __init__(self, config: Path, module: str = "afterword", **environment: str) -> None:
        self._log = config.with_name(f"log-{time.monotonic_ns()}")
        address = config.with_name(f"notify-{time.monotonic_ns()}")
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notified.bind(str(address))
        self._notified.setblocking(False)
        self._told: list[str] = []
        self._log.touch()
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "run", "--config", str(config)],
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "1500000"} | environment,
        )
        self._scribe = threading.Thread(target=self._write_down, daemon=True)
        self._scribe.start()

    def __enter__(self) -> Self:
        return self

    def _write_down(self) -> None:
        """Keep the log, as a journal does: it goes on when the daemon's own disk is full."""
        assert self.process.stderr
        with self.process.stderr as said, self._log.open("ab", buffering=0) as log:
            for line in said:
                log.write(line)

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._scribe.join()
        self._notified.close()

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    @property
    def told(self) -> list[str]:
        """Every assignment that the manager was sent."""
        while True:
            try:
                self._told += self._notified.recv(65536).decode().splitlines()
            except BlockingIOError:
                return self._told

    def until(self, holds: Callable[[], bool], seconds: float = 30) -> None:
        """Wait until something holds; fails with the log when it does not come."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, self.log
            assert self.process.poll() is None, self.log
            time.sleep(0.05)

    def until_event(self, event: str, **fields: Any) -> dict[str, Any]:
        """Wait for a line of the log."""

        def found() -> list[dict[str, Any]]:
            return [row for row in self.events if row["event"] == event and fields.items() <= row.items()]

        self.until(lambda: bool(found()))
        return found()[-1]

    def hang_up(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def terminate(self) -> float:
        """SIGTERM; how many seconds it took to end."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - began
