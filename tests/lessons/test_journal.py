"""Answers to what was asked, and advice that comes unasked."""

from datetime import timedelta
from typing import Any

from afterword.journal import entries, rates_of, recurring
from afterword.ledger import Ledger
from afterword.records import Lesson
from tests.lessons.labs import send
from tests.mailbox.labs import Lab
from tests.scan.passes import NOW, SAM, drafts, mail, one_pass

ADVICE = (
    "Hi Sam,\n\nHappy to. Your answers in the panel got rather long; try to be more concise. You also lacked hands-on experience with "
    "Kubernetes.\n\nBest,\nDana\n"
)
UNASKED = (
    "Hi Sam,\n\nThank you for interviewing for the Backend Engineer position at Brightforge. Unfortunately we will not be moving forward. "
    "Your system design answers stayed on the surface; more depth in system design would help.\n\nKind regards,\nDana Whitlock\nBrightforge\n"
)


def asked(lab: Lab, ledger: Ledger) -> str:
    """A request that was sent; its Message-ID."""
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    (draft,) = drafts(lab.mailbox)
    message_id = str(draft["Message-ID"])
    send(lab, draft)
    one_pass(lab.mailbox, ledger)
    return message_id


def lessons(lab: Lab, ledger: Ledger) -> list[Lesson]:
    """The journal after one more pass."""
    one_pass(lab.mailbox, ledger, later=timedelta(days=2))
    return ledger.aftermath.lessons()


def answer(number: int, text: str, **headers: Any) -> bytes:
    return mail(number, text, days=-1, Subject="Re: Your application for Backend Engineer", **headers)


def test_an_answer_to_a_sent_request_is_kept_with_its_themes_and_their_sentences(
    lab: Lab, ledger: Ledger
) -> None:
    request = asked(lab, ledger)
    lab.deliver("INBOX", answer(2, ADVICE, In_Reply_To=request), NOW)
    (lesson,) = lessons(lab, ledger)
    assert (lesson.company, lesson.role, lesson.person) == (
        "Brightforge",
        "Backend Engineer",
        "Dana Whitlock",
    )
    assert (lesson.source, lesson.message_id, lesson.request) == (
        "reply",
        "<m2@brightforge.example>",
        request,
    )
    assert "Your answers in the panel got rather long" in lesson.text
    themes = {each.theme: each.sentence for each in lesson.themes}
    assert themes["interview_performance"].startswith("Your answers in the panel")
    assert themes["skill"] == "You also lacked hands-on experience with Kubernetes."


def test_an_answer_in_the_thread_counts_even_when_it_does_not_name_the_request(
    lab: Lab, ledger: Ledger
) -> None:
    request = asked(lab, ledger)
    lab.deliver("INBOX", answer(2, ADVICE, In_Reply_To="<m1@brightforge.example>"), NOW)
    (lesson,) = lessons(lab, ledger)
    assert lesson.request == request


def test_an_answer_that_declines_counts_as_one_and_keeps_no_words(lab: Lab, ledger: Ledger) -> None:
    request = asked(lab, ledger)
    declined = (
        "Hi Sam,\n\nThank you for your kind note. I am afraid we cannot give individual feedback.\n\nDana\n"
    )
    lab.deliver("INBOX", answer(2, declined, In_Reply_To=request), NOW)
    (lesson,) = lessons(lab, ledger)
    assert (lesson.advice, lesson.text, lesson.themes) == (False, "", ())
    assert entries([lesson]) == []


def test_mail_of_others_or_of_robots_is_no_answer(lab: Lab, ledger: Ledger) -> None:
    request = asked(lab, ledger)
    lab.deliver(
        "INBOX",
        answer(2, "Lunch on Friday?", From_="Lee Moss <lee@tideway.example>", In_Reply_To="<x@x.example>"),
        NOW,
    )
    away = {"Auto_Submitted": "auto-replied", "In_Reply_To": request}
    lab.deliver("INBOX", answer(3, "I am away until Monday.", **away), NOW)
    assert lessons(lab, ledger) == []


def test_feedback_by_itself_is_kept_and_is_no_answer(lab: Lab, ledger: Ledger) -> None:
    asked(lab, ledger)
    lab.deliver("INBOX", answer(2, ADVICE, From_="Lee Moss <lee@tideway.example>"), NOW)
    (lesson,) = lessons(lab, ledger)
    assert (lesson.source, lesson.request, lesson.advice) == ("reply", "", True)
    rates = rates_of(ledger.aftermath.sightings().values(), [lesson])
    assert (rates.requests, rates.answers) == (1, 0)


def test_an_answer_that_advises_is_thanked_for_however_short_it_is(lab: Lab, ledger: Ledger) -> None:
    request = asked(lab, ledger)
    lab.deliver(
        "INBOX", answer(2, "Gladly. My advice would be to be more concise.\n", In_Reply_To=request), NOW
    )
    (lesson,) = lessons(lab, ledger)
    assert lesson.advice
    assert [draft["In-Reply-To"] for draft in drafts(lab.mailbox)] == ["<m2@brightforge.example>"]


def test_an_answer_to_a_request_that_the_owner_wrote_alone_is_kept_too(lab: Lab, ledger: Ledger) -> None:
    own = {"From_": SAM, "To": "dana@brightforge.example", "In_Reply_To": "<m1@brightforge.example>"}
    lab.deliver("INBOX", mail(1, days=3), NOW)
    lab.deliver("Sent", mail(7, "Hi Dana,\n\nWould you share any advice?\n\nSam", days=2, **own), NOW)
    one_pass(lab.mailbox, ledger)
    lab.deliver("INBOX", answer(2, ADVICE, In_Reply_To="<m7@brightforge.example>"), NOW)
    (lesson,) = lessons(lab, ledger)
    assert (lesson.company, lesson.request) == ("Brightforge", "<m7@brightforge.example>")


def test_advice_inside_a_rejection_is_kept_unasked(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("INBOX", mail(1, UNASKED), NOW)
    (lesson,) = lessons(lab, ledger)
    assert (lesson.source, lesson.stage, lesson.request) == ("rejection", "interview", "")
    assert "system design" in next(each.sentence for each in lesson.themes if each.theme == "skill")


def test_a_rejection_without_advice_leaves_nothing_in_the_journal(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    assert lessons(lab, ledger) == []


def test_an_entry_that_was_deleted_does_not_come_back(lab: Lab, ledger: Ledger) -> None:
    request = asked(lab, ledger)
    lab.deliver("INBOX", answer(2, ADVICE, In_Reply_To=request), NOW)
    (lesson,) = lessons(lab, ledger)
    assert ledger.aftermath.forget_lessons(lesson.fingerprint) == 1
    one_pass(lab.mailbox, ledger, later=timedelta(days=3), since=timedelta(days=90))
    assert ledger.aftermath.lessons() == []


def test_what_recurs_comes_first_and_every_word_of_a_search_must_be_there(lab: Lab, ledger: Ledger) -> None:
    request = asked(lab, ledger)
    lab.deliver("INBOX", answer(2, ADVICE, In_Reply_To=request), NOW)
    lab.deliver("INBOX", answer(3, "One more: practise your interview answers.", In_Reply_To=request), NOW)
    kept = lessons(lab, ledger)
    assert len(kept) == 2
    assert recurring(kept)[0].theme == "interview_performance"
    assert [lesson.message_id for lesson in entries(kept, "kubernetes dana")] == ["<m2@brightforge.example>"]
    assert entries(kept, "kubernetes nobody") == []
