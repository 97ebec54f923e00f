"""The tables of the ledger, as SQLAlchemy Core."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC; SQLite has no time zones of its own."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Into the database: naive UTC."""
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Out of the database: aware UTC."""
        return value.replace(tzinfo=UTC) if value is not None else None


metadata = MetaData()

# Every mail ever examined, once per place: what was seen is never judged again, a failure included.
messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String, nullable=False),
    Column("folder", String, nullable=False),
    Column("uidvalidity", Integer, nullable=False),
    Column("uid", Integer, nullable=False),
    Column("fingerprint", String, nullable=False, index=True),
    Column("message_id", String, nullable=False, index=True),
    Column("thread", JSON, nullable=False),
    Column("date", UtcDateTime, nullable=False, index=True),
    Column("subject", String, nullable=False),
    Column("sender", JSON, nullable=True),
    Column("recipients", JSON, nullable=False),
    Column("label", String, nullable=True),
    Column("score", Float, nullable=True),
    Column("hold", Boolean, nullable=False),
    Column("evidence", String, nullable=False),
    Column("evidence_start", Integer, nullable=False),
    Column("evidence_end", Integer, nullable=False),
    Column("outgoing", Boolean, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("automated", Boolean, nullable=False),
    Column("asks_advice", Boolean, nullable=False),
    Column("person", String, nullable=False),
    Column("role", String, nullable=False),
    Column("company", String, nullable=False),
    Column("requisition", String, nullable=False),
    Column("error", String, nullable=False),
    Column("examined_at", UtcDateTime, nullable=False),
    Index("ix_messages_label", "label", "account"),
    UniqueConstraint("account", "folder", "uidvalidity", "uid", name="one_row_per_place"),
)

# One row per rejection. `state` walks waiting -> intended -> drafted, or ends as skipped, held or failed at once.
cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String, nullable=False, unique=True),
    Column("account", String, nullable=False, index=True),
    Column("state", String, nullable=False, index=True),
    Column("skip", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("why", String, nullable=False),
    Column("letter", String, nullable=False),
    Column("application", String, nullable=False, index=True),
    Column("dossier", JSON, nullable=False),
    Column("due", UtcDateTime, nullable=True),
    Column("keyword", String, nullable=False),
    Column("draft_message_id", String, nullable=False, index=True),
    Column("draft_octets", LargeBinary, nullable=True),
    Column("error", String, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# How far each folder has been examined.
cursors = Table(
    "cursors",
    metadata,
    Column("account", String, primary_key=True),
    Column("folder", String, primary_key=True),
    Column("uidvalidity", Integer, nullable=False),
    Column("uid", Integer, nullable=False),
)

# The first mail of the batch under way in a folder, and how often it has been that: noted before the mail is asked for, so that a crash counts.
attempts = Table(
    "attempts",
    metadata,
    Column("account", String, primary_key=True),
    Column("folder", String, primary_key=True),
    Column("uidvalidity", Integer, nullable=False),
    Column("uid", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
)

# The passes, for status: the last good one is what health means.
passes = Table(
    "passes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String, nullable=False, index=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("examined", Integer, nullable=False),
    Column("drafted", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("failure", String, nullable=False),
)

# Mail to the owner: the intent is on record before the mail is handed in, and what it told is never told twice.
notices = Table(
    "notices",
    metadata,
    Column("key", String, primary_key=True),
    Column("kind", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("items", JSON, nullable=False),
    Column("error", String, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# What the mailbox shows of each draft, as last seen.
sightings = Table(
    "sightings",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("account", String, nullable=False, index=True),
    Column("fate", String, nullable=False),
    Column("place", JSON, nullable=True),
    Column("sent_id", String, nullable=False, index=True),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("asked", Boolean, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

# The journal: answers, and advice inside rejections. A forgotten row keeps its fingerprint alone, so that it does not come back.
lessons = Table(
    "lessons",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String, nullable=False, unique=True),
    Column("account", String, nullable=False, index=True),
    Column("date", UtcDateTime, nullable=False, index=True),
    Column("company", String, nullable=False),
    Column("role", String, nullable=False),
    Column("person", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("source", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("text", String, nullable=False),
    Column("themes", JSON, nullable=False),
    Column("request", String, nullable=False),
    Column("advice", Boolean, nullable=False),
    Column("forgotten", Boolean, nullable=False),
)

# The owner's word on mails that were judged wrongly; `done` once a pass has acted on it.
corrections = Table(
    "corrections",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("account", String, nullable=False, index=True),
    Column("rejection", Boolean, nullable=False),
    Column("subject", String, nullable=False),
    Column("sender", JSON, nullable=True),
    Column("text", String, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("done", Boolean, nullable=False),
)
