"""Every kind of mailbox, and a ledger beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from afterword.ledger import Ledger
from tests.mailbox.labs import Lab, open_lab


@pytest.fixture(params=["memory", "maildir++", "dovecot"])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    with open_lab(request.param, request, tmp_path) as opened:
        yield opened


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield opened
    opened.close()
