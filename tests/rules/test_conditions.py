"""Each condition: which mails it holds for, what it says when it does not, and what it does not take as a value."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from afterword.parse import from_fields
from afterword.records import Address, Contact, Label, Message, Party, Reason, Skip, Stage, Verdict
from afterword_rules.conditions import CONDITIONS, Circumstances, Facts, condition
from tests.builders import dossier, place, verdict

MONDAY = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`day` and `time` are read off the machine's clock, so that a test sets its time zone."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def mail(**changes: Any) -> Message:
    base = from_fields(
        "Your application", "Dana Whitlock <dana@mail.brightforge.example>", "We said no.\nSorry."
    )
    return replace(base, **({"date": MONDAY - timedelta(days=10), "place": place()} | changes))


def facts(
    message: Message | None = None,
    judged: Verdict | None = None,
    now: datetime = MONDAY,
    asking: Any = "ask",
    **known: Any,
) -> Facts:
    return Facts(message or mail(), judged or verdict(), dossier(**known), Circumstances(now, asking))


ROBOT = dossier(contact=None, obstacles=((Skip.ROBOT, "no-reply"),))
CASES: list[tuple[str, Any, Any, Facts]] = [
    # key, a value that holds, one that does not, the facts
    ("label", "rejection", "offer", facts()),
    ("score", ">=0.9", ">0.97", facts()),
    ("score", "<=0.97", "<0.97", facts()),
    ("score", "0.97..1", "0..0.9", facts()),
    ("party", "recruiter", "company", facts(party=Party.RECRUITER)),
    ("stage", ["interview", "final"], "application", facts(stage=Stage.FINAL)),
    ("reasons", ["compensation", "role_closed"], "compensation", facts(reasons=(Reason.ROLE_CLOSED, Reason.OTHER_CANDIDATE))),
    ("contact", "none", "known", facts(contact=None)),
    ("contact", "robot", "person", Facts(mail(), verdict(), ROBOT, Circumstances(MONDAY, "ask"))),
    ("contact", "none", "robot", facts(contact=None)),
    ("contact", ["person", "robot"], "mailbox", facts()),
    ("contact", "known", "none", facts()),
    ("contact", "mailbox", "person", facts(contact=Contact("", "jobs@brightforge.example", "reply_to"))),
    ("contact", "earlier_mail", "from", facts(contact=Contact("Dana", "dana@brightforge.example", "earlier_mail"))),
    ("from", "*@MAIL.brightforge.example", "*@brightforge.example", facts()),
    ("from", "*", "?*", facts(mail(sender=None))),
    ("from_matches", "^dana@", "^ana@", facts()),
    ("domain", "brightforge.example", "forge.example", facts()),
    ("domain", "*.example", "brightforge", facts()),
    ("domain", "initech.example", "globex.example", facts(mail(reply_to=(Address("", "jobs@initech.example"),)))),
    ("domain", "initech.example", "globex.example", facts(contact=Contact("Dana", "dana@jobs.initech.example", "signature"))),
    ("subject", "your*", "application", facts()),
    ("subject", "Your ?pplication", "your", facts()),
    ("subject_matches", "appl", "^appl", facts()),
    ("body", "*no*sorry*", "no", facts()),
    ("body_matches", "(?i)SORRY", "SORRY", facts()),
    ("role", "backend *", "frontend *", facts()),
    ("role_matches", "Engineer$", "engineer$", facts()),
    ("company", "bright*", "initech", facts()),
    ("company_matches", "^Bright", "^bright", facts()),
    ("list", True, False, facts(mail(headers=(("list-id", "<jobs.x.example>"),)))),
    ("list", True, False, facts(mail(headers=(("precedence", "List"),)))),
    ("list", False, True, facts(mail(headers=(("list-unsubscribe", "<mailto:x@x.example>"), ("precedence", "bulk"))))),
    ("language", ["de", "en"], "de", facts()),
    ("age", ">9d", ">10d", facts()),
    ("age", "<2w", "<24h", facts()),
    ("age", "10d..2w", "0..9d", facts()),
    ("account", "personal", "work", facts()),
    ("folder", "in*", "Archive", facts()),
    ("day", "mon", "tue", facts()),
    ("day", "mon-fri", "tue-sun", facts()),
    ("day", "fri-mon", ["tue", "sat-sun"], facts()),
    ("time", "10:30-11:00", "10:00-10:30", facts()),
    ("time", "22:00-11:00", "22:00-06:00", facts()),
    ("time", ["08:00-09:00", "10:00-12:00"], "18:00-20:00", facts()),
    ("feedback_given", True, False, facts(feedback_given=True)),
    ("no_feedback_policy", False, True, facts()),
    ("asked", True, False, facts(answers_request=True)),
    ("application_stage", "off", ["ask", "thanks"], facts(asking="off")),
]  # fmt: skip


@pytest.mark.parametrize(("key", "holding", "failing", "given"), CASES)
def test_a_condition_holds_for_some_mails_and_not_for_others(
    key: str, holding: Any, failing: Any, given: Facts
) -> None:
    assert condition(key, holding).holds(given)
    assert not condition(key, failing).holds(given)


@pytest.mark.parametrize(
    ("key", "holding", "failing", "given"), [case for case in CASES if not isinstance(case[1], bool)]
)
def test_not_turns_a_condition_round(key: str, holding: Any, failing: Any, given: Facts) -> None:
    assert not condition(f"not_{key}", holding).holds(given)
    assert condition(f"not_{key}", failing).holds(given)


def test_every_condition_is_specified_here() -> None:
    assert {case[0] for case in CASES} == set(CONDITIONS)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("label", "offer", 'label is rejection, wanted label = "offer"'),
        ("score", ">0.99", 'score is 0.97, wanted score = ">0.99"'),
        ("stage", ["application", "final"], 'stage is interview, wanted stage = ["application", "final"]'),
        ("not_stage", "interview", 'stage is interview, wanted not_stage = "interview"'),
        ("contact", "robot", 'contact is known, person, from, wanted contact = "robot"'),
        ("subject", "Offer*", 'subject is "Your application", wanted subject = "Offer*"'),
        ("list", True, "list is false, wanted list = true"),
        ("day", "sat-sun", 'day is Mon, wanted day = "sat-sun"'),
        ("time", "08:00-09:00", 'time is 10:30, wanted time = "08:00-09:00"'),
        ("age", ">30d", 'age is 10 days, 0:00:00, wanted age = ">30d"'),
    ],
)  # fmt: skip
def test_a_condition_that_fails_says_what_is_and_what_was_wanted(key: str, value: Any, told: str) -> None:
    assert condition(key, value).failure(facts()) == told


@pytest.mark.parametrize("key", ["body", "body_matches"])
def test_the_text_of_a_mail_never_gets_into_a_trace(key: str) -> None:
    failure = condition(key, "yes").failure(facts(mail(text="A secret about somebody.")))
    assert "secret" not in failure
    assert key in failure


def test_a_long_subject_is_cut_in_a_trace() -> None:
    assert len(condition("subject", "x").failure(facts(mail(subject="s" * 5000)))) < 200


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("label", "rejektion", "did you mean rejection?"),
        ("label", 1, "is none of its values"),
        ("score", "0.8", 'write ">=0.8"'),
        ("score", 0.8, 'write ">=0.8"'),
        ("score", ">80", 'write ">=0.8"'),
        ("score", "0.9..0.1", 'write ">=0.8"'),
        ("score", ">=nan", 'write ">=0.8"'),
        ("age", ">soon", 'write ">30d"'),
        ("age", "30d", 'write ">30d"'),
        ("party", [], "the list is empty"),
        ("party", ["company", "agency"], "known: company, recruiter"),
        ("from", "", "is no text"),
        ("from", 7, "is no text"),
        ("subject_matches", "(", "not a pattern of RE2: missing )"),
        ("subject_matches", "(?=x)", "not a pattern of RE2: invalid perl operator"),
        ("body_matches", "(x{999}){999}", "not a pattern of RE2"),
        ("list", "yes", "write true or false"),
        ("not_list", True, "write list = false instead"),
        ("not_feedback_given", False, "write feedback_given = true instead"),
        ("language", "English", "is no language code"),
        ("day", "monday", 'write "sat"'),
        ("day", "mon-friday", 'write "sat"'),
        ("time", "8-18", 'write "08:00-18:00"'),
        ("time", "25:00-26:00", 'write "08:00-18:00"'),
    ],
)  # fmt: skip
def test_a_value_that_a_condition_does_not_take_is_told_with_what_to_write(
    key: str, value: Any, told: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        condition(key, value)


def test_a_condition_that_there_is_not_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        condition("lable", "rejection")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("key", "value"), [("body_matches", "(a+)+$"), ("body_matches", "(a|aa)*b"), ("body", "*a" * 30 + "b")]
)
def test_no_pattern_hangs_on_any_mail(key: str, value: str) -> None:
    assert not condition(key, value).holds(facts(mail(text="a" * 200_000 + "c")))


@pytest.mark.parametrize("odd", ["\ud800", "\x00", "\u202e", "日本語"])
def test_no_text_makes_a_pattern_raise(odd: str) -> None:
    assert condition("body", "*x").holds(facts(mail(text=odd + "x")))
    assert not condition("subject_matches", "y").holds(facts(mail(subject=odd)))


def test_day_and_time_are_those_on_the_owners_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    late = facts(now=datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    assert condition("day", "mon").holds(late)
    assert condition("time", "20:00-22:00").holds(late)


def test_a_score_of_a_verdict_on_other_mail_counts_for_its_own_label() -> None:
    sure = facts(judged=verdict(Label.OFFER, 0.9))
    assert condition("label", "offer").holds(sure)
    assert condition("score", "0.9..0.9").holds(sure)
