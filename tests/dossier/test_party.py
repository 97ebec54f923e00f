"""Whether a company or an agency turned somebody down."""

import pytest

from afterword.dossier.facets import party_of
from afterword.records import Address, Facets, Party
from tests.dossier.mails import mail

TOLD = Facets(party=Party.RECRUITER)
NO = "Hi Sam,\n\nIt is a no for the Backend Engineer role, I am sorry.\n\nGil"


def gil(domain: str, name: str = "Gil Pratt") -> Address:
    return Address(name, f"gil@{domain}")


def test_a_company_is_the_plain_case() -> None:
    assert party_of(mail(sender=gil("brightforge.example"), text=NO), Facets()) is Party.COMPANY


def test_what_the_classifier_reads_counts_unless_the_sender_has_the_job_themselves() -> None:
    sender = gil("brightforge.example")
    assert party_of(mail(sender=sender, subject="Hello", text=NO), TOLD) is Party.RECRUITER
    assert (
        party_of(mail(sender=sender, subject="Backend Engineer at Brightforge", text=NO), TOLD)
        is Party.COMPANY
    )


@pytest.mark.parametrize("domain", ["pratt-search.example", "pratttalent.example", "pratt-personal.example"])
def test_a_domain_that_ends_like_an_agencys_is_one(domain: str) -> None:
    assert party_of(mail(sender=gil(domain), subject="Hello", text=NO), Facets()) is Party.RECRUITER


def test_but_not_where_its_own_name_is_the_place_of_the_job() -> None:
    text = NO.replace("role", "role at Bluetalent")
    assert (
        party_of(mail(sender=gil("bluetalent.example"), subject="Hello", text=text), Facets())
        is Party.COMPANY
    )


@pytest.mark.parametrize(("said", "party"), [
    ("My client has chosen somebody else.", Party.RECRUITER), ("Unser Kunde hat sich anders entschieden.", Party.RECRUITER),
    ("You were kind to the clients on the ward.", Party.COMPANY),
])  # fmt: skip
def test_who_speaks_of_a_client_is_an_agency(said: str, party: Party) -> None:
    assert (
        party_of(mail(sender=gil("pratt.example"), subject="Hello", text=f"{NO}\n\n{said}"), Facets())
        is party
    )


def test_a_talent_or_resourcing_team_of_a_company_is_no_agency() -> None:
    sender = Address("Brightforge Resourcing", "no-reply@talentgate.example")
    assert party_of(mail(sender=sender, text=NO), Facets()) is Party.COMPANY
