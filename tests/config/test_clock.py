"""Spans of the clock: what they cover and when they are over, on the owner's own clock."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from afterword.clock import parse_clock_span


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("span", "moment", "covered"),
    [
        ("21:00-08:00", "2026-03-09T21:00+01:00", True),
        ("21:00-08:00", "2026-03-10T07:59+01:00", True),
        ("21:00-08:00", "2026-03-10T08:00+01:00", False),
        ("21:00-08:00", "2026-03-10T20:59+01:00", False),
        ("12:00-13:00", "2026-03-10T12:30+01:00", True),
        ("12:00-13:00", "2026-03-10T13:00+01:00", False),
    ],
)
def test_a_span_covers_its_start_and_not_its_end(span: str, moment: str, covered: bool) -> None:
    assert parse_clock_span(span).covers(at(moment)) is covered


@pytest.mark.parametrize(
    ("moment", "over"),
    [
        ("2026-03-09T23:10+01:00", "2026-03-10T08:00+01:00"),
        ("2026-03-10T03:10+01:00", "2026-03-10T08:00+01:00"),
        ("2026-03-10T12:00+01:00", "2026-03-10T12:00+01:00"),
        ("2026-03-28T23:00+01:00", "2026-03-29T08:00+02:00"),  # the clock is put forward in that night
        ("2026-10-24T23:00+02:00", "2026-10-25T08:00+01:00"),  # and back in that one
    ],
)
def test_it_is_over_when_the_clock_shows_its_end(moment: str, over: str) -> None:
    assert parse_clock_span("21:00-08:00").over(at(moment)) == at(over)


def test_what_is_over_is_covered_no_more() -> None:
    span = parse_clock_span("22:30-06:15")
    for hour in range(48):
        moment = at("2026-03-09T00:00+01:00") + timedelta(hours=hour)
        assert not span.covers(span.over(moment))


@pytest.mark.parametrize("value", ["21-8", "25:00-08:00", "21:00", "08:00-08:00", 8, ""])
def test_anything_else_is_no_span(value: object) -> None:
    with pytest.raises(ValueError, match=r'write "08:00-18:00"'):
        parse_clock_span(value)
