"""Which parts of a MIME structure are the letter."""

import base64
from textwrap import dedent

import pytest

from afterword.records import Message
from tests.parse.letters import VERDICT, message, multipart, part, with_body

HTML = f"<html><body><p>Dear Sam,</p><p>{VERDICT}</p><p>Thank you for the time that you took for your application.</p></body></html>"
PLAIN = f"Dear Sam,\n\n{VERDICT}\nThank you for your time."


def top(entity: str) -> Message:
    return message(f"From: dana@initech.example\nMIME-Version: 1.0\n{entity}")


def test_of_two_forms_the_plain_one_is_read() -> None:
    found = top(
        multipart("alternative", part("text/plain", PLAIN), part("text/html", "<p>Something else</p>"))
    )
    assert found.text == PLAIN


@pytest.mark.parametrize(
    "stub",
    [
        "",
        " \n\xa0\n",
        "Please view this message in a browser that supports HTML.",
        "Your e-mail program cannot display this message. Read it online: https://news.initech.example/1",
        "Diese Nachricht kann nur im Browser angezeigt werden.",
        "Hello",
    ],
)
def test_where_the_plain_form_is_a_stub_the_html_form_is_read(stub: str) -> None:
    found = top(multipart("alternative", part("text/plain; charset=utf-8", stub), part("text/html", HTML)))
    assert VERDICT in found.text


def test_a_short_plain_letter_beside_an_even_shorter_html_form_stays() -> None:
    found = top(
        multipart("alternative", part("text/plain", "We chose somebody else."), part("text/html", "<p>x</p>"))
    )
    assert found.text == "We chose somebody else."


def test_html_alone_is_read() -> None:
    assert with_body(HTML, "text/html; charset=utf-8").text.startswith(f"Dear Sam,\n\n{VERDICT}")


def test_html_that_calls_itself_plain_text_is_read_as_html() -> None:
    found = with_body(HTML)
    assert found.text.startswith(f"Dear Sam,\n\n{VERDICT}")
    assert "HTML that calls itself plain text" in found.defects


def test_entities_in_plain_text_are_resolved() -> None:
    assert (
        with_body("Dear&nbsp;Sam, R&amp;D isn&#39;t hiring &ndash; sorry & bye").text
        == "Dear Sam, R&D isn't hiring – sorry & bye"
    )


def test_html_with_pictures_inside_an_alternative_is_found() -> None:
    related = multipart("related", part("text/html", HTML), part("image/png", "iVBOR"), boundary="inner")
    found = top(multipart("alternative", part("text/plain", "HTML only"), related))
    assert VERDICT in found.text


def test_texts_of_a_mixed_mail_follow_each_other_and_attachments_are_left_out() -> None:
    found = top(
        multipart(
            "mixed",
            part("text/plain", "Dear Sam, the first half."),
            part("text/plain", "The second half."),
            part(
                "text/plain; name=notes.txt",
                "an attachment",
                "Content-Disposition: attachment; filename=notes.txt",
            ),
            part("application/pdf", "JVBERi0"),
        )
    )
    assert found.text == "Dear Sam, the first half.\n\nThe second half."


def test_two_forms_wrongly_called_mixed_are_read_once() -> None:
    found = top(multipart("mixed", part("text/plain", VERDICT), part("text/html", f"<p>{VERDICT}</p>")))
    assert found.text == VERDICT


def test_an_attached_mail_is_quoted() -> None:
    attached = f"From: Lee <lee@initech.example>\nSubject: News\n\n{VERDICT}"
    found = top(
        multipart("mixed", part("text/plain", "For your files, Sam."), part("message/rfc822", attached))
    )
    assert found.text == "For your files, Sam."
    assert "From: Lee <lee@initech.example>" in found.quoted
    assert VERDICT in found.quoted


def test_an_attached_mail_alone_leaves_the_text_empty() -> None:
    found = top(multipart("mixed", part("message/rfc822", f"Subject: News\n\n{VERDICT}")))
    assert found.text == ""
    assert VERDICT in found.quoted


