"""When the watchdog is fed: signs of life, and what counts as none."""

import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from afterword.config import Schedule
from afterword.errors import (
    AfterwordError,
    ConfigError,
    LedgerUnusable,
    LoginRefused,
    MailboxError,
    MissingFolder,
    SecretError,
    Unreachable,
)
from afterword.notify import notify
from afterword.vitals import GRACE, Vitals, gap


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vitals(clock: Clock) -> Vitals:
    return Vitals(Schedule(every=timedelta(minutes=10)), ("home", "work"), clock)


def test_at_the_start_everything_is_well(vitals: Vitals, clock: Clock) -> None:
    assert vitals.stuck() == ()
    clock.now += GRACE + 1
    assert vitals.stuck() == ("home", "work")


def test_a_good_pass_keeps_an_account_well_until_the_next_is_long_overdue(
    vitals: Vitals, clock: Clock
) -> None:
    vitals.passed("home")
    vitals.passed("work")
    clock.now += 600 + GRACE - 1
    assert vitals.stuck() == ()
    vitals.passed("work")
    clock.now += 2
    assert vitals.stuck() == ("home",)


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("away"),
        LoginRefused("no"),
        SecretError("withdrawn"),
        MissingFolder("no drafts folder"),
        LedgerUnusable("disk full"),
    ],
)
def test_what_a_restart_cannot_mend_is_no_reason_to_restart(
    vitals: Vitals, clock: Clock, error: AfterwordError
) -> None:
    clock.now += GRACE - 1
    vitals.failed("home", error)
    clock.now += 2
    assert vitals.stuck() == ("work",)


@pytest.mark.parametrize("error", [MailboxError("odd"), AfterwordError("unexpected TypeError")])
def test_failures_of_our_own_are(vitals: Vitals, clock: Clock, error: AfterwordError) -> None:
    vitals.passed("work")
    clock.now += GRACE + 1
    vitals.failed("home", error)
    assert vitals.stuck() == ("home",)


def test_a_long_pass_is_well_as_long_as_it_goes_on(vitals: Vitals, clock: Clock) -> None:
    for _ in range(10):
        clock.now += GRACE - 1
        vitals.progressed("home")
        vitals.progressed("work")
        assert vitals.stuck() == ()


def test_an_account_that_rests_is_told_by_mail_and_not_by_a_restart(vitals: Vitals, clock: Clock) -> None:
    vitals.rests("home")
    clock.now += 10 * GRACE
    assert vitals.stuck() == ("work",)
    assert vitals.resting == {"home"}


def test_that_nothing_goes_on_record_is_one_occasion_until_something_does(vitals: Vitals) -> None:
    first, second = datetime(2026, 11, 24, 13, tzinfo=UTC), datetime(2026, 11, 24, 14, tzinfo=UTC)
    vitals.unrecorded(first, LedgerUnusable("The disk is full."))
    assert vitals.unrecorded_for(2) is None
    vitals.unrecorded(second, LedgerUnusable("The disk is full."))
    trouble = vitals.unrecorded_for(2)
    assert trouble and trouble.since == first
    vitals.recorded()
    assert vitals.unrecorded_for(1) is None


def test_a_configuration_that_is_refused_again_and_again_is_one_occasion(vitals: Vitals) -> None:
    first, second = datetime(2026, 11, 24, 13, tzinfo=UTC), datetime(2026, 11, 24, 14, tzinfo=UTC)
    vitals.refuses(first, ConfigError("config.toml does not hold:", ["letters.delay: write a number"]))
    vitals.refuses(second, ConfigError("config.toml does not hold:", ["letters.delay: write a number"]))
    assert vitals.refused and vitals.refused.since == first
    assert "letters.delay" in vitals.refused.why


def test_a_cron_schedule_has_gaps_of_its_own() -> None:
    evening = datetime(2026, 11, 24, 20, 30).astimezone()
    assert gap(Schedule(cron="0 8-20 * * *"), evening) == 11.5 * 3600


def test_a_manager_that_does_not_listen_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "deaf"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf, pytest.MonkeyPatch.context() as patched:
        deaf.bind(str(tmp_path / "deaf"))
        patched.setattr("afterword.notify.PATIENCE", 0.01)
        began = time.monotonic()
        for _ in range(100):  # far more than a socket queues
            notify("WATCHDOG=1")
        assert time.monotonic() - began < 5
    notify("WATCHDOG=1")  # and one that is gone is no error
