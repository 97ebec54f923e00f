"""What the rules decide: the table of letters, the owner's own rules before it, and why."""

from datetime import timedelta
from pathlib import Path

import pytest

from afterword.parse import from_fields
from afterword.records import Action, Decision, Label, Letter, Party, Reason, Stage
from afterword_rules import Circumstances, RuleBook, load_rules, run_examples
from tests.builders import NOW, dossier, verdict

MAIL = from_fields(
    "Your application for Backend Engineer", "Dana Whitlock <dana@brightforge.example>", "We said no."
)


def decide(
    *files: Path, asking: str = "ask", label: Label = Label.REJECTION, hold: bool = False, **facts: object
) -> Decision:
    circumstances = Circumstances(NOW, asking)  # type: ignore[arg-type]  # one of the three
    return load_rules(files).decide(MAIL, verdict(label, hold=hold), dossier(**facts), circumstances)


@pytest.mark.parametrize(
    ("facts", "letter"),
    [
        ({"party": Party.RECRUITER, "stage": Stage.APPLICATION}, Letter.RECRUITER),
        ({"party": Party.RECRUITER, "stage": Stage.FINAL}, Letter.RECRUITER),
        ({"stage": Stage.INTERVIEW}, Letter.COMPANY),
        ({"stage": Stage.FINAL}, Letter.COMPANY),
        ({"stage": Stage.APPLICATION}, Letter.COMPANY),
        ({"no_feedback_policy": True}, Letter.THANKS),
        ({"party": Party.RECRUITER, "no_feedback_policy": True}, Letter.THANKS),
        ({"feedback_given": True}, Letter.FEEDBACK_THANKS),
        ({"feedback_given": True, "party": Party.RECRUITER}, Letter.FEEDBACK_THANKS),
        ({"stage": Stage.APPLICATION, "reasons": (Reason.ROLE_CLOSED,)}, Letter.THANKS),
        ({"stage": Stage.INTERVIEW, "reasons": (Reason.ROLE_CLOSED,)}, Letter.COMPANY),
    ],
)
def test_the_default_rules_choose_the_letter_of_the_table(facts: dict[str, object], letter: Letter) -> None:
    decision = decide(**facts)
    assert (decision.action, decision.letter) == (Action.DRAFT, letter)
    assert decision.why


def test_the_owner_may_only_thank_or_be_silent_at_the_application_stage() -> None:
    assert decide(asking="ask").letter is Letter.COMPANY
    thanked = load_rules(()).decide(
        MAIL, verdict(), dossier(stage=Stage.APPLICATION), Circumstances(NOW, "thanks")
    )
    silent = load_rules(()).decide(
        MAIL, verdict(), dossier(stage=Stage.APPLICATION), Circumstances(NOW, "off")
    )
    agency = load_rules(()).decide(
        MAIL, verdict(), dossier(stage=Stage.APPLICATION, party=Party.RECRUITER), Circumstances(NOW, "off")
    )
    assert (thanked.letter, silent.action, agency.letter) == (Letter.THANKS, Action.SKIP, Letter.RECRUITER)


@pytest.mark.parametrize(
    "label", [label for label in Label if label not in (Label.REJECTION, Label.FEEDBACK)]
)
def test_mail_that_is_no_rejection_is_left_alone(label: Label) -> None:
    assert decide(label=label).action is Action.SKIP


def test_what_the_classifier_is_not_sure_of_is_held_whatever_the_rules_say() -> None:
    assert decide(hold=True).action is Action.HOLD


def test_the_owners_rules_come_first_and_the_trace_says_why_each_did_or_did_not_match(tmp_path: Path) -> None:
    mine = tmp_path / "rules.toml"
    mine.write_text(
        """
[[rule]]
name = "Never write to Initech"
when = { label = "rejection", domain = "initech.example" }
then = { action = "skip", why = "my own wish" }

[[rule]]
name = "Brightforge after two days"
when = { from = "*@brightforge.example", subject_matches = "(?i)backend", score = ">=0.8" }
then = { action = "draft", letter = "thanks", delay = "48h", keyword = "$Afterword" }
"""
    )
    decision = decide(mine)
    assert (decision.rule, decision.letter, decision.delay) == (
        "Brightforge after two days",
        Letter.THANKS,
        timedelta(hours=48),
    )
    assert decision.keyword == "$Afterword"
    assert [(step.rule, step.matched) for step in decision.trace] == [
        ("Never write to Initech", False),
        ("Brightforge after two days", True),
    ]
    assert "initech.example" in decision.trace[0].because


