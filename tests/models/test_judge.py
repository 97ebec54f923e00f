"""The shipped classifier: what it says of plain mail, by which sentence, and that no text breaks it."""

import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.parse import from_fields
from afterword.records import Label
from afterword_models import judge as judging
from afterword_models import load
from tests.models.scripts import script

expanding = script("expand")
REJECTION = "Hi Sam,\n\nThank you for your time. Unfortunately, we have decided not to move forward with your application.\n\nAll the best,\nDana"


def test_the_deciding_sentence_is_named_with_its_place_in_the_text() -> None:
    message = from_fields("Your application", "Dana <dana@brightforge.example>", REJECTION)
    verdict = load().judge(message)
    assert verdict.label is Label.REJECTION
    assert verdict.evidence
    assert (
        verdict.evidence.sentence
        == "Unfortunately, we have decided not to move forward with your application."
    )
    assert message.text[verdict.evidence.start : verdict.evidence.end] == verdict.evidence.sentence


def test_a_sentence_in_the_subject_has_no_place_in_the_text() -> None:
    verdict = load().judge(
        from_fields("Your application: unfortunately, you have not been selected", "", "Dana")
    )
    assert verdict.evidence
    assert verdict.evidence.sentence == "Your application: unfortunately, you have not been selected"
    assert (verdict.evidence.start, verdict.evidence.end) == (-1, -1)


def test_scores_are_probabilities_over_the_ten_labels() -> None:
    verdict = load().judge(from_fields("Your application", "", REJECTION))
    assert set(verdict.scores) == set(Label)
    assert abs(sum(verdict.scores.values()) - 1) < 1e-6
    assert verdict.score == verdict.scores[verdict.label]


def test_spacy_loads_the_committed_folder_by_itself() -> None:
    nlp = spacy.load(judging.folder())
    doc = nlp(f"Your application\n\n{REJECTION}")
    assert doc.cats["rejection"] > 0.5
    assert doc._.reading.label == "rejection"
    assert doc.text == f"Your application\n\n{REJECTION}"


def test_many_are_judged_as_one_is() -> None:
    messages = [from_fields("", "", text) for text in (REJECTION, "Lunch?", "", REJECTION)] * 50
    together = [(verdict.label, round(verdict.score, 6)) for verdict in load().judge_all(messages)]
    alone = [(verdict.label, round(verdict.score, 6)) for verdict in map(load().judge, messages[:4])]
    assert together == alone * 50


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text())
def test_any_text_has_a_verdict(subject: str, body: str) -> None:
    verdict = load().judge(from_fields(subject, "", body))
    assert verdict.label in Label
    assert 0 <= verdict.score <= 1


def test_the_hand_written_mails_are_judged_as_they_are_labelled() -> None:
    mails = expanding.load_mails()
    verdicts = list(
        load().judge_all(from_fields(each.head["subject"], each.head["from"], each.body) for each in mails)
    )
    right = sum(
        (each.label == "rejection") == (said.label is Label.REJECTION)
        for each, said in zip(mails, verdicts, strict=True)
    )
    assert right / len(mails) >= 0.98


def test_the_sentence_named_is_the_one_a_person_marked() -> None:
    mails = [mail for mail in expanding.load_mails() if mail.label == "rejection" and mail.spans]
    verdicts = load().judge_all(
        from_fields(each.head["subject"], each.head["from"], each.body) for each in mails
    )
    hits = total = 0
    for mail, verdict in zip(mails, verdicts, strict=True):
        if verdict.label is not Label.REJECTION or verdict.evidence is None:
            continue
        total += 1
        marked = [" ".join(mail.body[start:end].split()) for start, end in mail.spans]
        hits += any(verdict.evidence.sentence in text or text in verdict.evidence.sentence for text in marked)
    assert hits / total >= 0.9


def test_the_shipped_pipeline_is_small() -> None:
    assert sum(file.stat().st_size for file in judging.folder().rglob("*") if file.is_file()) <= 8_000_000
