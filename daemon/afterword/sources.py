"""Mail from files: what `classify`, `explain` and `preview` take as a path.

A path is a mail (RFC 5322), an mbox (RFC 4155), a Maildir, a folder of .eml files, or "-" for standard input.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from afterword.errors import UnreadableMail
from afterword.headers import split_header
from afterword.parse import OCTET_LIMIT

STANDARD_INPUT = "-"
NUMBERED = re.compile(r"(?P<file>.+)#(?P<number>[0-9]{1,9})")
# A line "From " in a letter is no envelope: that has an address and a time.
ENVELOPE = re.compile(rb"From \S{1,320}.{0,60}[0-9]{1,2}:[0-9]{2}")
ESCAPED = re.compile(rb">+From ")
MAILDIR = frozenset(["cur", "new"])
ADVICE = "Name an .eml file, an mbox, a Maildir or a folder of .eml files."
LINE_LIMIT = 1 << 16  # octets taken at once of a line, which may have no end
HEAD_LIMIT = 1 << 16  # octets within which a mail must show a header field


def iter_mail(path: str) -> Iterator[tuple[str, bytes | UnreadableMail]]:
    """(path, octets) of each mail at `path`, or (path, UnreadableMail) for what is none: at least one pair; never raises.

    The mails of an mbox are called `file.mbox#N`, counted from 1; such a path can itself be given. Mails are cut off
    behind `OCTET_LIMIT` octets.
    """
    if path == STANDARD_INPUT:
        yield from _guarded(path, sys.stdin.buffer, may_be_mbox=True)
        return
    place = Path(path)
    numbered = NUMBERED.fullmatch(path)
    if place.is_dir():
        yield from _folder(path)
    elif numbered and not place.exists():
        yield path, _numbered(numbered["file"], path)
    else:
        yield from _file(path)


def read_octets(path: str) -> bytes | UnreadableMail:
    """The octets of a file that holds one mail, at most `OCTET_LIMIT` of them."""
    try:
        with Path(path).open("rb") as stream:
            return _checked(path, stream.read(OCTET_LIMIT))
    except (OSError, ValueError) as error:
        return _unreadable(path, error)


def _folder(path: str) -> Iterator[tuple[str, bytes | UnreadableMail]]:
    """Every mail in a folder and the folders in it, sorted: whatever lies in a Maildir, and .eml files elsewhere."""
    found = False
    for folder, subfolders, names in os.walk(path):
        subfolders.sort()
        if set(subfolders) >= MAILDIR:
            subfolders[:] = [name for name in subfolders if name not in MAILDIR and name != "tmp"]
            files = [file for part in ("cur", "new") for file in _visible(Path(folder, part))]
        else:
            files = (
                [file for file in _visible(Path(folder)) if file.suffix.lower() == ".eml"] if names else []
            )
        for file in files:
            found = True
            yield str(file), read_octets(str(file))
    if not found:
        yield path, UnreadableMail(f"{path} holds no mail.", ADVICE)


def _visible(folder: Path) -> list[Path]:
    """The plain files of a folder, sorted; no pipe or device, which could keep us waiting for ever."""
    try:
        return sorted(file for file in folder.iterdir() if not file.name.startswith(".") and file.is_file())
    except OSError:
        return []


def _file(path: str) -> Iterator[tuple[str, bytes | UnreadableMail]]:
    try:
        stream = Path(path).open("rb")  # noqa: SIM115 - the with below closes it; only its opening is guarded here
    except (OSError, ValueError) as error:
        yield path, _unreadable(path, error)
        return
    with stream:
        yield from _guarded(path, stream, may_be_mbox=not path.lower().endswith(".eml"))


def _guarded(
    path: str, stream: BinaryIO, *, may_be_mbox: bool
) -> Iterator[tuple[str, bytes | UnreadableMail]]:
    """The mails in a stream; one that breaks off with an error ends with that error."""
    try:
        first = stream.readline(LINE_LIMIT)
        if may_be_mbox and ENVELOPE.match(first):
            for number, octets in enumerate(_mbox(stream), 1):
                name = f"{path}#{number}"
                yield name, _checked(name, octets)
        else:
            yield path, _checked(path, first + stream.read(OCTET_LIMIT - len(first)))
    except OSError as error:
        yield path, _unreadable(path, error)


def _mbox(stream: BinaryIO) -> Iterator[bytes]:
    """The mails of an mbox behind its first envelope line; a quoted ">From " loses one mark, as mboxrd has it."""
    mail = bytearray()
    line_start = after_empty = True
    while chunk := stream.readline(LINE_LIMIT):
        if line_start and after_empty and ENVELOPE.match(chunk):
            yield _without_last_line(mail)
            mail.clear()
        elif len(mail) < OCTET_LIMIT:
            mail += chunk[1:] if line_start and ESCAPED.match(chunk) else chunk
        after_empty = line_start and chunk in (b"\n", b"\r\n")
        line_start = chunk.endswith(b"\n")
    yield _without_last_line(mail)


def _without_last_line(mail: bytearray) -> bytes:
    """Without the empty line that an mbox puts behind each mail."""
    return bytes(mail.removesuffix(b"\n").removesuffix(b"\r"))[:OCTET_LIMIT]


def _numbered(file: str, path: str) -> bytes | UnreadableMail:
    """The mail of an mbox that `path` names as file#N."""
    for name, found in _file(file):
        if name == path or (name == file and isinstance(found, UnreadableMail)):
            return found
    return UnreadableMail(
        f"{path}: {file} has no mail of that number.", "Mails of an mbox are counted from 1."
    )


def _checked(path: str, octets: bytes) -> bytes | UnreadableMail:
    if not octets.strip():
        return UnreadableMail(f"{path} is empty.", ADVICE)
    if not split_header(octets[:HEAD_LIMIT])[0].fields:
        return UnreadableMail(f"{path} is no mail: it has no header field.", ADVICE)
    return octets


def _unreadable(path: str, error: OSError | ValueError) -> UnreadableMail:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return UnreadableMail(f"{path} cannot be read: {reason}.", ADVICE)
