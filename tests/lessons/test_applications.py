"""From remembered mail to applications: which mails are one, how far it came, how it ended, how long it took."""

import time
from dataclasses import replace
from datetime import timedelta

from afterword.records import Address, Correspondence, Label, Reason, Stage
from afterword.report.applications import Application, Ending, Reached, applications_of
from afterword.report.numbers import waits_of
from tests.builders import NOW, correspondence, dossier, place

SAM = Address("Sam Rivera", "sam@mail.example")
ROBOT = Address("Fernhill Careers", "no-reply@talentgate.example")


def told(number: int, label: Label | None, day: float, **changes: object) -> Correspondence:
    """A mail of Brightforge on a day."""
    name = f"<m{number}@brightforge.example>"
    base = correspondence(
        fingerprint=name, message_id=name, place=place(number), label=label, date=NOW + timedelta(days=day)
    )
    return replace(base, **({"company": "Brightforge", "role": "Backend Engineer"} | changes))  # type: ignore[arg-type]  # a test's own fields


def only(*mails: Correspondence, **rejection: object) -> Application:
    """The one application of these mails; the last is the rejection if it is one."""
    last = mails[-1]
    dossiers = (
        [dossier(fingerprint=last.fingerprint, date=last.date, **rejection)]
        if last.label is Label.REJECTION
        else []
    )
    (found,) = applications_of(mails, dossiers)
    return found


def test_what_was_acknowledged_and_turned_down_is_one_application_with_its_wait() -> None:
    found = only(told(1, Label.ACKNOWLEDGEMENT, 0), told(2, Label.REJECTION, 9), stage=Stage.APPLICATION)
    assert (found.reached, found.ending, found.waited) == (
        Reached.APPLICATION,
        Ending.REJECTED,
        timedelta(days=9),
    )
    assert (found.stage, found.reasons) == (Stage.APPLICATION, (Reason.UNSTATED,))


def test_the_first_answer_ends_the_wait_and_an_acknowledgement_is_none() -> None:
    mails = (
        told(1, Label.ACKNOWLEDGEMENT, 0),
        told(2, Label.ACKNOWLEDGEMENT, 2),
        told(3, Label.INTERVIEW, 6),
        told(4, Label.REJECTION, 20),
    )
    found = only(*mails)
    assert (found.reached, found.waited) == (Reached.INTERVIEW, timedelta(days=6))


def test_the_owners_own_mail_is_the_first_sign() -> None:
    applied = told(
        1,
        None,
        -3,
        sender=SAM,
        recipients=(Address("Dana", "dana@brightforge.example"),),
        outgoing=True,
        company="",
    )
    found = only(applied, told(2, Label.REJECTION, 4))
    assert found.waited == timedelta(days=7)


def test_of_an_answer_without_a_first_sign_the_wait_is_not_known() -> None:
    assert only(told(1, Label.REJECTION, 0)).waited is None


def test_the_last_word_counts() -> None:
    assert only(told(1, Label.REJECTION, 0), told(2, Label.OFFER, 5)).ending is Ending.OFFERED
    assert only(told(1, Label.OFFER, 0), told(2, Label.REJECTION, 5)).ending is Ending.REJECTED
    assert only(told(1, Label.ACKNOWLEDGEMENT, 0), told(2, Label.INTERVIEW, 5)).ending is Ending.OPEN


def test_what_the_rejection_tells_of_the_stage_counts_even_without_an_invitation() -> None:
    found = only(told(1, Label.ACKNOWLEDGEMENT, 0), told(2, Label.REJECTION, 9), stage=Stage.FINAL)
    assert found.reached is Reached.FINAL


def test_two_roles_at_one_company_are_two_applications() -> None:
    mails = [
        told(1, Label.ACKNOWLEDGEMENT, 0),
        told(2, Label.ACKNOWLEDGEMENT, 1, role="Data Analyst"),
        told(3, Label.REJECTION, 9),
    ]
    assert len(applications_of(mails, [])) == 2


def test_two_companies_that_write_from_one_tracking_system_are_two() -> None:
    mails = [
        told(1, Label.REJECTION, 0, sender=ROBOT, company="Fernhill"),
        told(2, Label.REJECTION, 1, sender=ROBOT, company="Tideway"),
    ]
    assert [each.company for each in applications_of(mails, [])] == ["Fernhill", "Tideway"]


def test_a_company_behind_a_tracking_system_and_its_own_people_are_one() -> None:
    mails = (told(1, Label.ACKNOWLEDGEMENT, 0, sender=ROBOT), told(2, Label.REJECTION, 3))
    assert only(*mails).waited == timedelta(days=3)


def test_a_thread_joins_what_names_nothing() -> None:
    first = told(1, Label.ACKNOWLEDGEMENT, 0, sender=ROBOT, company="", role="")
    second = told(
        2, Label.REJECTION, 3, sender=ROBOT, company="", role="", thread=("<m1@brightforge.example>",)
    )
    assert only(first, second).waited == timedelta(days=3)


def test_names_that_begin_alike_are_not_one_company() -> None:
    north = told(1, Label.REJECTION, 0, sender=Address("", "a@north.example"), company="North", role="")
    other = told(
        2, Label.REJECTION, 1, sender=Address("", "b@northbeck.example"), company="Northbeck", role="Cook"
    )
    assert len(applications_of([north, other, told(3, Label.REJECTION, 2)], [])) == 3


def test_a_mail_that_lies_in_two_folders_counts_once() -> None:
    mail = told(1, Label.REJECTION, 0)
    (found,) = applications_of([mail, replace(mail, place=place(9, "Archive"))], [])
    assert found.ending is Ending.REJECTED


def test_alerts_drafts_and_a_recruiters_first_word_are_no_applications() -> None:
    mails = [
        told(1, Label.JOB_ALERT, 0),
        told(2, Label.OUTREACH, 1),
        told(3, None, 2, outgoing=True, draft=True),
        told(4, Label.OTHER, 3),
    ]
    assert applications_of(mails, []) == []


def test_a_company_has_the_median_of_its_waits() -> None:
    one = only(told(1, Label.ACKNOWLEDGEMENT, 0), told(2, Label.REJECTION, 9))
    found = waits_of(
        [
            one,
            replace(one, waited=timedelta(days=1)),
            replace(one, waited=timedelta(days=2)),
            replace(one, waited=None),
        ]
    )
    assert [(wait.company, wait.days, wait.answers) for wait in found] == [("Brightforge", 2.0, 3)]


def test_five_thousand_mails_of_one_company_take_seconds() -> None:
    mails = [
        told(number, Label.REJECTION, number % 90, role=f"Role{number} Engineer" if number % 2 else "")
        for number in range(5000)
    ]
    began = time.monotonic()
    applications_of(mails, [])
    assert time.monotonic() - began < 20
