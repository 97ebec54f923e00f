"""What the owner's and the company's other mail means for a rejection, when its case is opened and before its draft appears."""

from dataclasses import replace
from datetime import timedelta

import pytest

from afterword.dossier import open_dossier, recheck, remember
from afterword.records import Address, Label, Letter
from tests.builders import DANA, NOW, verdict
from tests.dossier.mails import (
    OWNER,
    ROBOT,
    SAM,
    TEXT,
    by_robot,
    invitation,
    mail,
    opened,
    reasons,
    received,
    sent,
)


def invitation_text(role: str) -> str:
    return f"Hi Sam,\n\nI would like to invite you to an interview for the {role} position at Brightforge.\n\nDana Whitlock"


# --- answered, asked, superseded


def test_a_rejection_that_was_answered_gets_no_draft() -> None:
    answer = sent("Thank you for letting me know.", references=("<m1@brightforge.example>",))
    assert "already_answered" in reasons(opened(mail(), answer))


def test_a_later_mail_to_the_contact_about_it_is_an_answer_even_outside_the_thread() -> None:
    answer = sent(
        "Thank you for letting me know about the Backend Engineer position.", subject="Backend Engineer"
    )
    assert "already_answered" in reasons(opened(mail(), answer))


def test_what_was_sent_before_the_rejection_is_no_answer() -> None:
    before = sent("I confirm our appointment.", days=-9, references=("<m50@brightforge.example>",))
    assert opened(mail(references=("<m50@brightforge.example>",)), invitation(), before).obstacles == ()


ASKS = [
    "Thank you. If you are able to, I would be grateful for any feedback that would help me in future interviews.",
    "Thanks. Do you have any advice for me on how I could improve?",
    "Vielen Dank. Über ein kurzes Feedback, was ich künftig besser machen kann, würde ich mich freuen.",
    "Danke. Haben Sie einen Rat für mich für künftige Bewerbungen?",
    "Merci. Auriez-vous un conseil pour mes prochaines candidatures ?",
    "Merci. Pourriez-vous me faire un retour sur ma candidature afin que je puisse m'améliorer ?",
    "Gracias. ¿Podría darme algún consejo para futuras entrevistas?",
    "Gracias. Le agradecería sus comentarios sobre mi candidatura para poder mejorar.",
    "Bedankt. Heeft u misschien een tip voor mij voor een volgende sollicitatie?",
    "Obrigado. Poderia dar-me algum conselho para futuras candidaturas?",
    "Grazie. Avrebbe un consiglio per le mie prossime candidature?",
]
ASKS_NOT = [
    "Please find my CV attached. I look forward to your feedback on my application.",
    "Thank you very much for the feedback, it helps me a lot.",
    "In my last role I collected customer feedback and gave advice to clients.",
    "Anbei meine Bewerbung. Ich freue mich auf Ihre Rückmeldung.",
    "Über eine positive Rückmeldung würde ich mich freuen.",
    "Vielen Dank für den Hinweis, ich bringe die Unterlagen mit.",
    "Veuillez trouver ci-joint ma candidature. Dans l'attente de votre retour, je vous prie d'agréer mes salutations.",
    "J'ai travaillé cinq ans dans un cabinet de conseil.",
    "Adjunto mi candidatura. Quedo a la espera de sus comentarios.",
    "Ik kijk uit naar uw terugkoppeling.",
]


@pytest.mark.parametrize("text", ASKS)
def test_a_request_for_advice_is_recognised(text: str) -> None:
    assert sent(text).asks_advice


@pytest.mark.parametrize("text", ASKS_NOT)
def test_an_ordinary_mail_of_an_applicant_is_no_request_for_advice(text: str) -> None:
    assert not sent(text).asks_advice


def test_a_request_in_a_draft_is_not_yet_a_request() -> None:
    message = mail(uid=90, sender=SAM, to=(DANA,), text=ASKS[0])
    assert not remember(message, None, OWNER, draft=True).asks_advice


def test_one_request_per_application() -> None:
    asked = sent(
        ASKS[0],
        subject="Backend Engineer",
        to=(Address("Jordan Lee", "jordan@brightforge.example"),),
        days=-200,
    )
    assert "already_asked" in reasons(opened(mail(), asked))


@pytest.mark.parametrize(("days", "obstacles"), [(-89, ["already_asked"]), (-91, [])])
def test_one_request_per_person_in_ninety_days(days: int, obstacles: list[str]) -> None:
    asked = sent(
        "Thanks for your answer about the Data Analyst position. Do you have any advice for me on how I could improve?",
        subject="Data Analyst",
        days=days,
    )
    assert reasons(opened(mail(), asked)) == obstacles


