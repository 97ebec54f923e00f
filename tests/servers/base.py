"""What every mail server of the tests has in common: a home of its own, free ports, certificates, a beginning and an end."""

import grp
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

import trustme

PASSWORD = "correct-horse"
QUOTA = 8 << 20  # octets a mailbox may hold
LARGEST = 2 << 20  # octets of the largest mail that is taken, where a server has such a limit
SERVICE_USER = "nobody"  # no server lets its children run as root
UNPACKED = Path(__file__).resolve().parents[2] / ".work" / "servers"


class Server(ABC):
    """A running server. Every user name is taken with PASSWORD, and has a mailbox of its own."""

    name: ClassVar[str]
    signals: ClassVar = (signal.SIGTERM, signal.SIGKILL)
    prefix: ClassVar[str] = ""  # what stands before the name of every folder but INBOX

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.home.chmod(0o755)  # the service user has to pass through
        self.user, self.group = service_user()
        self.tls_port, self.starttls_port = free_port(), free_port()
        write_certificates(self.home)
        try:
            self.process = self._launch()
            self._await_greeting(self.tls_port)
        except BaseException:
            self.stop()
            raise

    @abstractmethod
    def _launch(self) -> subprocess.Popen[bytes]:
        """Lay the home out and start; RuntimeError says what to install when the server is missing."""

    def renumber(self, user: str, folder: str, uidvalidity: int) -> None:
        """Give a folder another UIDVALIDITY (RFC 3501, section 2.3.1.1), as after a restore."""
        raise NotImplementedError(f"{self.name} has no tool for it")

    @abstractmethod
    def lock(self, user: str, folder: str) -> None:
        """Take the right to put mail into a folder (RFC 4314) away from its owner."""

    @property
    def plain_port(self) -> int:
        """The port at which a login without TLS is taken, since all of it stays on loopback."""
        return self.starttls_port

    @property
    def ca_file(self) -> Path:
        """The certificate authority that a client has to trust."""
        return self.home / "ca.pem"

    def stop(self) -> None:
        """End it with all its children and remove everything it kept."""
        self.halt()
        shutil.rmtree(self.home, ignore_errors=True)

    def resume(self) -> None:
        """Start it again after `halt`, on the same ports, with all the mail it had."""
        self.process = self._again()
        self._await_greeting(self.tls_port)

    def halt(self) -> None:
        """End it with all its children; what it kept stays."""
        process = getattr(self, "process", None)
        if process:
            for number in self.signals:
                try:
                    os.killpg(process.pid, number)
                    process.wait(10)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue

    def _spawn(
        self, command: list[str | Path], *, served: bool = False, **environment: str
    ) -> subprocess.Popen[bytes]:
        """A process group of its own, logging into the home; `served` runs it as the service user."""
        self._again = partial(self._spawn, command, served=served, **environment)
        drop = (
            {"user": self.user, "group": self.group, "extra_groups": []}
            if served and os.geteuid() == 0
            else {}
        )
        with (self.home / "start.log").open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | environment, start_new_session=True, **drop
            )  # fmt: skip

    def _hand_over(self, *names: str) -> None:
        """Make folders in the home that belong to the service user."""
        for name in names:
            (self.home / name).mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(self.home / name, self.user, self.group)

    def _await_greeting(self, port: int) -> None:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with (
                    socket.create_connection(("127.0.0.1", port), 2) as plain,
                    context.wrap_socket(plain, server_hostname="localhost") as secured,
                ):
                    if secured.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.05)
        words = "".join(path.read_text(errors="replace") for path in self.home.glob("*.log"))
        raise RuntimeError(f"{self.name} did not start:\n{words}")


class PasswordDesk:
    """Answers on a Unix socket whether a password is right, in the words of the server that asks; so any user name can log in."""

    def __init__(self, path: Path, answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o777)
        self._listener.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller:
            try:
                self._answer(caller)
            except OSError:
                return


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_certificates(home: Path, *names: str) -> None:
    """A certificate authority and a certificate for localhost (or `names`), made anew for each server."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(home / "ca.pem")
    certificate = authority.issue_cert(*(names or ("localhost", "127.0.0.1")))
    certificate.private_key_pem.write_to_path(home / "server.key")
    certificate.cert_chain_pems[0].write_to_path(home / "server.pem")


def service_user() -> tuple[str, str]:
    """(user, group) for the processes that serve: an unprivileged one when the tests run as root."""
    entry = pwd.getpwnam(SERVICE_USER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name


def unpacked(name: str, home: Path) -> tuple[Path, dict[str, str]]:
    """(root, environment) of a server that install.sh has unpacked, copied where the service user can read it."""
    if not (UNPACKED / name / ".complete").exists():
        raise RuntimeError(f"{name} is missing: run `make servers`")
    root = home / "root"
    shutil.copytree(UNPACKED / name, root, symlinks=True)
    folders = {str(path.parent) for path in root.rglob("*.so*")}
    return root, {"LD_LIBRARY_PATH": ":".join(sorted(folders)), "LD_PRELOAD": "libeatmydata.so"}
