"""Whom a draft may go to, and whom never (RFC 3834, RFC 8601)."""

import pytest

from afterword.dossier import Owner
from afterword.records import Address, Contact, Message
from tests.builders import DANA
from tests.dossier.mails import BY_ROBOT, SAM, TEXT, by_robot, invitation, mail, opened, reasons


def contact_of(message: Message) -> Contact | None:
    return opened(message).contact


def test_a_person_who_writes_from_their_own_address_is_the_contact() -> None:
    assert contact_of(mail()) == Contact("Dana Whitlock", "dana@brightforge.example", "from")


@pytest.mark.parametrize(
    "local",
    ["no-reply", "NoReply", "no_reply", "noreply+4711", "do-not-reply", "donotreply", "ne-pas-repondre", "nicht-antworten", "keine-antwort",
     "no-responder", "noresponder", "non-rispondere", "nao-responda", "mailer-daemon", "postmaster", "bounces+12=ab", "notifications", "jobs-noreply",
     "unmonitored", "auto-reply"],
)  # fmt: skip
def test_nobody_writes_to_a_machine(local: str) -> None:
    dossier = opened(mail(sender=Address("Dana Whitlock", f"{local}@brightforge.example")))
    assert dossier.contact is None
    assert reasons(dossier) == ["no_contact"]


@pytest.mark.parametrize("local", ["careers", "jobs", "hr", "bewerbung", "recruiting", "hello"])
def test_a_role_mailbox_that_takes_answers_is_written_to_without_a_name(local: str) -> None:
    address = f"{local}@brightforge.example"
    assert contact_of(mail(sender=Address("Brightforge Careers", address), text=BY_ROBOT)) == Contact(
        "", address, "from"
    )


@pytest.mark.parametrize(
    "display",
    ["Brightforge Careers", "Talent Acquisition", "HR Team", "Bright Forge", "The Hiring Team", "Recruiting", "Bewerbermanagement", "Jobs at Brightforge",
     "Équipe Recrutement", "Recursos Humanos", "People Operations", "Dear {{name}}", "No Reply", "dana@brightforge.example", "https://dana.example", ""],
)  # fmt: skip
def test_a_display_name_that_is_no_persons_is_never_greeted(display: str) -> None:
    contact = contact_of(mail(sender=Address(display, "careers@brightforge.example"), text=BY_ROBOT))
    assert contact == Contact("", "careers@brightforge.example", "from")


@pytest.mark.parametrize(("display", "local", "name"), [
    ("Whitlock, Dana", "dana", "Dana Whitlock"),
    ("Dana Whitlock (Brightforge)", "dana", "Dana Whitlock"),
    ("Dana Whitlock via Talentgate", "dana", "Dana Whitlock"),
    ("Dana Whitlock | Brightforge", "d.whitlock", "Dana Whitlock"),
    ("Anna-Lena van der Berg", "a.vanderberg", "Anna-Lena van der Berg"),
    ("Siobhán O’Neill", "siobhan", "Siobhán O’Neill"),
])  # fmt: skip
def test_the_usual_decorations_of_a_persons_name_are_taken_off(display: str, local: str, name: str) -> None:
    contact = contact_of(mail(sender=Address(display, f"{local}@brightforge.example")))
    assert contact is not None
    assert contact.name == name


@pytest.mark.parametrize(("display", "address", "end", "name"), [
    ("Dana", "dana@brightforge.example", "Dana", "Dana"),
    ("Dana", "dana@brightforge.example", "Dana Whitlock", "Dana Whitlock"),
    ("", "d.whitlock@brightforge.example", "Dana Whitlock", "Dana Whitlock"),
    ("Brightforge Careers", "careers@brightforge.example", "Dana Whitlock\nTalent Partner", "Dana Whitlock"),
    ("Brightforge Careers", "careers@brightforge.example", "Bright Forge\nRecruiting", ""),
    ("Brightforge Careers", "careers@brightforge.example", "Blue Harbor\nWaterfront 7", ""),
    ("Dana", "jordan@brightforge.example", "The team", ""),
])  # fmt: skip
def test_the_end_of_the_mail_can_make_a_name_certain(display: str, address: str, end: str, name: str) -> None:
    text = BY_ROBOT.replace("The Brightforge team", f"Kind regards,\n{end}")
    assert contact_of(mail(sender=Address(display, address), text=text)) == Contact(name, address, "from")


