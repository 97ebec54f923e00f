"""The text of a message out of its MIME structure (RFC 2045 to 2049, 3676), within bounds.

The standard library's parser recurses once per nested part, so that 10,000 raise RecursionError, and compares every line
with every open boundary: 200 KB of lines in 300 parts took it 2.5 seconds. Parts are therefore
split here, and it reads only the parameters of a field.
"""

import re
from dataclasses import dataclass, field
from email.message import Message as Fields

from afterword.charsets import decode_octets
from afterword.headers import Header, as_text, split_header
from afterword.markup import MARKUP_LIMIT, read_html
from afterword.quoting import TEXT_LIMIT
from afterword.text import clean, one_line, tidy, unescape_entities
from afterword.transfer import decode_transfer

DEPTH_LIMIT = 20
PART_LIMIT = 200
FALSE_BOUNDARIES = 2000  # lines that begin like a boundary and are none
TAG_COST = 5  # characters that a tag counts for besides its own: markup costs more than text, and there may be many parts of it
PARAMETER_LIMIT = 2000  # characters of a Content-Type or Content-Disposition
STUB_WORDS = 40
EMPTY_WORDS = 8

HTML_KINDS = frozenset(["text/html", "application/xhtml+xml", "text/enriched", "text/richtext"])
RICH_KINDS = HTML_KINDS | {"multipart/related"}
PLAIN_KINDS = frozenset(["text/plain", "text/markdown", "text/x-markdown", "text/unknown", "text"])
CALENDAR_KINDS = frozenset(["text/calendar", "application/ics", "text/x-vcalendar"])
CIPHER_KINDS = frozenset(["application/pkcs7-mime", "application/x-pkcs7-mime"])
TNEF_KINDS = frozenset(["application/ms-tnef", "application/vnd.ms-tnef"])

