"""What the pipeline needs of a mailbox, wherever it is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Protocol, Self

from afterword.records import Place, RawMessage

SIZE_LIMIT = 1 << 20  # octets of a mail that are read; what a person wrote stands at its beginning


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder by its full name; `uses` are its special uses (RFC 6154) in lower case, such as `\\drafts`."""

    name: str
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FolderState:
    """What STATUS and EXAMINE tell; `uidnext` is None where the server does not say."""

    uidvalidity: int
    uidnext: int | None
    exists: int


class Mailbox(Protocol):
    """One account's mail. Reading leaves no trace; the only thing ever written is a draft, and the only thing ever moved, too.

    Failures are `MailboxError` (a command failed), `ConnectionLost` (reconnect and go on) and, while opening,
    `ConnectError`. A folder that is not there raises `MissingFolder`.
    """

    account: str

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def folders(self) -> tuple[Folder, ...]:
        """Every folder that can hold mail."""
        ...

    def status(self, folder: str) -> FolderState:
        """What can be told of a folder without opening it."""
        ...

    def examine(self, folder: str) -> FolderState:
        """Open a folder read-only."""
        ...

    def uids(self, folder: str, *, since: date | None = None, after: int = 0) -> tuple[int, ...]:
        """UIDs of the folder in ascending order, taken in on or after `since`, above `after`.

        A Maildir keeps no order of arrival: it ignores `after`, and the caller leaves out what it has seen.
        """
        ...

    def fetch(self, folder: str, uids: Sequence[int]) -> Iterator[RawMessage]:
        """The messages in the order given, in batches; a UID that is gone is left out."""
        ...

    def find(self, folder: str, header: str, value: str) -> tuple[int, ...]:
        """UIDs of the messages whose header field holds `value` (as SEARCH HEADER: a substring, ignoring case)."""
        ...

    def append_draft(self, folder: str, octets: bytes, *, keyword: str = "") -> None:
        """Put a draft into a folder with the flags `\\Draft` and `\\Seen`, and `keyword` if one is given."""
        ...

    def marked(self, folder: str, keyword: str) -> tuple[int, ...]:
        """UIDs of the messages that bear a keyword (RFC 9051 2.3.2); none where the mailbox keeps no keywords."""
        ...

    def move_draft(self, place: Place, to: str) -> bool:
        """Move one draft into another folder, in one step; nothing is ever expunged.

        False when it is gone by now, or when the mailbox cannot move in one step; then nothing is changed.
        """
        ...

    def close(self) -> None:
        """Log out and let go; never raises."""
        ...
