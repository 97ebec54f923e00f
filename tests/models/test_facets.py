"""What a rejection says beside no, with the sentence that says it."""

from pathlib import Path

import numpy as np
import pytest
import spacy

from afterword.parse import from_fields
from afterword.records import Facets, Label, Party, Reason, Stage
from afterword_models import load
from afterword_models.facets import FACETS
from afterword_models.judge import folder
from tests.models.scripts import script

lines = script("facet_lines")
corpus = script("corpus")

NO = "Unfortunately we have decided not to move forward with your application for the Planner role."


def read(text: str) -> Facets:
    verdict = load().judge(
        from_fields("Your application", "dana@brightforge.example", f"Hi Sam,\n\n{text}\n\nDana")
    )
    assert verdict.label is Label.REJECTION
    return verdict.facets


def test_a_bare_no_says_nothing_more() -> None:
    assert read(NO) == Facets()


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("It was a pleasure to meet you in person on Monday.", "interview"),
        ("You were one of our two finalists and it was terribly close.", "final"),
        ("We are not able to offer individual feedback because of the number of applications.", "policy"),
        ("The position was closed because of budget cuts.", "role_closed"),
        ("We have chosen another candidate.", "other_candidate"),
    ],
)
def test_a_facet_comes_with_the_sentence_that_says_it(sentence: str, name: str) -> None:
    facets = read(f"{NO} {sentence}")
    assert facets.evidence[name].sentence == sentence


def test_the_facets_are_those_of_the_service() -> None:
    facets = read(
        f"{NO} My client has gone with another candidate. Thank you for coming in on Monday. One tip for next time: prepare more concrete examples."
    )
    assert facets.party is Party.RECRUITER
    assert facets.stage is Stage.INTERVIEW
    assert facets.reasons == (Reason.OTHER_CANDIDATE,)
    assert facets.feedback_given
    assert not facets.no_feedback_policy


def test_mail_that_is_no_rejection_is_not_read_for_facets() -> None:
    text = "Hi Sam,\n\nThank you for coming in. We would like to offer you the job; the contract is attached.\n\nDana"
    verdict = load().judge(from_fields("Offer of employment", "dana@brightforge.example", text))
    assert verdict.label is Label.OFFER
    assert verdict.facets == Facets()


def test_what_is_stored_is_what_was_trained(tmp_path: Path) -> None:
    nlp = spacy.load(folder())
    component = nlp.get_pipe("afterword_facets")
    component.to_disk(tmp_path)  # type: ignore[attr-defined]  # a component of ours
    again = spacy.load(folder()).get_pipe("afterword_facets").from_disk(tmp_path)  # type: ignore[attr-defined]
    np.testing.assert_allclose(again.model.sentences, component.model.sentences, atol=1e-6)  # type: ignore[attr-defined]
    assert again.model.vocabulary.forms == component.model.vocabulary.forms  # type: ignore[attr-defined]


def test_the_lines_of_the_corpus_are_without_faults_and_every_facet_has_some() -> None:
    faults = corpus.Faults()
    found = lines.load_facet_lines(faults)
    assert faults.found == []
    assert {facet for line in found for facet in line.facets} == set(FACETS)
    assert {line.language for line in found} == set(corpus.LANGUAGES)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[intervju]\nThank you.\n", "unknown facet"),
        ("Thank you.\n", "before any"),
        ("[interview]\nThank (you|\n", "unbalanced"),
        ("[interview]\nThank {you}.\n", "unknown slot"),
    ],
)
def test_a_fault_in_the_lines_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "en.txt"
    path.write_text(text)
    faults = corpus.Faults()
    lines.read_facet_lines(path, faults)
    assert f"{path}:" in faults.found[0]
    assert told in faults.found[0]
