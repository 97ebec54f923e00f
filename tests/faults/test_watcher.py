"""The daemon's ear: what arrives is answered at once, whatever happened to the connection meanwhile, with an hour between two scheduled passes."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from afterword import watcher as watching
from afterword.ledger import Ledger
from afterword.mailbox import imap
from afterword.mailbox.imap import ImapMailbox
from afterword.vitals import Vitals
from afterword.watcher import Watcher
from afterword_models import load
from tests.faults.mailroom import SECRET, Mailroom
from tests.faults.table import FaultTable
from tests.servers.rogue import Wire

PATIENCE = 20.0  # seconds that anything may take on a busy machine


def until(holds: Callable[[], Any], seconds: float = PATIENCE) -> float:
    """Wait until something holds; the seconds that it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it never came to hold"
        time.sleep(0.02)
    return time.monotonic() - began


class Daemon:
    """A watcher on a mailroom, over a wire that can be cut, frozen and turned off."""

    def __init__(self, room: Mailroom, wire: Wire) -> None:
        self.room = room
        self.wire = wire
        self.stop = threading.Event()
        self.ledger = Ledger.open(room.url())
        config = room.config(wire.port, timeout="1s")
        vitals = Vitals(config.schedule, ("personal",))
        self.watcher = Watcher(config, config.account[0], self.ledger, load(), self.stop, vitals)
        self.scheduler = BackgroundScheduler(job_defaults={"misfire_grace_time": None})

    def __enter__(self) -> "Daemon":
        self.watcher.schedule(self.scheduler)
        self.scheduler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.watcher.interrupt()
        self.scheduler.shutdown()
        self.watcher.join()
        self.ledger.close()

    @property
    def idles(self) -> int:
        return sum(command == "IDLE" for command in self.wire.commands)

    @property
    def idling(self) -> bool:
        """Whether an IDLE is under way; the connection of a pass may say its LOGOUT meanwhile."""
        return self.idles > self.wire.said.count(b"\r\nDONE\r\n")

    def listening(self) -> None:
        """Wait until the first pass is over and the server is being listened to."""
        until(lambda: self.idles and self.answered() and self.ledger.last_pass("personal"))

    def answered(self) -> bool:
        return self.room.answered().total() == len(self.room.expected)