def test_every_example_beside_the_default_rules_holds() -> None:
    results = run_examples(load_rules(()))
    assert len(results) >= 20
    assert [result for result in results if not result.passed] == []


def test_every_default_rule_has_an_example() -> None:
    assert [rule.name for rule in load_rules(()).rules if not rule.examples] == []


MINE = """
[[rule]]
name = "Always ask"
when = { label = "rejection" }
then = { action = "draft", letter = "company" }
"""


@pytest.mark.parametrize(
    ("facts", "asking", "letter", "why"),
    [
        ({}, "ask", Letter.COMPANY, "rule: Always ask"),
        ({"no_feedback_policy": True}, "ask", Letter.THANKS, "no feedback is given"),
        ({"feedback_given": True}, "ask", Letter.FEEDBACK_THANKS, "gives feedback"),
        ({"stage": Stage.APPLICATION}, "ask", Letter.COMPANY, "rule: Always ask"),
        ({"stage": Stage.APPLICATION}, "thanks", Letter.THANKS, "letters.application_stage"),
        ({"stage": Stage.APPLICATION}, "off", Letter.THANKS, "letters.application_stage"),
        ({"stage": Stage.APPLICATION, "party": Party.RECRUITER}, "off", Letter.COMPANY, "rule: Always ask"),
    ],
)
def test_no_rule_of_the_owners_asks_where_asking_has_no_place(
    tmp_path: Path, facts: dict[str, object], asking: str, letter: Letter, why: str
) -> None:
    (tmp_path / "rules.toml").write_text(MINE)
    decision = decide(tmp_path / "rules.toml", asking=asking, **facts)
    assert (decision.rule, decision.letter) == ("Always ask", letter)
    assert why in decision.why


def test_to_thank_is_to_draft_the_thanks_or_the_thanks_for_feedback(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(MINE.replace('"draft", letter = "company"', '"thank", delay = "0"'))
    plain, with_feedback = (decide(tmp_path / "rules.toml", feedback_given=given) for given in (False, True))
    assert (plain.action, plain.letter, plain.delay) == (Action.DRAFT, Letter.THANKS, timedelta(0))
    assert with_feedback.letter is Letter.FEEDBACK_THANKS


def test_feedback_that_has_arrived_is_thanked_for() -> None:
    decision = decide(label=Label.FEEDBACK, answers_request=True)
    assert (decision.action, decision.letter) == (Action.DRAFT, Letter.FEEDBACK_THANKS)


def test_feedback_that_nobody_asked_for_is_left_to_the_owner() -> None:
    assert decide(label=Label.FEEDBACK).action is Action.SKIP


def test_the_files_are_tried_in_their_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_text(MINE.replace("Always ask", name))
    assert [rule.name for rule in load_rules([tmp_path / "b", tmp_path / "a"]).rules[:2]] == ["b", "a"]


def test_a_rule_without_conditions_holds_for_every_mail(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(
        '[[rule]]\nname = "Stop"\nthen = { action = "hold", why = "a pause" }\n'
    )
    decision = decide(tmp_path / "rules.toml", label=Label.OFFER)
    assert (decision.action, decision.why) == (Action.HOLD, "a pause")
    assert decision.trace[0].because == "it has no conditions"


def test_a_book_in_which_no_rule_matches_leaves_the_mail_alone() -> None:
    decision = RuleBook(()).decide(MAIL, verdict(), dossier(), Circumstances(NOW, "ask"))
    assert (decision.action, decision.why) == (Action.SKIP, "no rule matches")


def test_the_owner_is_told_what_matched() -> None:
    decision = decide(party=Party.RECRUITER)
    assert decision.trace[-1].because == 'label = "rejection"; party = "recruiter"'
    assert all(not tried.matched for tried in decision.trace[:-1])
