"""Header fields: decoded, bounded, never trusted."""

from datetime import UTC, datetime, timedelta

import pytest

from afterword.parse import OCTET_LIMIT
from tests.parse.letters import TAKEN_IN, VERDICT, message, with_body, with_field


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        (b"=?utf-8?q?Ihre_Bewerbung_f=C3=BCr_M=C3=BCnchen?=", "Ihre Bewerbung für München"),
        (b"=?UTF-8?B?SWhyZSBCZXdlcmJ1bmcgZsO8cg==?=", "Ihre Bewerbung für"),
        (b"=?utf-8?B?SWhyZSBCZXdlcmJ1bmcgZsO8cg?=", "Ihre Bewerbung für"),  # padding forgotten
        (b"=?utf-8*en?q?Your_application?=", "Your application"),
        (b"=?iso-8859-1?q?Caf=E9?= =?utf-8?q?_caf=C3=A9?=", "Café café"),
        (b"=?utf-8?b?ww==?= =?utf-8?b?vA==?=", "ü"),  # one character over two words
        (b"=?utf-8?q?one?=\n =?utf-8?q?_two?=", "one two"),
        (b"Re: =?utf-8?q?one?= and two", "Re: one and two"),
        (b"=?utf-8?q?spaces in a word?=", "spaces in a word"),
        (b"=?utf-8?q?How are you??=", "How are you?"),
        (b"=?unknown-8bit?q?Caf=E9?=", "Café"),
        (b"=?x-nobody-knows?q?plain?=", "plain"),
        (b"=?iso-8859-8-i?b?+ezl7Q==?=", "שלום"),
        (b"=?utf-8?q?broken", "=?utf-8?q?broken"),
        (b"=?utf-8?x?broken?=", "=?utf-8?x?broken?="),
        ("Bewerbung für Köln".encode(), "Bewerbung für Köln"),
        ("Bewerbung für Köln".encode("latin-1"), "Bewerbung für Köln"),
        (b"folded\n over\r\n\tthree lines", "folded over three lines"),
        (b"=?utf-8?q?new=0Aline_and=00nul_and=1Bescape?=", "new line andnul andescape"),
        (b"=?utf-8?q?right=E2=80=AEtfel_zero=E2=80=8Bwidth?=", "righttfel zerowidth"),
        (b"", ""),
    ],
)
def test_a_subject_is_decoded_however_it_was_written(field: bytes, subject: str) -> None:
    assert with_field(b"Subject: " + field).subject == subject


def test_a_subject_without_end_is_cut_off() -> None:
    assert len(with_field("Subject: " + "very long " * 5000).subject) <= 1000


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Tue, 5 May 2026 10:22:07 +0200", datetime(2026, 5, 5, 8, 22, 7, tzinfo=UTC)),
        ("Tue, 5 May 2026 10:22 GMT (a comment)", datetime(2026, 5, 5, 10, 22, tzinfo=UTC)),
        ("5 May 26 10:22:07 -0700", datetime(2026, 5, 5, 17, 22, 7, tzinfo=UTC)),
        ("Tue May  5 10:22:07 2026", datetime(2026, 5, 5, 10, 22, 7, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_as_utc(value: str, moment: datetime) -> None:
    found = with_field(f"Date: {value}").date
    assert found == moment
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "Tue, 99 May 2026 10:22:07 +0200",
        "Tue, 5 May 99999 10:22:07 +0200",
        "Tue, 5 May 2126 10:22:07 +0200",
        "Thu, 1 Jan 1970 00:00:00 +0000",
        "Tue, 5 May 2026 99:99:99 +9999",
        "Tue, 5 May 2026 10:22:07 +99999999999999999999",
        "5" * 5000,
        "Tue, 5 May 2026 10:22:07 " + "(" * 5000,
    ],
)
def test_a_nonsense_date_gives_way_to_when_the_server_took_the_mail_in(value: str) -> None:
    found = with_field(f"Date: {value}")
    assert found.date in (TAKEN_IN, datetime(2026, 5, 5, 10, 22, 7, tzinfo=UTC))
    assert found.date.tzinfo is UTC
    if "(" not in value:
        assert found.date == TAKEN_IN
        assert any("date" in defect for defect in found.defects)


def test_message_identifiers_keep_their_brackets_and_order() -> None:
    found = with_field(
        "Message-ID: <b@initech.example>\nIn-Reply-To: Your mail of Tuesday <a@example.org>\n"
        "References: <root@example.org>\n <mid@initech.example> <a@example.org> <a@example.org>"
    )
    assert found.message_id == "<b@initech.example>"
    assert found.in_reply_to == ("<a@example.org>",)
    assert found.references == ("<root@example.org>", "<mid@initech.example>", "<a@example.org>")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("b@initech.example", "<b@initech.example>"),
        ("<b@initech.example", "<b@initech.example>"),
        ("<[b]@[initech]>", "<[b]@[initech]>"),
        ("<b\n @initech.example>", "<b@initech.example>"),
        ("", ""),
        ("nonsense", ""),
        (f"<{'x' * 5000}@initech.example>", ""),
    ],
)
def test_a_message_identifier_is_read_with_or_without_brackets(value: str, expected: str) -> None:
    assert with_field(f"Message-ID: {value}").message_id == expected