@pytest.mark.parametrize("label", [Label.INTERVIEW, Label.OFFER, Label.STATUS_UPDATE, Label.ASSESSMENT])
def test_better_news_afterwards_supersedes_the_rejection(label: Label) -> None:
    later = received(
        mail(
            uid=60,
            days=1,
            references=("<m1@brightforge.example>",),
            subject="Re: Your application",
            text="Hi Sam,\n\nour last mail was sent in error.\n\nDana Whitlock",
        ),
        label,
    )
    assert "superseded" in reasons(opened(mail(), later))


def test_a_change_of_status_in_the_same_minute_is_no_better_news() -> None:
    status = received(
        by_robot(
            uid=60,
            text="The status of your application for the Backend Engineer position at Brightforge has changed.",
        ),
        Label.STATUS_UPDATE,
    )
    assert "superseded" not in reasons(opened(by_robot(), replace(status, date=NOW + timedelta(seconds=20))))


@pytest.mark.parametrize("text", [
    "Hi Sam,\n\nplease disregard the rejection you got yesterday. We are still reviewing.",
    "Dear Sam,\n\nour last e-mail was sent to you in error.",
    "Guten Tag,\n\nunsere gestrige Absage wurde versehentlich verschickt.",
    "Bonjour,\n\nnotre message de refus vous a été envoyé par erreur.",
    "Hola,\n\nel correo anterior se envió por error.",
])  # fmt: skip
def test_a_mail_that_takes_the_rejection_back_supersedes_it_whatever_the_classifier_says(text: str) -> None:
    later = received(
        mail(uid=60, days=1, references=("<m1@brightforge.example>",), text=text), Label.REJECTION
    )
    assert later.label is Label.STATUS_UPDATE
    assert "superseded" in reasons(opened(mail(), later))


def test_a_footer_about_mail_received_in_error_takes_nothing_back() -> None:
    footer = "If you have received this message in error, please delete it. If this e-mail was sent to you in error, tell the sender."
    assert received(mail(text=f"{TEXT}\n\n{footer}"), Label.REJECTION).label is Label.REJECTION


def test_feedback_after_the_owner_asked_is_no_second_request() -> None:
    asked = sent(ASKS[0], references=("<m0@brightforge.example>",), days=-3)
    feedback = mail(
        references=("<m0@brightforge.example>", "<m90@brightforge.example>"),
        text="Hi Sam,\n\nyou could give more concrete examples.\n\nDana Whitlock",
    )
    assert open_dossier(feedback, verdict(Label.FEEDBACK), [asked], OWNER, now=NOW).obstacles == ()


def test_better_news_about_another_role_changes_nothing() -> None:
    later = received(
        mail(uid=60, days=1, text=invitation_text("Data Analyst"), subject="Data Analyst"), Label.INTERVIEW
    )
    assert opened(mail(), later).obstacles == ()


# --- a waiting draft


def test_a_waiting_draft_may_appear_when_nothing_happened() -> None:
    assert (
        recheck(
            opened(mail(), invitation()), [invitation(), received(mail(), Label.REJECTION)], Letter.COMPANY
        )
        is None
    )


def test_a_waiting_draft_is_dropped_when_the_owner_answered_meanwhile() -> None:
    dropped = recheck(
        opened(mail()), [sent("Thank you.", references=("<m1@brightforge.example>",))], Letter.COMPANY
    )
    assert dropped is not None
    assert dropped[0] == "already_answered"


def test_a_waiting_draft_is_dropped_when_the_owner_asked_somebody_else_about_the_application() -> None:
    asked = sent(
        ASKS[0], subject="Backend Engineer", to=(Address("Jordan Lee", "jordan@brightforge.example"),)
    )
    dropped = recheck(opened(mail()), [asked], Letter.COMPANY)
    assert dropped is not None
    assert dropped[0] == "already_asked"


def test_a_waiting_draft_to_an_earlier_contact_is_dropped_when_the_rejection_itself_was_answered() -> None:
    dossier = opened(by_robot(references=("<old@talentgate.example>",)), invitation())
    dropped = recheck(
        dossier,
        [invitation(), sent("Thanks.", references=("<m1@brightforge.example>",), to=(ROBOT,))],
        Letter.COMPANY,
    )
    assert dropped is not None
    assert dropped[0] == "already_answered"


def test_a_waiting_draft_is_dropped_when_an_interview_follows() -> None:
    later = invitation(uid=61, days=1)
    dropped = recheck(opened(mail()), [later], Letter.COMPANY)
    assert dropped is not None
    assert dropped[0] == "superseded"


def test_a_mail_from_the_future_counts_as_one_of_now() -> None:
    assert open_dossier(mail(days=9000), verdict(), (), OWNER, now=NOW).date == NOW