@pytest.fixture
def daemon(open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    monkeypatch.setattr(watching, "BACK_OFF", (0.1, 2.0))
    room = open_room(rejections=1)
    with Wire(room.lab.server.plain_port) as wire, Daemon(room, wire) as started:
        started.listening()
        yield started


def test_an_arrival_is_answered_within_two_seconds_of_the_servers_word(
    daemon: Daemon, table: FaultTable
) -> None:
    for _ in range(3):
        until(lambda: daemon.idling)
        daemon.room.deliver_rejection()
        # Dovecot tells of a mail half a second after it has come.
        assert until(daemon.answered) < 2.5
    table.add("no fault, the server tells of a mail", daemon.room.drafts_for_each())


def test_what_arrives_while_the_line_is_down_is_answered_when_it_is_back(
    daemon: Daemon, table: FaultTable
) -> None:
    daemon.wire.down()
    daemon.room.deliver_rejection()
    time.sleep(1)
    assert not daemon.answered()
    daemon.wire.up()
    until(daemon.answered)
    table.add("server restarted, mail came meanwhile", daemon.room.drafts_for_each())


def test_a_connection_that_breaks_is_rebuilt_again_and_again(daemon: Daemon, table: FaultTable) -> None:
    for _ in range(4):
        idles = daemon.idles
        daemon.wire.cut()
        until(lambda before=idles: daemon.idles > before)
        daemon.room.deliver_rejection()
        until(daemon.answered)
        table.add("IDLE cut off", daemon.room.drafts_for_each())


def test_a_line_that_falls_silent_is_found_out_at_the_end_of_a_spell(
    open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch, table: FaultTable
) -> None:
    monkeypatch.setattr(watching, "BACK_OFF", (0.1, 2.0))
    monkeypatch.setattr(watching, "IDLE_SPELL", 1.0)
    room = open_room(rejections=1)
    with Wire(room.lab.server.plain_port) as wire, Daemon(room, wire) as daemon:
        daemon.listening()
        wire.freeze()
        room.deliver_rejection()
        until(daemon.answered)
        table.add("IDLE frozen, nobody told", room.drafts_for_each())


def test_idle_is_renewed_before_a_server_grows_tired_of_it(
    open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "IDLE_SPELL", 0.3)
    room = open_room(rejections=0)
    with Wire(room.lab.server.plain_port) as wire, Daemon(room, wire) as daemon:
        until(lambda: daemon.idles >= 4)
        logins = sum(row.startswith("LOGIN") for row in wire.commands)
    assert logins < 4, "one for the pass, one to listen, and not one for each IDLE"
    assert watching.IDLE_SPELL < 29 * 60


def test_after_a_suspend_the_line_is_not_trusted(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, table: FaultTable
) -> None:
    monkeypatch.setattr(imap, "IDLE_SLICE", 0.2)  # what is under way ends with its own slice, so wake it
    daemon.wire.freeze()
    jumped = time.time

    class Clock:
        monotonic = staticmethod(time.monotonic)
        ahead = 0.0

        @classmethod
        def time(cls) -> float:
            cls.ahead += 60
            return jumped() + cls.ahead

    monkeypatch.setattr(imap, "time", Clock)
    daemon.wire.inject(b"* OK Still here\r\n")
    daemon.room.deliver_rejection()
    began = time.monotonic()
    until(lambda: sum(row.startswith("LOGIN") for row in daemon.wire.commands) > 2)
    monkeypatch.setattr(imap, "time", time)
    until(daemon.answered)
    assert time.monotonic() - began < watching.IDLE_SPELL / 2
    table.add("machine suspended", daemon.room.drafts_for_each())


def test_what_arrives_between_two_waits_is_heard(
    open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch, table: FaultTable
) -> None:
    room = open_room(rejections=1)
    waited = ImapMailbox.wait
    times = 0

    def late(mailbox: ImapMailbox, *arguments: Any) -> bool:
        nonlocal times
        times += 1
        if times <= 2:
            room.deliver_rejection()  # after the pass has searched, before the server is listened to
        return waited(mailbox, *arguments)

    monkeypatch.setattr(ImapMailbox, "wait", late)
    with Wire(room.lab.server.plain_port) as wire, Daemon(room, wire) as daemon:
        until(lambda: times > 2 and daemon.answered())
        table.add("mail came between two IDLEs", room.drafts_for_each())


def test_the_line_in_pieces_and_untagged_noise(daemon: Daemon, table: FaultTable) -> None:
    daemon.wire.inject(b"* 1 FETCH (FLAGS (\\Seen))\r\n* OK Still here\r\n* 1 REC")
    time.sleep(0.1)
    daemon.wire.inject(b"ENT\r\n")
    daemon.room.deliver_rejection()
    until(daemon.answered)
    table.add("IDLE lines in pieces", daemon.room.drafts_for_each())


def test_a_bye_while_listening(daemon: Daemon, table: FaultTable) -> None:
    daemon.wire.inject(b"* BYE Session invalidated - AccessTokenExpired\r\n")
    daemon.room.deliver_rejection()
    until(daemon.answered)
    table.add("BYE during IDLE", daemon.room.drafts_for_each())


def test_the_listener_outlives_what_nobody_expected(
    open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch, table: FaultTable
) -> None:
    monkeypatch.setattr(watching, "BACK_OFF", (0.1, 2.0))
    room = open_room(rejections=1)
    waited = ImapMailbox.wait
    raised: list[int] = []

    def once(mailbox: ImapMailbox, *arguments: Any) -> bool:
        if not raised:
            raised.append(1)
            raise ZeroDivisionError
        return waited(mailbox, *arguments)

    monkeypatch.setattr(ImapMailbox, "wait", once)
    with Wire(room.lab.server.plain_port) as wire, Daemon(room, wire) as daemon:
        until(lambda: raised and daemon.idles)
        room.deliver_rejection()
        until(daemon.answered)
        table.add("listener met a bug", room.drafts_for_each())


def test_a_server_that_is_down_is_asked_less_and_less_often(daemon: Daemon) -> None:
    daemon.wire.down()
    before = len(daemon.wire.calls)
    until(lambda: len(daemon.wire.calls) >= before + 5)
    calls = daemon.wire.calls[before : before + 5]
    pauses = [later - sooner for sooner, later in pairwise(calls)]
    assert pauses[-1] > 2 * pauses[0]
    daemon.wire.up()
    daemon.room.deliver_rejection()
    until(daemon.answered)


def test_refused_logins_end_after_two_with_a_message(
    open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "BACK_OFF", (0.05, 0.2))
    room = open_room(rejections=1)
    monkeypatch.setenv(SECRET, "not-the-password")
    with (
        structlog.testing.capture_logs() as logs,
        Wire(room.lab.server.plain_port) as wire,
        Daemon(room, wire) as daemon,
    ):
        for _ in range(4):
            daemon.watcher.run()
        time.sleep(1)
        logins = sum(row.startswith("LOGIN") for row in wire.commands)
    assert logins == 2
    assert [row["event"] for row in logs].count("account rests until the next start") == 1
    assert any("app password" in row.get("advice", "") for row in logs)
    assert "not-the-password" not in str(logs)


def test_its_own_end_is_no_broken_line(open_room: Callable[..., Mailroom]) -> None:
    room = open_room(rejections=1)
    with structlog.testing.capture_logs() as logs, Wire(room.lab.server.plain_port) as wire:
        for _ in range(5):
            with Daemon(room, wire) as daemon:
                before = daemon.idles
                until(lambda before=before, daemon=daemon: daemon.idles > before)
    assert [row for row in logs if row["event"] == "listening again soon"] == []


def test_a_server_without_idle_is_left_to_the_schedule(open_room: Callable[..., Mailroom]) -> None:
    room = open_room(rejections=1)
    rewrite = lambda octets: octets.replace(b" IDLE", b"")  # noqa: E731 - a rewriting of what the server says
    with (
        structlog.testing.capture_logs() as logs,
        Wire(room.lab.server.plain_port, rewrite=rewrite) as wire,
        Daemon(room, wire) as daemon,
    ):
        until(lambda: any(row["event"] == "the server does not tell of new mail" for row in logs))
        room.deliver_rejection()
        daemon.watcher.run()
        assert daemon.answered()
        assert daemon.idles == 0
