"""What goes wrong on the way to a server, each at a real socket, and what the owner is told."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from afterword.errors import (
    AfterwordError,
    ConnectionLost,
    LoginRefused,
    MessageRefused,
    MissingFolder,
    Unreachable,
    UntrustedCertificate,
    UserError,
)
from afterword.mailbox.dialling import ImapSettings
from afterword.mailbox.imap import ImapMailbox
from tests.mailbox.labs import mail, settings_for
from tests.servers.base import PASSWORD, free_port
from tests.servers.dovecot import Dovecot
from tests.servers.rogue import RogueServer, Wire


def failure(settings: ImapSettings, password: str = PASSWORD) -> AfterwordError:
    with pytest.raises(AfterwordError) as caught:
        ImapMailbox.connect("personal", settings, password).close()
    return caught.value


def plain(port: int, *, timeout: float = 10) -> ImapSettings:
    return ImapSettings("127.0.0.1", "errors", port, "none", None, timeout)


def test_a_wrong_password_is_refused_and_never_repeated(dovecot: Dovecot) -> None:
    error = failure(settings_for(dovecot, "errors"), "not-the-password")
    assert isinstance(error, LoginRefused)
    assert error.exit_code == 3
    assert "not-the-password" not in error.message + error.advice
    assert "app password" in error.advice


def test_an_unknown_host_is_named(dovecot: Dovecot) -> None:
    error = failure(replace(settings_for(dovecot, "errors"), host="no-such-host.example"))
    assert isinstance(error, Unreachable)
    assert "no-such-host.example" in error.message


def test_a_port_where_nobody_listens_is_named(dovecot: Dovecot) -> None:
    port = free_port()
    error = failure(replace(settings_for(dovecot, "errors"), port=port))
    assert isinstance(error, Unreachable)
    assert str(port) in error.message


def test_an_untrusted_certificate_is_refused_and_ca_file_is_offered(dovecot: Dovecot) -> None:
    error = failure(replace(settings_for(dovecot, "errors"), ca_file=None))
    assert isinstance(error, UntrustedCertificate)
    assert "ca_file" in error.advice


def test_a_certificate_for_another_name_is_refused(dovecot: Dovecot) -> None:
    error = failure(replace(settings_for(dovecot, "errors"), host="127.0.0.2"))
    assert isinstance(error, (UntrustedCertificate, Unreachable))


def test_an_untrusted_certificate_is_refused_after_starttls_too(dovecot: Dovecot) -> None:
    settings = ImapSettings("localhost", "errors", dovecot.starttls_port, "starttls", None, 10)
    assert isinstance(failure(settings), UntrustedCertificate)


def test_starttls_leads_to_a_verified_connection(dovecot: Dovecot) -> None:
    settings = ImapSettings("localhost", "errors", dovecot.starttls_port, "starttls", dovecot.ca_file, 10)
    with ImapMailbox.connect("personal", settings, PASSWORD) as mailbox:
        assert mailbox.examine("INBOX").exists == 0


def test_a_server_without_starttls_is_not_logged_in_to() -> None:
    heard: list[bytes] = []

    def greet(connection) -> None:  # type: ignore[no-untyped-def]  # a socket
        connection.sendall(b"* OK [CAPABILITY IMAP4rev1] hello\r\n")
        while words := connection.recv(1000):
            heard.append(words)
            connection.sendall(b"* CAPABILITY IMAP4rev1\r\n" + words.split()[0] + b" OK done\r\n")

    with RogueServer(greet) as server:
        error = failure(ImapSettings("127.0.0.1", "errors", server.port, "starttls", None, 5))
    assert isinstance(error, Unreachable)
    assert not any(b"LOGIN" in words.upper() for words in heard)


def test_a_connection_without_tls_is_taken_only_on_loopback() -> None:
    error = failure(ImapSettings("imap.brightforge.example", "errors", 143, "none", None, 5))
    assert isinstance(error, UserError)
    assert error.exit_code == 2


def test_a_ca_file_that_is_none_is_named(tmp_path: Path, dovecot: Dovecot) -> None:
    wrong = tmp_path / "ca.pem"
    wrong.write_text("no certificate")
    error = failure(replace(settings_for(dovecot, "errors"), ca_file=wrong))
    assert isinstance(error, UserError)
    assert str(wrong) in error.message


def test_a_port_that_does_not_speak_tls_says_which_port_goes_with_which_security(dovecot: Dovecot) -> None:
    error = failure(replace(settings_for(dovecot, "errors"), port=dovecot.starttls_port))
    assert isinstance(error, Unreachable)
    assert "993" in error.advice


def test_a_silent_server_is_given_up_after_the_timeout() -> None:
    with RogueServer(lambda connection: connection.recv(1) and None) as server:
        began = time.monotonic()
        error = failure(plain(server.port, timeout=0.5))
        assert time.monotonic() - began < 5
    assert isinstance(error, Unreachable)


def test_a_connection_that_breaks_in_the_middle_of_a_fetch_is_reported_as_lost(dovecot: Dovecot) -> None:
    with ImapMailbox.connect("personal", settings_for(dovecot, "cut"), PASSWORD) as mailbox:
        for number in range(20):
            mailbox.append_draft("Drafts", mail(number, b"x" * 1000 + b"\r\n"))
    with Wire(dovecot.plain_port, cut_after=15_000) as wire:
        mailbox = ImapMailbox.connect("personal", replace(plain(wire.port), username="cut"), PASSWORD)
        with pytest.raises(ConnectionLost):
            list(mailbox.fetch("Drafts", mailbox.uids("Drafts")))
        mailbox.close()


def test_a_frozen_connection_is_reported_as_lost_after_the_timeout(dovecot: Dovecot) -> None:
    with Wire(dovecot.plain_port) as wire:
        mailbox = ImapMailbox.connect("personal", plain(wire.port, timeout=0.5), PASSWORD)
        wire.freeze()
        with pytest.raises(ConnectionLost):
            mailbox.examine("INBOX")
        mailbox.close()


def test_a_draft_that_is_too_big_is_refused_for_good(dovecot: Dovecot) -> None:
    with (
        ImapMailbox.connect("personal", settings_for(dovecot, "errors"), PASSWORD) as mailbox,
        pytest.raises(MessageRefused, match="size"),
    ):
        mailbox.append_draft("Drafts", mail(1, b"x" * 3_000_000))


def test_a_drafts_folder_that_vanished_is_missing_and_not_made(dovecot: Dovecot) -> None:
    with ImapMailbox.connect("personal", settings_for(dovecot, "errors"), PASSWORD) as mailbox:
        with pytest.raises(MissingFolder):
            mailbox.append_draft("Gone", mail(1))
        assert "Gone" not in {folder.name for folder in mailbox.folders()}


def test_withdrawing_a_draft_selects_drafts_moves_one_mail_and_expunges_nothing(dovecot: Dovecot) -> None:
    with Wire(dovecot.plain_port) as wire:
        with ImapMailbox.connect("mover", plain(wire.port), PASSWORD) as mailbox:
            mailbox.append_draft("Drafts", mail(1))
            raw = list(mailbox.fetch("Drafts", mailbox.uids("Drafts")))[-1]
            assert mailbox.move_draft(raw.place, "Trash")
            assert not mailbox.move_draft(raw.place, "Trash")
            mailbox.uids("INBOX")
        commands = [row.upper().replace('"', "") for row in wire.commands]
    verbs = [row for row in commands if row.split(" ")[0] in VERBS]
    assert [row for row in verbs if row.startswith(("SELECT", "UID MOVE"))][:2] == [
        "SELECT DRAFTS",
        f"UID MOVE {raw.place.uid} TRASH",
    ]
    never = (
        "STORE",
        "UID STORE",
        "EXPUNGE",
        "UID EXPUNGE",
        "COPY",
        "UID COPY",
        "CLOSE",
        "DELETE",
        "MOVE",
        "SELECT INBOX",
    )
    assert [row for row in verbs if row.startswith(never)] == []


def test_a_server_without_move_leaves_the_draft_where_it_is(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ImapMailbox.connect("stayer", settings_for(dovecot, "stayer"), PASSWORD) as mailbox:
        monkeypatch.setattr(mailbox._client, "has_capability", lambda name: name != "MOVE")
        mailbox.append_draft("Drafts", mail(1))
        (raw,) = mailbox.fetch("Drafts", mailbox.uids("Drafts"))
        assert not mailbox.move_draft(raw.place, "Trash")
        assert mailbox.uids("Drafts") == (raw.place.uid,)


VERBS = {
    "CAPABILITY", "LOGIN", "LIST", "EXAMINE", "SELECT", "APPEND", "UID", "STORE", "EXPUNGE", "COPY", "MOVE", "CREATE", "DELETE",
    "RENAME", "SUBSCRIBE", "NOOP", "LOGOUT", "CLOSE", "FETCH", "SEARCH", "CHECK", "SETACL", "SETMETADATA",
}  # fmt: skip
