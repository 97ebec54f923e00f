"""Where real servers differ from one another, and what each makes of the same trouble."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from imapclient.exceptions import IMAPClientError

from afterword.config import Config
from afterword.errors import MailboxFull, MessageRefused, MissingFolder, ReadOnlyFolder
from afterword.folders import find_folders
from afterword.ledger import Ledger, State
from afterword.mailbox.dialling import ImapSettings
from afterword.mailbox.imap import ImapMailbox
from afterword.mailbox.special import resolve
from tests.mailbox.labs import SERVERS, ServerLab, mail
from tests.scan.passes import NOW, config, drafts, one_pass
from tests.scan.passes import mail as rejection
from tests.servers.base import LARGEST, PASSWORD
from tests.servers.recorder import Plain, Recorder

USES = {"Drafts": "\\drafts", "Sent": "\\sent", "Archive": "\\archive", "Trash": "\\trash"}


@pytest.fixture
def open_on(request: pytest.FixtureRequest) -> Iterator[Callable[[str], ServerLab]]:
    """Opens a lab on the server of a name."""
    opened = []

    def on(name: str) -> ServerLab:
        opened.append(ServerLab(request.getfixturevalue(name)))
        return opened[-1]

    yield on
    for lab in opened:
        lab.close()


@pytest.fixture(params=SERVERS)
def lab(request: pytest.FixtureRequest, open_on: Callable[[str], ServerLab]) -> ServerLab:
    return open_on(request.param)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield opened
    opened.close()


def fill(lab: ServerLab) -> None:
    """Leave no room for another mail of 400 octets."""
    number = 1000
    for octets in (LARGEST - 10_000, 60_000, 4_000, 400):
        try:
            while True:
                lab.deliver(
                    "Archive", mail(number, b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * (octets // 72))
                )
                number += 1
        except IMAPClientError:
            continue  # no room for this size; a smaller one may still fit


def watching(folder: str) -> Config:
    """The configuration of a pass that watches one other folder."""
    settings = config()
    (account,) = settings.account
    assert account.maildir
    changed = account.model_copy(
        update={"maildir": account.maildir.model_copy(update={"folders": (folder,)})}
    )
    return settings.model_copy(update={"account": (changed,)})


# --- which folder is which


def test_folders_go_by_their_full_names(lab: ServerLab) -> None:
    folders = find_folders(lab.mailbox, config().account[0])
    found = (folders.drafts, folders.sent, folders.context, folders.trash)
    drafts_, sent, archive, trash = (lab.named(folder) for folder in USES)
    assert found == (drafts_, sent, (archive,), trash)


def test_the_servers_mark_special_uses_in_capitals_in_lower_case_and_not_at_all(
    open_on: Callable[[str], ServerLab],
) -> None:
    said = {
        name: {flag.decode() for flags, _, _ in open_on(name).client.list_folders() for flag in flags}
        for name in SERVERS
    }
    assert ("\\Drafts" in said["dovecot"], "\\drafts" in said["cyrus"]) == (True, True)
    assert not any("drafts" in flag.lower() for flag in said["courier"])


@pytest.mark.parametrize("name", ["Entwürfe", "Brouillons", "下書き"])
def test_a_localised_drafts_folder_is_found_without_a_mark(
    open_on: Callable[[str], ServerLab], name: str
) -> None:
    lab = open_on("courier")
    lab.client.delete_folder("INBOX.Drafts")
    lab.create(name)
    assert resolve(lab.mailbox.folders(), "\\drafts", "", "a") == f"INBOX.{name}"
    lab.mailbox.append_draft(f"INBOX.{name}", mail(1))
    assert len(lab.mailbox.uids(f"INBOX.{name}")) == 1


def test_a_drafts_folder_that_is_nowhere_is_asked_for_and_never_made(
    open_on: Callable[[str], ServerLab], ledger: Ledger
) -> None:
    lab = open_on("courier")
    lab.client.delete_folder("INBOX.Drafts")
    lab.deliver("INBOX", rejection(1), NOW)
    before = lab.mailbox.folders()
    with pytest.raises(MissingFolder, match="no drafts folder") as caught:
        one_pass(lab.mailbox, ledger)
    assert "INBOX.Sent" in caught.value.advice
    assert lab.mailbox.folders() == before


def test_a_server_that_tells_no_uidnext_is_scanned_all_the_same(
    open_on: Callable[[str], ServerLab], ledger: Ledger
) -> None:
    lab = open_on("courier")
    lab.deliver("INBOX", rejection(1), NOW)
    assert lab.mailbox.examine("INBOX").uidnext is None
    assert one_pass(lab.mailbox, ledger).drafted == 1
    assert one_pass(lab.mailbox, ledger).examined == 0


@pytest.mark.parametrize("name", ["dovecot", "cyrus"])
def test_nothing_beyond_plain_imap4rev1_is_needed(
    open_on: Callable[[str], ServerLab], ledger: Ledger, name: str
) -> None:
    lab = open_on(name)
    lab.deliver("INBOX", rejection(1), NOW)
    with Plain(lab.server.plain_port) as plain:
        settings = ImapSettings("127.0.0.1", lab.user, plain.port, "none", None, 10)
        with ImapMailbox.connect("personal", settings, PASSWORD) as mailbox:
            assert one_pass(mailbox, ledger).drafted == 1
            assert one_pass(mailbox, ledger).examined == 0
            assert not mailbox.can_wait
    assert len(drafts(lab.mailbox)) == 1


@pytest.mark.parametrize("name", ["dovecot", "courier"])
def test_a_folder_that_is_numbered_anew_is_examined_anew_and_nothing_is_drafted_twice(
    open_on: Callable[[str], ServerLab], ledger: Ledger, name: str
) -> None:
    lab = open_on(name)
    lab.deliver("INBOX", rejection(1), NOW)
    assert one_pass(lab.mailbox, ledger).drafted == 1
    lab.renumber("INBOX")
    report = one_pass(lab.mailbox, ledger)
    assert (report.examined, report.drafted, len(drafts(lab.mailbox))) == (1, 0, 1)


def test_a_letter_goes_out_unasked_and_what_is_large_is_announced_first(
    open_on: Callable[[str], ServerLab],
) -> None:
    lab = open_on("dovecot")
    with Recorder(lab.server.plain_port) as wire:
        settings = ImapSettings("127.0.0.1", lab.user, wire.port, "none", None, 10)
        with ImapMailbox.connect("personal", settings, PASSWORD) as mailbox:
            mailbox.append_draft("Drafts", mail(1))
            mailbox.append_draft("Drafts", mail(2, (b"y" * 70 + b"\r\n") * 60))
    appends = [command for command in wire.commands if command.startswith("APPEND")]
    assert [command.endswith("+}") for command in appends] == [True, False]


# --- what may not be written


def test_a_folder_that_may_only_be_read_is_watched_like_any_other(lab: ServerLab, ledger: Ledger) -> None:
    lab.create("Shared")
    lab.deliver("Shared", rejection(1), NOW)
    lab.server.lock(lab.user, "Shared")
    report = one_pass(lab.mailbox, ledger, watching(lab.named("Shared")))
    assert (report.examined, report.drafted) == (1, 1)


def test_drafts_that_may_not_be_written_to_are_told_and_the_letter_waits(
    lab: ServerLab, ledger: Ledger
) -> None:
    lab.deliver("INBOX", rejection(1), NOW)
    lab.server.lock(lab.user, "Drafts")
    with pytest.raises(ReadOnlyFolder, match=r"Drafts.*no right") as caught:
        one_pass(lab.mailbox, ledger)
    assert caught.value.exit_code == 2
    assert len(ledger.cases(State.INTENDED)) == 1
    assert drafts(lab.mailbox) == []


def test_a_mail_that_is_too_big_is_refused_for_good(open_on: Callable[[str], ServerLab]) -> None:
    for name in ("dovecot", "cyrus"):  # Courier has no such limit
        with pytest.raises(MessageRefused, match="size"):
            open_on(name).mailbox.append_draft("Drafts", mail(1, b"x" * LARGEST + b"\r\n"))


def test_a_draft_that_finds_no_room_is_kept_and_appears_once_there_is_some(
    lab: ServerLab, ledger: Ledger
) -> None:
    lab.deliver("INBOX", rejection(1), NOW)
    fill(lab)
    with pytest.raises(MailboxFull, match=r"Drafts.*full"):
        one_pass(lab.mailbox, ledger)
    assert len(ledger.cases(State.INTENDED)) == 1
    lab.delete("Archive", "<m1000@brightforge.example>")
    assert one_pass(lab.mailbox, ledger).drafted == 1
    assert len(drafts(lab.mailbox)) == 1
