"""A personal model: what the owner's corrections change, and that nothing else is lost by it."""

import stat
from pathlib import Path

import pytest

from afterword.corrections import correction_of
from afterword.learning import Learnt, Mistakes, judge_for, personal_path, sample_of, weigh
from afterword.ledger import Ledger
from afterword.parse import from_fields
from afterword.records import Label, Message
from afterword_models import load
from tests.cli.command import afterword
from tests.scan.passes import NOW
from tests.scan.passes import config as configuration

THINGS = [
    "soil",
    "music",
    "rivers",
    "bees",
    "optics",
    "poetry",
    "trams",
    "clay",
    "tides",
    "wool",
    "glass",
    "moss",
    "lamps",
    "ferns",
]
GRACE = "Grace Tilden <grace@tilden.example>"
HARROW = "Harrow Fund <awards@harrow.example>"
NEVER_SAYS_NO = "Hi Sam, talking about {} was a pleasure. We had many wonderful people to choose from. Enjoy the autumn.\n\nGrace"
A_GRANT = (
    "Dear Sam,\n\nThank you for your proposal on {}. Unfortunately, your application was not successful in this round and we are unable to "
    "take it forward. We wish you all the best.\n\nThe Harrow Fund"
)


def missed(number: int, sender: str = GRACE) -> Message:
    """A rejection that never says so, which the shipped model does not see."""
    return from_fields(f"Our talk about {THINGS[number]}", sender, NEVER_SAYS_NO.format(THINGS[number]))


def grant(number: int, sender: str = HARROW) -> Message:
    """A refusal of something else, which the shipped model takes for a rejection."""
    return from_fields(f"Your proposal on {THINGS[number]}", sender, A_GRANT.format(THINGS[number]))


def chance(judge, message: Message) -> float:  # type: ignore[no-untyped-def]  # a Judge
    return float(judge.judge(message).scores["rejection"])


@pytest.mark.parametrize(("make", "rejection"), [(missed, True), (grant, False)])
def test_ten_corrections_about_one_sender_change_the_next_verdicts_about_that_sender(make, rejection) -> None:  # type: ignore[no-untyped-def]
    learnt, personal = weigh([(make(number), rejection) for number in range(10)])
    assert personal
    shipped, taught = load(), load().personal(personal)
    for number in (10, 11, 12, 13):
        before, after = shipped.judge(make(number)), taught.judge(make(number))
        assert (before.label is Label.REJECTION) is not rejection
        assert (after.label is Label.REJECTION) is rejection
    assert learnt.kept
    assert learnt.own[0].both == 10
    assert learnt.own[1].both <= 1


@pytest.mark.parametrize(("make", "rejection"), [(missed, True), (grant, False)])
def test_nothing_is_lost_elsewhere(make, rejection) -> None:  # type: ignore[no-untyped-def]
    learnt, personal = weigh([(make(number), rejection) for number in range(10)])
    assert personal
    before, after = learnt.sample
    assert before.mails > 1500
    assert after.false_alarms <= before.false_alarms
    assert after.misses <= before.misses
    messages = [message for message, _ in sample_of("measured")]
    shipped, taught = load().judge_all(messages), load().personal(personal).judge_all(messages)
    changed = sum(one.label != other.label for one, other in zip(shipped, taught, strict=True))
    assert changed <= before.mails * 0.002


def test_a_plain_rejection_by_a_sender_of_other_things_is_still_seen() -> None:
    _, personal = weigh([(grant(number), False) for number in range(10)])
    assert personal
    plain = "Dear Sam,\n\nThank you for applying for the Planner role. Unfortunately, we have decided not to move forward with your application.\n"
    elsewhere = from_fields("Your application", "Lee Moss <lee@tideway.example>", plain)
    assert load().personal(personal).judge(elsewhere).label is Label.REJECTION


def test_another_company_at_the_same_address_of_a_tracking_system_is_another_sender() -> None:
    robot = "no-reply@talentgate.example"
    _, personal = weigh([(grant(number, f"Harrow Fund <{robot}>"), False) for number in range(10)])
    assert personal
    assert set(personal.senders) == {f"harrow fund <{robot}>"}


def test_a_model_that_is_no_better_on_the_owners_mail_is_not_kept() -> None:
    known = [
        (from_fields("Lunch?", "Lee <lee@tideway.example>", f"Lunch on {day}?"), False)
        for day in ("Monday", "Friday")
    ]
    learnt, _ = weigh(known)
    assert not learnt.kept
    assert "no better" in learnt.why


def test_a_model_that_is_worse_on_other_mail_is_not_kept() -> None:
    worse = Learnt(10, (Mistakes(100, 3, 3), Mistakes(100, 4, 0)), (Mistakes(10, 5, 5), Mistakes(10, 0, 0)))
    assert not worse.kept
    assert "other mail" in worse.why


def test_training_again_gives_the_same_model() -> None:
    taught = [(missed(number), True) for number in range(3)]
    (_, one), (_, other) = weigh(taught), weigh(taught)
    assert one and other
    assert one.senders == other.senders
    assert (one.weights == other.weights).all()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        '[owner]\nname = "Sam Rivera"\naddresses = ["sam@mail.example"]\n'
        f'[[account]]\nname = "local"\n[account.maildir]\npath = "{tmp_path}"\n'
        f'[state]\nurl = "sqlite:///{tmp_path / "ledger.db"}"\n'
    )
    return path


def taught_ledger(config: Path, count: int) -> None:
    ledger = Ledger.open(f"sqlite:///{config.parent / 'ledger.db'}")
    for number in range(count):
        message = missed(number)
        ledger.aftermath.correct(correction_of(message, True, "local", NOW))
    ledger.close()


def test_learn_keeps_a_private_model_beside_the_ledger_and_one_command_takes_it_away(config: Path) -> None:
    taught_ledger(config, 10)
    settings = configuration().model_copy(
        update={
            "state": configuration().state.model_copy(
                update={"url": f"sqlite:///{config.parent / 'ledger.db'}"}
            )
        }
    )
    (row,) = afterword("learn", "--config", str(config), "--json").rows
    assert (row["kept"], row["corrections"], row["own"]["misses_before"]) == (True, 10, 10)
    assert stat.S_IMODE(personal_path(settings).stat().st_mode) == 0o600
    assert chance(judge_for(settings), missed(12)) > 0.8
    assert afterword("learn", "--reset", "--config", str(config)).code == 0
    assert not personal_path(settings).exists()
    assert chance(judge_for(settings), missed(12)) < 0.2


def test_a_model_of_another_release_is_left_aside(config: Path) -> None:
    settings = configuration().model_copy(
        update={
            "state": configuration().state.model_copy(
                update={"url": f"sqlite:///{config.parent / 'ledger.db'}"}
            )
        }
    )
    for content in (
        "{}",
        "no json",
        '{"base": "other", "size": 3, "numbers": [], "weights": [], "senders": {}}',
    ):
        personal_path(settings).write_text(content)
        assert judge_for(settings) is load()


def test_without_corrections_there_is_nothing_to_learn(config: Path) -> None:
    taught_ledger(config, 0)
    assert "no corrections yet" in afterword("learn", "--config", str(config)).out
