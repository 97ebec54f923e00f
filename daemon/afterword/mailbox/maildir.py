"""Local mail: a Maildir++ (`.Sent` inside the INBOX) or Maildirs side by side, as mbsync writes them.

Reading changes nothing: no mail is moved from `new` to `cur` and no flag is set. A Maildir keeps no UIDs and no order of
arrival; a UID here is a hash of the unique name, which stays when a mail program sets flags.
"""

import os
import re
import secrets
import socket
import stat
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

from afterword.errors import MailboxError, MissingFolder, Unreachable
from afterword.mailbox.memory import header_holds
from afterword.mailbox.protocol import SIZE_LIMIT, Folder, FolderState
from afterword.records import Place, RawMessage

UIDVALIDITY = 1  # hashes of names need no epoch
HEADER_LIMIT = 1 << 16
DEPTH = 8  # folders inside folders


class MaildirMailbox:
    """Implements `protocol.Mailbox` on files."""

    def __init__(self, account: str, path: Path) -> None:
        self.account = account
        self._root = path
        self._folders = dict(_find_folders(path))
        if not self._folders:
            raise Unreachable(
                f"Account {account}: there is no Maildir at {path}.",
                "A Maildir holds the folders cur, new and tmp; name it, or the folder that holds Maildirs side by side.",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def folders(self) -> tuple[Folder, ...]:
        """Every folder; a Maildir knows no special uses, so they are found by name."""
        return tuple(Folder(name) for name in self._folders)

    def status(self, folder: str) -> FolderState:
        """As `examine`: there is nothing to open."""
        return self.examine(folder)

    def examine(self, folder: str) -> FolderState:
        """The number of messages; UIDNEXT is not known."""
        return FolderState(UIDVALIDITY, None, len(self._entries(folder)))

    def uids(self, folder: str, *, since: date | None = None, after: int = 0) -> tuple[int, ...]:  # noqa: ARG002 - a Maildir has no order to be after
        """All UIDs taken in on or after `since`; the caller leaves out what it has seen."""
        entries = self._entries(folder)
        if since is None:
            return tuple(sorted(entries))
        floor = datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp()
        return tuple(sorted(uid for uid, path in entries.items() if _modified(path) >= floor))

    def fetch(self, folder: str, uids: Sequence[int]) -> Iterator[RawMessage]:
        """The messages that are still there; a file that a mail program renames meanwhile is found again."""
        entries = self._entries(folder)
        for uid in uids:
            read = _read(entries.get(uid), SIZE_LIMIT)
            if read is None:
                entries = self._entries(folder)
                read = _read(entries.get(uid), SIZE_LIMIT)
            if read is not None:
                octets, status = read
                moment = datetime.fromtimestamp(status.st_mtime, UTC)
                yield RawMessage(
                    Place(self.account, folder, UIDVALIDITY, uid), _crlf(octets), status.st_size, moment
                )

    def find(self, folder: str, header: str, value: str) -> tuple[int, ...]:
        """UIDs of messages whose header field holds `value`, ignoring case."""
        found = []
        for uid, path in self._entries(folder).items():
            read = _read(path, HEADER_LIMIT)
            if read and header_holds(read[0], header, value):
                found.append(uid)
        return tuple(sorted(found))

    def append_draft(self, folder: str, octets: bytes, *, keyword: str = "") -> None:  # noqa: ARG002 - a Maildir has no keywords of its own
        """Deliver into `cur` with the flags D and S: written and synced in `tmp` first, so that nobody sees half a file."""
        path = self._path(folder)
        name = f"{int(time.time())}.P{os.getpid()}R{secrets.token_hex(8)}.{socket.gethostname().replace('/', '_')}"
        temporary, final = path / "tmp" / name, path / "cur" / f"{name}:2,DS"
        try:
            with temporary.open("xb") as file:
                file.write(octets.replace(b"\r\n", b"\n"))
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(final)
            _sync_folder(final.parent)
        except OSError as error:
            raise MailboxError(
                f"Account {self.account}: the draft cannot be written ({error.strerror}).",
                "Check the permissions of the Drafts folder and the free space.",
            ) from None

    def marked(self, folder: str, keyword: str) -> tuple[int, ...]:  # noqa: ARG002 - a Maildir has no keywords of its own
        """None: only folders can say what a keyword says on a server."""
        return ()

    def move_draft(self, place: Place, to: str) -> bool:
        """Rename the file into the other folder's `cur`, its flags with it; one step, as rename(2) is."""
        source, target = self._entries(place.folder).get(place.uid), self._path(to) / "cur"
        if source is None:
            return False
        name = source.name if ":2," in source.name else f"{source.name}:2,"
        try:
            source.rename(target / name)
            _sync_folder(target)
            _sync_folder(source.parent)
        except FileNotFoundError:
            return False  # a mail program was faster
        except OSError as error:
            raise MailboxError(
                f"Account {self.account}: the draft cannot be moved ({error.strerror}).",
                "Check the permissions of the Trash folder.",
            ) from None
        return True

    def close(self) -> None:
        """Nothing is kept open."""

    def _path(self, folder: str) -> Path:
        name = "INBOX" if folder.upper() == "INBOX" else folder
        if name not in self._folders:
            raise MissingFolder(
                f"Account {self.account}: there is no folder {folder!r}.",
                f"Folders found: {', '.join(sorted(self._folders))}.",
            )
        return self._folders[name]

    def _entries(self, folder: str) -> dict[int, Path]:
        """UID to file, as the folder is at this moment."""
        path = self._path(folder)
        found: dict[int, Path] = {}
        for part in ("cur", "new"):
            with os.scandir(path / part) as entries:
                for entry in entries:
                    if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                        found[_uid_of(entry.name)] = Path(entry.path)
        return found


def _find_folders(root: Path) -> Iterator[tuple[str, Path]]:
    """(name, path) of each Maildir at or under `root`; INBOX first."""
    if _is_maildir(root):
        yield "INBOX", root
        for child in sorted(_subfolders(root)):
            if child.name.startswith(".") and _is_maildir(child):
                yield child.name[1:], child
        return
    yield from _side_by_side(root, "", DEPTH)


def _side_by_side(folder: Path, prefix: str, depth: int) -> Iterator[tuple[str, Path]]:
    """Maildirs under `folder`, nested ones by their path; names such as `.sub` (mbsync's Legacy style) lose the dot."""
    for child in sorted(_subfolders(folder)):
        if child.name in {"cur", "new", "tmp"}:
            continue
        name = child.name.lstrip(".")
        full = f"{prefix}/{name}" if prefix else name
        if full.upper() == "INBOX":
            full = "INBOX"
        if name and _is_maildir(child):
            yield full, child
        if name and depth:
            yield from _side_by_side(child, full, depth - 1)


def _subfolders(folder: Path) -> list[Path]:
    """Real folders inside; a symbolic link could lead out of the mailbox or in circles."""
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _is_maildir(path: Path) -> bool:
    return all((path / part).is_dir() for part in ("cur", "new", "tmp"))


def _uid_of(filename: str) -> int:
    """A stable positive 63-bit number from the unique name, which ends before the flags."""
    unique = re.split(r":2,|;2,|!2,", filename)[0]
    return int.from_bytes(blake2b(os.fsencode(unique), digest_size=8).digest()) >> 1 or 1


def _read(path: Path | None, limit: int) -> tuple[bytes, os.stat_result] | None:
    """The first `limit` octets and the status of a file; None when it is gone or no longer a plain file."""
    if path is None:
        return None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        return (file.read(limit), status) if stat.S_ISREG(status.st_mode) else None


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _crlf(octets: bytes) -> bytes:
    """Lines end as RFC 5322 has it, whatever the delivering program wrote."""
    return re.sub(rb"\r?\n", b"\r\n", octets)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
