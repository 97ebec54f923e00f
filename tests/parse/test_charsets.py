"""Octets to text, whatever the label says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.charsets import decode_octets
from afterword.transfer import decode_base64, decode_quoted_printable, decode_transfer

UMLAUTS = "Grüße aus Köln – “schön”"


@pytest.mark.parametrize(
    ("octets", "charset", "text"),
    [
        (UMLAUTS.encode(), "utf-8", UMLAUTS),
        (UMLAUTS.encode(), "", UMLAUTS),
        (UMLAUTS.encode(), "iso-8859-1", UMLAUTS),  # a wrong label
        (UMLAUTS.encode(), "us-ascii", UMLAUTS),
        (UMLAUTS.encode("cp1252"), "iso-8859-1", UMLAUTS),
        (UMLAUTS.encode("cp1252"), "utf-8", UMLAUTS),
        (UMLAUTS.encode("cp1252"), "", UMLAUTS),
        (UMLAUTS.encode("cp1252"), "unknown-8bit", UMLAUTS),
        (UMLAUTS.encode("cp1252"), "x-user-defined-nonsense", UMLAUTS),
        (UMLAUTS.encode("cp1252"), "unicode_escape", UMLAUTS),
        (UMLAUTS.encode("utf-8-sig"), "iso-8859-1", UMLAUTS),
        (UMLAUTS.encode("utf-16"), "utf-8", UMLAUTS),
        (UMLAUTS.encode("utf-16-le"), "utf-8", UMLAUTS),
        (UMLAUTS.encode("utf-16-be"), "", UMLAUTS),
        ("שלום".encode("iso-8859-8"), "iso-8859-8-i", "שלום"),
        ("こんにちは".encode("iso-2022-jp"), "iso-2022-jp", "こんにちは"),
        ("简体字".encode("gb18030"), "gb2312", "简体字"),
        ("안녕".encode("cp949"), "ks_c_5601-1987", "안녕"),
        ("Привет".encode("koi8-r"), '"KOI8-R"', "Привет"),
        (b"plain", "zip", "plain"),
        (b"plain", "a\0b", "plain"),
        (b"", "utf-8", ""),
    ],
)
def test_text_is_read_in_the_charset_that_fits(octets: bytes, charset: str, text: str) -> None:
    assert decode_octets(octets, charset)[0] == text


def test_html_may_name_its_charset_itself() -> None:
    octets = '<html><meta http-equiv="Content-Type" content="text/html; charset=koi8-r">Привет'.encode(
        "koi8-r"
    )
    assert decode_octets(octets, "", html=True)[0].endswith("Привет")


def test_a_text_cut_off_inside_a_character_stays_utf_8() -> None:
    text, defect = decode_octets(UMLAUTS.encode()[:-1], "utf-8")
    assert text.startswith("Grüße aus Köln – “schön")
    assert defect


@given(
    st.binary(max_size=200),
    st.sampled_from(
        ["", "utf-7", "utf-16", "iso-2022-kr", "hz", "idna", "cp037", "utf-32", "johab", "\ud800"]
    ),
)
def test_any_octets_in_any_charset_give_text_without_surrogates(octets: bytes, charset: str) -> None:
    decode_octets(octets, charset)[0].encode("utf-8")


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVsbG8", b"hello"),
        (b"aGV\r\n sb?G8*", b"hello"),
        (b"aGVsbG8=aGVsbG8=", b"hellohello"),
        (b"aGVsbG8hX", b"hello!"),
        (b"====", b""),
        (b"", b""),
    ],
)
def test_damaged_base64_gives_what_can_be_read(octets: bytes, expected: bytes) -> None:
    assert decode_base64(octets) == expected


def test_damaged_quoted_printable_keeps_what_escapes_nothing() -> None:
    assert decode_quoted_printable(b"caf=C3=A9 =\nnext 100 =zz%=") == "café next 100 =zz%".encode()


def test_an_unknown_transfer_encoding_is_named_and_left_alone() -> None:
    assert decode_transfer(b"text", "x-rot13") == (b"text", "unknown content-transfer-encoding 'x-rot13'")


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "BASE64 ", "x", ""]))
def test_any_octets_in_any_transfer_encoding_are_borne(octets: bytes, encoding: str) -> None:
    assert isinstance(decode_transfer(octets, encoding)[0], bytes)
