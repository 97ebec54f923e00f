"""From an installed package to the first draft, with the commands of the README and nothing else: no checkout, a home with nothing in it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.mailbox.labs import ServerLab
from tests.scan.passes import NOW, drafts, mail
from tests.servers.base import PASSWORD

README = Path(__file__).parents[2] / "README.md"
FIVE_MINUTES = 300.0


class Newcomer:
    """Somebody who has installed Afterword and types what the README says."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.program = Path(sys.executable).with_name("afterword")
        self.environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def types(self, *words: str, typed: str = "") -> str:
        """A command that has to succeed; all that it says."""
        done = subprocess.run(
            [self.program, *words],
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.home,
            env=self.environment,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def sets_up(self, lab: ServerLab) -> str:
        """`init` with a flag for each question; what it says."""
        server = lab.server
        return self.types(
            "init", "--yes", "--name", "Sam Rivera", "--address", "sam@mail.example", "--host", "localhost",
            "--port", str(server.tls_port), "--ca-file", str(server.ca_file), "--username", lab.user,
            "--password-stdin",
            typed=f"{PASSWORD}\n",
        )  # fmt: skip

    def starts(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.program, *words], stderr=subprocess.PIPE, text=True, cwd=self.home, env=self.environment
        )


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)


def test_what_a_newcomer_types_stands_in_the_readme() -> None:
    named = re.findall(r"(?m)^afterword (\w+)", README.read_text())
    assert {"init", "check", "scan", "run", "status"} <= set(named)


def test_the_first_draft_is_there_within_five_minutes(newcomer: Newcomer, dovecot_lab: ServerLab) -> None:
    began = time.monotonic()
    dovecot_lab.deliver("INBOX", mail(1, days=2), NOW)
    told = newcomer.sets_up(dovecot_lab)
    assert "Hi Dana," in told
    assert "Next: afterword check, then afterword scan; afterword run watches from then on." in told
    assert "FAULT" not in newcomer.types("check")
    assert "would be drafted: company" in newcomer.types("scan", "--dry-run")
    assert drafts(dovecot_lab.mailbox) == []
    daemon = newcomer.starts("run")
    try:
        while not (found := drafts(dovecot_lab.mailbox)):
            assert daemon.poll() is None
            assert time.monotonic() - began < FIVE_MINUTES
            time.sleep(0.2)
    finally:
        daemon.send_signal(signal.SIGTERM)
        _, log = daemon.communicate(timeout=20)
    assert (daemon.returncode, len(found)) == (0, 1), log
    assert found[0]["To"] == "Dana Whitlock <dana@brightforge.example>"
    assert "drafts written  1" in newcomer.types("status")


def test_everything_it_keeps_is_where_the_page_on_removing_says(
    newcomer: Newcomer, dovecot_lab: ServerLab
) -> None:
    newcomer.sets_up(dovecot_lab)
    newcomer.types("scan")
    kept = {
        str(path.relative_to(newcomer.home).parent) for path in newcomer.home.rglob("*") if path.is_file()
    }
    assert kept == {".config/afterword", ".local/state/afterword"}
    page = (README.parent / "docs" / "install.md").read_text()
    assert "rm -r ~/.config/afterword ~/.local/state/afterword" in page
