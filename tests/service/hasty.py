"""`afterword run` in a process whose day passes as fast as a test wants it to.

The clock on the wall is the one line of the file CLOCK. SIGUSR1 says that time has passed: every account's pass and then the mail to the
owner are due, and when all of it is over the log has a line. Everything else is the daemon as it is: threads that listen, signals, ledger.
"""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Self

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from keyring.backend import KeyringBackend

from afterword import generation, oauth, service, watcher
from afterword.cli import main

CLOCK, AUTHORITY, KEYRING = "HASTY_CLOCK", "HASTY_AUTHORITY", "HASTY_KEYRING"  # environment variables


class Clock(datetime):
    """The time of day that the test says it is."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        told = datetime.fromisoformat(Path(os.environ[CLOCK]).read_text())
        return cls.fromtimestamp(told.timestamp(), tz)


class ByHand(BackgroundScheduler):
    """Holds the jobs, and starts none by itself."""

    latest: "ByHand | None" = None

    def start(self, *_: Any, **__: Any) -> None:
        ByHand.latest = self
        super().start(paused=True)

    def work(self) -> None:
        """Every job that is due, the mail to the owner last."""
        jobs = {job.id: job.func for job in self.get_jobs()}
        tell: Callable[[], None] = jobs.pop("[digest]")
        passes = [threading.Thread(target=job) for job in jobs.values()]
        for each in passes:
            each.start()
        for each in passes:
            each.join()
        tell()
        structlog.get_logger().info("time has passed")


class FileKeyring(KeyringBackend):
    """The keyring's one entry, in a file."""

    priority: Any = 1

    def get_password(self, service: str, username: str) -> str | None:
        return Path(os.environ[KEYRING]).read_text()

    def set_password(self, service: str, username: str, password: str) -> None:
        Path(os.environ[KEYRING]).write_text(password)


def hasten() -> None:
    """Put the clock, the schedule and the provider in their places."""
    generation.datetime = service.datetime = watcher.datetime = Clock  # type: ignore[misc]  # for this process alone
    generation.BackgroundScheduler = ByHand
    known = oauth.PROVIDERS["microsoft"]
    oauth.PROVIDERS["microsoft"] = replace(known, token_url=f"{os.environ[AUTHORITY]}/token")

    def passed(*_: object) -> None:
        if ByHand.latest:
            threading.Thread(target=ByHand.latest.work).start()

    signal.signal(signal.SIGUSR1, passed)


if __name__ == "__main__":
    hasten()
    main()
