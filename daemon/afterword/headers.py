"""Header fields: from octets to text (RFC 5322 2.2, RFC 2047, RFC 2231), however broken, in linear time.

The standard library splits folded fields and encoded words well when they are well-formed; on hostile ones its modern
policy raises and its older one gives back what it cannot read. Mail is not allowed to do either to us.
"""

import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from afterword.charsets import decode_octets
from afterword.text import one_line
from afterword.transfer import decode_base64

BLOCK_LIMIT = 256 * 1024  # octets of a header block that are read
FIELD_LIMIT = 2000
VALUE_LIMIT = 16 * 1024
TOKEN_LIMIT = 500  # characters of a message identifier; RFC 5322 allows 998, mail programs write under 200
DATE_LIMIT = 120
EARLIEST = datetime(1982, 1, 1, tzinfo=UTC)  # RFC 822
TOLERANCE = timedelta(days=2)  # clocks that are wrong and zones that are guessed

END_OF_BLOCK = re.compile(rb"\r?\n\r?\n")
LOGICAL_LINE = re.compile(rb"[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z)")
FOLD = re.compile(rb"\r?\n(?=[ \t])")
FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
# A line of these names shows that the block goes on behind a broken line.
WELL_KNOWN = re.compile(
    rb"^(?:from|to|subject|date|message-id|mime-version|content-type|content-transfer-encoding|received|reply-to)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
ENCODED_WORD = re.compile(r"=\?([!-<>@-~]{1,60})\?([bBqQ])\?((?:[^?]++|\?(?!=)){0,100}+)\?=")
TOKEN = re.compile(rf"<([^<>]{{1,{TOKEN_LIMIT}}})>")
WHITESPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of one block as (lower-case name, unfolded octets), topmost first."""

    fields: tuple[tuple[str, bytes], ...]

    def raw(self, name: str) -> bytes:
        """The octets of the topmost field of that name, b"" where there is none."""
        return next((value for key, value in self.fields if key == name), b"")

    def text(self, name: str) -> str:
        """The decoded value of the topmost field of that name, "" where there is none."""
        return decode_value(self.raw(name))

    def undecoded(self, name: str) -> str:
        """The value as text with its encoded words as they are: for values whose syntax is read first."""
        return one_line(as_text(self.raw(name)))

    def count(self, name: str) -> int:
        """How many fields have that name."""
        return sum(key == name for key, _ in self.fields)


def split_header(octets: bytes) -> tuple[Header, bytes, tuple[str, ...]]:
    """A message or body part as (header, body, defects). Without a field, everything is body."""
    if octets.startswith((b"\n", b"\r\n")):
        return Header(()), octets.lstrip(b"\r")[1:], ()
    end = END_OF_BLOCK.search(octets)
    block, body = (octets[: end.start()], octets[end.end() :]) if end else (octets, b"")
    defects = [] if end or not block else ["no empty line behind the header"]
    if len(block) > BLOCK_LIMIT:
        defects.append("header cut off")
        block = block[:BLOCK_LIMIT]
    last_known = max((match.start() for match in WELL_KNOWN.finditer(block)), default=-1)
    fields: list[tuple[str, bytes]] = []
    for line in LOGICAL_LINE.finditer(block):
        field = FIELD.fullmatch(FOLD.sub(b"", line[0].strip(b"\r\n")))
        if field and len(fields) < FIELD_LIMIT:
            fields.append((field[1].decode("ascii").lower(), field[2].strip()[:VALUE_LIMIT]))
        elif field:
            defects.append("too many header fields")
            break
        elif line.start() == 0 and line[0].startswith((b"From ", b">From ")):
            continue  # the envelope line of an mbox
        elif line.start() <= last_known:
            defects.append("broken header line")
        elif line[0].strip():
            defects.append("no empty line behind the header")
            return Header(tuple(fields)), octets[line.start() :], tuple(dict.fromkeys(defects))
    return Header(tuple(fields)), body, tuple(dict.fromkeys(defects))


def as_text(octets: bytes) -> str:
    """A raw header value as text; RFC 6532 says UTF-8, senders say anything."""
    return octets.decode("ascii") if octets.isascii() else decode_octets(octets)[0]


def decode_value(octets: bytes) -> str:
    """A header value as one line of text, its encoded words decoded (RFC 2047)."""
    return one_line(decode_words(as_text(octets)))


def decode_words(text: str) -> str:
    """Text with its encoded words decoded; a word that cannot be read stays as it is.

    Neighbouring words in one charset are joined before decoding, since many senders cut characters in two.
    """
    if "=?" not in text:
        return text
    pieces: list[str] = []
    pending: tuple[str, bytes] = ("", b"")
    position = 0
    for word in ENCODED_WORD.finditer(text):
        between = text[position : word.start()]
        charset = word[1].partition("*")[0].lower()  # RFC 2231 5: the language follows a star
        octets = _decode_word(word[2], word[3])
        if pending[1] and not between.strip() and pending[0] == charset:
            pending = (charset, pending[1] + octets)
        else:
            pieces.append(decode_octets(pending[1], pending[0])[0])
            pieces.append("" if pending[1] and not between.strip() else between)
            pending = (charset, octets)
        position = word.end()
    pieces.append(decode_octets(pending[1], pending[0])[0])
    return "".join(pieces) + text[position:]


def _decode_word(encoding: str, content: str) -> bytes:
    octets = content.encode("utf-8", "replace")
    return decode_base64(octets) if encoding in "bB" else binascii.a2b_qp(octets, header=True)


def read_tokens(header: Header, name: str, limit: int) -> tuple[str, ...]:
    """The message identifiers of a field in angle brackets, each once; when there are too many, the first and the last.

    RFC 5322 3.6.4. The first of References is the root of the thread and the last ones are the nearest; the middle can go.
    """
    value = as_text(header.raw(name))
    found = tuple(dict.fromkeys(f"<{token}>" for token in map(_token, TOKEN.findall(value)) if token))
    return found if len(found) <= limit else (found[0], *found[len(found) - limit + 1 :])


def read_message_id(header: Header) -> str:
    """The Message-ID in angle brackets, which some senders forget; "" where there is none."""
    if tokens := read_tokens(header, "message-id", 1):
        return tokens[0]
    bare = _token(as_text(header.raw("message-id")).strip("<> \t"))
    return f"<{bare}>" if "@" in bare and len(bare) <= TOKEN_LIMIT else ""


def _token(text: str) -> str:
    return WHITESPACE.sub("", one_line(text))


def read_date(header: Header, taken_in: datetime) -> tuple[datetime, str]:
    """When the mail says that it was sent, in UTC, and what was wrong with that.

    `taken_in` (with a time zone) stands in for a date that is missing, nonsense, before mail existed or yet to come.
    """
    fallback = taken_in.astimezone(UTC)
    value = as_text(header.raw("date"))[:DATE_LIMIT]
    if not value:
        return fallback, "no date"
    try:
        parts = parsedate_tz(one_line(value))
        if parts is None:
            return fallback, "unreadable date"
        moment = datetime(*parts[:6], tzinfo=UTC) - timedelta(seconds=parts[9] or 0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return fallback, "unreadable date"
    if not EARLIEST <= moment <= fallback + TOLERANCE:
        return fallback, "absurd date"
    return moment, ""
