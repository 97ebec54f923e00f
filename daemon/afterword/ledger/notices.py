"""What the owner has been told by mail: intent first, result after, so that nothing is told twice."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from afterword.ledger.tables import notices

KEPT = timedelta(days=400)  # how long it is remembered what was told


class NoticeState(StrEnum):
    """`intended` without a result means that the mail may have arrived; it is not sent again."""

    INTENDED = "intended"
    SENT = "sent"
    FAILED = "failed"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail to the owner; `key` names the occasion, `items` what it told."""

    key: str
    kind: str
    state: NoticeState
    items: tuple[str, ...]
    error: str
    changed_at: datetime


class Notices:
    """The table of notices; each write is durable when the call returns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, key: str) -> Notice | None:
        """What became of one occasion."""
        with self._engine.begin() as connection:
            row = connection.execute(select(notices).where(notices.c.key == key)).mappings().first()
        return _notice(dict(row)) if row else None

    def last(self, kind: str, state: NoticeState) -> Notice | None:
        """The newest notice of a kind in one state."""
        query = (
            select(notices)
            .where(notices.c.kind == kind, notices.c.state == state)
            .order_by(notices.c.changed_at.desc())
            .limit(1)
        )
        with self._engine.begin() as connection:
            row = connection.execute(query).mappings().first()
        return _notice(dict(row)) if row else None

    def told(self) -> frozenset[str]:
        """Every item that has reached the owner."""
        query = select(notices.c["items"]).where(notices.c.state == NoticeState.SENT)
        with self._engine.begin() as connection:
            return frozenset(item for items in connection.execute(query).scalars() for item in items)

    def intend(self, key: str, kind: str, items: Collection[str], now: datetime) -> bool:
        """Claim an occasion; False when somebody has claimed it before and it did not certainly fail."""
        values = {"state": NoticeState.INTENDED, "items": sorted(items), "error": "", "changed_at": now}
        with self._engine.begin() as connection:
            again = update(notices).where(notices.c.key == key, notices.c.state == NoticeState.FAILED)
            if connection.execute(again.values(values)).rowcount:
                return True
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(notices).values(key=key, kind=kind, **values))
                connection.execute(delete(notices).where(notices.c.changed_at < now - KEPT))
        except IntegrityError:
            return False
        return True

    def settle(self, key: str, state: NoticeState, now: datetime, error: str = "") -> None:
        """Record how a claimed occasion ended."""
        with self._engine.begin() as connection:
            connection.execute(
                update(notices).where(notices.c.key == key).values(state=state, error=error, changed_at=now)
            )


def _notice(row: dict[str, object]) -> Notice:
    items = row.pop("items")
    state = NoticeState(str(row.pop("state")))
    return Notice(items=tuple(items), state=state, **row)  # type: ignore[arg-type]  # the columns are the fields
