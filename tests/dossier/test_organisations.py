"""Whose a domain is, and whether a written name is that of its owner."""

import pytest

from afterword.dossier.organisations import (
    fits,
    is_named,
    is_tracking_system,
    organisation_of,
    own_organisation,
    squash,
)
from afterword.dossier.people import is_relay, is_robot, is_role_mailbox
from afterword.records import Address


@pytest.mark.parametrize(("domain", "organisation"), [
    ("mail.hr.brightforge.example", "brightforge.example"),
    ("careers.fernhollow.co.uk", "fernhollow.co.uk"),
    ("HR.Fernhollow.CO.UK", "fernhollow.co.uk"),
    ("[192.0.2.1]", ""), ("localhost", ""), ("a|b.example", ""), ("", ""), ("..", ""),
])  # fmt: skip
def test_the_organisation_is_the_label_before_the_public_suffix(domain: str, organisation: str) -> None:
    assert organisation_of(domain) == organisation


@pytest.mark.parametrize(
    "domain",
    [
        "greenhouse.io",
        "us.greenhouse-mail.io",
        "hire.lever.co",
        "myworkday.com",
        "talent.icims.com",
        "brightforge.personio.de",
    ],
)
def test_a_tracking_system_is_no_companys_organisation(domain: str) -> None:
    assert is_tracking_system(domain)
    assert own_organisation(domain) == ""


def test_a_free_mailbox_is_no_organisation() -> None:
    assert own_organisation("gmail.com") == ""


@pytest.mark.parametrize(("name", "squashed"), [
    ("Brightforge GmbH", "brightforge"), ("Müller & Söhne KG", "muellerandsoehne"), ("Énergie Verte S.A.", "energieverte"), ("Fernhollow, Inc.", "fernhollow"), ("", ""),
])  # fmt: skip
def test_a_name_is_compared_without_legal_form_accents_and_marks(name: str, squashed: str) -> None:
    assert squash(name) == squashed


@pytest.mark.parametrize(("name", "organisation", "fit"), [
    ("Brightforge", "brightforge.example", True), ("Brightforge Software", "brightforge.example", True), ("Brightforge", "brightforge-group.example", True),
    ("Northbeck Software", "northbeck.example", True), ("Northbeck Software", "north.example", False), ("North", "northbeck.example", False),
    ("North", "north-beck.example", True), ("North", "northgroup.example", True), ("Northbeck", "north.example", False),
    ("Brightforge", "elsewhere.example", False), ("", "brightforge.example", False), ("Br", "brightforge.example", False),
])  # fmt: skip
def test_a_name_fits_a_domain_that_begins_with_it_and_a_short_one_only_where_a_word_ends(
    name: str, organisation: str, fit: bool
) -> None:
    assert fits(name, organisation) is fit


@pytest.mark.parametrize(("text", "named"), [
    ("Thank you for applying to Ormonde, Price & Co.", True), ("write to dana@ormondepriceandco.example", False), ("see https://ormondepriceandco.example/jobs", False), ("Ormonde", False),
])  # fmt: skip
def test_a_text_names_an_organisation_when_words_in_a_row_make_up_its_label(text: str, named: bool) -> None:
    assert is_named("ormondepriceandco.example", text) is named


def test_a_name_is_found_in_the_longest_text_in_a_moment() -> None:
    assert not is_named("brightforge.example", "x" * 1_000_000)


@pytest.mark.parametrize(
    "local", ["careers", "hr-ops", "deansoffice", "candidatecare", "recruiting.emea", "bewerbung", "2024"]
)
def test_a_mailbox_that_many_read_is_no_persons(local: str) -> None:
    assert is_role_mailbox(Address("", f"{local}@brightforge.example"))


@pytest.mark.parametrize("local", ["dana", "d.whitlock", "dana.whitlock", "jobst", "dwhitlock2", "teague"])
def test_a_persons_mailbox_is_no_teams_and_no_robots(local: str) -> None:
    assert not is_role_mailbox(Address("", f"{local}@brightforge.example"))
    assert not is_robot(Address("", f"{local}@brightforge.example"))


def test_an_agency_that_is_named_after_its_trade_is_no_tracking_system() -> None:
    agency = Address("Oakmere Recruiting", "info@oakmere-recruiting.example")
    assert not is_relay(agency)
    assert is_relay(
        Address("Brightforge", "brightforge@applyhere.example"), "Thank you for applying to Brightforge."
    )
