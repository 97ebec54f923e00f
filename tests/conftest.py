"""Fixtures that more than one folder of tests asks for."""

from collections.abc import Iterator

import pytest

from tests.faults.table import TABLE
from tests.mailbox.labs import DovecotLab
from tests.servers.dovecot import Dovecot


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real Dovecot; it fails, and never skips, when the server is not installed."""
    server = Dovecot.start()
    yield server
    server.stop()


@pytest.fixture
def dovecot_lab(dovecot: Dovecot) -> Iterator[DovecotLab]:
    """A user of one test's own on that Dovecot."""
    lab = DovecotLab(dovecot)
    yield lab
    lab.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the faults that were tried and the drafts found."""
    table = config.stash.get(TABLE, None)
    if table:
        terminalreporter.section("faults tried and drafts found")
        for line in table.lines():
            terminalreporter.write_line(line)