def test_a_bounce_shows_its_text_and_quotes_the_mail_that_bounced() -> None:
    found = top(
        multipart(
            "report",
            part("text/plain", "Your message could not be delivered to the mailbox."),
            part("message/delivery-status", "Action: failed"),
            part("text/rfc822-headers", "Subject: My application\nTo: dana@initech.example"),
        )
    )
    assert found.text == "Your message could not be delivered to the mailbox."
    assert "Subject: My application" in found.quoted


def test_an_invitation_is_noticed_wherever_it_lies() -> None:
    event = part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR")
    assert top(
        multipart("alternative", part("text/plain", "Let us meet on Monday at ten o'clock."), event)
    ).calendar
    assert top(multipart("mixed", part("text/plain", "Let us meet."), event)).calendar
    assert with_body("BEGIN:VCALENDAR", "text/calendar").calendar
    assert not top(multipart("mixed", part("text/plain", "Let us meet."))).calendar


def test_an_invitation_inside_an_attached_mail_is_not_ours() -> None:
    attached = (
        f"Subject: old\n{multipart('mixed', part('text/calendar', 'BEGIN:VCALENDAR'), boundary='inner')}"
    )
    assert not top(
        multipart("mixed", part("text/plain", "See below."), part("message/rfc822", attached))
    ).calendar


@pytest.mark.parametrize(
    "entity",
    [
        multipart(
            "encrypted",
            part("application/pgp-encrypted", "Version: 1"),
            part("application/octet-stream", "x"),
        ),
        part(
            "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
            "MIIB",
            "Content-Transfer-Encoding: base64",
        ),
        part("text/plain", "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"),
    ],
)
def test_an_encrypted_mail_is_noticed(entity: str) -> None:
    found = top(entity)
    assert found.encrypted
    assert found.text == ""


def test_a_signed_mail_is_read_without_its_signature_part() -> None:
    found = top(
        multipart("signed", part("text/plain", PLAIN), part("application/pgp-signature", "-----BEGIN PGP"))
    )
    assert found.text == PLAIN
    assert not found.encrypted


def test_a_clear_signed_text_is_read_without_its_armour() -> None:
    found = with_body(
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{VERDICT}\n- - one\n-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n"
    )
    assert found.text == f"{VERDICT}\n- one"


def test_outlook_rich_text_is_not_read() -> None:
    found = top(
        multipart("mixed", part("text/plain", VERDICT), part("application/ms-tnef; name=winmail.dat", "x"))
    )
    assert found.text == VERDICT
    assert "TNEF is not read" in found.defects


@pytest.mark.parametrize("encoding", ["base64", "BASE64", "quoted-printable", "8bit", "x-unheard-of"])
def test_a_body_is_read_in_its_transfer_encoding(encoding: str) -> None:
    octets = "Grüße, wir haben uns anders entschieden.".encode()
    if encoding.lower() == "base64":
        octets = base64.encodebytes(octets)
    if encoding == "quoted-printable":
        octets = (
            octets.replace(b"\xc3", b"=C3")
            .replace(b"\xbc", b"=BC")
            .replace(b"\x9f", b"=9F")
            .replace(b"haben", b"hab=\r\nen")
        )
    assert with_body(octets, encoding=encoding).text == "Grüße, wir haben uns anders entschieden."


def test_utf_16_html_is_read() -> None:
    assert VERDICT in with_body(HTML.encode("utf-16"), "text/html").text


def test_nul_octets_and_invisible_characters_are_left_out() -> None:
    found = with_body("\ufeffDe\0ar\u200b Sam,\u202e we\u00ad chose\x07 you\xa0not.")
    assert found.text == "Dear Sam, we chose you not."


def test_flowed_paragraphs_are_lines_and_quotes_stay_quotes() -> None:
    body = "> Is it still \n> open?\nNo, we have decided \nagainst it, as we \nwrote.\n From here on it is stuffed.\n-- \nDana\n"
    found = with_body(body, "text/plain; format=flowed")
    assert found.text == "No, we have decided against it, as we wrote.\nFrom here on it is stuffed."
    assert found.quoted == "Is it still open?"
    assert found.signature == "Dana"


def test_flowed_text_may_delete_the_space_before_the_break() -> None:
    assert with_body("Bewer \nbung", "text/plain; format=flowed; delsp=yes").text == "Bewerbung"


