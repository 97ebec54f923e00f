"""The ledger as the pipeline sees it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import Engine, RowMapping, Select, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from afterword.ledger.aftermath import FORGOTTEN, Aftermath
from afterword.ledger.codec import correspondence_of, dossier_from_json, dossier_to_json, message_row
from afterword.ledger.notices import Notices
from afterword.ledger.store import open_copy, open_engine
from afterword.ledger.tables import attempts, cases, corrections, cursors, messages, passes
from afterword.records import Action, Correspondence, Label, Letter, Place, Plan, Skip, Verdict

PASSES = 1000  # passes that are remembered


class State(StrEnum):
    """How far a case has come."""

    WAITING = "waiting"
    INTENDED = "intended"
    DRAFTED = "drafted"
    SKIPPED = "skipped"
    HELD = "held"
    FAILED = "failed"
    WITHDRAWN = (
        "withdrawn"  # the owner says that it is no rejection, and the untouched draft was moved to Trash
    )


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder has been examined: every UID up to `uid` under `uidvalidity`."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Examined:
    """A mail that has been looked at; `error` is set where it could not be judged."""

    mail: Correspondence
    verdict: Verdict | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A rejection and what became of it; `octets` is the letter as it is (to be) put into Drafts."""

    plan: Plan
    state: State
    message_id: str = ""
    octets: bytes = b""
    error: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PassRow:
    """One pass over one account; `failure` is "" when it went through."""

    account: str
    started_at: datetime
    seconds: float
    examined: int = 0
    drafted: int = 0
    errors: int = 0
    failure: str = ""


