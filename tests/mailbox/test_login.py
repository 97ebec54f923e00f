"""How a token is handed over, and what the owner is told when the server does not take it."""

import base64
import socket
from collections.abc import Callable

import pytest

from afterword.errors import LoginRefused
from afterword.mailbox.dialling import ImapSettings
from afterword.mailbox.imap import ImapMailbox
from afterword.mailbox.login import AccessToken
from tests.servers.dovecot import Dovecot
from tests.servers.rogue import RogueServer

TOKEN = AccessToken("a-token-nobody-may-see")


def refusing(
    capabilities: str, heard: list[bytes], *, challenge: bytes = b"", last: str
) -> Callable[[socket.socket], None]:
    """A server that has something against every token, and says so as RFC 7628 (section 3.2.2) has it."""

    def behave(connection: socket.socket) -> None:
        with connection.makefile("rwb", buffering=0) as line:
            line.write(f"* OK [CAPABILITY IMAP4rev1 {capabilities}] ready\r\n".encode())
            while words := line.readline():
                tag = words.split()[0].decode()
                if b"AUTHENTICATE" not in words:
                    line.write(f"* CAPABILITY IMAP4rev1 {capabilities}\r\n{tag} OK done\r\n".encode())
                    continue
                heard.append(words.split(b" ", 1)[1].strip())
                line.write(b"+ \r\n")
                heard.append(base64.b64decode(line.readline()))
                if challenge:
                    line.write(b"+ " + base64.b64encode(challenge) + b"\r\n")
                    heard.append(base64.b64decode(line.readline()))
                line.write(f"{tag} NO {last}\r\n".encode())

    return behave


def refusal(behave: Callable[[socket.socket], None], username: str = "sam@mail.example") -> LoginRefused:
    with RogueServer(behave) as server, pytest.raises(LoginRefused) as caught:
        ImapMailbox.connect("work", ImapSettings("127.0.0.1", username, server.port, "none", None, 5), TOKEN)
    assert TOKEN.value not in caught.value.message + caught.value.advice + repr(TOKEN)
    return caught.value


def test_xoauth2_is_spoken_where_there_is_nothing_newer_and_the_servers_complaint_is_acknowledged() -> None:
    heard: list[bytes] = []
    complaint = b'{"status":"400","schemes":"bearer","scope":"https://mail.example/"}'
    error = refusal(
        refusing("AUTH=XOAUTH2", heard, challenge=complaint, last="[AUTHENTICATIONFAILED] Invalid")
    )
    first = b"user=sam@mail.example\1auth=Bearer a-token-nobody-may-see\1\1"
    assert heard == [b"AUTHENTICATE XOAUTH2", first, b""]
    assert '"status":"400"' in error.message
    assert "afterword auth login work" in error.advice


def test_oauthbearer_is_preferred_and_a_name_with_commas_is_escaped() -> None:
    heard: list[bytes] = []
    both = "AUTH=XOAUTH2 AUTH=OAUTHBEARER"
    refusal(refusing(both, heard, challenge=b'{"status":"invalid_token"}', last="No"), username="sam,=x")
    assert heard == [
        b"AUTHENTICATE OAUTHBEARER",
        b"n,a=sam=2C=3Dx,\1auth=Bearer a-token-nobody-may-see\1\1",
        b"\1",
    ]


def test_a_sign_in_that_holds_without_a_mailbox_behind_it_is_explained() -> None:
    error = refusal(refusing("AUTH=XOAUTH2", [], last="BAD User is authenticated but not connected."))
    assert "`username` is the mailbox's own address" in error.advice


def test_a_server_that_repeats_the_token_does_not_put_it_into_the_message() -> None:
    error = refusal(refusing("AUTH=XOAUTH2", [], challenge=TOKEN.value.encode(), last=TOKEN.value))
    assert "***" in error.message


def test_the_servers_words_are_told_as_it_said_them(dovecot: Dovecot) -> None:
    settings = ImapSettings("localhost", "sam", dovecot.tls_port, "tls", dovecot.ca_file, 5)
    with pytest.raises(LoginRefused) as caught:
        ImapMailbox.connect("personal", settings, "not-the-password")
    assert (
        caught.value.message == "localhost refuses the login ([AUTHENTICATIONFAILED] Authentication failed.)."
    )
