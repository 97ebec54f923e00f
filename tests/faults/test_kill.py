"""kill -9 of a real scan process, at every step boundary and at any instant: one draft for each rejection all the same."""

import os
import random
from collections.abc import Callable

import pytest

from tests.faults.mailroom import Mailroom
from tests.faults.processes import Nursery
from tests.faults.table import FaultTable

INSTANTS = 30  # kills at random instants
DEEP_INSTANTS = 300


def test_killed_at_every_step_boundary(
    open_room: Callable[..., Mailroom], nursery: Nursery, table: FaultTable
) -> None:
    room = open_room()
    config = room.write_config()
    whole = nursery.run(config)
    assert whole.code == 0
    assert {"before append_draft", "after append_draft", "before move_case", "after move_case"} <= set(
        whole.boundaries
    )
    room.drafts_for_each()
    for number, name in enumerate(whole.boundaries):
        room = open_room()
        config = room.write_config()
        end = nursery.run(config, boundary=number)
        assert end.killed, name
        assert end.boundaries == whole.boundaries[: number + 1]
        assert nursery.run(config).code == 0, name
        table.add(f"kill -9 {name}", room.drafts_for_each())
        room.close()


def kill_at_random(open_room: Callable[..., Mailroom], nursery: Nursery, instants: int, seed: int) -> int:
    """Kill scans at `instants` random instants, three in a row on each mailbox; how many were still running when it came."""
    chance = random.Random(seed)
    warm = open_room()
    longest = nursery.run(warm.write_config()).seconds
    caught = 0
    for _ in range(instants // 3):
        room = open_room()
        config = room.write_config()
        before = room.lab.flags("INBOX")
        for _ in range(3):
            caught += nursery.run(config, after=chance.uniform(0, longest)).killed
            room.deliver_rejection()
        before = room.lab.flags("INBOX")
        assert nursery.run(config).code == 0
        room.drafts_for_each()
        assert room.lab.flags("INBOX") == before
        room.close()
    return caught


def test_killed_at_random_instants(
    open_room: Callable[..., Mailroom], nursery: Nursery, table: FaultTable
) -> None:
    caught = kill_at_random(open_room, nursery, INSTANTS, seed=int(os.environ.get("SEED", "5")))
    assert caught > INSTANTS / 2
    table.add("kill -9 at a random instant", 1, caught)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_at_three_hundred_random_instants(
    open_room: Callable[..., Mailroom], nursery: Nursery, table: FaultTable
) -> None:
    caught = kill_at_random(open_room, nursery, DEEP_INSTANTS, seed=random.SystemRandom().randrange(1 << 30))
    assert caught > DEEP_INSTANTS / 2
    table.add("kill -9 at a random instant", 1, caught)
