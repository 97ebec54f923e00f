"""It cannot send and leaves no trace on reading: every command on the wire, of a whole pass and of the daemon, is on a short list."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from afterword.ledger import Ledger
from afterword.mailbox.dialling import ImapSettings
from afterword.mailbox.imap import ImapMailbox
from tests.mailbox.labs import SERVERS, ServerLab
from tests.promises.daemon import running, until
from tests.scan.passes import NOW, config, drafts, mail, one_pass
from tests.servers.base import PASSWORD
from tests.servers.recorder import Recorder

# Whole commands; a folder is a word or a quoted string. What is not here is not said: no SELECT, STORE, EXPUNGE, CLOSE, COPY, MOVE,
# CREATE, DELETE, RENAME, SUBSCRIBE, and no FETCH of a body that is not a PEEK. Only the withdrawal of a draft says SELECT and MOVE.
FOLDER = r'(?:"(?:[^"\\]|\\.)+"|[^\s"]+)'
ITEM = r"(?:UID|FLAGS|INTERNALDATE|RFC822\.SIZE|MODSEQ|BODY\.PEEK\[(?:HEADER)?\](?:<0\.\d+>)?)"
ALLOWED = [
    re.compile(pattern)
    for pattern in (
        r"CAPABILITY|NAMESPACE|NOOP|LOGOUT|STARTTLS|IDLE|DONE|UNSELECT",
        r"ID .*|ENABLE [A-Z0-9= ]+|COMPRESS DEFLATE",
        r"LOGIN .*|AUTHENTICATE .*",
        r'LIST "" "\*"',
        rf"STATUS {FOLDER} \([A-Z ]+\)",
        rf"EXAMINE {FOLDER}(?: \([A-Z ]+\))?",
        r"UID SEARCH .*",
        rf"UID FETCH [0-9,:*]+ \(?{ITEM}(?: {ITEM})*\)?(?: \(CHANGEDSINCE \d+[A-Z ]*\))?",
    )
]


def strangers(commands: list[str], drafts_folder: str) -> list[str]:
    """The commands that are not on the list."""
    append = re.compile(rf'APPEND "?{re.escape(drafts_folder)}"? \(\\Draft \\Seen\) \{{\d+\+?\}}')
    return [
        command
        for command in commands
        if not any(pattern.fullmatch(command) for pattern in (*ALLOWED, append))
    ]


@pytest.fixture(params=SERVERS)
def lab(request: pytest.FixtureRequest) -> Iterator[ServerLab]:
    opened = ServerLab(request.getfixturevalue(request.param))
    yield opened
    opened.close()


@pytest.fixture
def wire(lab: ServerLab) -> Iterator[Recorder]:
    with Recorder(lab.server.plain_port) as opened:
        yield opened


def test_a_whole_pass_says_nothing_that_could_send_or_change(
    lab: ServerLab, wire: Recorder, tmp_path: Path
) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    lab.deliver("INBOX", mail(2, "Lunch on Friday?", Subject="Lunch"), NOW, seen=True)
    lab.deliver("Archive", mail(3, "Thanks!", Subject="Hello"), NOW)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    settings = ImapSettings("127.0.0.1", lab.user, wire.port, "none", None, 10)
    with ImapMailbox.connect("personal", settings, PASSWORD) as mailbox:
        assert one_pass(mailbox, ledger, config()).drafted == 1
        assert one_pass(mailbox, ledger, config(), since=timedelta(days=60)).drafted == 0
    ledger.close()
    assert strangers(wire.commands, lab.named("Drafts")) == []
    assert sum(command.startswith("APPEND") for command in wire.commands) == 1
    assert wire.commands[-1] == "LOGOUT"


def test_a_withdrawal_adds_one_move_of_one_draft_to_the_list_and_nothing_else(
    lab: ServerLab, wire: Recorder, tmp_path: Path
) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    if not lab.server.prefix:
        lab.create("Afterword")
    lab.create(f"Afterword{'.' if lab.server.prefix else '/'}Not a rejection")
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    settings = ImapSettings("127.0.0.1", lab.user, wire.port, "none", None, 10)
    with ImapMailbox.connect("personal", settings, PASSWORD) as mailbox:
        assert one_pass(mailbox, ledger, config()).drafted == 1
        lab.deliver(f"Afterword{'.' if lab.server.prefix else '/'}Not a rejection", mail(1), NOW)
        one_pass(mailbox, ledger, config(), later=timedelta(minutes=10))
    ledger.close()
    moved = [
        rf'SELECT "?{re.escape(lab.named("Drafts"))}"?',
        rf'UID MOVE \d+ "?{re.escape(lab.named("Trash"))}"?',
    ]
    new = strangers(wire.commands, lab.named("Drafts"))
    assert len(new) == (2 if lab.can_move else 0)
    assert all(re.fullmatch(pattern, command) for pattern, command in zip(moved, new, strict=False))
    assert len(drafts(lab.mailbox)) == (0 if lab.can_move else 1)


def test_the_daemon_says_nothing_that_could_send_or_change(
    lab: ServerLab, wire: Recorder, tmp_path: Path
) -> None:
    lab.deliver("INBOX", mail(2, "Lunch on Friday?", Subject="Lunch"), NOW, seen=True)
    with running(tmp_path, wire.port, lab.user):
        until(lambda: "IDLE" in wire.commands, 20)
        lab.deliver("INBOX", mail(1), NOW)
        until(lambda: drafts(lab.mailbox), 30)
    assert strangers(wire.commands, lab.named("Drafts")) == []
    assert sum(command.startswith("APPEND") for command in wire.commands) == 1
    assert lab.flags("INBOX") == {
        "<m1@brightforge.example>": frozenset(),
        "<m2@brightforge.example>": frozenset({"\\seen"}),
    }


@pytest.mark.parametrize(
    "command",
    [
        "SELECT INBOX",
        "UID STORE 1 +FLAGS (\\Seen)",
        "UID FETCH 1 (BODY[])",
        "UID FETCH 1 (UID BODY[TEXT])",
        "EXPUNGE",
        "CLOSE",
        "UID MOVE 1 Trash",
        "UID COPY 1 Drafts",
        "APPEND Sent (\\Draft \\Seen) {10}",
        "APPEND Drafts () {10}",
        "APPEND Drafts2 (\\Draft \\Seen) {10}",
        "CREATE Drafts",
    ],
)
def test_the_list_would_catch_it(command: str) -> None:
    assert strangers([command], "Drafts") == [command]


def test_what_a_command_carries_is_not_taken_for_commands() -> None:
    said = b"a APPEND Drafts (\\Draft) {19}\r\nb STORE 1\r\nc MOVE\r\n\r\nd NOOP\r\n"
    wire = Recorder(0)
    rest = b""
    for start in range(0, len(said), 7):
        rest = wire.keep(rest + said[start : start + 7])
    with wire:
        assert (wire.commands, rest) == (["APPEND Drafts (\\Draft) {19}", "NOOP"], b"")
