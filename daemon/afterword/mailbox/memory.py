"""A mailbox in memory: what the tests and the contract hold the real ones against."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from types import TracebackType
from typing import Self

from afterword.errors import MissingFolder
from afterword.mailbox.protocol import SIZE_LIMIT, Folder, FolderState
from afterword.records import Place, RawMessage


@dataclass
class StoredMessage:
    """A message as the server holds it."""

    octets: bytes
    internal_date: datetime
    flags: set[str] = field(default_factory=set)


@dataclass
class StoredFolder:
    """A folder as the server holds it."""

    uses: frozenset[str] = frozenset()
    uidvalidity: int = 1
    uidnext: int = 1
    messages: dict[int, StoredMessage] = field(default_factory=dict)


class MemoryMailbox:
    """Implements `protocol.Mailbox`; `store` is the server's side, free for tests to change."""

    def __init__(self, account: str = "memory", store: dict[str, StoredFolder] | None = None) -> None:
        self.account = account
        self.store = store if store is not None else default_store()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def folders(self) -> tuple[Folder, ...]:
        """Every folder, as they were made."""
        return tuple(Folder(name, folder.uses) for name, folder in self.store.items())

    def status(self, folder: str) -> FolderState:
        """As `examine`: there is nothing to open."""
        return self.examine(folder)

    def examine(self, folder: str) -> FolderState:
        """UIDVALIDITY, UIDNEXT and the number of messages."""
        stored = self._folder(folder)
        return FolderState(stored.uidvalidity, stored.uidnext, len(stored.messages))

    def uids(self, folder: str, *, since: date | None = None, after: int = 0) -> tuple[int, ...]:
        """UIDs above `after`, taken in on or after `since`."""
        found = self._folder(folder).messages.items()
        return tuple(
            sorted(
                uid
                for uid, mail in found
                if uid > after and (since is None or mail.internal_date.date() >= since)
            )
        )

    def fetch(self, folder: str, uids: Sequence[int]) -> Iterator[RawMessage]:
        """The messages that are still there, in the order given."""
        stored = self._folder(folder)
        for uid in uids:
            if uid in stored.messages:
                mail = stored.messages[uid]
                place = Place(self.account, folder, stored.uidvalidity, uid)
                yield RawMessage(place, mail.octets[:SIZE_LIMIT], len(mail.octets), mail.internal_date)

    def find(self, folder: str, header: str, value: str) -> tuple[int, ...]:
        """UIDs of messages whose header field holds `value`, ignoring case."""
        stored = self._folder(folder)
        return tuple(
            sorted(uid for uid, mail in stored.messages.items() if header_holds(mail.octets, header, value))
        )

    def append_draft(self, folder: str, octets: bytes, *, keyword: str = "") -> None:
        """Add a draft, `\\Seen` and `\\Draft`."""
        flags = {"\\Draft", "\\Seen"} | ({keyword} if keyword else set())
        self.deliver(folder, octets, datetime.now(UTC), flags)

    def marked(self, folder: str, keyword: str) -> tuple[int, ...]:
        """UIDs of messages with a keyword, ignoring case."""
        found = self._folder(folder).messages.items()
        return tuple(
            sorted(uid for uid, mail in found if keyword.lower() in {flag.lower() for flag in mail.flags})
        )

    def move_draft(self, place: Place, to: str) -> bool:
        """Take the draft out of one folder and into the other, its flags with it."""
        source, target = self._folder(place.folder), self._folder(to)
        if source.uidvalidity != place.uidvalidity or place.uid not in source.messages:
            return False
        target.messages[target.uidnext] = source.messages.pop(place.uid)
        target.uidnext += 1
        return True

    def deliver(
        self, folder: str, octets: bytes, internal_date: datetime, flags: set[str] | None = None
    ) -> int:
        """The server takes in a message; the UID it gets."""
        stored = self._folder(folder)
        uid = stored.uidnext
        stored.messages[uid] = StoredMessage(octets, internal_date, flags or set())
        stored.uidnext += 1
        return uid

    def close(self) -> None:
        """Nothing to let go of."""

    def _folder(self, folder: str) -> StoredFolder:
        name = "INBOX" if folder.upper() == "INBOX" else folder
        if name not in self.store:
            raise MissingFolder(
                f"Account {self.account}: there is no folder {folder!r}.", "Check the folder's name."
            )
        return self.store[name]


def default_store() -> dict[str, StoredFolder]:
    """The folders that every mail account has."""
    return {
        "INBOX": StoredFolder(),
        "Drafts": StoredFolder(frozenset({"\\drafts"})),
        "Sent": StoredFolder(frozenset({"\\sent"})),
        "Archive": StoredFolder(frozenset({"\\archive"})),
        "Trash": StoredFolder(frozenset({"\\trash"})),
    }


def header_holds(octets: bytes, header: str, value: str) -> bool:
    """Whether a header field holds `value`: a substring, ignoring case and folding (as SEARCH HEADER)."""
    fields = BytesHeaderParser(policy=compat32).parsebytes(octets).get_all(header, [])
    unfolded = (re.sub(r"\s+", " ", str(text)) for text in fields)
    return any(value.lower() in text.lower() for text in unfolded)
