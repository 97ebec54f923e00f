"""IDLE: the server's word is heard at once, and a dead line is noticed."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from afterword.errors import ConnectionLost
from afterword.mailbox.dialling import ImapSettings
from afterword.mailbox.imap import ImapMailbox
from tests.mailbox.labs import SERVERS, ServerLab, mail
from tests.servers.base import PASSWORD
from tests.servers.dovecot import Dovecot
from tests.servers.rogue import RogueServer, Wire


@pytest.fixture(params=SERVERS)
def lab(request: pytest.FixtureRequest) -> Iterator[ServerLab]:
    opened = ServerLab(request.getfixturevalue(request.param))
    yield opened
    opened.close()


def test_an_arrival_is_told_within_two_seconds(lab: ServerLab) -> None:
    timer = threading.Timer(0.3, lab.deliver, ("INBOX", mail(1)))
    timer.start()
    began = time.monotonic()
    assert lab.mailbox.wait("INBOX", 10)
    assert time.monotonic() - began < 2.3
    timer.join()


def test_without_an_arrival_the_wait_ends_in_time(lab: ServerLab) -> None:
    began = time.monotonic()
    assert not lab.mailbox.wait("INBOX", 0.5)
    assert 0.4 < time.monotonic() - began < 3
    assert lab.mailbox.uids("INBOX") == ()


def test_mail_that_lay_there_before_is_no_arrival(lab: ServerLab) -> None:
    lab.deliver("INBOX", mail(1))
    assert not lab.mailbox.wait("INBOX", 0.5)


def test_a_dead_peer_is_noticed_and_not_asked_for_ever(dovecot: Dovecot) -> None:
    with Wire(dovecot.plain_port) as wire:
        settings = ImapSettings("127.0.0.1", "waiting", wire.port, "none", None, 5)
        mailbox = ImapMailbox.connect("personal", settings, PASSWORD)
        timer = threading.Timer(0.3, wire.cut)
        timer.start()
        began = time.monotonic()
        with pytest.raises(ConnectionLost):
            mailbox.wait("INBOX", 20)
        assert time.monotonic() - began < 5
        timer.join()
        mailbox.close()


def answering_idle_in_one_piece(connection: socket.socket) -> None:
    """A server that tells of a third mail in the very packet in which it consents to IDLE, as Dovecot does."""
    answers = {
        "EXAMINE": "* 2 EXISTS\r\n* OK [UIDVALIDITY 1] \r\n* OK [UIDNEXT 3] \r\n{tag} OK [READ-ONLY] done\r\n",
        "IDLE": "+ idling\r\n* 3 EXISTS\r\n",
        "LOGOUT": "* BYE\r\n{tag} OK done\r\n",
    }
    connection.sendall(b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n")
    idle = ""
    for line in connection.makefile("r", newline="\r\n"):
        tag, _, rest = line.strip().partition(" ")
        command = rest.split(" ")[0].upper()
        if tag == "DONE":
            answer = f"{idle} OK done\r\n"
        elif command == "CAPABILITY":
            answer = f"* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n"
        else:
            answer = answers.get(command, "{tag} OK done\r\n").format(tag=tag)
        idle = tag if command == "IDLE" else idle
        connection.sendall(answer.encode())


def test_an_arrival_told_in_one_piece_with_the_consent_to_idle_is_heard_at_once() -> None:
    with RogueServer(answering_idle_in_one_piece) as server:
        settings = ImapSettings("127.0.0.1", "sam", server.port, "none", None, 5)
        with ImapMailbox.connect("personal", settings, PASSWORD) as mailbox:
            began = time.monotonic()
            assert mailbox.wait("INBOX", 5)
            assert time.monotonic() - began < 1


def test_another_thread_can_end_the_wait(lab: ServerLab) -> None:
    timer = threading.Timer(0.3, lab.mailbox.interrupt)
    timer.start()
    began = time.monotonic()
    with pytest.raises(ConnectionLost):
        lab.mailbox.wait("INBOX", 20)
    assert time.monotonic() - began < 5
    timer.join()
