"""A rule file that does not hold: every fault at once, each with file, line and what to write."""

from pathlib import Path

import pytest

from afterword.errors import RulesError
from afterword_rules import load_rules

GOOD = """\
[[rule]]
name = "Mine"
when = { label = "rejection" }
then = { action = "skip", why = "my wish" }
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(RulesError) as caught:
        load_rules([path])
    assert caught.value.exit_code == 2
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("label", "lable", "label"),
        ('"rejection"', '"rejektion"', "rejection"),
        ('label = "rejection"', 'score = "high"', "score"),
        ('label = "rejection"', 'subject_matches = "("', "subject_matches"),
        ('label = "rejection"', 'subject_matches = "(?=x)"', "subject_matches"),
        ('"skip"', '"skipp"', "skip"),
        ('action = "skip", why = "my wish"', 'action = "draft", letter = "companny"', "company"),
        ('action = "skip", why = "my wish"', 'action = "draft", letter = "company", delay = "soon"', "delay"),
        ("name", "nmae", "name"),
    ],
)
def test_a_fault_is_named_with_its_line_and_the_nearest_valid_word(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = "\n".join(problems(tmp_path, GOOD.replace(old, new)))
    assert told in text
    assert "rules.toml:" in text


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    assert (
        len(
            problems(
                tmp_path,
                GOOD.replace("label", "lable") + GOOD.replace("Mine", "Other").replace("skip", "skipp"),
            )
        )
        >= 2
    )


def test_two_rules_of_one_name_are_a_fault(tmp_path: Path) -> None:
    assert "Mine" in "\n".join(problems(tmp_path, GOOD + GOOD))


def test_a_file_that_is_missing_or_no_toml_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="do not hold"):
        load_rules([tmp_path / "nowhere.toml"])
    assert problems(tmp_path, "[[rule")


def test_a_pattern_cannot_hang(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(GOOD.replace('label = "rejection"', 'body_matches = "(a+)+$"'))
    assert load_rules([path]).rules[0].name == "Mine"


MANY = """\
# My rules.
[[rule]]
name = "One"
[rule.when]
lable = "rejection"
not_stge = "final"
score = ">80"
[rule.then]
action = "draft"
letter = "companny"
keyword = "*Seen"
delay = "soon"
colour = "blue"

[[rule]]
when = "always"
then = { action = "send" }

[[rule]]
name = "Three"
wen = {}
then = "skip"

[[rule]]
name = "Four"
then = { action = "skip" }

[[rule.example]]
given = { from = "nobody" }

[other]
"""
TOLD = """\
31: unknown key 'other'; known: rule
5: rule 'One': unknown condition 'lable'; did you mean label?
6: rule 'One': unknown condition 'not_stge'; did you mean not_stage?
7: rule 'One': score: '>80' is no range; write ">=0.8", "<0.5" or "0.6..0.9"
13: rule 'One': unknown key 'colour'; known: action, letter, delay, keyword, why
10: rule 'One': letter: there is no letter 'companny'; did you mean company?
12: rule 'One': delay: write a number and a unit, such as "90d", "24h", "10m", or "0"
11: rule 'One': keyword: '*Seen' is no keyword of IMAP; write letters and digits, such as "$Afterword"
15: rule 2: needs a name, such as name = "Never write to Initech"
16: rule 2: is no table; write when = { label = "rejection" }
17: rule 2: unknown action 'send'; known: draft, thank, skip, hold
21: rule 'Three': unknown key 'wen'; did you mean when?
22: rule 'Three': needs then = { action = "…" }, one of draft, thank, skip, hold
26: rule 'Four': skip needs why as well
29: rule 'Four', example 1: from: write an address such as "dana@initech.example"
"""


def test_every_fault_of_a_file_stands_at_its_own_line(tmp_path: Path) -> None:
    found = [problem.removeprefix(f"{tmp_path}/rules.toml:") for problem in problems(tmp_path, MANY)]
    assert found == TOLD.splitlines()


def test_a_fault_of_toml_itself_has_its_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, GOOD + "[[rule]]\nname = Mine\n")
    assert problem.startswith(f"{tmp_path}/rules.toml:6: not TOML: ")


def test_faults_of_several_files_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace("label", "lable"))
    (tmp_path / "b.toml").write_bytes(b'name = "M\xfcller"')
    with pytest.raises(RulesError) as caught:
        load_rules([tmp_path / "a.toml", tmp_path / "b.toml", tmp_path / "c.toml"])
    told = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 3
    assert "a.toml:3:" in told
    assert "b.toml: is not UTF-8" in told
    assert "c.toml: cannot be read: No such file" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rule = 7", "write [[rule]], with two brackets"),
        ("rule = [7]", "rule 1 is no table"),
        ("[rule]\nname = 'x'", "write [[rule]], with two brackets"),
        (GOOD + "[rule.example]\ngiven = {}", "write [[rule.example]], with two brackets"),
        (GOOD.replace('"my wish"', '""'), "why: write the cause in words"),
        (GOOD.replace('"my wish"', "7"), "why: write the cause in words"),
        (GOOD.replace('"skip"', '["skip"]'), "unknown action"),
        (GOOD.replace('action = "skip", ', ""), "needs then = "),
        (GOOD.replace('"skip"', '"draft"'), "draft needs letter as well"),
    ],
)
def test_a_file_of_the_wrong_shape_is_a_fault_and_no_crash(tmp_path: Path, text: str, told: str) -> None:
    assert told in "\n".join(problems(tmp_path, text))


def test_a_name_that_a_default_rule_has_is_taken(tmp_path: Path) -> None:
    told = "\n".join(problems(tmp_path, GOOD.replace("Mine", "Recruiter")))
    assert "rules.toml:1 has a rule of that name; rename this one" in told
