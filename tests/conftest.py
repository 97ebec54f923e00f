"""Fixtures that more than one folder of tests asks for: real servers, each started once, when a test first asks for it.

They fail, and never skip, when a server is not installed.
"""

from collections.abc import Iterator

import pytest

from tests.faults.table import lines
from tests.mailbox.labs import ServerLab
from tests.servers.courier import Courier
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real Dovecot."""
    server = Dovecot()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def cyrus() -> Iterator[Cyrus]:
    """A real Cyrus."""
    server = Cyrus()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def courier() -> Iterator[Courier]:
    """A real Courier."""
    server = Courier()
    yield server
    server.stop()


@pytest.fixture
def dovecot_lab(dovecot: Dovecot) -> Iterator[ServerLab]:
    """A user of one test's own on that Dovecot."""
    lab = ServerLab(dovecot)
    yield lab
    lab.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the faults that were tried and the drafts found."""
    told = lines(
        report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)
    )
    if told:
        terminalreporter.section("faults tried and drafts found")
        for line in told:
            terminalreporter.write_line(line)
