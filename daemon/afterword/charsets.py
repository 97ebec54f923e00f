"""Octets to text: whatever charset a mail claims, and whether or not the claim is true."""

import codecs
import re

# Names seen in mail that Python does not know, or knows as something narrower than what mail programs mean by them.
ALIASES = {
    "iso-8859-1": "cp1252",  # the WHATWG reading: mail that says Latin-1 carries Windows quotes and dashes
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",  # RFC 1556: -i and -e tell the direction, not the encoding
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "big5": "cp950",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
}
# Anything else that `codecs` offers is refused: idna and punycode are slow, unicode_escape warns, zip is no text.
TEXT_CODEC = re.compile(
    r"(?:utf-?(?:7|8|16|32)|iso8859|cp\d|koi8|mac-|gb|big5|euc|shift_j|iso2022|johab|hz$|tis-620|ptcp154|hp-roman8|kz1048)"
)
UNTOLD = frozenset(
    {"", "ascii", "us-ascii", "unknown", "unknown-8bit", "x-unknown", "8bit", "default", "binary"}
)
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
META_CHARSET = re.compile(
    rb"""<meta\s[^<>]{0,200}?charset\s{0,9}=\s{0,9}["']?([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE
)
META_WINDOW = 2048  # HTML demands the declaration within the first 1,024 octets; senders are late
NUL_SAMPLE = 512


def decode_octets(octets: bytes, charset: str = "", *, html: bool = False) -> tuple[str, str]:
    """The text and what was wrong with the charset ("" where nothing was). Never raises; never yields surrogates.

    A byte order mark beats the label, then the label if it holds, then UTF-8, then Windows-1252.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if octets.startswith(mark):
            return octets[len(mark) :].decode(encoding, "replace"), ""
    if b"\0" in octets[:NUL_SAMPLE] and (wide := _wide_encoding(octets[:NUL_SAMPLE])):
        return octets.decode(wide, "replace"), ""
    label = charset.strip().strip("\"'").lower()[:60]
    if octets.isascii() and not _is_stateful(label):
        return octets.decode("ascii"), ""
    if label in UNTOLD and html and (declared := META_CHARSET.search(octets[:META_WINDOW])):
        label = declared[1].decode("ascii").lower()
    return _decode_labelled(octets, label)


def _decode_labelled(octets: bytes, label: str) -> tuple[str, str]:
    encoding = "" if label in UNTOLD else _codec(label)
    defect = f"unknown charset {label!r}" if not encoding and label not in UNTOLD else ""
    if encoding in ("", "cp1252", "cp1254"):
        # Text that is valid UTF-8 by accident is next to impossible, text labelled wrongly is common.
        try:
            return octets.decode("utf-8"), defect
        except UnicodeDecodeError:
            return octets.decode(encoding or "cp1252", "replace"), defect or (
                "" if encoding else "unlabelled 8-bit text"
            )
    text = _without_surrogates(octets.decode(encoding, "replace"))
    broken = text.count("\ufffd")
    if not broken:
        return text, ""
    if encoding == "utf-8" and broken * 2 > sum(character > "\x7f" for character in text):
        return octets.decode("cp1252", "replace"), "text is not in the charset utf-8"
    return text, f"octets that are not in the charset {label!r}"


def _codec(label: str) -> str:
    """Python's name of a charset, "" for one that is unknown or no charset of mail."""
    try:
        name = codecs.lookup(ALIASES.get(label, label)).name
    except (LookupError, ValueError):  # ValueError: a NUL inside the name
        return ""
    name = ALIASES.get({"iso8859-1": "iso-8859-1", "iso8859-9": "iso-8859-9"}.get(name, name), name)
    return name if TEXT_CODEC.match(name) else ""


def _is_stateful(label: str) -> bool:
    """Charsets whose octets look like ASCII and are not."""
    return label.startswith(("utf-7", "iso-2022", "iso2022", "hz", "utf-16", "utf-32"))


def _wide_encoding(sample: bytes) -> str:
    """UTF-16 without a mark shows itself by NULs at every other octet."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    enough = len(sample) // 5
    if odd > enough and even <= odd // 4:
        return "utf-16-le"
    if even > enough and odd <= even // 4:
        return "utf-16-be"
    return ""


def _without_surrogates(text: str) -> str:
    """Python's UTF-7 decoder lets lone surrogates through, which no database or file takes."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
