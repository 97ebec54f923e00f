"""Text into words, sentences and forms."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword_models.tokens import LIMIT, forms_of, sentences, split_words, starts_of


def forms(text: str) -> list[str]:
    return forms_of(split_words(text)[0])


def split(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in sentences(text)]


def test_what_differs_from_mail_to_mail_becomes_a_kind() -> None:
    assert forms("See https://jobs.example/1 or write to a.b@c.example before 24.12.") == [
        "see", "<url>", "or", "write", "to", "<mail>", "before", "<number>",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "greeting", ["Dear Dana Whitlock,", "Hi Dana,", "Liebe Dana,", "Bonjour Dana,", "Dear Ms Whitlock,"]
)
def test_the_name_in_a_greeting_says_nothing(greeting: str) -> None:
    assert "dana" not in forms(greeting)
    assert "whitlock" not in forms(greeting)
    assert "<name>" in forms(greeting)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("We haven't", "We have not"),
        ("we’ve decided", "we have decided"),
        ("It won't be", "It will not be"),
        ("I'm sorry", "I am sorry"),
        ("you didn t pass", "you did not pass"),
    ],
)
def test_a_contraction_is_the_words_it_stands_for(short: str, long: str) -> None:
    assert forms(short) == forms(long)


def test_sentences_end_at_marks_but_not_at_abbreviations_or_initials() -> None:
    assert split("Dr. A. Whitlock wrote. Thank you, e.g. for coming! Is that so? Yes") == [
        "Dr. A. Whitlock wrote.", "Thank you, e.g. for coming!", "Is that so?", "Yes",
    ]  # fmt: skip


def test_a_wrapped_line_goes_on_and_a_short_one_or_a_list_does_not() -> None:
    text = "We have looked at your application with great care\nand decided otherwise.\nBest regards\nDana\n- one\n- two\n"
    assert split(text) == [
        "We have looked at your application with great care\nand decided otherwise.", "Best regards", "Dana", "- one", "- two",
    ]  # fmt: skip


@given(st.text())
def test_any_text_gives_sentences_that_lie_in_it_one_after_the_other(text: str) -> None:
    at = 0
    for sentence in sentences(text):
        assert at <= sentence.start < sentence.end <= len(text)
        assert sentence.forms
        at = sentence.end


@pytest.mark.parametrize("unit", ["a", "a.", "Dear ", "x@", "http://", "\n", "'", ". ", "A. B. "])
def test_hostile_text_costs_no_more_than_other_text(unit: str) -> None:
    began = time.perf_counter()
    sentences((unit * LIMIT)[:LIMIT])  # what the pipeline cuts a text to
    assert time.perf_counter() - began < 1


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(" .\n\t@:/'’aB1_"))))
def test_words_and_spaces_cover_the_whole_text(text: str) -> None:
    words, spaces = split_words(text)
    assert "".join(word + " " * space for word, space in zip(words, spaces, strict=True)) == text
    assert all(text.startswith(word, at) for word, at in zip(words, starts_of(words, spaces), strict=True))
