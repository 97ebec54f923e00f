"""Wires that keep every command of every connection, apart from what the commands carry, or hide what a server can do."""

import re
import socket
import threading
from collections.abc import Callable

from tests.servers.rogue import RogueServer

LITERAL = re.compile(rb"\{(\d+)\+?\}$")


class Recorder(RogueServer):
    """Passes everything on to a plain-text server; `commands` are the client's, in order, without tags and literals."""

    def __init__(self, port: int) -> None:
        self.commands: list[str] = []
        self._target = port
        super().__init__(self._relay)

    def _relay(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._target)) as server:
            threading.Thread(target=_pass_back, args=(server, client), daemon=True).start()
            buffer = b""
            while octets := client.recv(65536):
                # Kept first, for whoever has read the answer may ask what was said.
                buffer = self.keep(buffer + octets)
                server.sendall(octets)

    def keep(self, buffer: bytes) -> bytes:
        """Take whole commands off the front; the rest waits for more."""
        while (end := _command_end(buffer)) is not None:
            words = _without_literals(buffer[:end])
            tag, _, command = words.partition(b" ")
            self.commands.append((command or tag).decode("utf-8", "replace"))
            buffer = buffer[end:]
        return buffer


class Plain(RogueServer):
    """Makes any server look like one of plain IMAP4rev1 (RFC 3501): no extensions told, no APPENDUID."""

    def __init__(self, port: int) -> None:
        self._target = port
        super().__init__(self._relay)

    def _relay(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._target)) as server:
            threading.Thread(target=_pass_back, args=(server, client, _plainly), daemon=True).start()
            while octets := client.recv(65536):
                server.sendall(octets)


def _plainly(octets: bytes) -> bytes:
    octets = re.sub(rb"CAPABILITY IMAP4[^\]\r]*", b"CAPABILITY IMAP4rev1", octets)
    return re.sub(rb"\[(?:APPENDUID|HIGHESTMODSEQ|NOMODSEQ)[^\]]*\] ", b"", octets)


def _command_end(buffer: bytes) -> int | None:
    """Where the first command ends, or None while it is not all there."""
    start = 0
    while (line_end := buffer.find(b"\r\n", start)) >= 0:
        literal = LITERAL.search(buffer[start:line_end])
        if not literal:
            return line_end + 2
        start = line_end + 2 + int(literal[1])
    return None


def _without_literals(command: bytes) -> bytes:
    parts = []
    start = 0
    while (line_end := command.find(b"\r\n", start)) >= 0:
        literal = LITERAL.search(command[start:line_end])
        parts.append(command[start:line_end])
        start = line_end + 2 + (int(literal[1]) if literal else 0)
    return b"".join(parts)


def _pass_back(
    server: socket.socket, client: socket.socket, change: Callable[[bytes], bytes] = lambda octets: octets
) -> None:
    try:
        while octets := server.recv(65536):
            client.sendall(change(octets))
        client.shutdown(socket.SHUT_WR)
    except OSError:
        return
