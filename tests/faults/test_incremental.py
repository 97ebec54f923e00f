"""What a pass costs when nothing has come: one short conversation, as long in a large mailbox as in a small one."""

import itertools
import os
import shutil
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient

from afterword.examining import REACH, Look, examine
from afterword.folders import find_folders
from afterword.ledger import Case, Cursor, Examined, Ledger, State
from afterword.mailbox.imap import ImapMailbox
from afterword.records import Fate, Label, Place, ScanReport, Sighting
from afterword.scan import scan
from tests.builders import correspondence, dossier, plan, verdict
from tests.faults.mailroom import Mailroom, craft
from tests.mailbox.labs import mail, settings_for
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.rogue import Wire

FACTOR = 1.5  # what asking every folder for new mail may cost, against the barest conversation that asks one
WHOLE = 4.0  # and the whole pass, which also looks for the owner's keywords and for what became of drafts
ROUNDS = 15
SIZE = 2_000  # mails on the server, and as many in the ledger
NUMBERS = itertools.count(1)


def verbs(commands: list[str]) -> list[str]:
    return [" ".join(row.split()[:2]) if row.startswith("UID") else row.split()[0] for row in commands]


def test_a_pass_with_nothing_new_fetches_nothing_and_says_the_same_in_any_mailbox(
    open_room: Callable[..., Mailroom],
) -> None:
    said = []
    for others in (1, 150):
        room = open_room(rejections=1, others=others)
        room.scan()
        room.scan()  # this one reads the draft that the one before has written
        with Wire(room.lab.server.plain_port) as wire:
            report = room.scan(wire.port)
        assert isinstance(report, ScanReport)
        assert report.examined == 0
        said.append(verbs(wire.commands))
    assert said[0] == said[1]
    assert not any(verb.startswith(("UID FETCH", "APPEND")) for verb in said[0])
    assert len(said[0]) <= 20


def test_a_pass_goes_on_after_the_last_mail_even_if_that_was_removed(
    open_room: Callable[..., Mailroom],
) -> None:
    room = open_room(rejections=1)
    room.settle()
    room.scan()
    room.deliver_other()
    room.lab.delete("INBOX", f"<m{room.last}@brightforge.example>")
    room.scan()
    with Wire(room.lab.server.plain_port) as wire:
        room.scan(wire.port)
    assert not any(verb.startswith("UID FETCH") for verb in verbs(wire.commands))
    room.deliver_rejection()
    assert room.settle()


class Large:
    """A user with many mails on the server, and a ledger that knows as many."""

    def __init__(self, server: Dovecot, home: Path, size: int) -> None:
        self.user = f"large{next(NUMBERS)}-{os.getpid()}"
        self.server = server
        self._fill_mailbox(server.home / "mail" / self.user, size)
        self.ledger = Ledger.open(f"sqlite:///{home / 'large.db'}")
        self.account = Mailroom.account_of(self.user, server.plain_port)
        self._fill_ledger(size)
        assert self.one_pass().examined == 0, "the mails are older than a first pass reaches"

    def _fill_mailbox(self, folder: Path, size: int) -> None:
        """A mail older than a first pass reaches, under many names; a file can have only so many."""
        old = time.time() - 2 * REACH.total_seconds()
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
        first = f"{int(old)}.M0P1.localhost:2,S"
        for number in range(size):
            path = folder / "cur" / f"{int(old)}.M{number}P1.localhost:2,S"
            if number % 10_000 == 0:
                path.write_bytes(mail(number).replace(b"\r\n", b"\n"))
                os.utime(path, (old, old))
                source = path
            else:
                os.link(source, path)
        if os.geteuid() == 0:
            owner = (self.server.home / "mail").stat()
            for path in (
                folder,
                *folder.iterdir(),
                *(folder / "cur").glob("*.M*0000P1.*"),
                folder / "cur" / first,
            ):
                os.chown(path, owner.st_uid, owner.st_gid)

    def _fill_ledger(self, size: int) -> None:
        """As many mails as on the server, a hundredth of them rejections whose drafts were sent."""
        now = datetime.now(UTC) - timedelta(days=100)
        for start in range(0, size, 1000):
            rows: list[Examined] = []
            sent: list[Sighting] = []
            for uid in range(start + 1, start + 1001):
                label = Label.REJECTION if uid % 100 == 0 else Label.OTHER
                known = correspondence(
                    place=Place("personal", "Archive", 1, uid), fingerprint=f"<f{uid}>", message_id=f"<f{uid}>",
                    label=label, date=now, automated=label is Label.OTHER,
                )  # fmt: skip
                rows.append(Examined(known, verdict(label)))
                if label is Label.REJECTION:
                    decided = plan(dossier=dossier(fingerprint=f"<f{uid}>", place=known.place))
                    self.ledger.add_case(Case(decided, State.DRAFTED, f"<d{uid}>", b"x"), now)
                    sent.append(Sighting(f"<f{uid}>", "personal", Fate.SENT, now))
            self.ledger.aftermath.see(sent)
            self.ledger.record(rows, Cursor("personal", "Elsewhere", 1, start + 1000), now)

    def one_pass(self) -> ScanReport:
        settings = settings_for(self.server, self.user)
        with ImapMailbox.connect("personal", settings, PASSWORD) as mailbox:
            return scan(self.account, mailbox, self.ledger, craft(), now=datetime.now(UTC))

    def asking(self) -> None:
        """What a pass does to learn that nothing is new."""
        settings = settings_for(self.server, self.user)
        with ImapMailbox.connect("personal", settings, PASSWORD) as mailbox:
            folders = find_folders(mailbox, self.account)
            made = craft()
            look = Look("personal", mailbox, self.ledger, made.judge, made.owner, folders, datetime.now(UTC))
            assert [found for folder in folders.examined for found in examine(look, folder)] == []

    def bare(self) -> None:
        """Connect, log in, EXAMINE, search, log out."""
        context = ssl.create_default_context(cafile=str(self.server.ca_file))
        client = IMAPClient("localhost", self.server.tls_port, ssl_context=context, timeout=10)
        client.login(self.user, PASSWORD)
        last = client.select_folder("INBOX", readonly=True)[b"UIDNEXT"] - 1
        assert client.search(["UID", f"{last + 1}:*"]) in ([], [last])
        client.logout()

    def close(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.server.home / "mail" / self.user, ignore_errors=True)


@pytest.fixture
def large(dovecot: Dovecot, tmp_path: Path) -> Iterator[Large]:
    opened = Large(dovecot, tmp_path, SIZE)
    yield opened
    opened.close()


def took(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def test_a_pass_with_nothing_new_costs_little_more_than_asking(large: Large) -> None:
    rounds = [(took(large.bare), took(large.asking), took(large.one_pass)) for _ in range(ROUNDS)]
    bare, asking, whole = (min(times) for times in zip(*rounds, strict=True))  # what else runs here only adds
    print(f"bare {bare * 1000:.1f} ms, asking {asking * 1000:.1f} ms, whole pass {whole * 1000:.1f} ms")
    assert asking < FACTOR * bare
    assert whole < WHOLE * bare
