"""Text into sentences and forms."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword_models.ngrams import SUBJECT, build_vocabulary
from afterword_models.tokens import LIMIT, forms_of, pieces_of, sentences


def forms(text: str) -> list[str]:
    return list(forms_of(pieces_of(text)))


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


def test_an_n_gram_counts_only_if_it_occurs_in_two_groups_and_none_collide() -> None:
    one, two = sentences("we regret to say no"), sentences("we regret to say yes")
    vocabulary = build_vocabulary([("a", ["update"], one), ("a", ["update"], one), ("b", ["other"], two)], 2)
    assert set(vocabulary.forms) == {"we", "regret", "to", "say"}
    assert [len(keys) for keys in vocabulary.keys] == [4, 3, 2]
    assert SUBJECT + "update" not in vocabulary.forms


def test_features_are_the_known_n_grams_and_lengths_count_the_unknown_too() -> None:
    known = sentences("we regret to say")
    vocabulary = build_vocabulary([("a", [], known), ("b", [], known)], 2)
    features = vocabulary.read([], sentences("we regret unknown words"))
    assert len(features.document) == 3  # we, regret, we regret
    assert features.length == 12
    assert list(features.lengths) == [1, 12]  # the (empty) subject's first
    assert list(features.owners) == [1, 1, 1]
