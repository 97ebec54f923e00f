"""scan, check, status, run against a real server: what they print, and what they say when something is wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Answer, afterword
from tests.configs import OVER_TLS
from tests.mailbox.labs import ServerLab
from tests.scan.passes import NOW, drafts, mail
from tests.servers.base import PASSWORD, free_port
from tests.servers.dovecot import Dovecot

CONFIG = (
    OVER_TLS
    + """username = "{user}"
password_env = "AFTERWORD_TEST_PASSWORD"
timeout = "10s"

[letters]
delay = "0"

[schedule]
every = "10s"

[state]
url = "sqlite:///{state}"
"""
)


@pytest.fixture
def lab(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServerLab]:
    monkeypatch.setenv("AFTERWORD_TEST_PASSWORD", PASSWORD)
    opened = ServerLab(dovecot)
    yield opened
    opened.close()


@pytest.fixture
def config(lab: ServerLab, tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        CONFIG.format(
            port=lab.server.tls_port,
            ca_file=lab.server.ca_file,
            user=lab.user,
            state=tmp_path / "state" / "ledger.db",
        )
    )
    return path


def changed(config: Path, old: str, new: str) -> Path:
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))
    return config


def complaint(config: Path, code: int) -> str:
    """What a scan says when it cannot be done: one message with what to do, no traceback."""
    answer: Answer = afterword("scan", "--config", str(config))
    assert answer.code == code
    assert "->" in answer.err
    assert PASSWORD not in answer.err + answer.out
    return answer.err


def test_a_scan_reports_in_json_and_drafts(lab: ServerLab, config: Path) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    answer = afterword("scan", "--config", str(config), "--json")
    (row,) = answer.rows
    assert answer.code == 0
    assert set(row) == {
        "account",
        "folder",
        "examined",
        "labels",
        "drafted",
        "waiting",
        "skipped",
        "errors",
        "seconds",
    }
    assert (row["account"], row["folder"], row["examined"], row["drafted"]) == ("personal", "INBOX", 1, 1)
    assert len(drafts(lab.mailbox)) == 1


def test_a_dry_run_shows_and_writes_nothing(lab: ServerLab, config: Path) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    answer = afterword("scan", "--config", str(config), "--dry-run", "--since", "30d")
    assert "would be drafted: company\tdana@brightforge.example\tBackend Engineer\tBrightforge" in answer.out
    assert drafts(lab.mailbox) == []
    assert not (config.parent / "state").exists()


def test_a_wrong_password(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERWORD_TEST_PASSWORD", "wrong-horse")
    told = complaint(config, 3)
    assert "refuses the login" in told
    assert "wrong-horse" not in told


def test_an_unknown_host(config: Path) -> None:
    assert "no-such-host.example is not known" in complaint(
        changed(config, '"localhost"', '"no-such-host.example"'), 3
    )


def test_a_port_where_nobody_listens(config: Path, lab: ServerLab) -> None:
    assert "cannot be reached" in complaint(changed(config, str(lab.server.tls_port), str(free_port())), 3)


def test_an_untrusted_certificate(config: Path, lab: ServerLab) -> None:
    assert "not trusted" in complaint(changed(config, f'ca_file = "{lab.server.ca_file}"\n', ""), 3)


def test_a_missing_drafts_folder(config: Path) -> None:
    told = complaint(changed(config, "timeout =", 'drafts = "Nowhere"\ntimeout ='), 2)
    assert "'Nowhere' does not exist" in told
    assert "Folders found: Archive, Drafts, INBOX" in told


def test_an_unknown_key(config: Path) -> None:
    told = complaint(changed(config, "timeout =", "timeuot ="), 2)
    assert "account.1.imap.timeuot: unknown key; did you mean timeout?" in told


def test_an_unusable_secret(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFTERWORD_TEST_PASSWORD")
    assert "AFTERWORD_TEST_PASSWORD is not set" in complaint(config, 2)


def test_a_missing_configuration(tmp_path: Path) -> None:
    told = complaint(tmp_path / "nowhere.toml", 2)
    assert "afterword init" in told


def test_check_says_line_by_line_what_holds(config: Path) -> None:
    answer = afterword("check", "--config", str(config))
    assert answer.code == 0, answer.out
    for name in (
        "config",
        "ledger",
        "model",
        "rules",
        "templates",
        "account personal, login",
        "account personal, folders",
    ):
        assert f"ok    {name}: " in answer.out


def test_check_names_the_fault_and_goes_on(config: Path) -> None:
    answer = afterword(
        "check", "--config", str(changed(config, "timeout =", 'drafts = "Nowhere"\ntimeout ='))
    )
    assert answer.code == 2
    assert "FAULT account personal, folders: " in answer.out
    assert "ok    model: " in answer.out


def test_status_before_the_first_pass_says_what_to_do(config: Path) -> None:
    answer = afterword("status", "--config", str(config))
    assert answer.code == 2
    assert "afterword scan" in answer.err


def test_status_tells_the_last_pass_and_what_waits(lab: ServerLab, config: Path) -> None:
    lab.deliver("INBOX", mail(1, days=0.1), NOW)
    afterword("scan", "--config", str(changed(config, 'delay = "0"', 'delay = "24h"')))
    (row,) = afterword("status", "--config", str(config), "--json").rows
    assert row["account"] == "personal"
    assert row["failure"] == ""
    assert row["waiting"][0]["company"] == "Brightforge"
    assert row["last_pass"] == row["last_good_pass"]
    assert row["next_run"] > row["last_pass"]
    assert "waiting" in afterword("status", "--config", str(config)).out


def test_a_failed_pass_shows_in_status(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    afterword("scan", "--config", str(config))
    monkeypatch.setenv("AFTERWORD_TEST_PASSWORD", "wrong-horse")
    afterword("scan", "--config", str(config))
    (row,) = afterword("status", "--config", str(config), "--json").rows
    assert "refuses the login" in row["failure"]
    assert row["last_good_pass"] is not None


def test_the_daemon_drafts_what_arrives_and_ends_on_sigterm_within_five_seconds(
    lab: ServerLab, config: Path
) -> None:
    command = [sys.executable, "-m", "afterword", "run", "--config", str(config)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as daemon:
        assert daemon.stderr
        while json.loads(daemon.stderr.readline())["event"] != "pass":
            pass
        lab.deliver("INBOX", mail(1), NOW)
        deadline = time.monotonic() + 15
        while not drafts(lab.mailbox) and time.monotonic() < deadline:
            time.sleep(0.1)
        began = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(10)
        log = daemon.stderr.read().decode()
    assert len(drafts(lab.mailbox)) == 1
    assert daemon.returncode == 0, log
    assert time.monotonic() - began < 5
    assert "dana" not in log.lower()
