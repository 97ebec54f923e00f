"""`check`: one line for each thing that a pass needs, with what to do about each fault."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from afterword.ledger import Ledger, PassRow
from afterword.locking import only_daemon
from tests.cli.command import afterword
from tests.mailbox.labs import ServerLab
from tests.scan.passes import NOW, mail
from tests.servers.base import PASSWORD
from tests.servers.smtp import Postbox, start
from tests.service.daemon import account, maildir, write_config

IMAP = """
[[account]]
name = "personal"
[account.imap]
host = "localhost"
port = {port}
ca_file = "{ca_file}"
username = "{user}"
password_env = "MAIL_PASSWORD"
timeout = "10s"
"""

DIGEST = """
[digest]
host = "localhost"
port = {port}
ca_file = "{ca_file}"
username = "sam"
password_env = "MAIL_PASSWORD"
timeout = "5s"
"""


@pytest.fixture
def server(dovecot_lab: ServerLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration with a real server."""
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    lab = dovecot_lab.server
    return write_config(tmp_path, IMAP.format(port=lab.tls_port, ca_file=lab.ca_file, user=dovecot_lab.user))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A configuration with a mailbox in files."""
    return write_config(tmp_path, account("home", maildir(tmp_path / "Mail")))


def lines(config: Path, *words: str) -> dict[str, str]:
    """Mark and words of each check by its name."""
    answer = afterword("check", "--config", str(config), *words)
    found = {}
    for line in answer.out.splitlines():
        if not line.startswith(" "):
            mark, _, rest = line.partition(" ")
            name, _, words_ = rest.strip().partition(": ")
            found[name] = f"{mark}: {words_}"
    return found


def test_every_part_of_a_server_has_a_line(server: Path) -> None:
    found = lines(server)
    assert found["account personal, secret"] == "ok: found"
    assert found["account personal, TLS"].startswith("ok: TLSv1.3, verified until ")
    assert found["account personal, login"] == "ok: the mailbox is open"
    assert found["account personal, capabilities"] == "ok: IDLE, UIDPLUS, SPECIAL-USE"
    assert "drafts Drafts" in found["account personal, folders"]
    assert found["account personal, clock"] == "ok: agrees with the mailbox"
    assert found["permissions"].startswith("ok: ")
    assert found["clock"].startswith("ok: it is ")
    assert found["service"] == "note: no daemon is running"


def test_a_certificate_that_is_not_trusted_is_a_fault_of_tls(server: Path) -> None:
    server.write_text("\n".join(row for row in server.read_text().splitlines() if "ca_file" not in row))
    assert lines(server)["account personal, TLS"].startswith("FAULT: The certificate of localhost")


def test_a_clock_that_is_behind_the_servers_is_told(server: Path, dovecot_lab: ServerLab) -> None:
    dovecot_lab.deliver("INBOX", mail(1), NOW + timedelta(hours=2))
    assert "minutes from now" in lines(server)["account personal, clock"]


def test_offline_no_server_is_asked(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_PASSWORD")
    found = lines(server, "--offline")
    assert found["config"].startswith("ok: ")
    assert not [name for name in found if name.startswith("account")]


def test_the_digests_server_is_tried(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postbox: Postbox
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    files.write_text(files.read_text() + DIGEST.format(port=postbox.port, ca_file=postbox.ca_file))
    assert "would take mail to sam@mail.example" in lines(files)["digest"]
    monkeypatch.setenv("MAIL_PASSWORD", "wrong-horse")
    assert lines(files)["digest"].startswith("FAULT: localhost")
    assert postbox.messages == []


@pytest.fixture
def postbox(tmp_path: Path) -> Iterator[Postbox]:
    (tmp_path / "smtp").mkdir()
    opened, smtp = start("tls", tmp_path / "smtp")
    yield opened
    smtp.stop()


def test_a_configuration_that_others_can_change_is_a_fault(files: Path) -> None:
    files.chmod(0o666)
    assert lines(files)["permissions"].startswith("FAULT: ")
    answer = afterword("check", "--config", str(files), "--offline")
    assert answer.code == 2
    assert f"chmod go-rwx {files}" in answer.out


def test_a_ledger_that_others_can_read_is_a_fault(files: Path, tmp_path: Path) -> None:
    lines(files, "--offline")
    (tmp_path / "ledger.db").chmod(0o644)
    assert lines(files, "--offline")["permissions"].startswith("FAULT: ")


def test_a_clock_that_was_set_back_is_a_fault(files: Path, tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.add_pass(PassRow("home", datetime.now(UTC) + timedelta(hours=3), 1.0))
    ledger.close()
    assert lines(files, "--offline")["clock"].startswith("FAULT: the clock is behind")


def test_a_running_daemon_is_told_and_a_late_one_is_a_fault(files: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = Ledger.open(url)
    ledger.add_pass(PassRow("home", datetime.now(UTC), 1.0))
    with only_daemon(url):
        assert lines(files, "--offline")["service"].startswith("ok: the daemon is running (process ")
    ledger.add_pass(PassRow("home", datetime.now(UTC) - timedelta(days=1), 1.0))
    with only_daemon(url):
        assert "is late with home" in lines(files, "--offline")["service"]
    ledger.close()


@pytest.mark.parametrize(
    ("ago", "failure", "code"),
    [
        (timedelta(0), "", 0),
        (timedelta(0), "imap.example.org cannot be reached.", 1),
        (timedelta(days=1), "", 1),
    ],
    ids=["well", "failed", "late"],
)
def test_status_tells_monitoring_by_its_exit_code(
    files: Path, tmp_path: Path, ago: timedelta, failure: str, code: int
) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.add_pass(PassRow("home", datetime.now(UTC) - ago, 1.0, failure=failure))
    ledger.close()
    answer = afterword("status", "--config", str(files), "--json")
    assert answer.code == code
    assert answer.rows[0]["well"] is (code == 0)
