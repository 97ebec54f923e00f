"""The report in a real browser: no fault, no overflow, no word to any host; with 0, 1 and 5,000 applications."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from afterword.ledger import Cursor, Examined, Ledger
from afterword.records import Address, Label, Lesson, Stage, Theme
from afterword.report import page, season_of
from tests.builders import correspondence, place, verdict
from tests.lessons.browser import Sight, look_at, printed

MADE = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOSTILE = "<script>document.title = 'owned'</script><img src=https://evil.example/x.png> & \"Söhne\" Verwaltungsgesellschaft"


def mails(count: int) -> list[Examined]:
    """An acknowledgement for each application, and for most of them an answer."""
    draw = random.Random(7)
    found: list[Examined] = []
    for number in range(count):
        name = f"Company{number:05}x"
        company = f"{name} {HOSTILE}" if number % 50 == 0 else name
        sender = Address("Dana Whitlock", f"dana@{name.lower()}.example")
        began = MADE - timedelta(days=draw.uniform(30, 120))
        answers = draw.choices(
            [[], [Label.REJECTION], [Label.INTERVIEW, Label.REJECTION], [Label.INTERVIEW, Label.OFFER]],
            [3, 4, 2, 1],
        )[0]
        for step, label in enumerate([Label.ACKNOWLEDGEMENT, *answers]):
            uid = len(found) + 1
            mail = correspondence(
                place=place(uid), fingerprint=f"<m{uid}@x>", message_id=f"<m{uid}@x>", sender=sender, label=label,
                date=began + timedelta(days=step * draw.uniform(1, 14)), company=company, role="Backend Engineer",
            )  # fmt: skip
            found.append(Examined(mail, verdict(label)))
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    known: dict[int, Path] = {}

    def make(count: int) -> Path:
        """The page of a ledger with so many applications."""
        if count not in known:
            folder = tmp_path_factory.mktemp(f"report-{count}")
            ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}")
            found = mails(count)
            ledger.record(found, Cursor("personal", "INBOX", 7, len(found)), MADE)
            for number in range(min(count, 30)):
                ledger.aftermath.add_lesson(
                    Lesson(
                        f"<a{number}@x>", "personal", MADE, HOSTILE, "Engineer", "Dana", Stage.INTERVIEW, "reply", f"<a{number}@x>", "text",
                        (Theme("skill", HOSTILE), Theme("communication", "word" * 200)), "<r@x>",
                    )
                )  # fmt: skip
            season = season_of(ledger)
            ledger.close()
            assert season.applications == count
            known[count] = folder / "report.html"
            known[count].write_text(page(season, MADE), encoding="utf-8")
        return known[count]

    return make


def assert_quiet(sight: Sight) -> None:
    """Nothing was complained of and nobody was asked."""
    assert sight.complaints == []
    assert sight.resources == []
    assert sight.asked == set()


@pytest.mark.parametrize("count", [0, 1, 5000])
@pytest.mark.parametrize("width", [360, 1000])
def test_the_page_fits_a_phone_and_a_desk_and_asks_nobody(
    made: Callable[[int], Path], count: int, width: int
) -> None:
    sight = look_at(made(count), width=width)
    assert_quiet(sight)
    assert sight.overflow <= 0
    assert (sight.drawn >= sight.charts) and (sight.charts >= 1) is (count > 0)
    assert str(count) in sight.text


def test_it_follows_the_readers_dark(made: Callable[[int], Path]) -> None:
    light, dark = look_at(made(1)), look_at(made(1), dark=True)
    assert_quiet(dark)
    assert (light.ink, dark.ink) == ("rgb(34, 39, 46)", "rgb(230, 233, 237)")


def test_a_mail_cannot_write_on_the_page(made: Callable[[int], Path]) -> None:
    sight = look_at(made(1))
    assert "<script>document.title = 'owned'</script>" in sight.text
    assert_quiet(sight)


def test_it_can_be_printed(made: Callable[[int], Path]) -> None:
    octets = printed(made(1))
    assert octets.startswith(b"%PDF")
    assert octets.count(b"/Type /Page\n") + octets.count(b"/Type /Page ") + octets.count(b"/Type/Page/") >= 1


def test_a_page_that_asked_somebody_would_be_caught(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<!doctype html><body><div style="width: 2000px">wide</div><img src="http://tracker.example/x.png"><script>undefined_thing()</script>'
    )
    sight = look_at(bad, width=360)
    assert sight.overflow > 0
    assert sight.resources == ["http://tracker.example/x.png"]
    assert "tracker.example" in sight.asked
    assert any("undefined_thing" in each for each in sight.complaints)
