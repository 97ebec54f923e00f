"""When the owner is written to: on the day and hour they chose, and at once when an account needs a hand."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

import structlog

from afterword.config import Config, Digest
from afterword.digest.gathering import Summary, at_large, gather, troubles
from afterword.digest.posting import post
from afterword.digest.wording import letter_to_owner
from afterword.errors import AfterwordError, PostUnsettled
from afterword.ledger import Ledger, NoticeState
from afterword.vitals import Trouble

log = structlog.get_logger()

DIGEST, TROUBLE = "digest", "trouble"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AGAIN = timedelta(minutes=30)  # how long after a failure it is tried again
OVERLAP = timedelta(
    days=1
)  # passes run while a digest is written; what was told is known by name, not by time


class Teller:
    """Writes to the owner at most once for each occasion, through crashes and lost connections."""

    def __init__(self, config: Config, ledger: Ledger) -> None:
        self._config = config
        self._ledger = ledger
        self._untold: dict[
            str, datetime | None
        ] = {}  # when `unrecorded` is tried again; None once it was told

    def digest(
        self, now: datetime, resting: Collection[str] = frozenset(), refused: Trouble | None = None
    ) -> bool:
        """The digest that is due, if it was not dealt with; True when one was handed in."""
        settings = self._config.digest
        if settings is None:
            return False
        moment = due(settings, now.astimezone())
        key = f"{DIGEST} {moment:%Y-%m-%d}"
        if not self._open(key, now):
            return False
        last = self._ledger.notices.last(DIGEST, NoticeState.SENT)
        span = timedelta(weeks=1) if settings.every == "week" else timedelta(days=1)
        since = (last.changed_at if last else now - span) - OVERLAP
        summary = gather(self._ledger, self._config, since, resting, refused)
        if not summary.items:
            if self._ledger.notices.intend(key, DIGEST, (), now):
                self._ledger.notices.settle(key, NoticeState.EMPTY, now)
            return False
        return self._tell(key, DIGEST, summary, now)

    def trouble(
        self, now: datetime, resting: Collection[str] = frozenset(), refused: Trouble | None = None
    ) -> bool:
        """The word that something needs a hand, once for each row of failures; True when one was handed in."""
        if self._config.digest is None:
            return False
        told = self._ledger.notices.told()
        failing = troubles(self._ledger, self._config, resting, refused)
        new = tuple(entry for entry in failing if entry.item not in told)
        if not new:
            return False
        key = f"{TROUBLE} {' '.join(sorted(entry.item for entry in new))}"
        return self._open(key, now) and self._tell(key, TROUBLE, Summary(troubles=new), now)

    def unrecorded(self, now: datetime, trouble: Trouble | None) -> bool:
        """The word that the ledger cannot be written; the one thing of which this process alone remembers that it was told."""
        if self._config.digest is None or trouble is None:
            return False
        entry = at_large(trouble)
        again = self._untold.get(entry.item, now)
        if again is None or again > now:
            return False
        told, _ = self._post(entry.item, TROUBLE, Summary(troubles=(entry,)))
        self._untold[entry.item] = now + AGAIN if told is NoticeState.FAILED else None
        return told is NoticeState.SENT

    def _open(self, key: str, now: datetime) -> bool:
        """Whether an occasion has not been dealt with; what failed is tried again after a while."""
        earlier = self._ledger.notices.find(key)
        if earlier is None:
            return True
        return earlier.state is NoticeState.FAILED and now - earlier.changed_at >= AGAIN

    def _tell(self, key: str, kind: str, summary: Summary, now: datetime) -> bool:
        notices = self._ledger.notices
        if not notices.intend(key, kind, summary.items, now):
            return False  # somebody else was faster
        state, error = self._post(key, kind, summary)
        if state is not NoticeState.INTENDED:
            notices.settle(key, state, now, error)
        return state is NoticeState.SENT

    def _post(self, key: str, kind: str, summary: Summary) -> tuple[NoticeState, str]:
        """Hand a mail in; sent, certainly failed, or still intended, since it may have been taken."""
        try:
            post(letter_to_owner(summary, self._config, _message_id(key, self._config)), self._config)
        except PostUnsettled as error:
            log.warning("mail to the owner may have been lost", kind=kind, why=error.message)
            return NoticeState.INTENDED, error.message
        except AfterwordError as error:
            log.warning("mail to the owner failed", kind=kind, why=error.message, advice=error.advice)
            return NoticeState.FAILED, error.message
        log.info("mail to the owner", kind=kind, told=len(summary.items))
        return NoticeState.SENT, ""


def due(settings: Digest, now: datetime) -> datetime:
    """The last moment at which a digest was due; `now` and the answer in local time."""
    moment = now.replace(hour=settings.at.hour, minute=settings.at.minute, second=0, microsecond=0)
    if moment > now:
        moment -= timedelta(days=1)
    if settings.every == "week":
        moment -= timedelta(days=(moment.weekday() - DAYS.index(settings.weekday)) % 7)
    return moment


def _message_id(key: str, config: Config) -> str:
    """The same for the same occasion: a server that knows it already keeps one copy."""
    address = config.digest_address
    digest = sha256(f"{key}\0{address}".encode()).hexdigest()[:32]
    return f"<{digest}@{address.rpartition('@')[2]}>"
