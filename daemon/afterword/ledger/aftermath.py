"""What happens after a draft, as the ledger keeps it: what became of drafts, the journal, corrections, forgetting."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, RowMapping, delete, exists, func, insert, or_, select, text, union, update
from sqlalchemy.engine import Connection

from afterword.ledger.codec import address_from_json, address_to_json, correspondence_of
from afterword.ledger.tables import cases, corrections, cursors, lessons, messages, passes, sightings
from afterword.records import Correction, Correspondence, Fate, Label, Lesson, Place, Sighting, Stage, Theme

NOTHING = (Label.OTHER, Label.JOB_ALERT, Label.OUTREACH)  # mail that shows no application
FORGOTTEN = "forgotten"  # the state of a case of which only the fingerprint is left
BLANK: dict[str, Any] = {"subject": "", "sender": None, "recipients": [], "evidence": "", "person": "", "role": "", "company": "", "requisition": ""}  # fmt: skip


class Aftermath:
    """Reads and writes on the tables that came later than the first draft; each write is durable when the call returns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    # --- drafts

    def sightings(self, account: str = "") -> dict[str, Sighting]:
        """What is known of each draft, by the fingerprint of the mail that it answers."""
        query = select(sightings)
        if account:
            query = query.where(sightings.c.account == account)
        with self._transaction() as connection:
            return {row["fingerprint"]: _sighting_of(row) for row in connection.execute(query).mappings()}

    def see(self, seen: Sequence[Sighting]) -> None:
        """Remember what was seen in place of what was known."""
        with self._transaction() as connection:
            for sighting in seen:
                connection.execute(delete(sightings).where(sightings.c.fingerprint == sighting.fingerprint))
                place = sighting.place
                row = asdict(sighting) | {
                    "place": [place.account, place.folder, place.uidvalidity, place.uid] if place else None
                }
                connection.execute(insert(sightings).values(row))

    def mail_in(
        self, account: str, folder: str, *, since: datetime | None = None, uidvalidity: int = 0
    ) -> list[Correspondence]:
        """Remembered mail of one folder, the oldest first; of one UIDVALIDITY when it is given."""
        query = select(messages).where(
            messages.c.account == account, messages.c.folder == folder, messages.c.error == ""
        )
        if since:
            query = query.where(messages.c.date >= since)
        if uidvalidity:
            query = query.where(messages.c.uidvalidity == uidvalidity)
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(messages.c.date, messages.c.id)).mappings()
            return [correspondence_of(row) for row in rows]

    def mail_at(
        self, account: str, folder: str, uidvalidity: int, uids: Sequence[int]
    ) -> list[Correspondence]:
        """Remembered mail at these places."""
        query = select(messages).where(
            messages.c.account == account,
            messages.c.folder == folder,
            messages.c.uidvalidity == uidvalidity,
            messages.c.uid.in_(list(uids)),
        )
        with self._transaction() as connection:
            return [correspondence_of(row) for row in connection.execute(query).mappings()]

    def all_mail(self) -> list[Correspondence]:
        """Everything that can show an application, of every account, the oldest first."""
        query = (
            select(messages)
            .where(messages.c.error == "", or_(messages.c.outgoing, messages.c.label.not_in(NOTHING)))
            .order_by(messages.c.date, messages.c.id)
        )
        with self._transaction() as connection:
            return [correspondence_of(row) for row in connection.execute(query).mappings()]

    # --- the journal

    def requests(self, since: datetime) -> list[Correspondence]:
        """The owner's sent mails that ask for advice."""
        query = select(messages).where(
            messages.c.outgoing, messages.c.asks_advice, messages.c.draft.is_(False), messages.c.date >= since
        )
        with self._transaction() as connection:
            return [correspondence_of(row) for row in connection.execute(query).mappings()]

    def unread_replies(self, account: str, ids: Collection[str]) -> list[Correspondence]:
        """People's mails whose thread names one of these Message-IDs, and of which no lesson is kept, the oldest first."""
        named = func.json_each(messages.c.thread).table_valued("value")
        query = (
            select(messages)
            .where(
                messages.c.account == account,
                messages.c.error == "",
                messages.c.outgoing.is_(False),
                messages.c.automated.is_(False),
                messages.c.label != Label.JOB_ALERT,
                exists(select(named.c.value).where(named.c.value.in_(list(ids)))),
                messages.c.fingerprint.not_in(select(lessons.c.fingerprint)),
            )
            .order_by(messages.c.date, messages.c.id)
        )
        with self._transaction() as connection:
            return [correspondence_of(row) for row in connection.execute(query).mappings()]

    def add_lesson(self, lesson: Lesson) -> bool:
        """Keep a lesson; False when one of the same mail is kept (or was forgotten) already."""
        row = asdict(lesson) | {
            "themes": [[each.theme, each.sentence] for each in lesson.themes],
            "forgotten": False,
        }
        with self._transaction() as connection:
            return connection.execute(insert(lessons).prefix_with("OR IGNORE"), row).rowcount == 1

    def lessons(self, *, account: str = "", since: datetime | None = None) -> list[Lesson]:
        """What was answered, the oldest first, answers without advice among them."""
        query = select(lessons).where(lessons.c.forgotten.is_(False))
        if account:
            query = query.where(lessons.c.account == account)
        if since:
            query = query.where(lessons.c.date >= since)
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(lessons.c.date, lessons.c.id)).mappings()
            return [_lesson_of(row) for row in rows]

    def advised(self, fingerprints: Collection[str]) -> set[str]:
        """Of these mails, the answers that hold advice."""
        query = select(lessons.c.fingerprint).where(
            lessons.c.fingerprint.in_(list(fingerprints)), lessons.c.source == "reply", lessons.c.advice
        )
        with self._transaction() as connection:
            return set(connection.execute(query).scalars())

    def forget_lessons(self, *fingerprints: str, before: datetime | None = None) -> int:
        """Blank lessons, all of them when none is named; their fingerprints stay, so that the mail is not read again."""
        query = update(lessons).where(lessons.c.forgotten.is_(False))
        if fingerprints:
            query = query.where(lessons.c.fingerprint.in_(fingerprints))
        if before:
            query = query.where(lessons.c.date < before)
        blank = {"company": "", "role": "", "person": "", "message_id": "", "text": "", "themes": [], "forgotten": True}  # fmt: skip
        with self._transaction() as connection:
            return connection.execute(query.values(blank)).rowcount

    # --- corrections

    def correct(self, correction: Correction) -> bool:
        """Take the owner's word; False when it was taken before. A later word replaces an earlier one."""
        row = asdict(correction) | {"sender": address_to_json(correction.sender), "done": False}
        same = corrections.c.fingerprint == correction.fingerprint
        with self._transaction() as connection:
            known = connection.execute(select(corrections.c.rejection).where(same)).scalar()
            if known is correction.rejection:
                return False
            connection.execute(delete(corrections).where(same))
            connection.execute(insert(corrections).values(row))
        return True

    def corrections(self, account: str = "", *, pending: bool = False) -> list[Correction]:
        """The owner's corrections in the order in which they were taken."""
        query = select(corrections).order_by(corrections.c.taken_at, corrections.c.fingerprint)
        if account:
            query = query.where(corrections.c.account == account)
        if pending:
            query = query.where(corrections.c.done.is_(False))
        with self._transaction() as connection:
            return [
                Correction(
                    **{key: row[key] for key in Correction.__slots__ if key != "sender"},
                    sender=address_from_json(row["sender"]),
                )
                for row in connection.execute(query).mappings()
            ]

    def said(self, account: str, folders: Mapping[str, bool]) -> list[tuple[Place, bool]]:
        """Mails in the folders for corrections on which this is not the owner's known word.

        Of a mail that was in both, the folder where it was seen last counts, unless the owner has said otherwise since.
        """
        query = (
            select(messages)
            .where(
                messages.c.account == account, messages.c.folder.in_(list(folders)), messages.c.error == ""
            )
            .order_by(messages.c.id)
        )
        with self._transaction() as connection:
            last = {row["fingerprint"]: row for row in connection.execute(query).mappings()}
        known = {each.fingerprint: each for each in self.corrections()} if last else {}
        found = []
        for fingerprint, row in last.items():
            word, rejection = known.get(fingerprint), folders[row["folder"]]
            if word is None or (word.rejection is not rejection and row["examined_at"] > word.taken_at):
                place = Place(row["account"], row["folder"], row["uidvalidity"], row["uid"])
                found.append((place, rejection))
        return found

    def corrected(self, fingerprints: Collection[str] | None = None) -> dict[str, bool]:
        """Which mails (of these, or of all) the owner says are a rejection (True) or none (False)."""
        query = select(corrections.c.fingerprint, corrections.c.rejection)
        if fingerprints is not None:
            query = query.where(corrections.c.fingerprint.in_(list(fingerprints)))
        with self._transaction() as connection:
            return {row.fingerprint: row.rejection for row in connection.execute(query)}

    def relabel(self, fingerprint: str, label: Label | None) -> None:
        """Remember a mail by another label, wherever it lies."""
        query = (
            update(messages)
            .where(messages.c.fingerprint == fingerprint, messages.c.outgoing.is_(False))
            .values(label=label, hold=False)
        )
        with self._transaction() as connection:
            connection.execute(query)

    def acted_on(self, fingerprint: str) -> None:
        """A pass has done what the correction asks for."""
        query = update(corrections).where(corrections.c.fingerprint == fingerprint).values(done=True)
        with self._transaction() as connection:
            connection.execute(query)

    def reopen(self, fingerprint: str, states: Collection[str]) -> bool:
        """Drop a case in one of `states` in which nothing was written, so that the mail is planned anew."""
        query = delete(cases).where(cases.c.fingerprint == fingerprint, cases.c.state.in_(list(states)))
        with self._transaction() as connection:
            return connection.execute(query).rowcount == 1

    def places(self, *, fingerprint: str = "", message_id: str = "") -> list[Place]:
        """Where a mail was seen, by either of its names, the last place first."""
        known = messages.c.fingerprint == fingerprint if fingerprint else messages.c.message_id == message_id
        with self._transaction() as connection:
            rows = connection.execute(select(messages).where(known).order_by(messages.c.id.desc())).mappings()
            return [Place(row["account"], row["folder"], row["uidvalidity"], row["uid"]) for row in rows]

    # --- forgetting

    def forget_case(self, fingerprint: str) -> bool:
        """Remove all that is known of one rejection and its draft but the fingerprint, which keeps it from being answered anew."""
        with self._transaction() as connection:
            row: dict[str, Any] = {"state": FORGOTTEN, "dossier": {}, "draft_octets": None, "error": "", "why": "", "rule": "", "skip": "", "letter": "", "application": "", "keyword": "", "draft_message_id": ""}  # fmt: skip
            known = connection.execute(
                update(cases).where(cases.c.fingerprint == fingerprint).values(row)
            ).rowcount
            connection.execute(delete(sightings).where(sightings.c.fingerprint == fingerprint))
            connection.execute(delete(corrections).where(corrections.c.fingerprint == fingerprint))
            connection.execute(update(messages).where(messages.c.fingerprint == fingerprint).values(BLANK))
        self.forget_lessons(fingerprint)
        self.compact()
        return known == 1

    def accounts(self) -> list[str]:
        """Every account of which anything is kept."""
        tables = (cases, messages, cursors, passes, sightings, lessons, corrections)
        query = union(*(select(table.c.account) for table in tables))
        with self._transaction() as connection:
            return sorted(connection.execute(query).scalars())

    def forget_account(self, account: str) -> None:
        """Remove every row of an account, as if it had never been looked at."""
        with self._transaction() as connection:
            for table in (cases, messages, cursors, passes, sightings, lessons, corrections):
                connection.execute(delete(table).where(table.c.account == account))
        self.compact()

    def forget_mail(self, before: datetime) -> int:
        """Remove what is remembered of older mail, and of what was decided about it; how many mails that were."""
        old = select(messages.c.fingerprint).where(messages.c.date < before)
        with self._transaction() as connection:
            for table in (sightings, corrections, cases):
                connection.execute(delete(table).where(table.c.fingerprint.in_(old)))
            return connection.execute(delete(messages).where(messages.c.date < before)).rowcount

    def compact(self) -> None:
        """Give back the space of what was removed, so that nothing of it is left in the file."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))


def _sighting_of(row: RowMapping) -> Sighting:
    values = dict(row) | {
        "fate": Fate(row["fate"]),
        "place": Place(*row["place"]) if row["place"] else None,
    }
    return Sighting(**values)


def _lesson_of(row: RowMapping) -> Lesson:
    values = {key: row[key] for key in Lesson.__slots__} | {
        "stage": Stage(row["stage"]),
        "themes": tuple(Theme(*pair) for pair in row["themes"]),
    }
    return Lesson(**values)