def test_a_boundary_that_is_missing_or_wrong_is_guessed() -> None:
    entity = multipart("mixed", part("text/plain", PLAIN), part("application/pdf", "x"))
    for broken in (
        entity.replace('; boundary="frontier"', "", 1),
        entity.replace('"frontier"', '"border"', 1),
    ):
        found = top(broken)
        assert found.text == PLAIN
        assert "boundary missing or wrong" in found.defects


def test_a_multipart_that_never_closes_is_read_to_its_end() -> None:
    entity = multipart("mixed", part("text/plain", PLAIN), part("text/plain", "and more")).replace(
        "--frontier--\n", ""
    )
    assert top(entity).text == f"{PLAIN}\n\nand more"


def test_a_multipart_without_any_part_is_read_as_it_stands() -> None:
    found = top(f"Content-Type: multipart/mixed; boundary=frontier\n\n{PLAIN}")
    assert found.text == PLAIN
    assert "multipart without parts" in found.defects


def test_a_boundary_that_begins_like_another_is_told_from_it() -> None:
    inner = multipart(
        "alternative", part("text/plain", PLAIN), part("text/html", HTML), boundary="frontier-2"
    )
    assert top(multipart("mixed", inner, part("text/plain", "A footer."))).text == f"{PLAIN}\n\nA footer."


def test_line_ends_of_any_kind_are_borne() -> None:
    entity = multipart("mixed", part("text/plain", PLAIN), part("application/pdf", "x"))
    assert top(entity.replace("\n", "\r\n")).text == PLAIN
    mail = f"From: dana@initech.example\nMIME-Version: 1.0\n{entity}"
    assert message(mail.replace("\n", "\r\n")).text == PLAIN
    assert with_body("one\rtwo\r\nthree\n").text == "one\ntwo\nthree"


def test_a_media_type_that_is_none_is_plain_text() -> None:
    for kind in (
        "text",
        ";;;",
        "text/plain; charset",
        "text/plain; charset*0*=x''%",
        'text/plain; charset="',
    ):
        assert with_body(VERDICT, kind).text == VERDICT


def test_a_picture_alone_leaves_the_text_empty() -> None:
    assert with_body("iVBOR", "image/png", "base64").text == ""


def test_a_letter_marked_as_an_attachment_is_read_where_there_is_nothing_else() -> None:
    found = message(
        f"Content-Type: text/html\nContent-Disposition: attachment; filename=letter.html\n\n{HTML}"
    )
    assert VERDICT in found.text


def test_a_mail_in_the_wild_with_everything_in_it() -> None:
    found = message(
        dedent(
            """\
            Return-Path: <bounce@ats.example>
            From: "Whitlock, Dana (Initech)" <dana@initech.example>
            To: Sam Rivera <sam@example.org>
            Subject: =?utf-8?q?Re:_Your_application_=E2=80=93_Analyst?=
            Date: Tue, 5 May 2026 10:22:07 +0200
            Message-ID: <b@initech.example>
            References: <a@example.org>
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=outer

            A preamble for programs of old.
            --outer
            Content-Type: multipart/alternative; boundary="in ner"

            --in ner
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Dear Sam,

            we have decided to go on with other candidates =E2=80=93 sorry.

            Kind regards
            Dana Whitlock
            Talent Partner, Initech

            On Mon, 4 May 2026 at 09:00, Sam Rivera <sam@example.org> wrote:
            > May I ask how my application stands?
            --in ner
            Content-Type: text/html; charset=utf-8

            <p>Dear Sam</p>
            --in ner--
            --outer
            Content-Type: image/png; name=logo.png
            Content-Transfer-Encoding: base64

            iVBOR
            --outer--
            An epilogue.
            """
        )
    )
    assert found.subject == "Re: Your application – Analyst"
    assert found.sender is not None
    assert found.sender.name == "Whitlock, Dana (Initech)"
    assert (
        found.text == "Dear Sam,\n\nwe have decided to go on with other candidates – sorry.\n\nKind regards"
    )
    assert found.signature == "Dana Whitlock\nTalent Partner, Initech"
    assert found.quoted.endswith("May I ask how my application stands?")
    assert found.defects == ()
