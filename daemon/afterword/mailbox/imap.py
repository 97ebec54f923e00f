"""Mail on a server (RFC 3501, RFC 9051) through IMAPClient.

Reading leaves no trace: folders are opened with EXAMINE, bodies fetched with BODY.PEEK, and no STORE is ever issued (Courier
obeys it even under EXAMINE). Two commands write: APPEND for a draft, and UID MOVE (RFC 6851) to withdraw one. MOVE is taken alone,
since COPY with STORE and EXPUNGE is three steps that can end half way, and EXPUNGE takes what others have marked; a server without it
(Courier) leaves the draft to the owner. CLOSE is never sent, for it expunges.
"""

import imaplib
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Self

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from afterword.errors import (
    ConnectError,
    ConnectionLost,
    MailboxError,
    Unreachable,
)
from afterword.mailbox import extensions
from afterword.mailbox.dialling import BROKEN, ImapSettings, connected, hang_up
from afterword.mailbox.login import AccessToken, log_in
from afterword.mailbox.protocol import SIZE_LIMIT, Folder, FolderState
from afterword.mailbox.refusals import refusal
from afterword.records import Place, RawMessage

BATCH = 100  # messages in one FETCH
BATCH_OCTETS = 8 << 20  # and not more than this together
IDLE_SLICE = 30.0  # seconds between two looks at whether an IDLE has run its time
CONTENT = f"BODY.PEEK[]<0.{SIZE_LIMIT}>"
EARLY = 0.1  # seconds by which an empty answer to IDLE may come before its time
SLEPT = 10.0  # seconds by which the clock may run ahead of what this process lived through
ARRIVALS = 10_000  # mails that may come in between EXAMINE and SEARCH

# What IMAPClient's parsers raise on an answer that breaks the grammar.
UNINTELLIGIBLE = (ValueError, LookupError, TypeError, AttributeError, AssertionError)


@dataclass(frozen=True, slots=True)
class Session:
    """A connection as it is: the version of TLS ("" for none), until when the certificate holds, capabilities in capitals."""

    tls: str
    certificate_until: datetime | None
    capabilities: frozenset[str]


