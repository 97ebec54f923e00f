"""Servers that misbehave, and a proxy between a client and a real server: faults at a real socket."""

import socket
import threading
from collections.abc import Callable
from typing import Self


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


class Wire:
    """A proxy in front of a plain-text server that keeps what the client said and can cut or freeze the line.

    `cut_after` counts octets from the server; then both sides are reset.
    """

    def __init__(self, port: int, cut_after: int | None = None) -> None:
        self.said = bytearray()
        self._target = port
        self._cut_after = cut_after
        self._frozen = threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
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
        for pair in self._pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def freeze(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        self._frozen.set()

    def _relay(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._target))
        self._pairs.append((client, server))
        threading.Thread(target=self._pump, args=(server, client), daemon=True).start()
        while octets := client.recv(65536):
            if self._frozen.is_set():
                continue
            self.said += octets
            server.sendall(octets)
        server.close()

    def _pump(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        try:
            while octets := server.recv(65536):
                if self._frozen.is_set():
                    continue
                passed += len(octets)
                if self._cut_after is not None and passed > self._cut_after:
                    self.cut()
                    return
                client.sendall(octets)
            client.close()
        except OSError:
            return
