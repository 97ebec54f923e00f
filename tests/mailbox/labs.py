"""One lab a kind of mailbox: the mailbox under test, and a hand that changes and inspects the store behind its back."""

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import ClassVar, Protocol

import pytest
from imapclient import IMAPClient

from afterword.mailbox.dialling import ImapSettings
from afterword.mailbox.imap import ImapMailbox
from afterword.mailbox.maildir import MaildirMailbox
from afterword.mailbox.memory import MemoryMailbox
from afterword.mailbox.protocol import Mailbox
from tests.servers.base import PASSWORD, Server

SERVERS = ("dovecot", "cyrus", "courier")  # the names of their fixtures
NUMBERS = count(1)


class Lab(Protocol):
    """What the contract suite needs beside the mailbox itself."""

    mailbox: Mailbox
    has_keywords: bool

    @property
    def can_move(self) -> bool:
        """Whether a mail can be moved in one step (on IMAP: MOVE, RFC 6851)."""

    def named(self, folder: str) -> str:
        """The full name under which the mailbox knows one of INBOX, Drafts, Sent, Archive, Trash, or one made by `create`."""

    def deliver(
        self, folder: str, octets: bytes, when: datetime | None = None, *, seen: bool = False
    ) -> None:
        """Put a mail there as the server or a mail program would."""

    def delete(self, folder: str, message_id: str) -> None:
        """Remove a mail for good."""

    def flags(self, folder: str) -> dict[str, frozenset[str]]:
        """Flags by Message-ID, in lower case, as another client sees them."""

    def create(self, folder: str) -> None:
        """Make a folder."""

    def renumber(self, folder: str) -> None:
        """Give every mail in a folder another place, as a server does that was restored (another UIDVALIDITY)."""


class MemoryLab:
    """The store of a MemoryMailbox, changed directly."""

    has_keywords = True
    can_move = True

    def __init__(self) -> None:
        self.mailbox = MemoryMailbox("memory")

    def named(self, folder: str) -> str:
        return folder

    def deliver(
        self, folder: str, octets: bytes, when: datetime | None = None, *, seen: bool = False
    ) -> None:
        self.mailbox.deliver(folder, octets, when or datetime.now(UTC), {"\\Seen"} if seen else set())

    def delete(self, folder: str, message_id: str) -> None:
        for uid in self.mailbox.find(folder, "Message-ID", message_id):
            del self.mailbox.store[folder].messages[uid]

    def flags(self, folder: str) -> dict[str, frozenset[str]]:
        found = self.mailbox.store[folder].messages.values()
        return {message_id_in(mail.octets): frozenset(flag.lower() for flag in mail.flags) for mail in found}

    def create(self, folder: str) -> None:
        self.mailbox.store[folder] = type(self.mailbox.store["INBOX"])()

    def renumber(self, folder: str) -> None:
        self.mailbox.store[folder].uidvalidity += 1


class MaildirLab:
    """Files, laid out as Maildir++ or side by side as mbsync does."""

    has_keywords = False
    can_move = True

    FLAGS: ClassVar = {
        "S": "\\seen",
        "D": "\\draft",
        "F": "\\flagged",
        "R": "\\answered",
        "T": "\\deleted",
        "P": "passed",
    }

    def __init__(self, root: Path, *, plusplus: bool) -> None:
        self.root = root
        self._plusplus = plusplus
        for folder in ("INBOX", "Drafts", "Sent", "Archive", "Trash"):
            self._make(folder)
        self.mailbox = MaildirMailbox("local", root)

    def named(self, folder: str) -> str:
        return folder

    def path(self, folder: str) -> Path:
        if self._plusplus:
            return self.root if folder == "INBOX" else self.root / f".{folder}"
        return self.root / folder

    def deliver(
        self, folder: str, octets: bytes, when: datetime | None = None, *, seen: bool = False
    ) -> None:
        name = f"1700000000.M{next(NUMBERS)}P1.host"
        target = self.path(folder) / ("cur" if seen else "new") / (f"{name}:2,S" if seen else name)
        target.write_bytes(octets.replace(b"\r\n", b"\n"))
        moment = (when or datetime.now(UTC)).timestamp()
        os.utime(target, (moment, moment))

    def delete(self, folder: str, message_id: str) -> None:
        for file in self.files(folder):
            if message_id_in(file.read_bytes()) == message_id:
                file.unlink()

    def flags(self, folder: str) -> dict[str, frozenset[str]]:
        found = {}
        for file in self.files(folder):
            letters = file.name.partition(":2,")[2]
            found[message_id_in(file.read_bytes())] = frozenset(self.FLAGS[letter] for letter in letters)
        return found

    def files(self, folder: str) -> list[Path]:
        return [file for part in ("cur", "new", "tmp") for file in (self.path(folder) / part).iterdir()]

    def create(self, folder: str) -> None:
        self._make(folder)
        self.mailbox = MaildirMailbox("local", self.root)

    def renumber(self, folder: str) -> None:
        for file in self.files(folder):
            _, mark, flags = file.name.partition(":2,")
            file.rename(file.with_name(f"1700000000.M{next(NUMBERS)}P2.host{mark}{flags}"))

    def _make(self, folder: str) -> None:
        for part in ("cur", "new", "tmp"):
            (self.path(folder) / part).mkdir(parents=True)


