"""Whether the daemon is well: the pulse that systemd's watchdog feels."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from apscheduler.triggers.cron import CronTrigger

from afterword.config import Schedule
from afterword.errors import AfterwordError, ConnectError

GRACE = 900.0  # seconds that a pass may be late, or may take between two signs of progress


class Vitals:
    """When each account last showed that its passes work.

    A good pass shows it, and so does a pass that the server alone prevents (ConnectError): a restart mends no server. A
    pass that hangs, or that fails for a reason of our own, does not; after a while `well` is False and the watchdog
    restarts the daemon. Times are of `clock`, in seconds.
    """

    def __init__(
        self, schedule: Schedule, accounts: tuple[str, ...], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._schedule = schedule
        self._clock = clock
        self._lock = threading.Lock()
        self._late = dict.fromkeys(accounts, clock() + GRACE)
        self._resting: frozenset[str] = frozenset()

    def passed(self, account: str) -> None:
        """A good pass has ended."""
        self._alive(account, gap(self._schedule) + GRACE)

    def failed(self, account: str, error: AfterwordError) -> None:
        """A pass has failed."""
        if isinstance(error, ConnectError):
            self._alive(account, gap(self._schedule) + GRACE)

    def progressed(self, account: str) -> None:
        """A long pass goes on."""
        self._alive(account, GRACE)

    def rests(self, account: str) -> None:
        """An account is no longer tried, since its server refuses the login; the owner has to act."""
        with self._lock:
            self._resting |= {account}

    @property
    def resting(self) -> frozenset[str]:
        """The accounts that are no longer tried."""
        return self._resting

    def stuck(self) -> tuple[str, ...]:
        """The accounts that have shown no sign of life for too long."""
        now = self._clock()
        with self._lock:
            return tuple(
                name for name, late in self._late.items() if now > late and name not in self._resting
            )

    def _alive(self, account: str, seconds: float) -> None:
        with self._lock:
            self._late[account] = max(self._late.get(account, 0.0), self._clock() + seconds)


def gap(schedule: Schedule, now: datetime | None = None) -> float:
    """Seconds from one pass to the next."""
    if not schedule.cron:
        return schedule.every.total_seconds()
    moment = (now or datetime.now()).astimezone()
    following: datetime | None = CronTrigger.from_crontab(schedule.cron).get_next_fire_time(None, moment)
    return (following - moment).total_seconds() if following else 0.0
