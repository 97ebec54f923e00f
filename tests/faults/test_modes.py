"""Ways in which mail servers fail, each with the handling that it needs: those that no other test meets already.

docs/reliability.md lists all of them with the test of each.
"""

import re
from collections.abc import Callable, Iterator

import pytest

from afterword import examining
from afterword.errors import AfterwordError, ConnectionLost, LoginRefused, MailboxError, Unreachable
from afterword.mailbox.imap import ImapMailbox, ImapSettings
from afterword.records import ScanReport
from tests.faults.mailroom import Mailroom
from tests.faults.table import FaultTable
from tests.faults.test_line import Once
from tests.mailbox.labs import ServerLab
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.rogue import Fault, Wire


@pytest.fixture
def lab(dovecot: Dovecot) -> Iterator[ServerLab]:
    opened = ServerLab(dovecot)
    yield opened
    opened.close()


class Every:
    """Names the fault for every command that a pattern matches."""

    def __init__(self, fault: Fault, pattern: str) -> None:
        self.fault, self.pattern, self.met = fault, re.compile(pattern), 0

    def __call__(self, command: str) -> Fault | None:
        if not self.pattern.search(command):
            return None
        self.met += 1
        return self.fault


def scanned(outcome: ScanReport | AfterwordError) -> ScanReport:
    assert isinstance(outcome, ScanReport), outcome
    return outcome


# --- the line breaks in the middle of many mails


def test_no_mail_is_passed_by_when_the_line_breaks_in_the_middle_of_a_fetch(
    open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch, table: FaultTable
) -> None:
    monkeypatch.setattr(examining, "BATCH", 5)
    room = open_room(rejections=12, others=5)
    for skip in (1, 2, 1):
        once = Once(Fault.HALF_REPLY, "UID FETCH", skip)
        with Wire(room.lab.server.plain_port, choose=once) as wire:
            room.scan(wire.port, timeout="1s")
        assert once.met
    table.add("reply cut in the middle of many mails", room.settle())


# --- what servers leave out or add


def test_nothing_new_is_not_the_last_mail_again(lab: ServerLab) -> None:
    lab.deliver("INBOX", b"Subject: x\r\n\r\nx\r\n")
    (uid,) = lab.mailbox.uids("INBOX")
    assert lab.mailbox.uids("INBOX", after=uid) == ()


def test_a_server_that_tells_no_uidnext(open_room: Callable[..., Mailroom], table: FaultTable) -> None:
    room = open_room()
    rewrite = lambda octets: re.sub(rb"\* OK \[UIDNEXT \d+\][^\r]*\r\n| ?UIDNEXT \d+", b"", octets)  # noqa: E731 - what the server leaves out
    with Wire(room.lab.server.plain_port, rewrite=rewrite) as wire:
        scanned(room.scan(wire.port))
        room.deliver_rejection()
        assert scanned(room.scan(wire.port)).examined == 1
        assert scanned(room.scan(wire.port)).examined == 0
        assert "EXAMINE" in str(wire.commands[-12:]), "it has to be looked for"
    table.add("no UIDNEXT", room.drafts_for_each())


def test_an_answer_that_leaves_out_a_mail_is_asked_for_again(
    open_room: Callable[..., Mailroom], table: FaultTable
) -> None:
    room = open_room(rejections=3)
    left_out: list[int] = []

    def rewrite(octets: bytes) -> bytes:
        if left_out or b"BODY[]<0>" not in octets:
            return octets
        left_out.append(1)
        return octets.replace(b"BODY[]<0>", b"X-BODY[]<0>", 1)

    with Wire(room.lab.server.plain_port, rewrite=rewrite) as wire:
        report = scanned(room.scan(wire.port))
    assert left_out
    assert (report.drafted, report.errors) == (3, 0)
    table.add("FETCH leaves out a body", room.drafts_for_each())


# --- a mail that the server cannot hand out


def test_a_mail_that_the_server_refuses_is_on_record_once_and_does_not_stop_the_next(
    open_room: Callable[..., Mailroom], table: FaultTable
) -> None:
    room = open_room(rejections=2, others=2)
    # The batch is refused for the sake of mail 3, and so is mail 3 alone.
    refuse = Every(Fault.UNAVAILABLE, r"^UID FETCH (\d+,)*3(,\d+)* \(BODY")
    with Wire(room.lab.server.plain_port, choose=refuse) as wire:
        report = scanned(room.scan(wire.port))
        assert (report.drafted, report.errors) == (2, 1)
        assert scanned(room.scan(wire.port)).errors == 0
    assert refuse.met == 1 + examining.LONE_TRIES
    assert room.unreadable() == 1
    table.add("the server refuses one mail", room.drafts_for_each())


