"""Every fault of the line at every command of a pass: afterwards each rejection has one draft, and no flag has changed."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from afterword.errors import AfterwordError
from afterword.records import ScanReport
from tests.faults.mailroom import Mailroom
from tests.faults.table import FaultTable
from tests.servers.rogue import Fault, Wire

# Every step of a pass that has something to do, by the first words of its command.
STEPS = (
    "LOGIN",
    "ID",
    "LIST",
    "STATUS",
    "EXAMINE",
    "UID SEARCH",
    "UID FETCH",
    "UID SEARCH HEADER",
    "APPEND",
    "LOGOUT",
)
HARMLESS = {Fault.SPLIT, Fault.DELAY, Fault.UNASKED}


@dataclass
class Once:
    """Names the fault for the first command that begins with `step`, and none afterwards."""

    fault: Fault
    step: str
    skip: int = 0
    met: bool = False

    def __call__(self, command: str) -> Fault | None:
        if self.met or not command.upper().startswith(self.step):
            return None
        if self.skip:
            self.skip -= 1
            return None
        self.met = True
        return self.fault


@pytest.mark.parametrize(
    "fault", [each for each in Fault if each is not Fault.LOGIN], ids=lambda each: each.name.lower()
)
def test_a_fault_at_any_step_leaves_one_draft_for_each_rejection(
    fault: Fault, open_room: Callable[..., Mailroom], table: FaultTable
) -> None:
    room = open_room()
    for step in STEPS:
        before = room.lab.flags("INBOX")
        once = Once(fault, step)
        with Wire(room.lab.server.plain_port, choose=once) as wire:
            outcome = room.scan(wire.port, timeout="1s")
        assert once.met, step
        assert isinstance(outcome, (ScanReport, AfterwordError))
        if fault in HARMLESS:
            assert isinstance(outcome, ScanReport), (step, outcome)
            assert outcome.errors == 0, step
        table.add(fault, room.settle())
        assert room.lab.flags("INBOX") == before, step
        room.deliver_rejection()
