"""One account under watch: a pass on schedule, and at once when the server tells of new mail."""

import random
import threading
import time
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from afterword.accounts import craft_for, open_mailbox
from afterword.config import Account, Config, Schedule
from afterword.errors import AfterwordError, Interrupted, LoginRefused
from afterword.ledger import Ledger
from afterword.mailbox.imap import ImapMailbox
from afterword.passes import failed_row, pass_row
from afterword.scan import scan
from afterword.vitals import Vitals
from afterword_models import Judge

log = structlog.get_logger()

LOGIN_TRIES = 2  # refused logins in a row before an account rests, so that no provider locks it
IDLE_SPELL = 300.0  # seconds; servers and NAT boxes drop longer IDLEs (RFC 2177 allows 29 minutes)
BACK_OFF = (5.0, 600.0)  # seconds: first and longest wait before a broken connection is rebuilt


def trigger_of(schedule: Schedule) -> BaseTrigger:
    """When passes run, as APScheduler has it."""
    if schedule.cron:
        return CronTrigger.from_crontab(schedule.cron)
    return IntervalTrigger(seconds=int(schedule.every.total_seconds()))


class Watcher:
    """Runs passes over one account, never two at a time, and keeps an IDLE connection beside them."""

    def __init__(
        self,
        config: Config,
        account: Account,
        ledger: Ledger,
        judge: Judge,
        stop: threading.Event,
        vitals: Vitals,
    ) -> None:
        self._config = config
        self._account = account
        self._ledger = ledger
        self._craft = craft_for(config, account, judge)
        self._stop = stop
        self._vitals = vitals
        self._again = threading.Event()
        self._refused = 0
        self._idling: ImapMailbox | None = None

    def schedule(self, scheduler: BaseScheduler) -> None:
        """Add the account's job, due at once, and start to listen."""
        name = self._account.name
        trigger = trigger_of(self._config.schedule)
        scheduler.add_job(self.run, trigger, id=name, next_run_time=datetime.now(UTC))
        if self._account.imap and self._config.schedule.idle:
            threading.Thread(target=self._listen, args=(scheduler,), name=f"idle-{name}", daemon=True).start()

    def interrupt(self) -> None:
        """End the wait for mail; a running pass ends by itself at its next batch."""
        if self._idling:
            self._idling.interrupt()

    def run(self) -> None:
        """One pass, and another one if mail came in meanwhile."""
        while not self._stop.is_set() and self._refused < LOGIN_TRIES:
            self._again.clear()
            self.one_pass()
            if not self._again.is_set():
                return

    def one_pass(self) -> None:
        """One pass; whatever goes wrong is on record and in the log, and the next pass is tried as scheduled."""
        name = self._account.name
        started, began = datetime.now(UTC), time.monotonic()
        try:
            with open_mailbox(self._account) as mailbox:
                report = scan(
                    self._account,
                    mailbox,
                    self._ledger,
                    self._craft,
                    now=started,
                    started=began,
                    progress=self._check_stop,
                )
        except Interrupted:
            return
        except LoginRefused as error:
            self._refused += 1
            self._failed(started, began, error)
            if self._refused >= LOGIN_TRIES:
                self._vitals.rests(name)
                log.error("account rests until the next start", account=name, refused=self._refused)
        except AfterwordError as error:
            self._failed(started, began, error)
        except Exception as error:  # noqa: BLE001 - one account's trouble must never end the daemon; it is on record
            self._failed(started, began, AfterwordError(f"unexpected {type(error).__name__}"))
        else:
            self._refused = 0
            self._vitals.passed(name)
            self._ledger.add_pass(pass_row(report, started))
            log.info(
                "pass",
                account=name,
                examined=report.examined,
                drafted=report.drafted,
                waiting=report.waiting,
                skipped=sum(report.skipped.values()),
                errors=report.errors,
                seconds=report.seconds,
            )

    def _failed(self, started: datetime, began: float, error: AfterwordError) -> None:
        self._vitals.failed(self._account.name, error)
        log.warning("pass failed", account=self._account.name, why=error.message, advice=error.advice)
        self._ledger.add_pass(failed_row(self._account.name, started, began, error))

    def _check_stop(self, _folder: str, _done: int, _total: int) -> None:
        if self._stop.is_set():
            raise Interrupted("the service is ending")
        self._vitals.progressed(self._account.name)

    def _listen(self, scheduler: BaseScheduler) -> None:
        """Wait for the server's word, for ever; the schedule goes on beside it and makes up for what is missed."""
        first, longest = BACK_OFF
        pause = first
        while not self._stop.is_set() and self._refused < LOGIN_TRIES:
            try:
                with open_mailbox(self._account) as mailbox:
                    if not isinstance(mailbox, ImapMailbox):
                        return
                    self._idling = mailbox
                    while not self._stop.is_set():
                        if mailbox.wait(self._account.mailbox.folders[0], IDLE_SPELL):
                            self._again.set()
                            scheduler.modify_job(self._account.name, next_run_time=datetime.now(UTC))
                        pause = first
            except AfterwordError as error:
                log.info(
                    "listening again soon",
                    account=self._account.name,
                    why=error.message,
                    seconds=round(pause),
                )
            self._stop.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, no secret
            pause = min(pause * 2, longest)
