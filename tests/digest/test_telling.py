"""What the owner is told, when, and that it is told once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from afterword.digest import Teller, gather
from afterword.digest.telling import due
from afterword.digest.wording import letter_to_owner
from afterword.errors import LedgerUnusable
from afterword.ledger import Ledger, NoticeState, PassRow
from afterword.ledger.notices import Notices
from afterword.vitals import Trouble
from tests.digest.conftest import Settings
from tests.digest.season import NOON, season
from tests.servers.smtp import Postbox


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")


@pytest.fixture
def security() -> str:
    return "tls"


def failed(ledger: Ledger, count: int, *, began: datetime = NOON - timedelta(hours=2)) -> None:
    for number in range(count):
        moment = began + timedelta(minutes=10 * number)
        ledger.add_pass(PassRow("personal", moment, 1.0, failure="imap.example.org cannot be reached."))


def body(postbox: Postbox, kind: str = "plain") -> str:
    part = postbox.messages[-1].get_body((kind,))
    assert part
    return str(part.get_content())


def test_a_digest_tells_what_happened(postbox: Postbox, settings: Settings, ledger: Ledger) -> None:
    season(ledger)
    assert Teller(settings(), ledger).digest(NOON)
    message = postbox.messages[0]
    assert postbox.recipients == [["sam@mail.example"]]
    assert message["Subject"] == (
        "Afterword: 1 thing needs a hand, 1 question, 2 drafts to read, 1 piece of advice, "
        "1 rejection without an addressee"
    )
    assert message["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        text = body(postbox, kind)
        assert "Backend Engineer at Brightforge" in text
        assert "to Dana Whitlock" in text
        assert "Ward Coordinator at Northlake Care" in text
        assert "Owen Pritchard at Tidewater Robotics wrote how you did" in text
        assert "no person who wrote about the application is known" in text


def test_what_was_told_is_not_told_again(postbox: Postbox, settings: Settings, ledger: Ledger) -> None:
    season(ledger)
    teller = Teller(settings(), ledger)
    assert teller.digest(NOON)
    assert not teller.digest(NOON + timedelta(hours=1))
    assert not teller.digest(NOON + timedelta(days=1))
    assert len(postbox.messages) == 1


def test_without_anything_to_tell_there_is_no_mail(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    teller = Teller(settings(), ledger)
    assert not teller.digest(NOON)
    assert postbox.messages == []


def test_what_happens_after_the_hour_waits_for_the_next_one(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    teller = Teller(settings(), ledger)
    teller.digest(NOON)
    season(ledger)
    assert not teller.digest(NOON + timedelta(hours=1))
    assert teller.digest(NOON + timedelta(days=1))


def test_what_was_decided_while_a_digest_was_written_comes_with_the_next(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    """A pass that began before the digest puts its cases on record after it."""
    season(ledger, only="held")
    teller = Teller(settings(), ledger)
    teller.digest(NOON)
    season(ledger, only="drafted", when=NOON - timedelta(minutes=1))
    teller.digest(NOON + timedelta(days=1))
    assert "Backend Engineer at Brightforge" in body(postbox)
    assert "1 question" not in str(postbox.messages[-1]["Subject"])


def test_a_crash_between_intent_and_result_sends_nothing_twice(
    postbox: Postbox, settings: Settings, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    season(ledger)

    def crash(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("afterword.ledger.notices.Notices.settle", crash)
        with pytest.raises(KeyboardInterrupt):
            Teller(settings(), ledger).digest(NOON)
    assert len(postbox.messages) == 1
    assert not Teller(settings(), ledger).digest(NOON + timedelta(hours=1))
    assert len(postbox.messages) == 1


def test_a_connection_that_breaks_while_it_is_handed_in_sends_nothing_twice(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    season(ledger)
    postbox.failure = "take and hang up"
    teller = Teller(settings(), ledger)
    assert not teller.digest(NOON)
    postbox.failure = ""
    assert not teller.digest(NOON + timedelta(hours=2))
    assert len(postbox.messages) == 1
    assert teller.digest(NOON + timedelta(days=1)), "what may have been lost is told with the next one"


def test_what_certainly_failed_is_tried_again_after_a_while(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    season(ledger)
    postbox.failure = "refuse"
    teller = Teller(settings(), ledger)
    assert not teller.digest(NOON)
    postbox.failure = ""
    assert not teller.digest(NOON + timedelta(minutes=5))
    assert teller.digest(NOON + timedelta(minutes=31))
    assert len(postbox.messages) == 1


def test_two_daemons_send_one_digest(
    postbox: Postbox, settings: Settings, ledger: Ledger, tmp_path: Path
) -> None:
    season(ledger)
    other = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    assert [Teller(settings(), each).digest(NOON) for each in (ledger, other)] == [True, False]
    assert ledger.notices.intend("digest x", "digest", (), NOON)
    assert not other.notices.intend("digest x", "digest", (), NOON)
    assert len(postbox.messages) == 1


def test_trouble_is_told_once_after_three_failed_passes(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    teller = Teller(settings(), ledger)
    failed(ledger, 2)
    assert not teller.trouble(NOON)
    failed(ledger, 1, began=NOON - timedelta(hours=1))
    assert teller.trouble(NOON)
    failed(ledger, 5, began=NOON)
    assert not teller.trouble(NOON + timedelta(hours=1))
    assert "Account personal has not been looked at since" in body(postbox)
    assert "imap.example.org cannot be reached." in body(postbox)


def test_after_a_good_pass_new_trouble_is_told_anew(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    teller = Teller(settings(), ledger)
    failed(ledger, 3)
    assert teller.trouble(NOON)
    ledger.add_pass(PassRow("personal", NOON, 1.0))
    assert not teller.trouble(NOON)
    failed(ledger, 3, began=NOON + timedelta(hours=1))
    assert teller.trouble(NOON + timedelta(hours=2))
    assert len(postbox.messages) == 2


def test_an_account_that_is_no_longer_tried_is_told_at_once(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    failed(ledger, 2)
    assert Teller(settings(), ledger).trouble(NOON, frozenset({"personal"}))


def test_one_that_is_no_longer_tried_is_told_how_it_is_tried_again(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    failed(ledger, 2)
    assert Teller(settings(), ledger).trouble(NOON, frozenset({"personal"}))
    assert "not tried again before a reload" in body(postbox)


REFUSED = Trouble(
    NOON, "The new configuration is refused, and the old one goes on", "letters.delay: write a number"
)
FULL = Trouble(NOON, "Nothing can be put on record", "The ledger cannot be used: database or disk is full.")


def test_a_configuration_that_was_refused_is_told_once(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    teller = Teller(settings(), ledger)
    assert teller.trouble(NOON, refused=REFUSED)
    assert "letters.delay: write a number" in body(postbox)
    assert not teller.trouble(NOON + timedelta(hours=1), refused=REFUSED)
    assert not teller.digest(NOON + timedelta(days=1), refused=REFUSED)
    assert len(postbox.messages) == 1
    assert teller.trouble(NOON + timedelta(days=1), refused=replace(REFUSED, since=NOON + timedelta(days=1)))


def test_a_ledger_that_cannot_be_written_is_told_once_without_it(
    postbox: Postbox, settings: Settings, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise LedgerUnusable("The ledger cannot be used: database or disk is full.")

    for name in ("find", "told", "intend", "settle"):
        monkeypatch.setattr(Notices, name, full)
    teller = Teller(settings(), ledger)
    assert teller.unrecorded(NOON, FULL)
    assert "disk is full" in body(postbox)
    assert not teller.unrecorded(NOON + timedelta(hours=1), FULL)
    assert not teller.unrecorded(NOON + timedelta(hours=1), None)
    assert len(postbox.messages) == 1
    assert teller.unrecorded(NOON + timedelta(days=1), replace(FULL, since=NOON + timedelta(days=1)))


def test_what_could_not_be_told_of_the_ledger_is_tried_again_and_what_may_have_been_is_not(
    postbox: Postbox, settings: Settings, ledger: Ledger
) -> None:
    teller = Teller(settings(), ledger)
    postbox.failure = "refuse"
    assert not teller.unrecorded(NOON, FULL)
    postbox.failure = "take and hang up"
    assert not teller.unrecorded(NOON + timedelta(minutes=5), FULL)
    assert postbox.messages == []
    assert not teller.unrecorded(NOON + timedelta(minutes=31), FULL)
    postbox.failure = ""
    assert not teller.unrecorded(NOON + timedelta(hours=2), FULL)
    assert len(postbox.messages) == 1


def test_without_a_digest_nothing_is_sent(postbox: Postbox, settings: Settings, ledger: Ledger) -> None:
    season(ledger)
    failed(ledger, 3)
    silent = settings().model_copy(update={"digest": None})
    assert not Teller(silent, ledger).digest(NOON)
    assert not Teller(silent, ledger).trouble(NOON)
    assert not Teller(silent, ledger).unrecorded(NOON, FULL)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_daily_digest_is_due_at_its_hour(settings: Settings) -> None:
    digest = settings(at="08:30").digest
    assert digest
    assert due(digest, local("2026-11-24T08:30")) == local("2026-11-24T08:30")
    assert due(digest, local("2026-11-24T08:29")) == local("2026-11-23T08:30")


def test_a_weekly_digest_is_due_on_its_day(settings: Settings) -> None:
    digest = settings(every="week", weekday="fri").digest
    assert digest
    assert due(digest, local("2026-11-24T12:00")) == local("2026-11-20T08:00")
    assert due(digest, local("2026-11-27T08:00")) == local("2026-11-27T08:00")
    assert due(digest, local("2026-11-27T07:59")) == local("2026-11-20T08:00")


def test_what_strangers_write_stays_text(settings: Settings, ledger: Ledger) -> None:
    season(ledger, company="<script>alert(1)</script>\r\nBcc: dana@brightforge.example")
    config = settings()
    message = letter_to_owner(gather(ledger, config, NOON - timedelta(days=9)), config, "<a@b.example>")
    html = message.get_body(("html",))
    assert html and "<script>" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()
    assert message["Bcc"] is None
    assert "Bcc:" not in message.as_string().split("\n\n")[0]


def test_the_ledger_keeps_what_became_of_it(postbox: Postbox, settings: Settings, ledger: Ledger) -> None:
    season(ledger)
    Teller(settings(), ledger).digest(NOON)
    notice = ledger.notices.last("digest", NoticeState.SENT)
    assert notice and len(notice.items) == 6
    assert not [item for item in notice.items if "example" in item], "what it was about may be forgotten"