# --- Reply-To


def test_reply_to_at_the_same_organisation_is_followed() -> None:
    other = Address("Dana Whitlock", "dana.whitlock@hr.brightforge.example")
    assert contact_of(mail(reply_to=(other,))) == Contact("Dana Whitlock", other.address, "reply_to")


def test_reply_to_at_another_organisation_gets_no_draft() -> None:
    dossier = opened(mail(reply_to=(Address("Dana Whitlock", "dana@elsewhere.example"),)))
    assert dossier.contact is None
    assert reasons(dossier)[0] == "unverified_sender"


def test_a_tracking_system_may_point_to_the_companys_own_domain() -> None:
    contact = contact_of(by_robot(reply_to=(DANA,)))
    assert contact == Contact("Dana Whitlock", "dana@brightforge.example", "reply_to")


def test_a_tracking_system_may_not_point_to_a_stranger() -> None:
    dossier = opened(by_robot(reply_to=(Address("Dana Whitlock", "dana@elsewhere.example"),)))
    assert dossier.contact is None
    assert "unverified_sender" in reasons(dossier)


def test_a_tracking_system_may_not_point_to_another_tracking_system() -> None:
    dossier = opened(by_robot(reply_to=(Address("Dana Whitlock", "dana@hireflow.example"),)))
    assert dossier.contact is None
    assert "unverified_sender" in reasons(dossier)


def test_where_reply_to_leads_to_a_machine_the_person_in_from_is_written_to() -> None:
    message = mail(reply_to=(Address("", "no-reply@brightforge.example"),))
    assert contact_of(message) == Contact("Dana Whitlock", "dana@brightforge.example", "from")


def test_a_person_in_from_comes_before_a_role_mailbox_in_reply_to() -> None:
    message = mail(reply_to=(Address("Brightforge Careers", "careers@brightforge.example"),))
    assert contact_of(message) == Contact("Dana Whitlock", "dana@brightforge.example", "from")


def test_two_free_mailboxes_are_not_one_organisation() -> None:
    message = mail(
        sender=Address("Dana Whitlock", "dana@gmail.com"), reply_to=(Address("", "payments@gmail.com"),)
    )
    assert opened(message).contact is None


# --- an address in the signature


def test_a_persons_address_in_the_signature_is_the_contact_when_a_machine_sent_it() -> None:
    message = by_robot(text=BY_ROBOT + "\n\nDana Whitlock\nTalent Partner\ndana.whitlock@brightforge.example")
    assert contact_of(message) == Contact("Dana Whitlock", "dana.whitlock@brightforge.example", "signature")


def test_a_role_address_in_the_signature_belongs_to_nobody() -> None:
    message = by_robot(text=BY_ROBOT + "\n\nDana Whitlock\nTalent Partner\nprivacy@brightforge.example")
    assert contact_of(message) is None


def test_a_name_in_the_signature_is_not_given_to_another_persons_address() -> None:
    message = by_robot(text=BY_ROBOT + "\n\nDana Whitlock\nQuestions? jordan.lee@brightforge.example")
    contact = contact_of(message)
    assert contact is None or contact.name != "Dana Whitlock"


def test_a_signature_address_on_a_foreign_domain_does_not_count() -> None:
    message = by_robot(text=BY_ROBOT + "\n\nDana Whitlock\ndana.whitlock@elsewhere.example")
    assert contact_of(message) is None


def test_a_persons_address_in_the_signature_comes_before_a_mailbox_of_many() -> None:
    text = BY_ROBOT + "\n\nDana Whitlock\nd.whitlock@brightforge.example"
    message = mail(sender=Address("Brightforge Careers", "careers@brightforge.example"), text=text)
    assert contact_of(message) == Contact("Dana Whitlock", "d.whitlock@brightforge.example", "signature")