# What a plain text part says when the letter is only in the HTML part beside it.
STUB = re.compile(
    r"\bhtml\b|(?:view|read|open|see|display|show)\b.{0,40}\b(?:browser|online|web)\b|text[- ]only|(?:im|mit dem) browser"
    r"|navigat(?:eur|or|ore)|online.version",
    re.IGNORECASE,
)
MARKUP = re.compile(r"<(?:!doctype html|html|head|body|div|p|br|table|td|span)\b[^<>]*>", re.IGNORECASE)
FIRST_BOUNDARY = re.compile(rb"(?:\A|\n)--([!-~]{1,70})\r?\n")
BLANKS_TO_LINE_END = re.compile(rb"[ \t]*(?:\r?\n|\Z)")
PGP_SIGNATURE = re.compile(
    r"^-----BEGIN PGP SIGNATURE-----.*?(?:^-----END PGP SIGNATURE-----|\Z)", re.DOTALL | re.MULTILINE
)
PGP_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z]{1,20}: [^\n]{0,80}\n)*\n?", re.MULTILINE
)
PGP_MESSAGE = re.compile(
    r"^-----BEGIN PGP MESSAGE-----.*?(?:^-----END PGP MESSAGE-----|\Z)", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says: `text` with quoted lines as they came, `attached` the messages attached to it."""

    text: str
    attached: str
    calendar: bool
    encrypted: bool
    defects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """An entity with its media type, in lower case."""

    header: Header
    octets: bytes
    kind: str
    fields: Fields

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type, "" where it is missing or unreadable."""
        try:
            value = self.fields.get_param(name, "")
        except (ValueError, LookupError, TypeError):  # what the standard library raises on damaged parameters
            return ""
        return value if isinstance(value, str) else str(value[2])  # RFC 2231: (charset, language, value)

    @property
    def attachment(self) -> bool:
        """Whether it is to be saved rather than read."""
        return as_text(self.header.raw("content-disposition")).lstrip().lower().startswith("attachment")


@dataclass(slots=True)
class _Walk:
    """What has been met on the way through the parts."""

    parts: int = 0
    budget: int = MARKUP_LIMIT  # characters that may still be decoded, whatever number of parts they stand in
    attached_depth: int = 0
    calendar: bool = False
    encrypted: bool = False
    attached: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def read_body(header: Header, octets: bytes) -> Body:
    """The text of the message with that header and body. Bounded in parts, depth and size; never raises."""
    walk = _Walk()
    text = _read(_part(header, octets, "text/plain"), walk, 0)
    return Body(
        text, "\n\n".join(walk.attached), walk.calendar, walk.encrypted, tuple(dict.fromkeys(walk.defects))
    )


def looks_like_html(text: str) -> bool:
    """Whether a text without a type is markup: it begins with a tag, or has three that make blocks."""
    if "<" not in text:
        return False
    if MARKUP.match(text.lstrip()[:200]):
        return True
    found = MARKUP.finditer(text[:TEXT_LIMIT])
    return sum(1 for _, _ in zip(found, range(3), strict=False)) == 3


def _part(header: Header, octets: bytes, default: str) -> _Part:
    fields = Fields()
    fields.set_default_type(default)
    if value := as_text(header.raw("content-type"))[:PARAMETER_LIMIT]:
        fields["content-type"] = one_line(value)
    return _Part(header, octets, fields.get_content_type(), fields)


def _read(part: _Part, walk: _Walk, depth: int) -> str:
    """The text of a part and of all parts in it."""
    walk.parts += 1
    if depth > DEPTH_LIMIT or walk.parts > PART_LIMIT:
        walk.defects.append("parts nested too deep" if depth > DEPTH_LIMIT else "too many parts")
        return ""
    if part.kind.startswith("multipart/"):
        return _read_multipart(part, walk, depth)
    if part.kind in ("message/rfc822", "message/global", "text/rfc822-headers"):
        _read_attached(part, walk, depth)
        return ""
    if part.kind in CALENDAR_KINDS or part.kind in CIPHER_KINDS:
        _note(part, walk)
        return ""
    if depth and part.attachment:
        return ""
    if part.kind in HTML_KINDS:
        return _html(part, walk)
    if part.kind in PLAIN_KINDS:
        return _plain(part, walk)
    if part.kind in TNEF_KINDS:
        walk.defects.append("TNEF is not read")
    return ""


def _note(part: _Part, walk: _Walk) -> None:
    """Remember an invitation or a cipher, unless it belongs to a message that is attached."""
    if walk.attached_depth == 0:
        walk.calendar |= part.kind in CALENDAR_KINDS
        walk.encrypted |= part.kind in CIPHER_KINDS or part.kind == "multipart/encrypted"


def _read_multipart(part: _Part, walk: _Walk, depth: int) -> str:
    if part.kind == "multipart/encrypted":
        _note(part, walk)
        return ""
    octets, _ = decode_transfer(part.octets, as_text(part.header.raw("content-transfer-encoding")))
    children = _children(part, octets, walk)
    if not children:
        walk.defects.append("multipart without parts")
        return _plain(part, walk)
    if part.kind == "multipart/alternative":
        return _read_alternative(children, walk, depth)
    if part.kind in ("multipart/related", "multipart/signed"):
        for child in children[1:]:
            if child.kind in CALENDAR_KINDS:
                _note(child, walk)
        return _read(children[0], walk, depth + 1)
    texts: list[str] = []
    for child in children:
        text = _read(child, walk, depth + 1)
        if text and text not in texts:  # some senders call the two forms of one letter "mixed"
            texts.append(text)
        if walk.parts > PART_LIMIT or sum(map(len, texts)) > TEXT_LIMIT:
            break
    return "\n\n".join(texts)


def _read_alternative(children: list[_Part], walk: _Walk, depth: int) -> str:
    """The plain form, unless it is a stub of the richer one."""
    rich = [child for child in children if child.kind in RICH_KINDS]
    plain = ""
    for child in children:
        if child.kind not in RICH_KINDS:
            plain = _read(child, walk, depth + 1) or plain
    if not rich or not _is_stub(plain):
        return plain
    told = _read(rich[-1], walk, depth + 1)
    return told if len(told.split()) > len(plain.split()) else plain


def _is_stub(plain: str) -> bool:
    words = len(plain.split(maxsplit=STUB_WORDS + 1))
    return words < EMPTY_WORDS or (words < STUB_WORDS and bool(STUB.search(plain)))


def _read_attached(part: _Part, walk: _Walk, depth: int) -> None:
    """A message inside the message is what somebody else wrote: it is quoted, under the header that tells whose it is."""
    octets, _ = decode_transfer(part.octets, as_text(part.header.raw("content-transfer-encoding")))
    header, inner, _ = split_header(octets)
    walk.attached_depth += 1
    text = _read(_part(header, inner, "text/plain"), walk, depth + 1)
    walk.attached_depth -= 1
    told = [
        f"{name.title()}: {value}"
        for name in ("from", "date", "to", "subject")
        if (value := header.text(name))
    ]
    walk.attached.insert(0, tidy("\n".join([*told, "", text])))


def _children(part: _Part, octets: bytes, walk: _Walk) -> list[_Part]:
    """The parts of a multipart; the boundary is guessed where it is missing or wrong."""
    boundary = one_line(part.parameter("boundary")).encode("utf-8", "replace")[:200]
    chunks = _split(octets, boundary) if boundary else []
    if not chunks and (guess := FIRST_BOUNDARY.search(octets)):
        walk.defects.append("boundary missing or wrong")
        chunks = _split(octets, guess[1])
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    children = []
    for chunk in chunks:
        header, body, _ = split_header(chunk)
        children.append(_part(header, body, default))
    return children


def _split(octets: bytes, boundary: bytes) -> list[bytes]:
    """What lies between the boundary lines (RFC 2046 5.1.1), at most `PART_LIMIT` pieces; the last may be unclosed."""
    delimiter = b"\n--" + boundary
    chunks: list[bytes] = []
    start = -1
    position = 0 if octets.startswith(delimiter[1:]) else octets.find(delimiter) + 1
    if position == 0 and not octets.startswith(delimiter[1:]):
        return []
    for _ in range(FALSE_BOUNDARIES):
        behind = position + len(delimiter) - 1
        closing = octets.startswith(b"--", behind)
        line_end = BLANKS_TO_LINE_END.match(octets, behind + 2 * closing)
        if line_end:
            if start >= 0:
                chunks.append(octets[start:position].removesuffix(b"\n").removesuffix(b"\r"))
            start = -1 if closing else line_end.end()
            if closing or len(chunks) >= PART_LIMIT:
                return chunks
        position = octets.find(delimiter, behind) + 1
        if position == 0:
            break
    if start >= 0:
        chunks.append(octets[start:])
    return chunks


def _decoded(part: _Part, walk: _Walk, limit: int, *, html: bool) -> str:
    """The characters of a text part, at most `limit` of them."""
    limit = max(0, min(limit, walk.budget))
    encoding = as_text(part.header.raw("content-transfer-encoding"))
    octets, coding_defect = decode_transfer(part.octets[: limit * 4], encoding)
    text, charset_defect = decode_octets(octets[: limit * 4], part.parameter("charset"), html=html)
    if len(text) > limit:
        walk.defects.append("text cut off")
    walk.defects.extend(defect for defect in (coding_defect, charset_defect) if defect)
    walk.budget -= min(len(text), limit)
    return text[:limit]


def _html(part: _Part, walk: _Walk) -> str:
    source = _decoded(part, walk, MARKUP_LIMIT, html=True)
    walk.budget -= TAG_COST * source.count("<")
    text, defects = read_html(source)
    walk.defects.extend(defects)
    return text


def _plain(part: _Part, walk: _Walk) -> str:
    text = clean(_decoded(part, walk, TEXT_LIMIT, html=False))
    if part.parameter("format").lower() == "flowed":
        text = unflow(text, delete_space=part.parameter("delsp").lower() == "yes")
    if looks_like_html(text):
        walk.defects.append("HTML that calls itself plain text")
        return read_html(text)[0]
    return tidy(_without_armour(unescape_entities(text), walk))


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Paragraphs of a format=flowed text as single lines (RFC 3676); quoted lines keep their marks."""
    paragraphs: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        unquoted = line.lstrip(">")
        depth = len(line) - len(unquoted)
        words = unquoted.removeprefix(" ")
        flows = words.endswith(" ") and words != "-- "
        if words == "-- " or depth != open_depth:
            paragraphs.append([f"{'>' * depth} " if depth else ""])
        paragraphs[-1].append(words[:-1] if flows and delete_space else words)
        open_depth = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in paragraphs)


def _without_armour(text: str, walk: _Walk) -> str:
    """What can be read of a text with inline OpenPGP (RFC 9580 6.2 and 7)."""
    if "-----BEGIN PGP " not in text:
        return text
    if PGP_MESSAGE.search(text):
        walk.encrypted |= walk.attached_depth == 0
        text = PGP_MESSAGE.sub("", text)
    if PGP_SIGNED.search(text):
        text = PGP_SIGNATURE.sub("", PGP_SIGNED.sub("", text)).replace("\n- ", "\n")
    return text
