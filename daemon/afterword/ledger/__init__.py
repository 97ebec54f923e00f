"""What has been seen, planned and drafted: one SQLite file, mode 0600, migrated by Alembic."""

from afterword.ledger.book import Case, Cursor, Examined, Ledger, PassRow, State
from afterword.ledger.notices import Notice, Notices, NoticeState
from afterword.ledger.store import file_of

__all__ = [
    "Case",
    "Cursor",
    "Examined",
    "Ledger",
    "Notice",
    "NoticeState",
    "Notices",
    "PassRow",
    "State",
    "file_of",
]
