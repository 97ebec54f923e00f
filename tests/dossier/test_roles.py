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
        ("We will not be offering you the Postdoctoral Researcher post.", "Postdoctoral Researcher"),
        ("That is where I have to leave it for Data Engineer.", "Data Engineer"),
        ("Die Stelle als Portier ist vergeben.", "Portier"),
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


@pytest.mark.parametrize(
    ("subject", "role"),
    [
        ("Re: Product designer", "Product designer"),
        ("Bus driver application", "Bus driver"),
        ("Paralegal at Brightforge", "Paralegal"),
        ("Deine Bewerbung Product Owner (m/w/d)", "Product Owner"),
        ("Hiring manager", ""),
        ("Pets at Peace Shop", ""),
    ],
)
def test_a_subject_that_is_nothing_but_a_title_names_the_role(subject: str, role: str) -> None:
    assert role_of(mail(subject=subject, text="It is a no, I am afraid.")) == role


@pytest.mark.parametrize(
    ("sender", "text", "company"),
    [
        (Address("Owen Marsh", "owen@hallowfield.example"), "We at Hallowfield have decided.", "Hallowfield"),
        (Address("HR", "hr@larch-vale.example"), "It is a no.\n\nLarch Vale", "Larch Vale"),
        (Address("Bewerbung", "jobs@hallberg.example"), "Absage.\n\nHallberg Maschinenbau GmbH", "Hallberg Maschinenbau GmbH"),
        (Address("Tim von Lumenwerk", "tim@lumenwerk.example"), "It is a no.", "Lumenwerk"),
        # What is not certain: a person's own name, a name that may be longer, and one that is written nowhere.
        (Address("Walter Pym", "walter@pym.example"), "It is a no.\n\nWalter Pym", ""),
        (Address("Ana Roy", "ana@borealis.example"), "Thank you for your interest in Borealis Technologies Nord.", ""),
        (Address("Ana Roy", "ana@borealis.example"), "It is a no.", ""),
    ],
)  # fmt: skip
def test_the_company_is_the_name_of_which_its_domain_is_made(
    sender: Address, text: str, company: str
) -> None:
    assert company_of(mail(sender=sender, subject="Your application", text=text)) == company


@pytest.mark.parametrize(
    "text",
    ["Company: Belknap Tools\n\nCareerdesk", "A message from Careerdesk on behalf of Belknap Tools.", "Belknap Tools has told us no. Careerdesk"],
)  # fmt: skip
def test_a_portal_that_writes_by_machine_is_not_the_employer(text: str) -> None:
    sender = Address("Careerdesk", "no-reply@careerdesk.example")
    assert company_of(mail(sender=sender, subject="Your application", text=text)) == ""


def test_a_name_ends_where_its_sentence_does() -> None:
    text = "Thank you for applying to the job at Pellworth Mills. We wish you well."
    assert (
        company_of(mail(sender=Address("", "hr@pellworthmills.example"), subject="Hello", text=text))
        == "Pellworth Mills"
    )


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
