"""The letters: which wording, who is greeted how, what is named and what is left out."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from afterword.letters import Author, check_templates, compose, load_templates, message_id_for
from afterword.records import Contact, Draft, Letter, Party, Plan, Stage, Thread
from tests.builders import NOW, dossier, plan

AUTHOR = Author("Sam Rivera", "sam@mail.example", "Sam Rivera")
TEMPLATES = load_templates()


def written(**changes: Any) -> Draft:
    fields = {"letter": Letter.COMPANY} | {key: changes.pop(key) for key in ("letter",) if key in changes}
    return compose(plan(dossier=dossier(**changes), **fields), AUTHOR, NOW, TEMPLATES)


def parsed(draft: Draft) -> EmailMessage:
    message = message_from_bytes(draft.octets, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_every_shipped_wording_keeps_the_etiquette() -> None:
    assert check_templates(TEMPLATES) == ()


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
@pytest.mark.parametrize("letter", list(Letter))
def test_every_letter_has_several_wordings_in_every_language(language: str, letter: Letter) -> None:
    drafts = {
        written(
            letter=letter,
            language=language,
            fingerprint=f"<{number}>",
            feedback_given=letter is Letter.FEEDBACK_THANKS,
        ).wording
        for number in range(60)
    }
    assert len(drafts) >= 3


def test_it_replies_in_the_thread() -> None:
    message = parsed(written(thread=Thread("<b@x.example>", ("<a@x.example>",), "RE: AW: Your application")))
    assert message["Subject"] == "Re: Your application"
    assert message["In-Reply-To"] == "<b@x.example>"
    assert message["References"] == "<a@x.example> <b@x.example>"


def test_the_message_id_depends_on_the_mail_and_the_owner_alone() -> None:
    one, other = written(letter=Letter.COMPANY), written(letter=Letter.THANKS, language="de")
    assert one.message_id == other.message_id == message_id_for(one.fingerprint, AUTHOR.address)
    assert one.message_id != written(fingerprint="<m2@brightforge.example>").message_id
    assert one.message_id.endswith("@mail.example>")
    assert "afterword" not in one.octets.decode().lower()


def test_two_mails_to_one_company_do_not_read_the_same() -> None:
    bodies = {written(fingerprint=f"<{number}@brightforge.example>").body for number in range(20)}
    assert len(bodies) >= 10


def test_names_that_are_not_known_are_left_out() -> None:
    body = written(role="", company="", contact=Contact("", "jobs@brightforge.example", "from")).body
    assert body.startswith("Hello,")
    assert "  " not in body


def test_a_german_letter_greets_by_full_name_and_guesses_no_gender() -> None:
    assert written(language="de").body.startswith("Guten Tag Dana Whitlock,")


def test_the_original_is_quoted_only_if_the_owner_wants_it() -> None:
    quoting = Author("Sam Rivera", "sam@mail.example", "Sam Rivera", quote=True)
    with_it = compose(plan(), quoting, NOW, TEMPLATES, quoted="We said no.\nSorry.")
    without = compose(plan(), AUTHOR, NOW, TEMPLATES, quoted="We said no.\nSorry.")
    assert "> We said no.\n> Sorry." in with_it.body
    assert "We said no" not in without.body


def test_a_plan_without_a_letter_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no letter"):
        compose(Plan(dossier(), plan().action, "", ""), AUTHOR, NOW, TEMPLATES)


@pytest.mark.parametrize(
    ("language", "name", "greeting"),
    [
        ("en", "Dana Whitlock", "Hi Dana,"),
        ("en", "Dana", "Hi Dana,"),
        ("en", "DANA WHITLOCK", "Hi Dana,"),
        ("en", "Dr. Dana Whitlock", "Hello Dr. Dana Whitlock,"),
        ("en", "王 伟", "Hello 王 伟,"),
        ("en", "Talent Acquisition Team", "Hello,"),
        ("en", "dana.whitlock", "Hello,"),
        ("en", "", "Hello,"),
        ("de", "Dana Whitlock", "Guten Tag Dana Whitlock,"),
        ("de", "", "Guten Tag,"),
        ("fr", "Dana Whitlock", "Bonjour Dana Whitlock,"),
        ("fr", "", "Bonjour,"),
        ("es", "Dana Whitlock", "Hola, Dana:"),
        ("es", "María del Carmen Ruiz", "Hola, María del Carmen Ruiz:"),
        ("es", "", "Hola,"),
    ],
)
def test_a_person_is_greeted_as_the_language_has_it(language: str, name: str, greeting: str) -> None:
    draft = written(language=language, contact=Contact(name, "dana@brightforge.example", "from"))
    assert draft.body.splitlines()[:2] == [greeting, ""]
    assert draft.findings == ()


def test_the_letter_to_a_company_that_never_met_the_owner_is_a_lighter_one() -> None:
    early, late = written(stage=Stage.APPLICATION), written(stage=Stage.FINAL)
    assert early.wording.startswith("company-application/")
    assert late.wording.startswith("company/")
    assert len(early.body) < len(late.body)


def test_a_recruiters_letter_names_the_role_and_never_a_company() -> None:
    for number in range(20):
        draft = written(letter=Letter.RECRUITER, party=Party.RECRUITER, fingerprint=str(number))
        assert "Backend Engineer" in draft.body
        assert "Brightforge" not in draft.body


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
@pytest.mark.parametrize("letter", [Letter.THANKS, Letter.FEEDBACK_THANKS])
def test_a_thank_you_asks_nothing_even_where_there_was_an_interview(letter: Letter, language: str) -> None:
    for stage in Stage:
        for number in range(12):
            body = written(letter=letter, language=language, stage=stage, fingerprint=str(number)).body
            assert "?" not in body


def test_the_same_mail_gets_the_same_letter_on_every_machine() -> None:
    assert written().octets == written().octets
    assert written().wording == "company/conversation"


def test_the_signature_stands_below_the_letter_whatever_is_in_it() -> None:
    signature = "Sam Rivera\nLegal and visa advice\nhttps://sam.example <sam@mail.example>"
    author = Author("Sam Rivera", "sam@mail.example", signature)
    draft = compose(plan(), author, NOW, TEMPLATES)
    assert draft.body.endswith(f",\n{signature}\n")
    assert draft.findings == ()


def test_without_a_signature_the_name_stands_below() -> None:
    draft = compose(plan(), Author("Sam Rivera", "sam@mail.example", ""), NOW, TEMPLATES)
    assert draft.body.endswith(",\nSam Rivera\n")


def test_a_quotation_is_bounded_and_shows_no_hidden_characters() -> None:
    author = Author("Sam Rivera", "sam@mail.example", "", quote=True)
    draft = compose(plan(), author, NOW, TEMPLATES, quoted="a\u202eb\x00c\n" * 100_000)
    assert draft.body.count("> a b c\n") == 300
    assert draft.findings == ()


def test_a_sender_that_cannot_be_written_leaves_a_finding() -> None:
    draft = compose(plan(), Author("Sam", "sam at home", "Sam"), NOW, TEMPLATES)
    assert [found.words for found in draft.findings] == ["the sender's address cannot be used"]