class ServerLab:
    """A user of their own on a real server; the second client is a plain IMAPClient."""

    has_keywords = True

    def __init__(self, server: Server) -> None:
        self.user = f"user{next(NUMBERS)}-{os.getpid()}"
        self.server = server
        self._connect()

    def _connect(self) -> None:
        self.mailbox = ImapMailbox.connect("personal", settings_for(self.server, self.user), PASSWORD)
        self.client = IMAPClient("localhost", self.server.starttls_port, ssl=False, timeout=10)
        self.client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client.starttls(trusting(self.server))
        self.client.login(self.user, PASSWORD)

    @property
    def can_move(self) -> bool:
        return bool(self.client.has_capability("MOVE"))

    def named(self, folder: str) -> str:
        return folder if folder == "INBOX" else self.server.prefix + folder

    def deliver(
        self, folder: str, octets: bytes, when: datetime | None = None, *, seen: bool = False
    ) -> None:
        self.client.append(self.named(folder), octets, ["\\Seen"] if seen else [], when or datetime.now(UTC))

    def delete(self, folder: str, message_id: str) -> None:
        self.client.select_folder(self.named(folder))
        self.client.delete_messages(self.client.search(["HEADER", "Message-ID", message_id]))
        self.client.expunge()
        self.client.close_folder()

    def flags(self, folder: str) -> dict[str, frozenset[str]]:
        self.client.select_folder(self.named(folder), readonly=True)
        fetched = self.client.fetch(self.client.search(), ["FLAGS", "BODY.PEEK[HEADER]"])
        self.client.close_folder()
        return {
            message_id_in(facts[b"BODY[HEADER]"]): frozenset(
                flag.decode().lower() for flag in facts[b"FLAGS"] if flag.lower() != b"\\recent"
            )
            for facts in fetched.values()
        }

    def create(self, folder: str) -> None:
        self.client.create_folder(self.named(folder))

    def renumber(self, folder: str) -> None:
        before = self.mailbox.examine(folder).uidvalidity
        self.mailbox.close()  # the server ends sessions that know the folder by its old numbers
        self.client.logout()
        self.server.renumber(self.user, folder, before + 1)
        self._connect()
        assert self.mailbox.examine(folder).uidvalidity == before + 1

    def close(self) -> None:
        self.mailbox.close()
        self.client.logout()


@contextmanager
def open_lab(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Lab]:
    """A lab of one kind of mailbox: `memory`, `maildir++`, `sibling maildirs`, or a server by its name."""
    if kind == "memory":
        yield MemoryLab()
    elif kind in SERVERS:
        lab = ServerLab(request.getfixturevalue(kind))
        yield lab
        lab.close()
    else:
        yield MaildirLab(folder / "Mail", plusplus=kind == "maildir++")


def settings_for(server: Server, user: str) -> ImapSettings:
    """How to reach a user on the test server over TLS."""
    return ImapSettings("localhost", user, server.tls_port, "tls", server.ca_file, 10)


def trusting(server: Server) -> ssl.SSLContext:
    """What trusts the test server's certificate authority."""
    return ssl.create_default_context(cafile=str(server.ca_file))


def message_id_in(octets: bytes) -> str:
    """The Message-ID of a mail in a test."""
    for row in octets.splitlines():
        if row.lower().startswith(b"message-id:"):
            return row.partition(b":")[2].strip().decode()
    return ""


def mail(number: int, body: bytes = b"Hello.\r\n", **headers: str) -> bytes:
    """A small mail; `headers` override, with underscores for dashes."""
    fields = {
        "From": "Dana Whitlock <dana@brightforge.example>",
        "To": "Sam Rivera <sam@mail.example>",
        "Subject": f"Mail {number}",
        "Message-ID": f"<m{number}@brightforge.example>",
        "Date": "Mon, 02 Nov 2026 10:00:00 +0100",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode() + b"\r\n" + body
