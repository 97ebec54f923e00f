"""A password shows in nothing that the program writes: streams, files, process lists; wherever it comes from."""

from pathlib import Path

import pytest

from tests.cli.command import afterword
from tests.configs import OVER_TLS
from tests.mailbox.labs import ServerLab
from tests.scan.passes import NOW, mail
from tests.servers.base import PASSWORD, free_port
from tests.service.daemon import Daemon

WRONG = "wrong-horse-battery-staple"

CONFIG = (
    OVER_TLS
    + """username = "{user}"
{source}
timeout = "5s"

[letters]
delay = "0"

[schedule]
every = "10s"

[digest]
host = "localhost"
port = {nobody}
username = "sam"
{source}
timeout = "2s"

[state]
url = "sqlite:///{state}"
"""
)


class Place:
    """A folder in which everything happens; the password itself is kept outside of it."""

    def __init__(self, lab: ServerLab, tmp_path: Path, source: str, password: str) -> None:
        self.password = password
        self.folder = tmp_path / "everything"
        self.folder.mkdir()
        outside = tmp_path / "outside"
        outside.mkdir()
        kept = outside / "password"
        kept.write_text(password + "\n")
        kept.chmod(0o600)
        self.environment = {"MAIL_PASSWORD": password, "CREDENTIALS_DIRECTORY": str(outside)}
        for name in ("CONFIG", "STATE", "CACHE", "DATA"):
            self.environment[f"XDG_{name}_HOME"] = str(self.folder / name.lower())
        if source != "env":
            del self.environment["MAIL_PASSWORD"]
        if source != "credential":
            del self.environment["CREDENTIALS_DIRECTORY"]
        line = {
            "command": f"password_command = \"cat '{kept}'\"",
            "file": f'password_file = "{kept}"',
            "credential": 'password_file = "password"',
            "env": 'password_env = "MAIL_PASSWORD"',
        }[source]
        self.config = self.folder / "config.toml"
        self.config.write_text(
            CONFIG.format(
                port=lab.server.tls_port,
                ca_file=lab.server.ca_file,
                user=lab.user,
                nobody=free_port(),
                source=line,
                state=self.folder / "ledger.db",
            )
        )

    def run(self, *words: str) -> str:
        answer = afterword(*words, "--config", str(self.config))
        return answer.out + answer.err

    def traces(self) -> list[str]:
        """The files that hold the password."""
        needle = self.password.encode()
        return [
            str(path) for path in self.folder.rglob("*") if path.is_file() and needle in path.read_bytes()
        ]


@pytest.mark.parametrize("password", [PASSWORD, WRONG], ids=["right", "wrong"])
@pytest.mark.parametrize("source", ["command", "file", "credential", "env"])
def test_it_is_nowhere_in_what_the_commands_write(
    source: str, password: str, dovecot_lab: ServerLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(dovecot_lab, tmp_path, source, password)
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    dovecot_lab.deliver("INBOX", mail(1), NOW)
    written = [place.run(*words) for words in (("check",), ("scan",), ("status",), ("status", "--json"))]
    assert "personal" in written[2]
    assert [text for text in written if password in text] == []
    assert place.traces() == []


@pytest.mark.parametrize("password", [PASSWORD, WRONG], ids=["right", "wrong"])
def test_it_is_nowhere_in_what_the_daemon_writes_or_shows(
    password: str, dovecot_lab: ServerLab, tmp_path: Path
) -> None:
    place = Place(dovecot_lab, tmp_path, "command", password)
    with Daemon(place.config, **place.environment) as daemon:
        daemon.until(lambda: any("pass" in row["event"] for row in daemon.events))
        assert password not in Path(f"/proc/{daemon.process.pid}/cmdline").read_text()
        assert password not in Path(f"/proc/{daemon.process.pid}/environ").read_text()
        daemon.terminate()
        assert password not in "\n".join(daemon.told)
    assert place.traces() == []  # the log lies there, too
