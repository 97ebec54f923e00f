"""Fixtures that more than one folder of tests asks for."""

from collections.abc import Iterator

import pytest

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