def test_a_tracking_systems_own_address_is_nobodys() -> None:
    assert (
        contact_of(by_robot(sender=Address("Brightforge Careers", "brightforge@talentgate.example"))) is None
    )


def test_an_unknown_tracking_system_gives_itself_away_by_the_companys_name_before_the_at_sign() -> None:
    assert (
        contact_of(by_robot(sender=Address("Brightforge Careers", "brightforge@applyhere.example"))) is None
    )


# --- robots, lists, forgeries


def test_without_anybody_the_reason_is_recorded() -> None:
    assert reasons(opened(by_robot())) == ["no_contact"]


def test_an_automatic_mail_is_answered_to_the_person_who_wrote_before() -> None:
    dossier = opened(mail(headers=(("auto-submitted", "auto-generated"),), text=BY_ROBOT), invitation())
    assert dossier.contact == Contact("Dana Whitlock", "dana@brightforge.example", "earlier_mail")


@pytest.mark.parametrize("header", [("auto-submitted", "auto-replied"), ("return-path", "<>")])
def test_bounces_and_automatic_answers_get_no_draft(header: tuple[str, str]) -> None:
    assert "robot" in reasons(opened(mail(headers=(header,))))


@pytest.mark.parametrize(
    "header",
    [
        ("list-id", "<jobs.brightforge.example>"),
        ("list-post", "<mailto:jobs@brightforge.example>"),
        ("precedence", "List"),
    ],
)
def test_a_mailing_list_gets_no_draft(header: tuple[str, str]) -> None:
    assert "list" in reasons(opened(mail(headers=(header,))))


@pytest.mark.parametrize(
    "header",
    [
        ("list-unsubscribe", "<https://talentgate.example/u>"),
        ("precedence", "bulk"),
        ("auto-submitted", "no"),
    ],
)
def test_what_tracking_systems_add_to_personal_mail_is_no_list(header: tuple[str, str]) -> None:
    assert opened(mail(headers=(header,))).obstacles == ()


FAIL = "mx.mail.example; spf=fail smtp.mailfrom=x; dmarc=fail header.from=brightforge.example"
PASS = FAIL.replace("fail", "pass")


def with_results(*values: str) -> Message:
    return mail(headers=tuple(("authentication-results", value) for value in values))


def test_a_sender_that_failed_dmarc_gets_no_draft() -> None:
    assert reasons(opened(with_results(FAIL))) == ["unverified_sender"]


def test_only_the_topmost_result_counts() -> None:
    assert opened(with_results(PASS, FAIL)).obstacles == ()
    assert reasons(opened(with_results(FAIL, PASS))) == ["unverified_sender"]


def test_results_of_a_foreign_server_say_nothing() -> None:
    assert opened(with_results(FAIL.replace("mx.mail.example", "mx.elsewhere.example"))).obstacles == ()


def test_a_configured_server_name_is_the_only_one_that_is_trusted() -> None:
    owner = Owner("Sam Rivera", ("sam@mail.example",), ("filter.hosting.example",))
    assert opened(with_results(FAIL), owner=owner).obstacles == ()
    configured = with_results(FAIL.replace("mx.mail.example", "filter.hosting.example"))
    assert reasons(opened(configured, owner=owner)) == ["unverified_sender"]


@pytest.mark.parametrize(
    ("host", "authserv"),
    [("imap.hosting.example", "mx7.hosting.example"), ("imap.gmail.com", "mx.google.com")],
)
def test_the_server_that_keeps_the_mail_is_believed_at_a_domain_of_ones_own(host: str, authserv: str) -> None:
    failed = with_results(FAIL.replace("mx.mail.example", authserv))
    assert reasons(opened(failed, owner=Owner("Sam Rivera", ("sam@mail.example",), host=host))) == [
        "unverified_sender"
    ]
    assert (
        opened(
            failed, owner=Owner("Sam Rivera", ("sam@mail.example",), host="imap.elsewhere.example")
        ).obstacles
        == ()
    )


def test_a_person_known_only_from_forged_mail_is_no_contact() -> None:
    forged = invitation(headers=(("authentication-results", FAIL),))
    assert opened(by_robot(), forged).contact is None


# --- whose rejection it is


