"""One process at a time puts drafts into a mailbox, whatever ledger it keeps.

IMAP knows no APPEND that depends on a search. Between the two another daemon on the same mailbox could do the same, so both steps are done
under a lock that belongs to the mailbox, not to the ledger: a name in the kernel's abstract socket space (unix(7)), which leaves no file
behind, is shared by everything on this machine, and is free again the instant its holder ends, a kill -9 included. It is Linux alone that has it.
"""

import errno
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

from afterword.errors import MailboxBusy

PATIENCE = 60.0  # seconds to wait for the other process
INTERVAL = 0.05  # seconds between two tries


@contextmanager
def alone_at(*mailbox: object) -> Iterator[None]:
    """Hold the lock named by `mailbox`, any values that are the same wherever the same mailbox is used; MailboxBusy after a minute."""
    digest = blake2b(repr(mailbox).encode(), digest_size=16).hexdigest()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as holder:
        if sys.platform == "linux":
            _take(holder, f"\0afterword-{digest}")
        yield


def _take(holder: socket.socket, name: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            holder.bind(name)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            if time.monotonic() > deadline:
                raise MailboxBusy(
                    "Another process has been writing drafts into this mailbox for a minute.",
                    "Nothing is lost; the next pass tries again.",
                ) from None
            time.sleep(INTERVAL)
        else:
            return
