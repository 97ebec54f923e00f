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
from afterword.errors import AfterwordError, Interrupted, LedgerUnusable, LoginRefused
from afterword.examining import reason
from afterword.ledger import Ledger, PassRow
from afterword.mailbox.imap import ImapMailbox
from afterword.mailbox.protocol import Mailbox
from afterword.passes import failed_row, pass_row
from afterword.scan import scan
from afterword.vitals import Vitals
from afterword_models import Judge

log = structlog.get_logger()

LOGIN_TRIES = 2  # refused logins in a row before an account rests, so that no provider locks it
IDLE_SPELL = 300.0  # seconds; servers and NAT boxes drop longer IDLEs (RFC 2177 allows 29 minutes)
HELD = 60.0  # seconds; a connection that lasted so long was a good one, and the back-off begins anew
BACK_OFF = (1.0, 600.0)  # seconds: first and longest wait before a broken connection is rebuilt


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
        self._passing = threading.Lock()
        self._logged_in = threading.Event()
        self._refused = 0
        self._idling: ImapMailbox | None = None
        self._listener: threading.Thread | None = None

    def schedule(self, scheduler: BaseScheduler) -> None:
        """Add the account's job, due at once, and start to listen."""
        name = self._account.name
        trigger = trigger_of(self._config.schedule)
        scheduler.add_job(self.run, trigger, id=name, next_run_time=datetime.now(UTC))
        if self._account.imap and self._config.schedule.idle:
            self._listener = threading.Thread(target=self._listen, name=f"idle-{name}", daemon=True)
            self._listener.start()

    def interrupt(self) -> None:
        """End the wait for mail; a running pass ends by itself at its next batch."""
        self._logged_in.set()
        if self._idling:
            self._idling.interrupt()

    def join(self) -> None:
        """Wait for the listener, and for the pass that it may have begun."""
        if self._listener:
            self._listener.join()

    def run(self) -> bool:
        """One pass, after the one under way; whether it went through. An account that rests gets none."""
        with self._passing:
            return not self._stop.is_set() and not self.rests and self.one_pass()

    @property
    def rests(self) -> bool:
        """Whether logins were refused so often that no more are tried."""
        return self._refused >= LOGIN_TRIES

    def _open(self) -> Mailbox:
        """Log in, and keep count of refusals, whoever asks."""
        try:
            mailbox = open_mailbox(self._account)
        except LoginRefused as error:
            self._refused += error.tries
            if self.rests:
                self._vitals.rests(self._account.name)
                log.error(
                    "account rests until the next start", account=self._account.name, refused=self._refused
                )
            raise
        self._refused = 0
        self._logged_in.set()
        return mailbox

    def one_pass(self) -> bool:
        """One pass; whatever goes wrong is on record and in the log, and the next pass is tried as scheduled."""
        name = self._account.name
        started, began = datetime.now(UTC), time.monotonic()
        try:
            with self._open() as mailbox:
                report = scan(
                    self._account,
                    mailbox,
                    self._ledger,
                    self._craft,
                    now=started,
                    started=began,
                    progress=self._check_stop,
                )
            self._record(pass_row(report, started))
        except Interrupted:
            return False
        except LedgerUnusable as error:
            self._unrecorded(started, error)
            return False
        except AfterwordError as error:
            self._failed(started, began, error)
            return False
        except Exception as error:  # noqa: BLE001 - one account's trouble must never end the daemon; it is on record
            self._failed(started, began, AfterwordError(f"unexpected {reason(error)}"))
            return False
        self._vitals.passed(name)
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
        return True

    def _record(self, row: PassRow) -> None:
        self._ledger.add_pass(row)
        self._vitals.recorded()

    def _failed(self, started: datetime, began: float, error: AfterwordError) -> None:
        """The pass failed; that goes on record, if the ledger can be written."""
        self._vitals.failed(self._account.name, error)
        log.warning("pass failed", account=self._account.name, why=error.message, advice=error.advice)
        try:
            self._record(failed_row(self._account.name, started, began, error))
        except LedgerUnusable as full:
            self._unrecorded(started, full)

    def _unrecorded(self, started: datetime, error: LedgerUnusable) -> None:
        self._vitals.failed(self._account.name, error)
        self._vitals.unrecorded(started, error)
        log.warning("pass not on record", account=self._account.name, why=error.message, advice=error.advice)

    def _check_stop(self, _folder: str, _done: int, _total: int) -> None:
        if self._stop.is_set():
            raise Interrupted("the service is ending")
        self._vitals.progressed(self._account.name)

    def _listen(self) -> None:
        """Wait for the server's word, for ever; the schedule goes on beside it and makes up for what is missed."""
        first, longest = BACK_OFF
        pause = first
        while not self._logged_in.wait(IDLE_SPELL) and not self.rests:
            pass  # the first login is the first pass's, so that a wrong password is not tried twice at once
        while not self._stop.is_set() and not self.rests:
            began = time.monotonic()
            try:
                if not self._hear():
                    return
            except Exception as error:  # noqa: BLE001 - the listener must outlive whatever happens to one connection
                if self._stop.is_set():
                    return  # it was we who broke it
                why = error.message if isinstance(error, AfterwordError) else f"unexpected {reason(error)}"
                log.info("listening again soon", account=self._account.name, why=why, seconds=round(pause))
            if time.monotonic() - began > HELD:
                pause = first
            self._stop.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, no secret
            pause = min(pause * 2, longest)

    def _reached(self, folder: str) -> tuple[int, int] | None:
        """(UIDVALIDITY, highest UID) as far as a folder was examined."""
        cursor = self._ledger.cursor(self._account.name, folder)
        return (cursor.uidvalidity, cursor.uid) if cursor else None

    def _hear(self) -> bool:
        """Listen on one connection until it breaks or a pass fails; False when there is nothing to be heard on this server."""
        folder = self._account.mailbox.folders[0]
        with self._open() as mailbox:
            if not isinstance(mailbox, ImapMailbox) or not mailbox.can_wait:
                log.info("the server does not tell of new mail", account=self._account.name)
                return False
            self._idling = mailbox
            while not self._stop.is_set():
                known = self._reached(folder)
                # A pass that fails, or gets no further, is not to be repeated at once.
                heard = known is None or mailbox.wait(folder, IDLE_SPELL, known)
                if heard and (not self.run() or self._reached(folder) == known):
                    return True
        return True
