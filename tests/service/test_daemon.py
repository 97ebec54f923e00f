"""The daemon as systemd and its owner meet it: signals, health, one failing account beside a good one."""

import errno
import resource
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from afterword.errors import UserError
from afterword.ledger import Ledger
from afterword.locking import only_daemon, running_daemon
from tests.faults.mailroom import rejection
from tests.scan.passes import mail
from tests.servers.base import PASSWORD, free_port
from tests.servers.rogue import RogueServer
from tests.servers.smtp import start
from tests.service.daemon import Daemon, account, maildir, write_config

HANGING = """
[[account]]
name = "work"
[account.imap]
host = "127.0.0.1"
port = {port}
security = "none"
username = "sam"
password_command = "echo secret"
timeout = "30s"
"""


def deliver(folder: Path, number: int = 1) -> None:
    (folder / "INBOX" / "new" / f"1700000000.M{number}P1.host").write_bytes(
        mail(number, days=1).replace(b"\r\n", b"\n")
    )


def drafts(folder: Path) -> int:
    return sum(1 for part in ("new", "cur") for _ in (folder / "Drafts" / part).iterdir())


def test_systemd_is_told_when_it_is_ready_how_it_goes_and_that_it_lives(tmp_path: Path) -> None:
    box = maildir(tmp_path / "Mail")
    with Daemon(write_config(tmp_path, account("home", box))) as daemon:
        daemon.until(lambda: any("home: last pass" in line for line in daemon.told))
        assert daemon.told[0] == "READY=1"
        assert daemon.told.count("WATCHDOG=1") >= 1
        assert daemon.terminate() < 5
        assert daemon.process.returncode == 0
        assert daemon.told[-1] == "STOPPING=1"


def test_a_failing_account_stops_no_other(tmp_path: Path) -> None:
    box = maildir(tmp_path / "Mail")
    deliver(box)
    lost = account("lost", tmp_path / "nowhere")
    with Daemon(write_config(tmp_path, lost, account("home", box))) as daemon:
        daemon.until_event("pass", account="home", drafted=1)
        daemon.until_event("pass failed", account="lost")
        daemon.until(lambda: any("lost: failing since" in line for line in daemon.told))
    assert drafts(box) == 1


def test_it_ends_within_five_seconds_while_a_server_does_not_answer(tmp_path: Path) -> None:
    box = maildir(tmp_path / "Mail")
    with RogueServer(lambda connection: connection.recv(1)) as server:  # it never says a word
        config = write_config(tmp_path, HANGING.format(port=server.port), account("home", box))
        with Daemon(config) as daemon:
            daemon.until_event("pass", account="home")
            assert daemon.terminate() < 5
            assert daemon.process.returncode == 0


def test_a_broken_configuration_is_refused_and_the_old_one_goes_on(tmp_path: Path) -> None:
    box = maildir(tmp_path / "Mail")
    config = write_config(tmp_path, account("home", box))
    with Daemon(config) as daemon:
        daemon.until_event("pass", account="home")
        good = config.read_text()
        config.write_text(good.replace('delay = "0"', 'delay = "soon"'))
        daemon.hang_up()
        refused = daemon.until_event("the new configuration is refused")
        assert "letters.delay: write a number and a unit" in refused["problems"][0]
        daemon.until(lambda: any("the old one goes on" in line for line in daemon.told))
        deliver(box)
        daemon.until(lambda: drafts(box) == 1)


def test_a_good_configuration_is_taken_without_a_restart(tmp_path: Path) -> None:
    home, work = maildir(tmp_path / "Mail"), maildir(tmp_path / "Work")
    config = write_config(tmp_path, account("home", home))
    with Daemon(config) as daemon:
        daemon.until_event("pass", account="home")
        write_config(tmp_path, account("work", work))
        daemon.hang_up()
        daemon.until_event("pass", account="work")
        assert daemon.told.count("READY=1") == 2
        begun = daemon.told.index("RELOADING=1")
        assert daemon.told[begun + 1].startswith("MONOTONIC_USEC=")
        deliver(work)
        daemon.until(lambda: drafts(work) == 1)
        assert [row for row in daemon.events if row["event"] == "pass"][-1]["account"] == "work"


def test_broken_rules_are_refused_on_reload_too(tmp_path: Path) -> None:
    box, rules = maildir(tmp_path / "Mail"), tmp_path / "rules.toml"
    rules.write_text("")
    more = f'[rules]\nfiles = ["{rules}"]\n'
    with Daemon(write_config(tmp_path, account("home", box), more=more)) as daemon:
        daemon.until_event("pass", account="home")
        rules.write_text("[[rule]]\nname = 1\n")
        daemon.hang_up()
        daemon.until_event("the new configuration is refused")


