"""What a mail calls the role and the company, and what it is better not to believe."""

import pytest

from afterword.dossier.roles import bare_subject, company_of, requisition_of, role_of
from afterword.records import Address
from tests.dossier.mails import mail


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Thank you for applying for the Backend Engineer position at Brightforge.", "Backend Engineer"),
        ("We have filled the role of Data Analyst with somebody else.", "Data Analyst"),
        ("Ihre Bewerbung als Projektleiter haben wir geprüft.", "Projektleiter"),
        ("Votre candidature au poste de Contrôleur de gestion n'a pas été retenue.", "Contrôleur de gestion"),
    ],
)
def test_a_role_is_named_as_the_text_names_it(text: str, role: str) -> None:
    assert role_of(mail(subject="Hello", text=text)) == role


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for applying. We have chosen somebody else.",
        "You did not reach the second stage.",
        "Since you spoke for the manager position we have changed our minds.",
        "Wir können dir keinen Platz als Elektroniker für Betriebstechnik geben.",
    ],
)
def test_a_role_that_is_not_clear_stays_unknown(text: str) -> None:
    assert role_of(mail(subject="Hello", text=text)) == ""


def test_an_agency_is_not_the_company_that_turned_somebody_down() -> None:
    sender = Address("Gil Pratt", "gil@stonebridge.example")
    text = "Hi Sam,\n\nMy client has gone with somebody else.\n\nGil Pratt\nStonebridge"
    assert company_of(mail(sender=sender, subject="Update", text=text)) == ""
    assert company_of(mail(sender=sender, subject="Update", text=text.replace("My client", "Our team")))


def test_the_requisition_is_found_in_subject_or_text() -> None:
    assert requisition_of(mail(subject="Your application, Req R-20418")) == "R-20418"
    assert requisition_of(mail(subject="Hello", text="Job ID: AB-7731, thank you.")) == "AB-7731"


def test_a_subject_loses_the_prefixes_of_replies_in_any_language_and_is_bounded() -> None:
    assert bare_subject("AW: Re: Fwd: Backend Engineer") == "Backend Engineer"
    assert len(bare_subject("Re: " * 100_000)) <= 500
