"""Which mails are one application, and what the others of it mean for a rejection."""

import time
from typing import Any

from afterword.dossier import Recollection, merge, open_dossier, recheck, told_together
from afterword.records import Address, Contact, Dossier, Facets, Label, Letter, Stage, Thread
from tests.builders import DANA, NOW, verdict
from tests.dossier.mails import (
    BY_ROBOT,
    JORDAN,
    OWNER,
    ROBOT,
    TEXT,
    VAGUE,
    by_robot,
    invitation,
    mail,
    opened,
    other_role,
    reasons,
    received,
    sent,
)

# --- the person behind a robot


def test_the_person_who_invited_is_the_contact_and_the_draft_continues_their_thread() -> None:
    dossier = opened(by_robot(), invitation())
    assert dossier.contact == Contact("Dana Whitlock", "dana@brightforge.example", "earlier_mail")
    assert dossier.thread == Thread("<m50@brightforge.example>", (), "Interview for Backend Engineer")
    assert dossier.obstacles == ()


def test_the_last_message_of_the_person_is_continued_with_its_references() -> None:
    later = invitation(
        uid=51,
        days=-4,
        references=("<m50@brightforge.example>",),
        subject="Re: Interview for Backend Engineer",
    )
    dossier = opened(by_robot(), invitation(), later)
    assert dossier.thread == Thread(
        "<m51@brightforge.example>", ("<m50@brightforge.example>",), "Re: Interview for Backend Engineer"
    )


def test_a_person_known_only_from_another_role_is_no_contact() -> None:
    other = invitation(text=invitation_text("Data Analyst"), subject="Interview for Data Analyst")
    assert opened(by_robot(), other).contact is None


def invitation_text(role: str) -> str:
    return f"Hi Sam,\n\nI would like to invite you to an interview for the {role} position at Brightforge.\n\nDana Whitlock"


def test_a_person_of_another_company_is_no_contact() -> None:
    stranger = invitation(
        sender=Address("Jordan Lee", "jordan@elsewhere.example"),
        text=invitation_text("Backend Engineer").replace("Brightforge", "Elsewhere"),
    )
    assert opened(by_robot(), stranger).contact is None


def test_a_recruiter_who_wrote_first_about_the_same_role_is_the_contact() -> None:
    outreach = received(
        mail(
            uid=40,
            days=-30,
            text=invitation_text("Backend Engineer"),
            subject="Backend Engineer at Brightforge",
        ),
        Label.OUTREACH,
    )
    contact = opened(by_robot(), outreach).contact
    assert contact is not None
    assert contact.address == "dana@brightforge.example"


def test_a_colleague_who_writes_about_something_else_is_no_contact() -> None:
    invoice = received(
        mail(
            uid=41,
            days=-5,
            sender=JORDAN,
            subject="Invoice",
            text="Hi Sam,\n\nhere is the invoice.\n\nJordan Lee",
        ),
        Label.OTHER,
    )
    assert opened(by_robot(), invoice).contact is None


def test_a_free_mailbox_counts_only_within_the_thread_or_when_the_owner_wrote_to_it() -> None:
    free = Address("Dana Whitlock", "dana.whitlock@freemail.example")
    known = invitation(sender=free, subject="Interview for Backend Engineer at Brightforge")
    assert opened(by_robot(), known).contact is None
    assert opened(by_robot(references=(known.message_id,)), known).contact is not None
    assert (
        opened(
            by_robot(), known, sent("I will be there.", to=(free,), days=-9, references=(known.message_id,))
        ).contact
        is not None
    )


def test_a_person_without_a_certain_name_is_written_to_without_one() -> None:
    known = invitation(
        sender=Address("dw", "dwh@brightforge.example"),
        text=invitation_text("Backend Engineer").replace("Dana Whitlock", "D."),
    )
    assert opened(by_robot(), known).contact == Contact("", "dwh@brightforge.example", "earlier_mail")


def test_a_robots_earlier_mail_names_nobody() -> None:
    acknowledgement = received(by_robot(uid=30, days=-20), Label.ACKNOWLEDGEMENT)
    assert opened(by_robot(), acknowledgement).contact is None


def test_the_owner_is_never_the_contact() -> None:
    assert (
        opened(by_robot(), sent("Dear team, here is my application.", days=-20, to=(ROBOT,))).contact is None
    )


def test_the_thread_joins_mails_that_share_neither_company_nor_role() -> None:
    known = invitation(
        sender=Address("Jordan Lee", "jordan@agency.example"),
        subject="Tuesday",
        text="Hi Sam,\n\nsee you at two.\n\nJordan Lee",
    )
    dossier = opened(
        by_robot(
            references=("<m50@brightforge.example>",),
            subject="Update",
            text="Unfortunately it is a no for you. We wish you all the best.",
        ),
        known,
    )
    assert dossier.contact is not None
    assert dossier.contact.address == "jordan@agency.example"


