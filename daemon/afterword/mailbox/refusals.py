"""What a server means when it refuses a command; pure.

Response codes (RFC 3501, RFC 5530, RFC 7889, RFC 9208) say it where a server sends them. Cyrus 3.6 and Courier 5.0 tell of quota and
rights in words alone.
"""

import re

from afterword.errors import (
    AfterwordError,
    MailboxError,
    MailboxFull,
    MessageRefused,
    MissingFolder,
    ReadOnlyFolder,
)

FULL = re.compile(r"\[OVERQUOTA\]|\bquota\b", re.IGNORECASE)
TOO_BIG = re.compile(r"\[(LIMIT|TOOBIG)\b", re.IGNORECASE)
FORBIDDEN = re.compile(r"\[NOPERM\]|permission denied|access denied", re.IGNORECASE)
# What Microsoft 365 says of a sign-in that has no mailbox behind it; at login, or to the first command after it.
DISCONNECTED = "authenticated but not connected"
NO_MAILBOX = (
    "The sign-in itself holds. Check that `username` is the mailbox's own address, that IMAP is switched on for it, and that "
    "the sign-in was made by its owner."
)
MISSING = re.compile(r"\[(TRYCREATE|NONEXISTENT)\]", re.IGNORECASE)


def refusal(account: str, command: str, folder: str, words: str, *, exists: bool) -> AfterwordError:
    """The error for a refused command; `words` is the server's answer, `exists` whether the folder is on its list."""
    where = f"Account {account}: {command} {folder}".rstrip()
    if DISCONNECTED in words:
        return MailboxError(f"{where} is refused: there is no mailbox behind the sign-in.", NO_MAILBOX)
    if MISSING.search(words) or not exists:
        return MissingFolder(
            f"{where}: there is no such folder.", "Check the folder's name in the configuration."
        )
    if command == "APPEND" and TOO_BIG.search(words):
        return MessageRefused(f"{where} is refused: the server takes no mail of this size.", "")
    if command == "APPEND" and FULL.search(words):
        return MailboxFull(
            f"{where} is refused: the mailbox is full.",
            "Make room in it; the draft is kept, and a later pass puts it there.",
        )
    if FORBIDDEN.search(words):
        return ReadOnlyFolder(
            f"{where} is refused: the account has no right to do so.",
            "Name a folder of your own in the configuration, or have the right granted.",
        )
    return MailboxError(f"{where} failed.", "The next pass tries again.")
