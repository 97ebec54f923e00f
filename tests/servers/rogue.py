"""Servers that misbehave, and a proxy between a client and a real server: faults at a real socket."""

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
UNASKED = (
    b"* 1 FETCH (FLAGS (\\Flagged))\r\n* 2 FETCH (UID 2 FLAGS ())\r\n* 4000000 EXISTS\r\n* 1 RECENT\r\n* 1 EXPUNGE\r\n"
    b"* FLAGS (\\Seen)\r\n* OK [ALERT] Maintenance tonight.\r\n"
)


class RogueServer:
    """Listens on loopback and hands each connection to `behave` in a thread of its own."""

    def __init__(self, behave: Callable[[socket.socket], None]) -> None:
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone does not wake the thread that accepts.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self._behave(connection)
        except OSError:
            return


class Fault(StrEnum):
    """What a line can do to one command."""

    RESET = "connection reset before the command"
    FREEZE = "line frozen, nobody told"
    GOODBYE = "BYE instead of an answer"
    LOST_REPLY = "command obeyed, reply lost"
    HALF_REPLY = "reply cut in the middle"
    SPLIT = "reply in pieces of a few octets"
    DELAY = "reply delayed"
    UNASKED = "unsolicited FETCH, EXISTS, EXPUNGE, ALERT before the reply"
    UNAVAILABLE = "NO [UNAVAILABLE]"
    THROTTLED = "NO Request is throttled"
    DISCONNECTED = "BAD User is authenticated but not connected"
    LIMITED = "NO [INUSE] too many connections"
    QUOTA = "NO [OVERQUOTA]"
    LOGIN = "NO [AUTHENTICATIONFAILED]"
    GIBBERISH = "an answer that breaks the grammar"


INSTEAD = {
    Fault.UNAVAILABLE: "NO [UNAVAILABLE] Temporary failure.",
    Fault.THROTTLED: "NO Request is throttled. Suggested Backoff Time: 9000 milliseconds",
    Fault.DISCONNECTED: "BAD User is authenticated but not connected.",
    Fault.LIMITED: "NO [INUSE] Too many simultaneous connections.",
    Fault.QUOTA: "NO [OVERQUOTA] Quota exceeded (mailbox for user is full).",
    Fault.LOGIN: "NO [AUTHENTICATIONFAILED] Authentication failed.",
}

Choice = Callable[[str], Fault | None]