# --- stage


def test_an_earlier_interview_raises_the_stage() -> None:
    assert opened(mail()).stage is Stage.APPLICATION
    assert opened(mail(), invitation()).stage is Stage.INTERVIEW


def test_an_invitation_to_a_final_round_and_an_offer_raise_the_stage_to_final() -> None:
    assert opened(mail(), invitation(subject="Final interview for Backend Engineer")).stage is Stage.FINAL
    offer = received(
        mail(
            uid=52,
            days=-2,
            text="Hi Sam,\n\nwe offer you the Backend Engineer position at Brightforge.\n\nDana Whitlock",
        ),
        Label.OFFER,
    )
    assert opened(mail(), offer).stage is Stage.FINAL


def test_an_interview_after_the_rejection_does_not_raise_the_stage() -> None:
    assert opened(mail(), invitation(days=3)).stage is Stage.APPLICATION


def test_an_interview_for_another_role_does_not_raise_the_stage() -> None:
    other = invitation(text=invitation_text("Data Analyst"), subject="Interview for Data Analyst")
    assert opened(mail(), other).stage is Stage.APPLICATION


# --- several rejections


def test_of_a_robots_and_a_persons_rejection_the_persons_is_answered() -> None:
    robot, person = opened(by_robot(uid=1)), opened(mail(uid=2, days=-1))
    merged = merge([robot, person])
    assert [reasons(each) for each in merged] == [["no_contact", "same_application"], []]


def test_the_persons_is_answered_even_when_the_robots_names_the_person_from_earlier_mail() -> None:
    robot, person = opened(by_robot(uid=1, days=1), invitation()), opened(mail(uid=2), invitation())
    assert [reasons(each) for each in merge([robot, person])] == [["same_application"], []]


def test_of_two_by_one_person_the_latest_is_answered() -> None:
    first, last = opened(mail(uid=1)), opened(mail(uid=2, days=1))
    assert [reasons(each) for each in merge([first, last])] == [["same_application"], []]
    assert [reasons(each) for each in merge([last, first])] == [[], ["same_application"]]


def test_two_roles_at_one_company_are_two_applications() -> None:
    engineer, data = opened(mail(uid=1)), opened(other_role())
    assert [reasons(each) for each in merge([engineer, data])] == [[], []]


def test_a_junior_and_a_senior_role_are_two_applications() -> None:
    plain = opened(mail(uid=1))
    senior = opened(other_role("Senior Backend Engineer"))
    assert [reasons(each) for each in merge([plain, senior])] == [[], []]


def test_a_mail_without_a_role_joins_neither_of_two_applications() -> None:
    vague = opened(mail(uid=3, days=1, **VAGUE))
    engineer, data = opened(mail(uid=1)), opened(other_role())
    assert [reasons(each) for each in merge([engineer, data, vague])] == [[], [], ["already_asked"]]


def test_a_mail_without_a_role_joins_the_only_application_there() -> None:
    vague = opened(mail(uid=3, days=1, **VAGUE))
    assert [reasons(each) for each in merge([opened(mail(uid=1)), vague])] == [["same_application"], []]


def test_company_alone_counts_for_sixty_days() -> None:
    vague = opened(mail(uid=3, days=61, sender=JORDAN, **VAGUE))
    assert [reasons(each) for each in merge([opened(mail(uid=1)), vague])] == [[], []]


def test_two_mails_of_one_application_tell_together_how_far_it_went_and_what_was_said() -> None:
    robots = opened(by_robot(days=-1), facets=Facets(stage=Stage.FINAL, feedback_given=True))
    persons = opened(mail(uid=2), facets=Facets(stage=Stage.INTERVIEW, no_feedback_policy=True))
    together = told_together(persons, [robots, persons])
    assert (together.stage, together.feedback_given, together.no_feedback_policy) == (
        Stage.FINAL,
        True,
        True,
    )
    assert told_together(robots, [robots, persons]).stage is Stage.FINAL


def test_another_application_tells_nothing_about_this_one() -> None:
    other = opened(other_role(uid=2), facets=Facets(stage=Stage.FINAL, feedback_given=True))
    alone = opened(mail())
    assert told_together(alone, [other, alone]) == alone


def test_a_company_with_a_short_name_is_not_the_one_whose_name_begins_like_it() -> None:
    robot = Address("North", "no-reply@talentgate.example")
    text = "Dear Sam,\n\nThank you for applying for the Backend Engineer position at North. We will not go further.\n\nThe North team"
    north = opened(mail(uid=2, sender=robot, subject="Your application to North", text=text))
    northbeck = opened(
        mail(
            sender=Address("Dana Whitlock", "dana@northbeck.example"),
            text=TEXT.replace(" at Brightforge", ""),
        )
    )
    assert north.company == "North"
    assert reasons(merge([north, northbeck])[1]) == []
    assert north.contact is None