def test_a_mail_that_is_refused_for_a_moment_is_not_given_up(
    open_room: Callable[..., Mailroom], table: FaultTable
) -> None:
    room = open_room(rejections=3)
    moments = [True, True, False]  # the batch, and one mail of it when it is asked for alone

    def choose(command: str) -> Fault | None:
        is_third = re.search(r"^UID FETCH (\d+,)*3(,\d+)* \(BODY", command)
        return Fault.UNAVAILABLE if is_third and moments and moments.pop(0) else None

    with Wire(room.lab.server.plain_port, choose=choose) as wire:
        assert scanned(room.scan(wire.port)).errors == 0
    assert not moments
    assert room.unreadable() == 0
    table.add("the server refuses one mail for a moment", room.drafts_for_each())


def test_a_server_that_refuses_all_mail_is_busy_and_none_is_given_up(
    open_room: Callable[..., Mailroom], table: FaultTable
) -> None:
    room = open_room()
    with Wire(room.lab.server.plain_port, choose=Every(Fault.THROTTLED, r"^UID FETCH \S+ \(BODY")) as wire:
        for _ in range(2):
            assert isinstance(room.scan(wire.port), MailboxError)
    assert room.unreadable() == 0
    table.add("the server refuses every mail", room.settle())


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.UNAVAILABLE], ids=["breaks the line", "is refused"])
def test_a_mail_that_breaks_every_pass_is_given_up_in_the_end(
    fault: Fault, open_room: Callable[..., Mailroom], table: FaultTable
) -> None:
    room = open_room(rejections=0, others=3)
    room.deliver_rejection()
    breaks = Every(fault, r"^UID FETCH (\d+,)*2(,\d+)* \(BODY")
    with Wire(room.lab.server.plain_port, choose=breaks) as wire:
        for _ in range(
            50
        ):  # more only where it is a broken mail, again and again, with which the server is tried
            if isinstance(room.scan(wire.port), ScanReport):
                break
    assert room.unreadable() == 1
    table.add(f"one mail always {'breaks the line' if fault is Fault.RESET else 'is refused'}", room.settle())


def test_a_server_that_breaks_the_line_over_every_mail_is_in_trouble_and_none_is_given_up(
    open_room: Callable[..., Mailroom], table: FaultTable
) -> None:
    room = open_room(rejections=2)
    with Wire(room.lab.server.plain_port, choose=Every(Fault.RESET, r"^UID FETCH \S+ \(BODY")) as wire:
        for _ in range(examining.WHOLE_TRIES + examining.LONE_TRIES + 3):
            assert isinstance(room.scan(wire.port), ConnectionLost)
    assert room.unreadable() == 0
    table.add("the server breaks the line over every mail", room.settle())


# --- logging in


def connect(port: int) -> None:
    ImapMailbox.connect(
        "personal", ImapSettings("127.0.0.1", "modes", port, "none", None, 2), PASSWORD
    ).close()


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.LIMITED])
def test_a_server_that_takes_no_login_at_the_moment_says_nothing_of_the_password(
    fault: Fault, dovecot: Dovecot
) -> None:
    with Wire(dovecot.plain_port, choose=Once(fault, "LOGIN")) as wire, pytest.raises(Unreachable) as caught:
        connect(wire.port)
    assert "Nothing is wrong with the password" in caught.value.advice


def test_a_refused_password_is_a_refused_login(dovecot: Dovecot) -> None:
    with Wire(dovecot.plain_port, choose=Once(Fault.LOGIN, "LOGIN")) as wire, pytest.raises(LoginRefused):
        connect(wire.port)


@pytest.mark.parametrize("step", ["LOGIN", "LIST", "EXAMINE"])
def test_a_sign_in_without_a_mailbox_behind_it_is_told_from_a_passing_trouble(
    step: str, open_room: Callable[..., Mailroom]
) -> None:
    room = open_room(rejections=0)
    with Wire(room.lab.server.plain_port, choose=Every(Fault.DISCONNECTED, f"^{step}")) as wire:
        outcome = room.scan(wire.port)
    assert isinstance(outcome, AfterwordError)
    assert "mailbox's own address" in outcome.advice
