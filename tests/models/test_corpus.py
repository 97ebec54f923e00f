"""The corpus reads, and its patterns make mails in which the deciding sentence is where it is marked."""

from pathlib import Path

import pytest

from tests.models.scripts import script

corpus, expanding = script("corpus"), script("expand")

PATTERN = """\
[en-rej-test-001 rejection register=ats stage=application]
subject: (Update|News) for {role}
Thank you for your interest in {company} (at this time|).
! (Unfortunately|Sadly), we have chosen somebody else.
- We wish you luck.
"""


@pytest.fixture
def pattern(tmp_path: Path):  # type: ignore[no-untyped-def]  # a class of a script
    path = tmp_path / "grammar" / "en" / "test.txt"
    path.parent.mkdir(parents=True)
    path.write_text(PATTERN)
    faults = corpus.Faults()
    (found,) = corpus.read_patterns(path, faults.at(path))
    assert faults.found == []
    return found


def test_the_whole_corpus_is_without_faults() -> None:
    assert corpus.check(corpus.corpus_files()) == []


def test_it_is_as_wide_as_it_says() -> None:
    patterns, mails = expanding.load_patterns(), expanding.load_mails()
    assert sum(each.label == "rejection" for each in patterns) >= 150
    assert sum(each.label != "rejection" for each in patterns) >= 150
    assert len(mails) >= 600
    assert {each.language for each in patterns} == set(corpus.LANGUAGES)
    assert {each.label for each in patterns} == set(corpus.LABELS)


def test_a_pattern_makes_different_mails_with_the_deciding_sentence_marked(pattern) -> None:  # type: ignore[no-untyped-def]
    language = expanding.load_language(corpus.ROOT / "grammar" / "en")
    examples = list(expanding.expand(pattern, language, 20, seed=1))
    assert len({each.body for each in examples}) == 20
    for each in examples:
        ((start, end),) = each.spans
        assert each.body[start:end] in {
            "Unfortunately, we have chosen somebody else.",
            "Sadly, we have chosen somebody else.",
        }
        assert " ." not in each.body


def test_the_same_seed_draws_the_same_mails(pattern) -> None:  # type: ignore[no-untyped-def]
    language = expanding.load_language(corpus.ROOT / "grammar" / "en")
    one, two, other = (list(expanding.expand(pattern, language, 5, seed)) for seed in (1, 1, 2))
    assert one == two != other


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("(Unfortunately|Sadly)", "(Unfortunately|Sadly"), "unbalanced"),
        (("{role}", "{rolle}"), "unknown slot"),
        (("rejection register", "rejektion register"), "unknown label"),
        (("subject:", "betreff:"), "no subject"),
        (("register=ats", "register=email"), "register"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, wrong: tuple[str, str], told: str) -> None:
    path = tmp_path / "grammar" / "en" / "test.txt"
    path.parent.mkdir(parents=True)
    path.write_text(PATTERN.replace(*wrong))
    found = "\n".join(corpus.check([path]))
    assert told in found
    assert "test.txt:" in found
