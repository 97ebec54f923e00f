"""Everything that runs under one configuration; a reload ends it and begins the next."""

import threading
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from afterword.config import Config
from afterword.digest import Teller
from afterword.errors import LedgerUnusable
from afterword.examining import reason
from afterword.ledger import Ledger
from afterword.vitals import Vitals
from afterword.watcher import Watcher
from afterword_models import Judge

log = structlog.get_logger()

FIRST = 10  # seconds from the start, in which the first passes say how it goes
TELLING = 60  # seconds between two looks at whether there is something to tell the owner


class Generation:
    """Watchers, their schedule, and the mail to the owner. RulesError, SecretError or UserError before anything starts."""

    def __init__(self, config: Config, ledger: Ledger, judge: Judge) -> None:
        self.config = config
        self.vitals = Vitals(config.schedule, tuple(account.name for account in config.account))
        self._stop = threading.Event()
        self._teller = Teller(config, ledger)
        self._watchers = [
            Watcher(config, account, ledger, judge, self._stop, self.vitals) for account in config.account
        ]
        self._scheduler = BackgroundScheduler(
            # A thread for each account, so that one that waits for its server never keeps another from its turn.
            executors={"default": ThreadPoolExecutor(len(config.account) + 2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin to watch."""
        for watcher in self._watchers:
            watcher.schedule(self._scheduler)
        if self.config.digest:
            first = datetime.now(UTC) + timedelta(seconds=FIRST)
            self._scheduler.add_job(
                self.tell, "interval", seconds=TELLING, id="[digest]", next_run_time=first
            )
        self._scheduler.start()

    def stop(self) -> threading.Thread:
        """Ask everything to end; the thread that is returned lives as long as something still runs."""
        self._stop.set()
        for watcher in self._watchers:
            watcher.interrupt()
        waiting = threading.Thread(target=self._wait_for_all, name="ending", daemon=True)
        waiting.start()
        return waiting

    def _wait_for_all(self) -> None:
        self._scheduler.shutdown()
        for watcher in self._watchers:
            watcher.join()

    def tell(self) -> None:
        """Write to the owner if there is reason to."""
        now = datetime.now(UTC)
        try:
            self._teller.unrecorded(now, self.vitals.unrecorded_for(self.config.health.tell_after))
            self._teller.trouble(now, self.vitals.resting, self.vitals.refused)
            self._teller.digest(now, self.vitals.resting, self.vitals.refused)
        except LedgerUnusable as error:
            log.warning("mail to the owner has to wait", why=error.message, advice=error.advice)
        except Exception as error:  # noqa: BLE001 - a digest that fails must never end the daemon, nor show mail in a trace
            log.error("mail to the owner failed", why=f"unexpected {reason(error)}")
