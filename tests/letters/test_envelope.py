"""The outside of a letter: subject, threading and addresses as mail programs expect them."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32, default
from email.utils import parseaddr

import pytest

from afterword.letters import message_id_for
from afterword.letters.envelope import (
    Envelope,
    quotation,
    reply_subject,
    sealed,
    threading_of,
    usable_address,
)
from afterword.records import Address, Thread


@pytest.mark.parametrize(
    ("subject", "reply"),
    [
        ("Your application", "Re: Your application"),
        ("Re: Your application", "Re: Your application"),
        ("RE: re:Re : Your application", "Re: Your application"),
        ("AW: Ihre Bewerbung", "Re: Ihre Bewerbung"),
        ("Antw: SV: Rif: Res: R: Your application", "Re: Your application"),
        ("Re[2]: RE(3): Your application", "Re: Your application"),
        ("回复：Your application", "Re: Your application"),
        ("Fwd: Your application", "Re: Fwd: Your application"),
        ("Re: Fwd: Re: Your application", "Re: Fwd: Your application"),
        ("WG: AW: Ihre Bewerbung", "Re: WG: Ihre Bewerbung"),
        ("[EXT] Re: Your application", "Re: [EXT] Your application"),
        ("[Initech]Your application", "Re: [Initech]Your application"),
        ("Reply to your application", "Re: Reply to your application"),
        ("React: developer", "Re: React: developer"),
        ("Rest: a note on Re: lines", "Re: Rest: a note on Re: lines"),
        ("", "Re:"),
        ("  ", "Re:"),
        ("a\r\nBcc: evil@x.example", "Re: a Bcc: evil@x.example"),
        ("x" * 5000, "Re: " + "x" * 500),
    ],
)
def test_a_subject_has_exactly_one_re(subject: str, reply: str) -> None:
    assert reply_subject(subject) == reply


def test_references_are_the_chain_and_the_answered_mail() -> None:
    thread = Thread("<c@x.example>", ("<a@x.example>", "<b@x.example>", "<a@x.example>"), "")
    assert threading_of(thread) == ("<c@x.example>", ("<a@x.example>", "<b@x.example>", "<c@x.example>"))


def test_the_answered_mail_stands_last_even_if_the_chain_named_it_before() -> None:
    thread = Thread("<a@x.example>", ("<a@x.example>", "<b@x.example>"), "")
    assert threading_of(thread)[1] == ("<b@x.example>", "<a@x.example>")


def test_of_a_long_chain_both_ends_are_kept() -> None:
    chain = tuple(f"<{number}@x.example>" for number in range(1000))
    _, references = threading_of(Thread("<last@x.example>", chain, ""))
    assert references[:20] == chain[:20]
    assert references[20:] == (*chain[-19:], "<last@x.example>")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "none",
        "<a b@x.example>",
        "<a@x.example>\r\nBcc: b@x.example",
        "<ä@x.example>",
        f"<{'a' * 501}>",
        "<>",
    ],
)
def test_what_is_no_message_id_is_left_out(wrong: str) -> None:
    assert threading_of(Thread(wrong, ("<a@x.example>", wrong), "")) == ("", ("<a@x.example>",))


def test_a_message_id_is_the_owners_and_says_nothing() -> None:
    assert message_id_for("<m1@x.example>", "Sam@Example.org ") == message_id_for(
        "<m1@x.example>", "sam@example.org"
    )
    assert (
        message_id_for("<m1@x.example>", "sam@example.org")
        == "<ee12b12361ff1f321b53856f13594baf@example.org>"
    )
    assert message_id_for("<m1@x.example>", "sam@bücher.example").endswith("@xn--bcher-kva.example>")
    assert message_id_for("\ud800", "nowhere").endswith("@localhost.invalid>")


@pytest.mark.parametrize("address", ["sam@example.org", "o'hara+jobs@mail.example.org", "a.b_c@x-y.example"])
def test_an_ordinary_address_is_usable(address: str) -> None:
    assert usable_address(Address("Sam", address)) == Address("Sam", address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sam",
        "sam@",
        "@example.org",
        "sam@local",
        "sam..r@example.org",
        "a b@example.org",
        "sam@ex ample.org",
        "sam@example.org>",
        f"sam@{'a' * 64}.example",
        f"{'a' * 250}@example.org",
    ],
)
def test_an_address_that_mail_programs_trip_over_is_not(address: str) -> None:
    assert usable_address(Address("Sam", address)) is None


def envelope(**changes: object) -> Envelope:
    fields: dict[str, object] = {
        "sender": Address("Sam Rivera", "sam@example.org"),
        "recipient": Address('Zoë, "Z" O\'Hara', "zoe@x.example"),
        "subject": "Re: Grüße",
        "date": datetime(2026, 3, 4, 10, tzinfo=UTC),
        "message_id": "<m@example.org>",
        "in_reply_to": f"<{'a' * 200}@x.example>",
        "references": tuple(f"<{number}{'a' * 200}@x.example>" for number in range(40)),
    }
    return Envelope(**(fields | changes))  # type: ignore[arg-type]  # a table of fields, each of its own type


def test_a_sealed_letter_reads_back_as_it_was_meant() -> None:
    octets = sealed(
        envelope(),
        "Grüße\n.\nFrom here on, a line that is longer than the 76 characters which a line may have.\n",
    )
    message = message_from_bytes(octets, policy=default)
    assert message["To"].addresses[0].display_name == 'Zoë, "Z" O\'Hara'
    assert message["Subject"] == "Re: Grüße"
    assert message["Date"].datetime == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert message["In-Reply-To"] == envelope().in_reply_to
    assert message["References"].split() == list(envelope().references)
    assert message.get_content_type() == "text/plain"
    assert message["Content-Transfer-Encoding"] == "quoted-printable"
    assert message.get_content().splitlines()[0] == "Grüße"


def test_a_long_message_id_is_never_an_encoded_word() -> None:
    headers = sealed(envelope(), "Hello\n").partition(b"\r\n\r\n")[0]
    assert headers.count(b"=?utf-8?") == 2, "the name and the subject"
    assert b"\r\n <1aaa" in headers


@pytest.mark.parametrize(
    "text",
    ["0000000000000000000000¡¡¡¡¡¡¡¡¡¡¡ ¡ ¡", "Ihre Bewerbung – Grüße " * 20 + "Ende", "word " * 90 + "end", "x" * 500, "=?utf-8?q?evil?=", "=?utf-8?q?=0D=0ABcc:_evil=40x.example?=", "é" * 500, "日本 " * 100 + "語"],
)  # fmt: skip
def test_no_subject_or_name_is_altered_by_folding(text: str) -> None:
    recipient = Address(text[:100].strip(), "zoe@x.example")
    octets = sealed(envelope(subject=f"Re: {text}", recipient=recipient), "Hello\n")
    assert message_from_bytes(octets, policy=default)["Subject"] == f"Re: {text}"
    # The default policy of this Python reads a space between two encoded words of a name, against RFC 2047.
    written, address = parseaddr(message_from_bytes(octets, policy=compat32)["To"])
    assert str(make_header(decode_header(written))) == text[:100].strip()
    assert address == "zoe@x.example"
    assert max(len(line) for line in octets.split(b"\r\n")) <= 998


def test_nothing_in_the_headers_tells_of_a_tool() -> None:
    headers = sealed(envelope(), "Hello\n").partition(b"\r\n\r\n")[0].decode().lower()
    assert "\nx-" not in headers
    assert "user-agent" not in headers
    assert "python" not in headers
    assert "afterword" not in headers


def test_a_quotation_marks_each_line() -> None:
    assert quotation("We said no.\n\nSorry.") == "> We said no.\n>\n> Sorry.\n"