def test_the_ledger_cannot_be_changed_by_a_reload(tmp_path: Path) -> None:
    config = write_config(tmp_path, account("home", maildir(tmp_path / "Mail")))
    with Daemon(config) as daemon:
        daemon.until_event("pass", account="home")
        config.write_text(config.read_text().replace("ledger.db", "other.db"))
        daemon.hang_up()
        assert "state.url" in daemon.until_event("the new configuration is refused")["problems"][0]
    assert not (tmp_path / "other.db").exists()


def test_a_second_daemon_on_the_same_ledger_is_refused(tmp_path: Path) -> None:
    config = write_config(tmp_path, account("home", maildir(tmp_path / "Mail")))
    command = [sys.executable, "-m", "afterword", "run", "--config", str(config)]
    with Daemon(config) as daemon:
        daemon.until_event("pass", account="home")
        second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert second.returncode == 2
        assert f"Another daemon (process {daemon.process.pid})" in second.stderr
        assert "->" in second.stderr
    with Daemon(config) as third:  # the first one was killed: its lock went with it
        third.until_event("pass", account="home")


def test_prometheus_is_answered_on_loopback(tmp_path: Path) -> None:
    box, port = maildir(tmp_path / "Mail"), free_port()
    deliver(box)
    more = f"[health]\nmetrics_port = {port}\n"
    with Daemon(write_config(tmp_path, account("home", box), more=more)) as daemon:
        daemon.until_event("pass", account="home", drafted=1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    assert 'afterword_rejections{account="home",state="drafted"} 1.0' in text
    assert 'afterword_failed_passes{account="home"} 0.0' in text
    assert 'afterword_last_good_pass_timestamp_seconds{account="home"}' in text
    assert "dana" not in text.lower()


def test_the_passes_of_a_daemon_are_on_record(tmp_path: Path) -> None:
    with Daemon(write_config(tmp_path, account("home", maildir(tmp_path / "Mail")))) as daemon:
        daemon.until_event("pass", account="home")
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    last = ledger.last_pass("home")
    ledger.close()
    assert last and last.failure == ""


DIGEST = """
[digest]
host = "localhost"
port = {port}
ca_file = "{ca_file}"
username = "sam"
password_env = "SMTP_PASSWORD"

[health]
tell_after = 1
"""


def test_the_owner_is_told_once_that_an_account_needs_a_hand(tmp_path: Path) -> None:
    (tmp_path / "smtp").mkdir()
    postbox, smtp = start("tls", tmp_path / "smtp")
    more = DIGEST.format(port=postbox.port, ca_file=postbox.ca_file)
    lost = account("lost", tmp_path / "nowhere")
    try:
        with Daemon(write_config(tmp_path, lost, more=more), SMTP_PASSWORD=PASSWORD) as daemon:
            daemon.until_event("mail to the owner", kind="trouble")
            daemon.until(lambda: sum(row["event"] == "pass failed" for row in daemon.events) > 2)
            assert daemon.terminate() < 5
            assert "sam@mail.example" not in daemon.log
    finally:
        smtp.stop()
    assert postbox.recipients == [["sam@mail.example"]]
    assert postbox.messages[0]["Subject"] == "Afterword: 1 thing needs a hand"


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """No file may grow for a while; when there is room again, what came meanwhile is answered."""
    box = maildir(tmp_path / "Mail")
    with Daemon(write_config(tmp_path, account("home", box))) as daemon:
        daemon.until_event("pass", account="home")
        room = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        deliver(box)
        daemon.until_event("pass not on record")
        assert drafts(box) == 0
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, room)
        daemon.until(lambda: drafts(box) == 1)
        log = daemon.log
    assert "Traceback" not in log
    assert "dana" not in log.lower()
    assert drafts(box) == 1


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """Where the log goes to a file, a full disk takes it away as well."""
    box = maildir(tmp_path / "Mail")
    config = write_config(tmp_path, account("lost", tmp_path / "nowhere"), account("home", box))
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "afterword", "run", "--config", str(config)]
        process = subprocess.Popen(command, stderr=full)
    try:
        for number in (1, 2):  # the second one is for a later pass
            mail_file = box / "INBOX" / "new" / f"1700000000.M{number}P1.host"
            mail_file.write_bytes(rejection(number).replace(b"\r\n", b"\n"))
            deadline = time.monotonic() + 40
            while drafts(box) < number:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def test_a_disk_that_is_full_at_the_start_keeps_nobody_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the owner is told, and the work goes on when there is room, though systemd would have given up by then."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    monkeypatch.setattr("afterword.locking.os.write", full)
    with only_daemon(url):
        assert running_daemon(url) == "unknown"
        with pytest.raises(UserError, match="Another daemon"), only_daemon(url):
            pass