class ImapMailbox:
    """Implements `protocol.Mailbox` on a connection that is logged in."""

    def __init__(self, account: str, client: IMAPClient) -> None:
        self.account = account
        self._client = client
        self._opened: tuple[str, FolderState] | None = None

    @classmethod
    def connect(cls, account: str, settings: ImapSettings, secret: str | AccessToken) -> Self:
        """Connect, verify, log in. Unreachable, UntrustedCertificate or LoginRefused says what to do about it."""
        client = connected(settings)
        try:
            log_in(client, account, settings.host, settings.username, secret)
        except ConnectError:
            hang_up(client)
            raise
        except BROKEN as error:
            hang_up(client)
            raise Unreachable(
                f"{settings.host} broke the connection at login ({type(error).__name__}).", "Try again later."
            ) from None
        mailbox = cls(account, client)
        try:
            with mailbox._command("ID"):
                extensions.introduce(client)
        except MailboxError:
            hang_up(client)
            raise
        return mailbox

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def folders(self) -> tuple[Folder, ...]:
        """Every selectable folder with its special uses in lower case (Cyrus can be made to write `\\drafts`)."""
        with self._command("LIST"):
            listed = self._client.list_folders()
        found = []
        for flags, _delimiter, name in listed:
            uses = frozenset(_text(flag).lower() for flag in flags)
            if "\\noselect" not in uses and "\\nonexistent" not in uses:
                found.append(Folder(_text(name), uses))
        return tuple(found)

    def status(self, folder: str) -> FolderState:
        """STATUS, which opens nothing; on most servers its cost does not grow with the folder.

        Of a folder that is open a server may tell what it told last (RFC 9051 6.3.11 warns of it), and Dovecot does: NOOP comes first.
        """
        if self._opened and self._opened[0] == folder:
            self._refresh(folder)
        with self._command("STATUS", folder):
            answer = self._client.folder_status(folder, ["UIDVALIDITY", "UIDNEXT", "MESSAGES"])
            return _state(answer, b"MESSAGES")

    def examine(self, folder: str) -> FolderState:
        """EXAMINE; some servers tell no UIDNEXT."""
        with self._command("EXAMINE", folder):
            state = _state(self._client.select_folder(folder, readonly=True), b"EXISTS")
        self._opened = (folder, state)
        return state

    def uids(self, folder: str, *, since: date | None = None, after: int = 0) -> tuple[int, ...]:
        """UID SEARCH; `n:*` names the last message even when its UID is below n, so that is dropped here."""
        self._refresh(folder)
        limit = self._open(folder).exists + ARRIVALS
        with self._command("SEARCH", folder):
            found = extensions.search_uids(self._client, after, since, limit)
        return tuple(sorted(uid for uid in found if uid > after))

    def fetch(self, folder: str, uids: Sequence[int]) -> Iterator[RawMessage]:
        """Sizes first, then the content in batches bounded in number and octets."""
        for start in range(0, len(uids), BATCH):
            self._refresh(folder)  # Courier makes up a substitute for what was deleted and not yet told of
            sizes = self._fetch(folder, uids[start : start + BATCH], ["RFC822.SIZE", "INTERNALDATE"])
            for batch in _bounded(uids[start : start + BATCH], sizes):
                contents = self._fetch(folder, batch, [CONTENT])
                for uid in batch:
                    octets = _content(contents.get(uid, {}))
                    if octets is not None:
                        yield self._raw(folder, uid, octets, sizes.get(uid, {}))

    def find(self, folder: str, header: str, value: str) -> tuple[int, ...]:
        """UID SEARCH HEADER."""
        self._refresh(folder)
        with self._command("SEARCH", folder):
            return tuple(sorted(self._client.search(["HEADER", header, value])))

    def session(self) -> Session:
        """How well the connection is protected, and what the server can do."""
        with self._command("CAPABILITY"):
            found = frozenset(_text(word).upper() for word in self._client.capabilities())
        connection = self._client.socket()
        if not isinstance(connection, ssl.SSLSocket):
            return Session("", None, found)
        certificate = connection.getpeercert() or {}
        expires = ssl.cert_time_to_seconds(str(certificate["notAfter"])) if certificate else None
        until = datetime.fromtimestamp(expires, UTC) if expires is not None else None
        return Session(connection.version() or "", until, found)

    def append_draft(self, folder: str, octets: bytes, *, keyword: str = "") -> None:
        """APPEND with `\\Draft` and `\\Seen`.

        MessageRefused when the server will never take it, MailboxFull and ReadOnlyFolder when it would if the owner saw to it.
        """
        flags = ["\\Draft", "\\Seen", *([keyword] if keyword else [])]
        if self._opened and self._opened[0] == folder != "INBOX":
            self.examine("INBOX")  # Courier appends nothing to a folder that is open read-only
        with self._command("APPEND", folder):
            extensions.append(self._client, folder, octets, flags)

    def marked(self, folder: str, keyword: str) -> tuple[int, ...]:
        """UID SEARCH KEYWORD."""
        self._refresh(folder)
        with self._command("SEARCH", folder):
            return tuple(sorted(self._client.search(["KEYWORD", keyword])))

    def move_draft(self, place: Place, to: str) -> bool:
        """UID MOVE, the one command that needs SELECT; the folder is left by opening another, which expunges nothing."""
        self._opened = None
        with self._command("MOVE", place.folder):
            return extensions.move(self._client, place.folder, place.uidvalidity, place.uid, to)

    @property
    def can_wait(self) -> bool:
        """Whether the server tells of new mail by itself (IDLE, RFC 2177)."""
        return bool(self._client.has_capability("IDLE"))

    def wait(self, folder: str, seconds: float, known: tuple[int, int] | None = None) -> bool:
        """IDLE: True when the server tells of new mail, False after `seconds` without.

        `known` is (UIDVALIDITY, highest UID) as far as the folder was examined: what came in since then is told at once, so that nothing
        falls between two waits. ConnectionLost when the peer is dead or the machine has slept.
        """
        state = self.examine(folder)
        if known and self._is_beyond(folder, state, *known):
            return True
        deadline = time.monotonic() + seconds
        with self._command("IDLE", folder):
            self._client.idle()
            told = extensions.told_with_consent(self._client)
            arrived = _tells_of_more(told, state.exists) or self._idle_until(deadline, state.exists)
            self._client.idle_done()
        return arrived

    def interrupt(self) -> None:
        """End a `wait` in another thread at once; the connection is of no use afterwards."""
        with suppress(OSError):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """LOGOUT if the server still listens."""
        hang_up(self._client)

    def _is_beyond(self, folder: str, state: FolderState, uidvalidity: int, uid: int) -> bool:
        if state.uidvalidity != uidvalidity:
            return True
        return state.uidnext > uid + 1 if state.uidnext is not None else bool(self.uids(folder, after=uid))

    def _idle_until(self, deadline: float, before: int) -> bool:
        """Read what the server tells. IMAPClient answers `[]` at once, and for ever, when the peer is dead."""
        while (left := deadline - time.monotonic()) > 0:
            asked = min(left, IDLE_SLICE)
            began, clock = time.monotonic(), time.time()
            answers = self._client.idle_check(timeout=asked)
            lived = time.monotonic() - began
            if not answers and asked - lived > EARLY:
                raise imaplib.IMAP4.abort("the peer is gone")
            if abs(time.time() - clock - lived) > SLEPT:
                raise imaplib.IMAP4.abort("the machine has slept")
            if _tells_of_more(answers, before):
                return True
        return False

    def _open(self, folder: str) -> FolderState:
        if self._opened and self._opened[0] == folder:
            return self._opened[1]
        return self.examine(folder)

    def _refresh(self, folder: str) -> None:
        """See the folder as it is now: Dovecot searches an open folder as it was at the last command before."""
        if self._opened is None or self._opened[0] != folder:
            self.examine(folder)
        else:
            with self._command("NOOP"):
                self._client.noop()

    def _fetch(self, folder: str, uids: Sequence[int], items: Sequence[str]) -> dict[int, dict[bytes, Any]]:
        self._open(folder)
        with self._command("FETCH", folder):
            answer: dict[int, dict[bytes, Any]] = self._client.fetch(list(uids), list(items))
        return answer

    def _raw(self, folder: str, uid: int, octets: bytes, facts: dict[bytes, Any]) -> RawMessage:
        moment = facts.get(b"INTERNALDATE")
        return RawMessage(
            place=Place(self.account, folder, self._open(folder).uidvalidity, uid),
            octets=octets,
            size=_number(facts.get(b"RFC822.SIZE")) or len(octets),
            internal_date=moment if isinstance(moment, datetime) and moment.tzinfo else datetime.now(UTC),
        )

    @contextmanager
    def _command(self, command: str, folder: str = "") -> Iterator[None]:
        """Turn what IMAPClient raises into our own errors; one place for what a refusal means."""
        try:
            yield
        except BROKEN as error:
            self._opened = None
            raise ConnectionLost(
                f"Account {self.account}: the connection broke during {command} ({type(error).__name__}).",
                "Nothing is lost; the next pass goes on from here.",
            ) from None
        except IMAPClientError as error:
            exists = self._exists(folder)
            raise refusal(self.account, command, folder, str(error), exists=exists) from None
        except UNINTELLIGIBLE as error:
            raise MailboxError(
                f"Account {self.account}: the answer to {command} cannot be understood ({type(error).__name__}).",
                "The next pass tries again.",
            ) from None

    def _exists(self, folder: str) -> bool:
        """Whether a folder is on the list; Courier and others refuse without a code."""
        if not folder:
            return True
        try:
            return bool(self._client.folder_exists(folder))
        except (IMAPClientError, *BROKEN):
            return True


