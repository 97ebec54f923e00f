"""Fixtures of the fault tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.mailroom import Mailroom
from tests.faults.processes import Nursery
from tests.faults.table import FaultTable
from tests.servers.dovecot import Dovecot


@pytest.fixture
def table(request: pytest.FixtureRequest) -> FaultTable:
    """What the run's last lines are made from."""
    return FaultTable(request.node.user_properties)


@pytest.fixture
def open_room(dovecot: Dovecot, tmp_path: Path) -> Iterator[Callable[..., Mailroom]]:
    """Opens mailrooms, each with a mailbox of its own."""
    opened: list[Mailroom] = []

    def open_one(rejections: int = 2, others: int = 1) -> Mailroom:
        home = tmp_path / f"room{len(opened)}"
        home.mkdir()
        opened.append(Mailroom(dovecot, home, rejections, others))
        return opened[-1]

    yield open_one
    for room in opened:
        room.close()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Where real scan processes come from."""
    with Nursery() as opened:
        yield opened


@pytest.fixture(scope="module")
def second_nursery() -> Iterator[Nursery]:
    """Where processes come from that run at the same time."""
    with Nursery() as opened:
        yield opened
