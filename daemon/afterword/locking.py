"""One daemon to a ledger: a lock beside it that the system takes away when its holder is gone, however it ended."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from afterword.errors import UserError
from afterword.ledger import file_of


def lock_path(url: str) -> Path:
    """Where the lock of a ledger lies."""
    path = file_of(url)
    return path.with_name(path.name + ".lock")


@contextmanager
def only_daemon(url: str) -> Iterator[None]:
    """Hold the lock; UserError when another daemon does."""
    path = lock_path(url)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if not _take(descriptor):
            raise UserError(
                f"Another daemon (process {_holder(descriptor)}) watches with this ledger already.",
                "Stop that one first, or give this one a ledger of its own: [state] url.",
            )
        with suppress(OSError):  # on a full disk the lock holds without a number in it
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)  # which lets go of the lock


def running_daemon(url: str) -> str:
    """The process number of the daemon that watches with this ledger, "" when there is none."""
    try:
        descriptor = os.open(lock_path(url), os.O_RDONLY)
    except OSError:
        return ""
    try:
        return "" if _take(descriptor) else _holder(descriptor)
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 20, 0).decode("ascii", "replace") or "unknown"
