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
