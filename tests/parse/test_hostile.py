"""Whatever bytes come: a message, soon, and in little memory."""

import base64
import random
import tracemalloc
from collections.abc import Callable
from datetime import UTC
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.records import Message
from tests.parse.letters import VERDICT, message, multipart, part

MEGABYTE = 1 << 20


def nested(depth: int, kind: str = "mixed") -> bytes:
    opening = "".join(
        f"Content-Type: multipart/{kind}; boundary=b{level}\n\n--b{level}\n" for level in range(depth)
    )
    return f"Subject: nested\n{opening}Content-Type: text/plain\n\n{VERDICT}\n".encode()


BOMBS: dict[str, Callable[[], bytes]] = {
    "ten thousand nested multiparts": lambda: nested(10_000),
    "ten thousand nested alternatives": lambda: nested(10_000, "alternative"),
    "nested multiparts of one boundary": lambda: b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 20_000,
    "a hundred thousand parts": lambda: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
    "parts that are none": lambda: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bx\n" * 200_000,
    "nested attached mails": lambda: b"Content-Type: message/rfc822\n\n" * 30_000,
    "a hundred thousand fields": lambda: b"".join(b"X-%d: y\n" % n for n in range(100_000)) + b"\ntext",
    "a hundred thousand equal fields": lambda: b"Authentication-Results: x\n" * 100_000 + b"\ntext",
    "broken header lines": lambda: b"nonsense\n" * 100_000 + b"Subject: x\n\ntext",
    "a field folded a hundred thousand times": lambda: b"References: <a@b>\n" + b" <c@d>\n" * 100_000 + b"\ntext",
    "a line of five megabytes": lambda: b"Subject: x\n\n" + b"word " * MEGABYTE,
    "a header line of five megabytes": lambda: b"Subject: " + b"x" * (5 * MEGABYTE),
    "a million quote marks": lambda: b"Subject: x\n\n" + b">" * 1_000_000,
    "a million open addresses": lambda: b"From: " + b"<" * 1_000_000 + b"\n\ntext",
    "addresses without end": lambda: b"To: " + b"a@b.example, " * 80_000 + b"\n\ntext",
    "comments in addresses": lambda: b"From: " + b"(" * 200_000 + b"\n\ntext",
    "encoded words without end": lambda: b"Subject: " + b"=?utf-8?q?x" * 50_000 + b"\n\ntext",
    "encoded words": lambda: b"Subject: " + b"=?utf-8?b?eA==?= " * 50_000 + b"\n\ntext",
    "a content type of a hundred thousand parameters": lambda: b"Content-Type: text/plain" + b'; a*0="x' * 100_000 + b"\n\ntext",
    "base64 of nothing": lambda: b"Content-Transfer-Encoding: base64\n\n" + b"=" * (2 * MEGABYTE),
    "base64 of nul octets": lambda: b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(bytes(MEGABYTE)),
    "quoted-printable of nothing": lambda: b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * MEGABYTE,
    "deep markup": lambda: b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + b"text",
    "markup in plain text": lambda: b"Subject: x\n\n" + b"<div>x<p" * 60_000,
    "entities in plain text": lambda: b"Subject: x\n\n" + b"&" * 500_000 + b"&amp;" * 50_000,
    "flowed lines": lambda: b"Content-Type: text/plain; format=flowed\n\n" + b"x \n" * 300_000,
    "flowed quotes": lambda: b"Content-Type: text/plain; format=flowed\n\n" + b">" * 500_000 + b" \n>> \n" * 50_000,
    "armour that never ends": lambda: b"Subject: x\n\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\nA: b\n" * 20_000,
    "messages in armour": lambda: b"Subject: x\n\n" + b"-----BEGIN PGP MESSAGE-----\n-----BEGIN PGP SIGNATURE-----\n" * 15_000,
    "html parts by the hundred": lambda: multipart(
        "mixed", *[part("text/html", f"<p>{n}</p>" + "<div>" * 900) for n in range(190)]
    ).encode(),
    "line feeds": lambda: b"\n" * (2 * MEGABYTE),
    "nul octets": lambda: bytes(2 * MEGABYTE),
    "noise": lambda: random.Random(7).randbytes(2 * MEGABYTE),
    "noise as html": lambda: b"Content-Type: text/html\n\n" + random.Random(8).randbytes(MEGABYTE),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_a_message_within_a_second(bomb: Callable[[], bytes]) -> None:
    octets = bomb()
    begin = perf_counter()
    found = message(octets)
    assert perf_counter() - begin < 1
    assert_sound(found)


@pytest.mark.parametrize(
    "name",
    ["ten thousand nested multiparts", "noise", "a hundred thousand fields", "deep markup", "line feeds"],
)
def test_a_bomb_takes_little_memory(name: str) -> None:
    octets = BOMBS[name]()
    tracemalloc.start()
    try:
        message(octets)
        assert tracemalloc.get_traced_memory()[1] < 100 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_the_letter_in_a_shallow_nest_is_found_and_in_a_deep_one_the_depth_is_named() -> None:
    assert message(nested(15)).text == VERDICT
    assert "parts nested too deep" in message(nested(30)).defects


def test_too_many_parts_are_named() -> None:
    found = message(multipart("mixed", *[part("text/plain", f"part {n}") for n in range(300)]))
    assert "too many parts" in found.defects
    assert found.text.startswith("part 0")


def assert_sound(found: Message) -> None:
    """What holds for every message."""
    assert found.date.tzinfo is UTC
    assert found.fingerprint
    assert len(found.text) + len(found.quoted) + len(found.signature) < 2 * MEGABYTE
    assert len(found.subject) <= 1000
    assert len(found.references) <= 50
    assert len(found.headers) <= 100
    for line in (found.subject, found.message_id, *found.references, *(value for _, value in found.headers)):
        assert not any(character < " " for character in line)
    for address in (found.sender, *found.to, *found.cc, *found.reply_to):
        assert address is None or "@" in address.address
    repr(found).encode("utf-8")


@given(st.binary(max_size=2000))
def test_random_octets_are_a_message(octets: bytes) -> None:
    assert_sound(message(octets))


SOUND = (
    "From: =?utf-8?q?D=C3=A4na?= <dana@initech.example>\nTo: sam@example.org\nSubject: =?utf-8?b?w7w=?=\nDate: Tue, 5 May 2026 10:22:07 +0200\n"
    "Message-ID: <b@initech.example>\nReferences: <a@example.org>\nMIME-Version: 1.0\n"
    + multipart(
        "mixed",
        multipart(
            "alternative",
            part(
                "text/plain; charset=utf-8; format=flowed",
                "Gr=C3=BC=C3=9Fe \n> quoted\n-- \nDana",
                "Content-Transfer-Encoding: quoted-printable",
            ),
            part(
                "text/html; charset=iso-8859-1",
                "<p style='display:none'>x</p><blockquote>a<br>b</blockquote>&auml;",
            ),
            boundary="inner",
        ),
        part("message/rfc822", "Subject: attached\n\ntext"),
        part("text/calendar", "QkVHSU4=", "Content-Transfer-Encoding: base64"),
    )
).encode()


@given(
    st.lists(
        st.tuples(st.integers(0, len(SOUND)), st.integers(0, 12), st.binary(max_size=6) | st.sampled_from([b"\n\n", b"--inner--\n", b'"', b"=?", b"<", b";", b"\r"])),
        max_size=8,
    )
)  # fmt: skip
def test_a_damaged_mail_is_a_message(damages: list[tuple[int, int, bytes]]) -> None:
    octets = SOUND
    for position, length, replacement in damages:
        octets = octets[:position] + replacement + octets[position + length :]
    assert_sound(message(octets))


@given(st.integers(0, len(SOUND)))
def test_a_mail_cut_off_anywhere_is_a_message(length: int) -> None:
    assert_sound(message(SOUND[:length], size=len(SOUND)))