def test_the_owner_in_another_case_or_with_a_plus_is_the_owner() -> None:
    assert opened(mail(to=(Address("", "SAM+jobs@Mail.example"),))).obstacles == ()


@pytest.mark.parametrize("fields", [
    {"to": (Address("Alex Moreau", "alex@other.example"),), "cc": (SAM,)},
    {"to": (Address("Alex Moreau", "alex@other.example"),)},
    {"subject": "Fwd: Your application", "text": ""},
    {"text": "", "quoted": TEXT},
    {"to": (), "cc": (), "headers": (("delivered-to", "list-42@other.example"),), "text": TEXT.replace("Sam", "Alex")},
])  # fmt: skip
def test_somebody_elses_rejection_gets_no_draft(fields: dict[str, object]) -> None:
    assert "not_for_owner" in reasons(opened(mail(**fields)))


def test_a_rejection_that_the_owner_sent_themselves_gets_no_draft() -> None:
    assert "not_for_owner" in reasons(opened(mail(sender=SAM)))


def test_a_blind_copy_to_the_owner_is_for_the_owner() -> None:
    assert opened(mail(to=(), headers=(("delivered-to", "sam@mail.example"),))).obstacles == ()


def test_a_language_without_letters_gets_no_draft() -> None:
    text = "Beste Sam,\n\nHelaas hebben we besloten om niet met jou verder te gaan in de procedure. We wensen je veel succes met het vinden van een baan.\n\nDana Whitlock"
    assert "language" in reasons(opened(mail(text=text, subject="Je sollicitatie")))


def test_all_that_is_in_the_way_is_told() -> None:
    message = by_robot(
        headers=(("list-id", "<x.example>"), ("authentication-results", FAIL)),
        cc=(SAM,),
        to=(Address("", "alex@other.example"),),
    )
    assert set(reasons(opened(message))) == {"not_for_owner", "list", "unverified_sender", "no_contact"}


# --- names that are certain


@pytest.mark.parametrize(
    "display",
    ["Appointments Secretary", "Assessment Unit", "Small Grants", "Gestión Humana", "La Direction", "Bar Los Caracoles", "Hausverwaltung Kettler", "County Personnel", "Customer Relations"],
)  # fmt: skip
def test_a_department_that_signs_like_a_person_is_not_greeted(display: str) -> None:
    local = display.split()[0].casefold()
    text = BY_ROBOT.replace("The Brightforge team", f"Kind regards,\n{display}")
    contact = contact_of(mail(sender=Address(display, f"{local}@brightforge.example"), text=text))
    assert contact is not None
    assert contact.name == ""


@pytest.mark.parametrize("end", ["Dear Ming", "Hi Iris", "Dear Ms Han"])
def test_who_is_greeted_is_not_taken_for_who_writes(end: str) -> None:
    sender = Address("Talent Team", f"{end.split()[-1].casefold()}@brightforge.example")
    contact = contact_of(mail(sender=sender, text=f"{end},\n\nunfortunately it is a no.\n\nThe talent team"))
    assert contact is not None
    assert contact.name == ""


def test_a_name_that_is_on_no_list_is_certain_when_the_address_is_made_of_both_its_parts() -> None:
    text = TEXT.replace("Dana Whitlock", "Xqarix Whitlock")
    sure = mail(sender=Address("Xqarix Whitlock", "xqarix.whitlock@brightforge.example"), text=text)
    unsure = mail(sender=Address("Xqarix Whitlock", "office@brightforge.example"), text=text)
    assert contact_of(sure) == Contact("Xqarix Whitlock", "xqarix.whitlock@brightforge.example", "from")
    assert contact_of(unsure) == Contact("", "office@brightforge.example", "from")


def test_a_name_in_the_middle_of_the_last_lines_belongs_to_the_address_beside_it() -> None:
    text = (
        BY_ROBOT + "\n\nFor questions, Dana van der Berg (d.vanderberg@brightforge.example) is glad to help."
    )
    assert contact_of(by_robot(text=text)) == Contact(
        "Dana van der Berg", "d.vanderberg@brightforge.example", "signature"
    )
