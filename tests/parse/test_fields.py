"""Rows of text as messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.parse import from_fields
from afterword.records import Address
from tests.parse.letters import VERDICT


def test_a_row_becomes_a_message_with_its_parts_apart() -> None:
    found = from_fields(
        "Your application",
        "Dana Whitlock <dana@Initech.Example>",
        f"Dear Sam,\n\n{VERDICT}\n\nKind regards,\nDana Whitlock\n\nOn Mon, 4 May 2026 at 09:00, Sam wrote:\n> Any news?",
    )
    assert found.subject == "Your application"
    assert found.sender == Address("Dana Whitlock", "dana@initech.example")
    assert found.text == f"Dear Sam,\n\n{VERDICT}\n\nKind regards,"
    assert found.signature == "Dana Whitlock"
    assert found.quoted.endswith("Any news?")
    assert found.place.uid == 0


def test_a_row_may_hold_html() -> None:
    assert from_fields("", "", f"<p>Dear Sam,</p><p>{VERDICT}</p>").text == f"Dear Sam,\n\n{VERDICT}"


@pytest.mark.parametrize("sender", ["", "Initech Careers", "<>", "@"])
def test_a_row_without_an_address_has_no_sender(sender: str) -> None:
    assert from_fields("x", sender, "y").sender is None


def test_equal_rows_have_equal_fingerprints_and_others_do_not() -> None:
    assert from_fields("a", "b", "c").fingerprint == from_fields("a", "b", "c\n").fingerprint
    assert (
        len(
            {
                from_fields(*row).fingerprint
                for row in (("a", "b", "c"), ("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x"))
            }
        )
        == 4
    )


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
def test_any_row_is_a_message(subject: str, sender: str, body: str) -> None:
    repr(from_fields(subject, sender, body)).encode("utf-8")