def _bounded(uids: Sequence[int], sizes: dict[int, dict[bytes, Any]]) -> Iterator[list[int]]:
    """Split a batch so that no part asks for more than BATCH_OCTETS; what is gone by now is left out."""
    batch: list[int] = []
    total = 0
    for uid in uids:
        if uid not in sizes:
            continue
        size = min(_number(sizes[uid].get(b"RFC822.SIZE")) or SIZE_LIMIT, SIZE_LIMIT)
        if batch and total + size > BATCH_OCTETS:
            yield batch
            batch, total = [], 0
        batch.append(uid)
        total += size
    if batch:
        yield batch


def _content(facts: dict[bytes, Any]) -> bytes | None:
    """The octets in a FETCH answer; servers write the item as BODY[]<0>, and unsolicited answers lack it."""
    for key, value in facts.items():
        if key.upper().startswith(b"BODY[]"):
            return value if isinstance(value, bytes) else b""
    return None


def _state(answer: dict[bytes, Any], count: bytes) -> FolderState:
    """The answer to STATUS or EXAMINE."""
    return FolderState(
        uidvalidity=_number(answer.get(b"UIDVALIDITY")) or 0,
        uidnext=_number(answer.get(b"UIDNEXT")),
        exists=_number(answer.get(count)) or 0,
    )


def _tells_of_more(answers: Sequence[Any], before: int) -> bool:
    """Whether what a server tells during IDLE is that there are more messages than before; `abort` when it says BYE."""
    if any(_says_goodbye(answer) for answer in answers):
        raise imaplib.IMAP4.abort("the server says BYE")
    return any(_announces(answer, before) for answer in answers)


def _says_goodbye(answer: Any) -> bool:
    return isinstance(answer, tuple) and bool(answer) and answer[0] == b"BYE"


def _announces(answer: Any, before: int) -> bool:
    """Whether an untagged answer during IDLE tells of more messages than before."""
    return isinstance(answer, tuple) and len(answer) >= 2 and answer[1] == b"EXISTS" and answer[0] > before


def _number(value: Any) -> int | None:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    return int(value) if value is not None else None


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