@dataclass
class Connection:
    """One relayed connection; `armed` waits for the reply to the command of that tag."""

    client: socket.socket
    server: socket.socket
    frozen: bool = False
    armed: tuple[Fault, bytes] | None = None
    held: bytearray = field(default_factory=bytearray)
    literal: int = 0  # octets that the client still has to send of one
    continued: bool = False  # whether the next line belongs to the command before
    dropping: bool = False  # whether the rest of a command goes nowhere

    def reset(self) -> None:
        """Both ends are told that the connection is gone, as after a crash (RST)."""
        for end in (self.client, self.server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                end.close()


class Wire:
    """A proxy in front of a plain-text server that keeps what the client said and can do harm.

    `choose` is asked about each command ("UID SEARCH ...", without its tag) and names the fault that befalls it. `cut_after` counts octets
    from the server; then both sides are reset. `rewrite` changes what the server says, such as its capabilities.
    """

    def __init__(
        self,
        port: int,
        cut_after: int | None = None,
        choose: Choice = lambda _command: None,
        rewrite: Callable[[bytes], bytes] = lambda octets: octets,
    ) -> None:
        self.said = bytearray()
        self.done: list[tuple[Fault, str]] = []
        self._target = port
        self._cut_after = cut_after
        self._choose = choose
        self._rewrite = rewrite
        self._down = threading.Event()
        self.calls: list[float] = []  # when each connection came, by time.monotonic()
        self._connections: list[Connection] = []
        self._server = RogueServer(self._relay)
        self.port = self._server.port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._server.__exit__()

    @property
    def commands(self) -> list[str]:
        """What the client said, line by line, without the tags."""
        rows = self.said.decode("utf-8", "replace").split("\r\n")
        return [row.partition(" ")[2] for row in rows if row]

    def cut(self) -> None:
        """Both ends see the connection break."""
        for connection in self._connections:
            for end in (connection.client, connection.server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def down(self) -> None:
        """The server is gone: what is open breaks, and what comes is turned away at once."""
        self._down.set()
        self.cut()

    def up(self) -> None:
        """The server is back."""
        self._down.clear()

    def freeze(self) -> None:
        """Nothing comes through any more on the connections there are, and nobody is told."""
        for connection in self._connections:
            connection.frozen = True

    def inject(self, octets: bytes) -> None:
        """The client hears this, as if the server had said it."""
        for connection in self._connections:
            with suppress(OSError):
                connection.client.sendall(octets)

    # --- from the client

    def _relay(self, client: socket.socket) -> None:
        self.calls.append(time.monotonic())
        if self._down.is_set():
            client.close()
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(client, server)
        self._connections.append(connection)
        threading.Thread(target=self._pump, args=(connection,), daemon=True).start()
        try:
            for octets, command in self._said_by(connection):
                if not connection.frozen:
                    self.said += octets
                    self._pass_on(connection, octets, command)
        finally:
            server.close()

    def _said_by(self, line: Connection) -> Iterator[tuple[bytes, bytes]]:
        """(octets, command): line by line, a literal by itself; the command is b"" for what continues one."""
        buffer = b""
        while octets := line.client.recv(65536):
            buffer += octets
            while buffer:
                if line.literal:
                    part, buffer = buffer[: line.literal], buffer[line.literal :]
                    line.literal -= len(part)
                    yield part, b""
                    continue
                words, found, rest = buffer.partition(b"\r\n")
                if not found:
                    break
                buffer = rest
                command = b"" if line.continued else words
                announced = LITERAL.search(words + found)
                line.literal, line.continued = (int(announced[1]), True) if announced else (0, False)
                yield words + found, command

    def _pass_on(self, connection: Connection, octets: bytes, command: bytes) -> None:
        tag, _, words = command.partition(b" ")
        if connection.dropping and not words:
            return
        connection.dropping = False
        fault = self._choose(words.decode("utf-8", "replace")) if words else None
        if fault is None:
            connection.server.sendall(octets)
            return
        self.done.append((fault, words.decode("utf-8", "replace")))
        if fault is Fault.RESET:
            connection.reset()
        elif fault is Fault.FREEZE:
            connection.frozen = True
        elif fault is Fault.GOODBYE:
            connection.client.sendall(b"* BYE Server shutting down.\r\n")
            connection.reset()
        elif fault in INSTEAD:
            connection.client.sendall(tag + b" " + INSTEAD[fault].encode() + b"\r\n")
            unasked = octets.endswith(b"+}\r\n")
            connection.dropping = unasked
            if not unasked:  # refused before it was sent
                connection.literal, connection.continued = 0, False
        else:
            connection.armed = (fault, tag)
            connection.server.sendall(octets)

    # --- from the server

    def _pump(self, connection: Connection) -> None:
        passed = 0
        try:
            while said := connection.server.recv(65536):
                if connection.frozen:
                    continue
                octets = self._rewrite(said)
                passed += len(octets)
                if self._cut_after is not None and passed > self._cut_after:
                    self.cut()
                    return
                if connection.armed:
                    self._harm(connection, octets, *connection.armed)
                else:
                    connection.client.sendall(octets)
            if not connection.frozen:
                connection.client.close()
        except OSError:
            return

    def _harm(self, connection: Connection, octets: bytes, fault: Fault, tag: bytes) -> None:
        """Hold the reply back until all of it is there, then do to it what the fault says."""
        held = connection.held
        held += octets
        if held.startswith(b"+ "):
            connection.client.sendall(bytes(held))
            held.clear()
            return
        ending = max(bytes(held).rfind(b"\r\n" + tag + b" "), 0 if held.startswith(tag + b" ") else -1)
        if ending < 0 or not held.endswith(b"\r\n"):
            return
        reply = bytes(held)
        held.clear()
        connection.armed = None
        client = connection.client
        if fault is Fault.LOST_REPLY:
            connection.reset()
        elif fault is Fault.HALF_REPLY:
            client.sendall(reply[: len(reply) // 2])
            connection.reset()
        elif fault is Fault.SPLIT:
            for start in range(0, min(len(reply), 600), 5):
                client.sendall(reply[start : min(start + 5, 600)])
            client.sendall(reply[600:])
        elif fault is Fault.DELAY:
            time.sleep(0.15)
            client.sendall(reply)
        elif fault is Fault.UNASKED:
            client.sendall(UNASKED + reply)
        elif fault is Fault.GIBBERISH:
            first, _, rest = reply.partition(b"\r\n")
            client.sendall(first.replace(b"(", b")(").replace(b'"', b"") + b"\r\n" + rest)