class Ledger:
    """All reads and writes of the ledger; each write is durable when the call returns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.aftermath = Aftermath(engine)

    @classmethod
    def open(cls, url: str) -> Self:
        """The ledger at a SQLAlchemy URL; UserError when it cannot be opened."""
        return cls(open_engine(url))

    @classmethod
    def rehearse(cls, url: str) -> Self:
        """A copy in memory that takes writes and forgets them."""
        return cls(open_copy(url))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @property
    def notices(self) -> Notices:
        """What the owner has been told by mail."""
        return Notices(self._engine)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    # --- mail

    def cursor(self, account: str, folder: str) -> Cursor | None:
        """How far a folder was examined, or None on the first visit."""
        query = select(cursors).where(cursors.c.account == account, cursors.c.folder == folder)
        with self._transaction() as connection:
            row = connection.execute(query).mappings().first()
        return Cursor(**row) if row else None

    def unseen(self, account: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> tuple[int, ...]:
        """Those of `uids` that have no row yet, in their order."""
        query = select(messages.c.uid).where(
            messages.c.account == account,
            messages.c.folder == folder,
            messages.c.uidvalidity == uidvalidity,
        )
        if not uids:
            return ()
        with self._transaction() as connection:
            seen = set(connection.execute(query.where(messages.c.uid >= min(uids))).scalars())
        return tuple(uid for uid in uids if uid not in seen)

    def record(self, examined: Sequence[Examined], cursor: Cursor, now: datetime) -> None:
        """Remember a batch of mails and how far the folder is examined, in one transaction."""
        rows = [message_row(each.mail, each.verdict, each.error, now) for each in examined]
        with self._transaction() as connection:
            if rows:
                connection.execute(insert(messages).prefix_with("OR IGNORE"), rows)
            connection.execute(
                delete(cursors).where(cursors.c.account == cursor.account, cursors.c.folder == cursor.folder)
            )
            connection.execute(
                insert(cursors).values(
                    account=cursor.account,
                    folder=cursor.folder,
                    uidvalidity=cursor.uidvalidity,
                    uid=cursor.uid,
                )
            )
            connection.execute(
                delete(attempts).where(
                    attempts.c.account == cursor.account, attempts.c.folder == cursor.folder
                )
            )

    def attempt(self, place: Place) -> int:
        """Note that the mail at `place` is about to be asked for; how many times in a row it has been, this one included.

        A record of the folder, or another mail, begins a new row.
        """
        folder = (attempts.c.account == place.account, attempts.c.folder == place.folder)
        query = select(attempts).where(*folder)
        with self._transaction() as connection:
            row = connection.execute(query).mappings().first()
            again = row is not None and (row["uidvalidity"], row["uid"]) == (place.uidvalidity, place.uid)
            tries = row["tries"] + 1 if row is not None and again else 1
            connection.execute(delete(attempts).where(*folder))
            connection.execute(
                insert(attempts).values(
                    account=place.account,
                    folder=place.folder,
                    uidvalidity=place.uidvalidity,
                    uid=place.uid,
                    tries=tries,
                )
            )
        return tries

    def retract(self, account: str, folder: str) -> None:
        """Forget the attempts in a folder: they failed for a reason that lies in no mail."""
        with self._transaction() as connection:
            connection.execute(
                delete(attempts).where(attempts.c.account == account, attempts.c.folder == folder)
            )

    def spoil(self, fingerprint: str, error: str) -> None:
        """A mail that was judged turned out to be beyond us: from now on it counts as unreadable."""
        query = update(messages).where(messages.c.fingerprint == fingerprint).values(error=error, label=None)
        with self._transaction() as connection:
            connection.execute(query)

    def correspondence(self, since: datetime) -> list[Correspondence]:
        """Remembered mail that can belong to an application, oldest first: not what robots write about other things."""
        query = (
            select(messages)
            .where(
                messages.c.date >= since,
                messages.c.error == "",
                or_(
                    messages.c.outgoing,
                    messages.c.automated.is_(False),
                    messages.c.label.not_in([Label.OTHER, Label.JOB_ALERT]),
                ),
            )
            .order_by(messages.c.date, messages.c.id)
        )
        with self._transaction() as connection:
            return [correspondence_of(row) for row in connection.execute(query).mappings()]

    def unplanned(self, account: str, folders: Collection[str]) -> list[Place]:
        """Places of rejections and of feedback seen in the watched `folders`, or named by the owner, of which nothing is decided yet.

        A mail that was meanwhile moved is named at every place where it was seen.
        """
        watched = select(messages.c.fingerprint).where(
            messages.c.account == account,
            or_(
                messages.c.folder.in_(list(folders)),
                messages.c.fingerprint.in_(select(corrections.c.fingerprint).where(corrections.c.rejection)),
            ),
            messages.c.label.in_([Label.REJECTION, Label.FEEDBACK]),
            messages.c.outgoing.is_(False),
        )
        undecided = watched.where(
            ~select(cases.c.id).where(cases.c.fingerprint == messages.c.fingerprint).exists()
        ).distinct()
        with self._transaction() as connection:
            # In two steps: nearly always there is nothing to decide, and then no mail but the rejections is looked at.
            names = connection.execute(undecided).scalars().all()
            query = (
                select(messages)
                .where(messages.c.account == account, messages.c.fingerprint.in_(names))
                .order_by(messages.c.date, messages.c.id)
            )
            rows = connection.execute(query).mappings().all() if names else []
        return [Place(row["account"], row["folder"], row["uidvalidity"], row["uid"]) for row in rows]

    # --- cases

    def cases(self, *states: State, account: str = "") -> list[Case]:
        """Cases in any of `states` (all when none is named), of one account or all, in the order they were opened."""
        query = select(cases).where(cases.c.state != FORGOTTEN).order_by(cases.c.id)
        if states:
            query = query.where(cases.c.state.in_(states))
        if account:
            query = query.where(cases.c.account == account)
        with self._transaction() as connection:
            return [_case_of(row) for row in connection.execute(query).mappings()]

    def add_case(self, case: Case, now: datetime) -> bool:
        """Open a case; False when the rejection has one already, and then nothing is changed."""
        plan = case.plan
        row = {
            "fingerprint": plan.dossier.fingerprint,
            "account": plan.dossier.place.account,
            "state": case.state,
            "skip": plan.skip or "",
            "rule": plan.rule,
            "why": plan.why,
            "letter": plan.letter or "",
            "application": plan.dossier.application,
            "dossier": dossier_to_json(plan.dossier),
            "due": plan.due,
            "keyword": plan.keyword,
            "draft_message_id": case.message_id,
            "draft_octets": case.octets or None,
            "error": case.error,
            "changed_at": now,
        }
        with self._transaction() as connection:
            return connection.execute(insert(cases).prefix_with("OR IGNORE"), row).rowcount == 1

    def move_case(
        self,
        fingerprint: str,
        came_from: Iterable[State],
        to: State,
        now: datetime,
        *,
        skip: str = "",
        why: str = "",
        error: str = "",
    ) -> bool:
        """Move a case on; False when it is in none of the states `came_from` any more (somebody else was faster)."""
        values = {"state": to, "changed_at": now, "error": error} | (
            {"skip": skip, "why": why} if skip else {}
        )
        query = (
            update(cases)
            .where(cases.c.fingerprint == fingerprint, cases.c.state.in_(list(came_from)))
            .values(values)
        )
        with self._transaction() as connection:
            return connection.execute(query).rowcount == 1

    # --- passes

    def add_pass(self, row: PassRow) -> None:
        """Remember a pass; the last thousand are kept, and of each account the last good one and the first failure since."""
        with self._transaction() as connection:
            connection.execute(
                insert(passes).values(
                    account=row.account,
                    started_at=row.started_at,
                    seconds=row.seconds,
                    examined=row.examined,
                    drafted=row.drafted,
                    errors=row.errors,
                    failure=row.failure,
                )
            )
            newest = select(func.max(passes.c.id)).scalar_subquery()
            old = delete(passes).where(passes.c.id < newest - PASSES)
            connection.execute(old.where(*(passes.c.id.not_in(turn) for turn in _turns())))

    def last_pass(self, account: str, *, good: bool = False) -> PassRow | None:
        """The last pass of an account, or its last good one."""
        query = select(passes).where(passes.c.account == account).order_by(passes.c.id.desc()).limit(1)
        if good:
            query = query.where(passes.c.failure == "")
        with self._transaction() as connection:
            row = connection.execute(query).mappings().first()
        return PassRow(**{key: value for key, value in row.items() if key != "id"}) if row else None

    def failing(self, account: str) -> list[PassRow]:
        """The passes that failed since the last good one, the first one first; [] when all is well."""
        good = select(func.max(passes.c.id)).where(passes.c.account == account, passes.c.failure == "")
        query = (
            select(passes)
            .where(passes.c.account == account, passes.c.id > func.coalesce(good.scalar_subquery(), 0))
            .order_by(passes.c.id)
        )
        with self._transaction() as connection:
            rows = connection.execute(query).mappings().all()
        return [PassRow(**{key: value for key, value in row.items() if key != "id"}) for row in rows]

    def unreadable(self, account: str) -> int:
        """How many mails of an account could not be judged."""
        query = (
            select(func.count())
            .select_from(messages)
            .where(messages.c.account == account, messages.c.error != "")
        )
        with self._transaction() as connection:
            return int(connection.execute(query).scalar_one())


def _case_of(row: RowMapping) -> Case:
    state = State(row["state"])
    plan = Plan(
        dossier=dossier_from_json(row["dossier"]),
        action=_ACTIONS.get(state, Action.DRAFT),
        rule=row["rule"],
        why=row["why"],
        skip=Skip(row["skip"]) if row["skip"] else None,
        letter=Letter(row["letter"]) if row["letter"] else None,
        due=row["due"],
        keyword=row["keyword"],
    )
    return Case(
        plan=plan,
        state=state,
        message_id=row["draft_message_id"],
        octets=row["draft_octets"] or b"",
        error=row["error"],
        changed_at=row["changed_at"],
    )


_ACTIONS = {State.SKIPPED: Action.SKIP, State.HELD: Action.HOLD, State.WITHDRAWN: Action.SKIP}


def _turns() -> tuple[Select[tuple[int]], Select[tuple[int]]]:
    """The last good pass of each account, and the first pass after it."""
    last = func.max(passes.c.id).label("id")
    good = select(passes.c.account, last).where(passes.c.failure == "").group_by(passes.c.account)
    each = good.subquery()
    since = (
        select(func.min(passes.c.id))
        .outerjoin_from(passes, each, each.c.account == passes.c.account)
        .where(passes.c.id > func.coalesce(each.c.id, 0))
        .group_by(passes.c.account)
    )
    return select(each.c.id), since
