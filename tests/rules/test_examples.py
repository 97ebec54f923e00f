"""Examples beside rules: a mail in a few words, tried on the whole book."""

from pathlib import Path

import pytest

from afterword.errors import RulesError
from afterword_rules import ExampleResult, load_rules, run_examples

RULE = """\
[[rule]]
name = "Mine"
when = { label = "rejection", from = "*@initech.example", age = "<7d", list = false }
then = { action = "skip", why = "my wish" }

[[rule.example]]
"""


EVERYTHING = (
    'from = "jobs@initech.example", party = "recruiter", stage = "final", score = 0.6, reasons = ["compensation"], '
    'contact = "robot", subject = "x", body = "y", role = "z", company = "Initech", language = "de", account = "work", '
    'folder = "Archive", now = "2024-03-09 23:30", feedback_given = true, no_feedback_policy = true, '
    'application_stage = "off"'
)


def results(tmp_path: Path, text: str) -> list[ExampleResult]:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    return [result for result in run_examples(load_rules([path])) if result.rule == "Mine"]


@pytest.mark.parametrize(
    ("given", "matches"),
    [
        ('{ from = "jobs@initech.example" }', True),
        ('{ from = "jobs@globex.example" }', False),
        ('{ from = "jobs@initech.example", age = "30d" }', False),
        ('{ from = "jobs@initech.example", label = "offer" }', False),
        ('{ from = "jobs@initech.example", list = true }', False),
        ('{ from = "jobs@initech.example", hold = true }', False),
        (f"{{ {EVERYTHING} }}", True),
    ],
)  # fmt: skip
def test_an_example_passes_when_the_rule_decides_as_it_says(
    tmp_path: Path, given: str, matches: bool
) -> None:
    said = "true" if matches else "false"
    (right,) = results(tmp_path, f"{RULE}given = {given}\nmatches = {said}\n")
    assert right.passed, right.because
    wrong_said = "false" if matches else "true"
    (wrong,) = results(tmp_path, f"{RULE}given = {given}\nmatches = {wrong_said}\n")
    assert not wrong.passed


def test_a_failed_example_says_where_it_stands_which_rule_decided_and_why_its_own_did_not(
    tmp_path: Path,
) -> None:
    (result,) = results(tmp_path, RULE + 'given = { from = "jobs@globex.example", stage = "interview" }\n')
    assert result.because == (
        f"{tmp_path}/rules.toml:6: decided by Company, after an interview (draft company), "
        'since from is "jobs@globex.example", wanted from = "*@initech.example"'
    )


def test_an_example_fails_when_an_earlier_rule_takes_the_mail_away(tmp_path: Path) -> None:
    first = '[[rule]]\nname = "First"\nthen = { action = "hold", why = "all of it" }\n'
    (result,) = results(tmp_path, first + RULE + 'given = { from = "jobs@initech.example" }\n')
    assert not result.passed
    assert "decided by First (hold), since it was not reached" in result.because


def test_the_time_of_an_example_is_on_the_owners_clock(tmp_path: Path) -> None:
    text = '[[rule]]\nname = "Mine"\nwhen = { day = "sat", time = "09:00-10:00" }\nthen = { action = "hold", why = "x" }\n[[rule.example]]\n'
    (result,) = results(tmp_path, text + 'given = { now = "2024-03-09 09:30" }\n')
    assert result.passed


@pytest.mark.parametrize(
    ("example", "told"),
    [
        ('given = { form = "jobs@initech.example" }', "rules.toml:7: rule 'Mine', example 1: form: an example says nothing about 'form'; did you mean from?"),
        ('given = { from = "jobs" }', "rules.toml:7: rule 'Mine', example 1: from: write an address such as"),
        ('given = { score = ">0.9" }', "score: write a number from 0 to 1"),
        ("given = { score = true }", "score: write a number from 0 to 1"),
        ('given = { now = "tomorrow" }', 'now: write a moment such as "2024-03-04 10:00"'),
        ('given = { reasons = ["nothing"] }', "is none of its values"),
        ('given = { contact = "known" }', "is none of its values"),
        ("given = { subject = 7 }", "subject: write text in quotes"),
        ('given = "rejection"', 'is no table; write given = { label = "rejection" }'),
        ('given = {}\nmatches = "yes"', "matches: write true or false"),
        ("given = {}\nmatch = true", "unknown key 'match'; did you mean matches?"),
    ],
)  # fmt: skip
def test_an_example_that_does_not_hold_is_a_fault_of_the_file(
    tmp_path: Path, example: str, told: str
) -> None:
    with pytest.raises(RulesError) as caught:
        results(tmp_path, f"{RULE}{example}\n")
    assert len(caught.value.problems) == 1
    assert told in caught.value.problems[0]
