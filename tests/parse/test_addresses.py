"""Addresses as they come in From, Reply-To, To and Cc."""

import pytest

from afterword.addresses import read_addresses
from tests.parse.letters import with_field


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Dana Whitlock <Dana@Initech.Example>", [("Dana Whitlock", "Dana@initech.example")]),
        ('"Whitlock, Dana" <d@initech.example>, sam@example.org', [("Whitlock, Dana", "d@initech.example"), ("", "sam@example.org")]),
        ("Whitlock, Dana <d@initech.example>", [("Whitlock, Dana", "d@initech.example")]),
        ("=?utf-8?q?Whitlock=2C_D=C3=A4na?= <d@initech.example>", [("Whitlock, Däna", "d@initech.example")]),
        ('"=?utf-8?b?RMOkbmE=?=" <d@initech.example>', [("Däna", "d@initech.example")]),
        ("=?utf-8?q?Dana_<d@initech.example>?=", [("Dana", "d@initech.example")]),
        (r'"Dana \"Dee\" Whitlock" <d@initech.example>', [('Dana "Dee" Whitlock', "d@initech.example")]),
        ("d@initech.example (Dana Whitlock)", [("Dana Whitlock", "d@initech.example")]),
        ("Dana (HR (EU)) Whitlock <d@initech.example>", [("Dana Whitlock", "d@initech.example")]),
        ("Team: a@initech.example, B <b@initech.example>;, c@example.org", [("", "a@initech.example"), ("B", "b@initech.example"), ("", "c@example.org")]),
        ("undisclosed-recipients:;", []),
        ('"dana whitlock"@initech.example', [("", '"dana whitlock"@initech.example')]),
        ("<@relay.example:d@initech.example>", [("", "d@initech.example")]),
        ("Dana <mailto:d@initech.example>", [("Dana", "d@initech.example")]),
        ("Dana <d@initech.example", [("Dana", "d@initech.example")]),
        ('"Dana <d@initech.example>', [("Dana", "d@initech.example")]),
        ("Dana <d@initech.example> (open, b@initech.example", [("Dana", "d@initech.example")]),
        ("Dana @ Initech <d@initech.example>", [("Dana @ Initech", "d@initech.example")]),
        ("d@initech.example, <>, not an address, @, a@", [("", "d@initech.example")]),
        ("bounce+a=b@initech.example", [("", "bounce+a=b@initech.example")]),
        ("=?utf-8?q?Initech:_Jobs,_(EU)?= <d@initech.example>", [("Initech: Jobs, (EU)", "d@initech.example")]),
        ("Initech Careers", []),
        ("", []),
    ],
)  # fmt: skip
def test_mailboxes_are_read_in_order_with_their_names(value: str, expected: list[tuple[str, str]]) -> None:
    assert [(address.name, address.address) for address in read_addresses(value)] == expected


def test_the_author_is_the_first_from_address_and_the_sender_stands_in_for_none() -> None:
    found = with_field(
        "From: Dana <dana@initech.example>, Lee <lee@initech.example>\nSender: desk@initech.example"
    )
    assert found.sender is not None
    assert found.sender.address == "dana@initech.example"
    found = with_field("From: Initech Careers\nSender: desk@initech.example")
    assert found.sender is not None
    assert found.sender.address == "desk@initech.example"
    assert with_field("From: nobody").sender is None


def test_recipients_and_reply_addresses_are_read_likewise() -> None:
    found = with_field(
        "To: sam@example.org\nCc: lee@initech.example, a@initech.example\nReply-To: =?utf-8?q?B=C3=B6?= <b@x.example>"
    )
    assert [address.address for address in found.to] == ["sam@example.org"]
    assert [address.address for address in found.cc] == ["lee@initech.example", "a@initech.example"]
    assert [(address.name, address.address) for address in found.reply_to] == [("Bö", "b@x.example")]


def test_two_from_fields_are_a_defect_and_the_topmost_counts() -> None:
    found = with_field("From: dana@initech.example\nFrom: forged@evil.example")
    assert found.sender is not None
    assert found.sender.address == "dana@initech.example"
    assert "several From fields" in found.defects


def test_no_more_than_two_hundred_addresses_are_read() -> None:
    assert len(read_addresses("a@b.example, " * 1000)) == 200


def test_a_name_holds_no_line_breaks_or_control_characters() -> None:
    (address,) = read_addresses("=?utf-8?q?Dana=0D=0ABcc:_x=E2=80=AE?= <d@initech.example>")
    assert address.name == "Dana Bcc: x"
