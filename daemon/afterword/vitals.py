"""Whether the daemon is well: the pulse that systemd's watchdog feels."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from apscheduler.triggers.cron import CronTrigger

from afterword.config import Schedule
from afterword.errors import AfterwordError, ConfigError, ConnectError, LedgerUnusable, UserError

GRACE = 900.0  # seconds that a pass may be late, or may take between two signs of progress


# Pass failures that a restart mends as little: the server's, the owner's, the disk's. Other accounts would only suffer from it.
BEYOND_US = (ConnectError, UserError, LedgerUnusable)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What needs a hand and belongs to no account; `since` tells one occasion from the next."""

    since: datetime
    what: str
    why: str
    times: int = 1


class Vitals:
    """When each account last showed that its passes work, and what else is wrong.

    A good pass shows it, and so does a pass that something else than we prevents. One that hangs, or that fails for a
    reason of our own, does not; after a while the account is `stuck`, and the watchdog restarts the daemon. Times are of
    `clock`, in seconds.
    """

    def __init__(
        self, schedule: Schedule, accounts: tuple[str, ...], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._schedule = schedule
        self._clock = clock
        self._lock = threading.Lock()
        self._late = dict.fromkeys(accounts, clock() + GRACE)
        self._resting: frozenset[str] = frozenset()
        self._unrecorded: Trouble | None = None
        self.refused: Trouble | None = None

    def passed(self, account: str) -> None:
        """A good pass has ended."""
        self._alive(account, gap(self._schedule) + GRACE)

    def failed(self, account: str, error: AfterwordError) -> None:
        """A pass has failed."""
        if isinstance(error, BEYOND_US):
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

    def unrecorded(self, now: datetime, error: LedgerUnusable) -> None:
        """A pass could not be put on record."""
        with self._lock:
            before = self._unrecorded
            why = f"{error.message} {error.advice}"
            self._unrecorded = (
                replace(before, times=before.times + 1)
                if before
                else Trouble(now, "Nothing can be put on record", why)
            )

    def recorded(self) -> None:
        """A pass was put on record."""
        self._unrecorded = None

    def unrecorded_for(self, passes: int) -> Trouble | None:
        """What keeps the ledger from being written, once so many passes in a row could not be put on record."""
        trouble = self._unrecorded
        return trouble if trouble and trouble.times >= passes else None

    def refuses(self, now: datetime, error: AfterwordError) -> None:
        """A new configuration was refused; until one is taken, that is one occasion however often it is tried."""
        problems = error.problems if isinstance(error, ConfigError) else ()
        fault = f"{error.message} {'; '.join(problems)}".strip().rstrip(".")
        why = f"{fault}. When it is mended, reload: systemctl --user reload afterword"
        self.refused = self.refused or Trouble(
            now, "The new configuration is refused, and the old one goes on", why
        )

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
