"""A season of mail over a line that fails on average every fifty commands: one draft for each rejection, every flag as it was, nothing pending."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from afterword.records import ScanReport
from tests.faults.mailroom import Mailroom
from tests.faults.table import FaultTable
from tests.servers.rogue import Fault, Wire

ARRIVALS = 150
DEEP_ARRIVALS = 10_000
EVERY = 50  # commands between two faults, on average
BURST = 40  # mails that arrive between two passes, at most
CLEAN_PASSES = 8  # within so many passes without a fault everything has come to rest


@dataclass
class NowAndThen:
    """Any fault at any command, by chance."""

    chance: random.Random
    done: Counter[Fault] = field(default_factory=Counter)
    commands: int = 0

    def __call__(self, command: str) -> Fault | None:
        self.commands += 1
        if self.chance.random() >= 1 / EVERY:
            return None
        fault = self.chance.choice(list(Fault))
        self.done[fault] += 1
        return fault


def soak(room: Mailroom, arrivals: int, chance: random.Random) -> NowAndThen:
    """Let mail arrive in bursts, with a pass over the faulty line after each; then passes without faults until all is at rest."""
    faults = NowAndThen(chance)
    came = 0
    with Wire(room.lab.server.plain_port, choose=faults) as wire:
        while came < arrivals:
            burst = min(chance.randint(1, BURST), arrivals - came)
            for _ in range(burst):
                if chance.random() < 0.3:
                    room.deliver_rejection()
                else:
                    room.deliver_other()
            came += burst
            room.scan(wire.port, timeout="1s")
    for _ in range(CLEAN_PASSES):
        report = room.scan()
        if isinstance(report, ScanReport) and not (report.examined or report.outcomes):
            return faults
    raise AssertionError(f"not at rest after {CLEAN_PASSES} passes: {report}")


def check(room: Mailroom, faults: NowAndThen, table: FaultTable) -> None:
    drafts = room.drafts_for_each()
    assert room.lab.flags("INBOX") == room.flags_before
    assert room.unreadable() == 0
    for fault, times in sorted(faults.done.items()):
        table.add(f"in a season of mail: {fault}", drafts, times)


def test_a_few_weeks_of_mail(open_room: Callable[..., Mailroom], table: FaultTable) -> None:
    room = open_room(rejections=0, others=0)
    faults = soak(room, ARRIVALS, random.Random(11))
    assert sum(faults.done.values()) >= 3
    check(room, faults, table)


@pytest.mark.soak
@pytest.mark.timeout(3 * 3600)
def test_ten_thousand_arrivals(open_room: Callable[..., Mailroom], table: FaultTable) -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    room = open_room(rejections=0, others=0)
    faults = soak(room, DEEP_ARRIVALS, random.Random(seed))
    print(f"{faults.commands} commands, {sum(faults.done.values())} faults, {len(room.expected)} rejections")
    check(room, faults, table)
