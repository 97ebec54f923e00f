"""Whatever a mail holds: a verdict or a recorded error, soon, and the next mail has its turn."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword import examining
from afterword import scan as scanning
from afterword.dossier import Recollection, open_dossier, remember
from afterword.errors import AfterwordError, LedgerUnusable
from afterword.letters import compose
from afterword.parse import parse
from afterword.plan import make_plans
from afterword.records import Action, Message, Place, RawMessage, ScanReport
from afterword_rules import Circumstances
from tests.faults import fuzzing
from tests.faults.mailroom import Mailroom, craft, other, rejection
from tests.faults.table import FaultTable
from tests.parse.test_hostile import BOMBS, SOUND

NOW = datetime.now(UTC)
FUZZING = 600.0  # seconds in make soak


def whole_way(octets: bytes) -> None:
    """Everything that a pass does with a mail, without the guard that a pass has round it."""
    raw = RawMessage(Place("personal", "INBOX", 1, 1), octets, len(octets), NOW)
    made = craft()
    message = parse(raw)
    verdict = made.judge.judge(message)
    remembered = remember(message, verdict.label, made.owner)
    dossier = open_dossier(message, verdict, Recollection([remembered]), made.owner, now=NOW)
    decision = made.rules.decide(
        message, verdict, dossier, Circumstances(NOW, made.letters.application_stage)
    )
    for plan in make_plans([(dossier, decision)], (), made.letters, NOW):
        if plan.action is Action.DRAFT:
            compose(plan, made.author, NOW, made.templates, quoted=message.text)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 40), st.sampled_from(fuzzing.TOKENS) | st.binary(max_size=8)), max_size=6)
)  # fmt: skip
def test_a_damaged_rejection_goes_the_whole_way(damages: list[tuple[int, int, bytes]]) -> None:
    octets = rejection(1)
    for position, length, replacement in damages:
        octets = octets[:position] + replacement + octets[position + length :]
    whole_way(octets)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_goes_the_whole_way_within_a_second(name: str) -> None:
    octets = BOMBS[name]()[: 1 << 20]
    whole_way(rejection(1))  # what is loaded once is loaded
    took = min(fuzzing.alone(whole_way, octets) for _ in range(2))
    assert took < 1


def fuzz(seconds: float, seed: int) -> fuzzing.Campaign:
    seeds = [SOUND, rejection(1), other(1), other(2), *(make()[:3000] for make in BOMBS.values())]
    return fuzzing.run(whole_way, seeds, seconds, seed)


def test_fuzzing_finds_nothing_in_ten_seconds() -> None:
    campaign = fuzz(10, seed=3)
    assert campaign.failures == []
    assert len(campaign.kept) > 40


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_fuzzing_finds_nothing_in_ten_minutes() -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    campaign = fuzz(FUZZING, seed)
    print(
        f"seed {seed}: {campaign.tried} mails, {len(campaign.kept)} kept, {len(campaign.lines)} lines reached"
    )
    assert campaign.failures == []


@pytest.mark.parametrize("step", ["open_dossier", "compose"])
def test_a_mail_that_breaks_a_later_step_is_reported_once_and_the_next_is_answered(
    step: str, open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch, table: FaultTable
) -> None:
    room = open_room(rejections=2)
    poisoned = room.expected.pop(0)
    done = getattr(scanning, step)

    def breaks(first: Any, *arguments: Any, **named: Any) -> Any:
        known = first.fingerprint if isinstance(first, Message) else first.dossier.fingerprint
        if known == f"<m{poisoned}@brightforge.example>":
            raise IndexError("what nobody thought of")
        return done(first, *arguments, **named)

    monkeypatch.setattr(scanning, step, breaks)
    reports = [room.scan(), room.scan()]
    told = [(report.drafted, report.errors) for report in reports if isinstance(report, ScanReport)]
    assert told == [(1, 1), (0, 0)]
    assert room.unreadable() == 1
    table.add(f"a mail that breaks {step}", room.drafts_for_each())


def test_a_ledger_that_cannot_be_written_is_no_fault_of_the_mail(
    open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch, table: FaultTable
) -> None:
    room = open_room()

    def full(*_: Any) -> bool:
        raise AfterwordError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(scanning.Ledger, "add_case", full)
        assert isinstance(room.scan(), AfterwordError)
    assert room.unreadable() == 0
    table.add("ledger cannot be written", room.settle())


def test_a_disk_that_is_full_for_many_passes_is_no_fault_of_the_mail(
    open_room: Callable[..., Mailroom], monkeypatch: pytest.MonkeyPatch, table: FaultTable
) -> None:
    """What is small may still find room: that a mail is tried, but not what was found in it."""
    room = open_room()

    def full(*_: Any) -> None:
        raise LedgerUnusable("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(scanning.Ledger, "record", full)
        for _ in range(examining.WHOLE_TRIES + examining.LONE_TRIES + 2):
            assert isinstance(room.scan(), LedgerUnusable)
    with monkeypatch.context() as patch:
        patch.setattr(scanning, "note_unasked", full)
        assert isinstance(room.scan(), LedgerUnusable)
    assert room.unreadable() == 0
    table.add("disk full for many passes", room.settle())