def test_an_application_that_has_its_draft_gets_no_other() -> None:
    settled = opened(mail(uid=1))
    (merged,) = merge([opened(mail(uid=2, days=3))], [settled])
    assert reasons(merged) == ["same_application"]


def test_another_role_is_not_settled_with_it() -> None:
    (merged,) = merge([opened(other_role())], [opened(mail(uid=1))])
    assert merged.obstacles == ()


def test_a_thread_joins_two_rejections_whose_roles_are_written_differently() -> None:
    first = opened(mail(uid=1))
    second = opened(
        mail(
            uid=2,
            days=1,
            references=("<m1@brightforge.example>",),
            subject="Re: Your application",
            text=TEXT.replace("Backend Engineer", "Software Developer"),
        )
    )
    assert [reasons(each) for each in merge([first, second])] == [["same_application"], []]


def test_a_requisition_number_joins_mails_without_a_role() -> None:
    by_number = {
        "subject": "Your application (Req. R-20417)",
        "text": "Dear Sam,\n\nunfortunately it is a no from us this time.\n\nBrightforge Careers",
    }
    first = opened(
        by_robot(
            uid=1,
            days=-100,
            sender=Address("Brightforge Careers", "careers@brightforge.example"),
            **by_number,
        )
    )
    second = opened(mail(uid=2, **by_number))
    assert [reasons(each) for each in merge([first, second])] == [["same_application"], []]


def test_two_requisition_numbers_are_two_applications() -> None:
    def numbered(uid: int, number: str, sender: Address) -> Dossier:
        text = f"Dear Sam,\n\nunfortunately it is a no from us this time.\n\n{sender.name}"
        return opened(mail(uid=uid, sender=sender, subject=f"Your application (Req. {number})", text=text))

    assert [
        reasons(each) for each in merge([numbered(1, "R-20417", DANA), numbered(2, "R-20418", JORDAN)])
    ] == [[], []]


def test_of_two_applications_that_one_person_turned_down_the_first_may_ask() -> None:
    first, second = opened(mail(uid=1)), opened(other_role(days=5, sender=DANA))
    assert [reasons(each) for each in merge([second, first])] == [["already_asked"], []]
    assert reasons(merge([second], [first])[0]) == ["already_asked"]


def test_after_ninety_days_the_same_person_may_be_asked_about_another_application() -> None:
    first, second = opened(mail(uid=1)), opened(other_role(days=91, sender=DANA))
    assert [reasons(each) for each in merge([first, second])] == [[], []]


def test_a_letter_that_asks_for_nothing_leaves_the_person_free_to_be_asked() -> None:
    first = opened(mail(uid=1), facets=Facets(no_feedback_policy=True))
    assert [reasons(each) for each in merge([first, opened(other_role(days=5, sender=DANA))])] == [[], []]


def test_a_mailbox_of_many_is_no_one_person() -> None:
    careers: dict[str, Any] = {"sender": Address("Brightforge Careers", "careers@brightforge.example")}
    first, second = (
        opened(mail(text=BY_ROBOT, **careers)),
        opened(other_role(text=BY_ROBOT.replace("Backend Engineer", "Data Analyst"), **careers)),
    )
    assert [reasons(each) for each in merge([first, second])] == [[], []]


def test_two_companies_that_use_one_tracking_system_are_two_applications() -> None:
    one = opened(by_robot(uid=1), invitation())
    other = opened(
        by_robot(
            uid=2,
            sender=Address("Fernhollow Careers", ROBOT.address),
            subject="Your application for Backend Engineer at Fernhollow",
            text=BY_ROBOT.replace("Brightforge", "Fernhollow"),
        )
    )
    assert "same_application" not in reasons(merge([one, other])[0]) + reasons(merge([one, other])[1])


# --- time


def test_years_of_mail_are_looked_through_in_a_moment() -> None:
    """Twenty thousand remembered mails, a good part of them of one company, and two hundred rejections."""
    earlier = Recollection(
        [invitation(uid=1000 + number, days=-(number % 300)) for number in range(50)] * 400
    )
    dossier = opened(by_robot(), *earlier[:50])
    began = time.perf_counter()
    for number in range(200):
        open_dossier(by_robot(uid=5000 + number, **VAGUE), verdict(), earlier, OWNER, now=NOW)
    recheck(dossier, earlier, Letter.COMPANY)
    assert time.perf_counter() - began < 10
    assert dossier.contact is not None