def test_of_too_many_references_the_root_and_the_latest_stay() -> None:
    found = with_field("References: " + " ".join(f"<{number}@example.org>" for number in range(900)))
    assert len(found.references) == 50
    assert found.references[0] == "<0@example.org>"
    assert found.references[-2:] == ("<898@example.org>", "<899@example.org>")


def test_fields_that_tell_robots_lists_and_forgeries_apart_are_kept_topmost_first() -> None:
    found = with_field(
        "Authentication-Results: mx.example.org; dmarc=pass\nAUTHENTICATION-RESULTS: forged.example; dmarc=pass\n"
        "List-Id: <jobs.lists.example>\nPrecedence: bulk\nAuto-Submitted: auto-generated\nX-Forwarded-To: sam@example.org\n"
        "Resent-From: sam@example.org\nReceived: from relay.example\nX-Nonsense: yes"
    )
    assert found.header("authentication-results") == "mx.example.org; dmarc=pass"
    assert [name for name, _ in found.headers] == [
        "authentication-results",
        "authentication-results",
        "list-id",
        "precedence",
        "auto-submitted",
        "x-forwarded-to",
        "resent-from",
    ]


def test_a_mail_is_known_by_its_message_id() -> None:
    assert with_field("Message-ID: <b@initech.example>").fingerprint == "<b@initech.example>"


def test_a_mail_without_message_id_is_the_same_in_every_folder() -> None:
    letter = "From: dana@initech.example\nDate: Tue, 5 May 2026 10:22:07 +0200\nSubject: News\n\n"
    once = message("Received: by mx.example.org\nDelivered-To: sam@example.org\n" + letter + VERDICT)
    again = message(("X-Moved: yes\n" + letter + VERDICT + "\n").replace("\n", "\r\n"))
    assert once.fingerprint == again.fingerprint
    assert once.fingerprint.startswith("sha256:")


@pytest.mark.parametrize("change", ["dana@", "10:22", "News", "another"])
def test_mails_without_message_id_that_differ_have_different_fingerprints(change: str) -> None:
    letter = f"From: dana@initech.example\nDate: Tue, 5 May 2026 10:22:07 +0200\nSubject: News\n\n{VERDICT}"
    assert message(letter).fingerprint != message(letter.replace(change, "x1:11")).fingerprint


def test_the_envelope_line_of_an_mbox_is_no_field() -> None:
    found = message("From dana@initech.example Tue May  5 10:22:07 2026\nSubject: News\n\ntext")
    assert (found.subject, found.text) == ("News", "text")


def test_a_broken_line_among_the_fields_does_not_end_the_header() -> None:
    found = message(f"Subject: News\nthis belongs to no field\nFrom: dana@initech.example\n\n{VERDICT}")
    assert found.sender is not None
    assert found.text == VERDICT
    assert "broken header line" in found.defects


def test_text_right_behind_the_fields_is_the_letter() -> None:
    found = message(f"From: dana@initech.example\nSubject: News\n{VERDICT}\nDana\n")
    assert found.text.startswith(VERDICT)
    assert "no empty line behind the header" in found.defects


def test_octets_without_a_field_are_a_letter_without_header() -> None:
    found = message(VERDICT)
    assert found.text == VERDICT
    assert "no header" in found.defects


def test_a_mail_that_the_mailbox_cut_off_says_so() -> None:
    assert "mail cut off" in message(b"Subject: x\n\ntext", size=5_000_000).defects
    assert "mail cut off" in message(b"Subject: x\n\n" + b"word " * (OCTET_LIMIT // 5)).defects


def test_a_sound_mail_has_no_defects_and_keeps_its_place() -> None:
    found = message(
        "From: Dana Whitlock <dana@initech.example>\nTo: sam@example.org\nDate: Tue, 5 May 2026 10:22:07 +0200\n"
        f"Message-ID: <b@initech.example>\nSubject: News\nContent-Type: text/plain; charset=utf-8\n\n{VERDICT}\n"
    )
    assert found.defects == ()
    assert (found.place.account, found.place.folder, found.place.uid) == ("personal", "INBOX", 42)


def test_the_content_type_is_kept() -> None:
    assert with_body("x").header("content-type") == "text/plain; charset=utf-8"
