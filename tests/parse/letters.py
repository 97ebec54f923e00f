"""Made-up mails, and how the tests parse them."""

from datetime import UTC, datetime

from afterword.parse import parse
from afterword.records import Message, Place, RawMessage

TAKEN_IN = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
VERDICT = "Unfortunately we have decided to go with another candidate for the role of Analyst."


def message(octets: bytes | str, *, size: int | None = None) -> Message:
    """The octets parsed as if they lay in an INBOX since 6 May 2026."""
    raw = octets.encode() if isinstance(octets, str) else octets
    return parse(
        RawMessage(Place("personal", "INBOX", 7, 42), raw, len(raw) if size is None else size, TAKEN_IN)
    )


def with_body(
    octets: bytes | str, content_type: str = "text/plain; charset=utf-8", encoding: str = "8bit"
) -> Message:
    """A mail of that one body."""
    body = octets.encode() if isinstance(octets, str) else octets
    head = f"From: Dana Whitlock <dana@initech.example>\nContent-Type: {content_type}\nContent-Transfer-Encoding: {encoding}\n\n"
    return message(head.encode() + body)


def with_field(octets: bytes | str) -> Message:
    """A mail with that field (or fields) and nothing else that matters."""
    field = octets.encode() if isinstance(octets, str) else octets
    return message(field + b"\nMIME-Version: 1.0\n\n" + VERDICT.encode())


def multipart(kind: str, *parts: str, boundary: str = "frontier", parameters: str = "") -> str:
    """A multipart entity, header and all; each part begins with its own header."""
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"{parameters}\n\n{body}--{boundary}--\n'


def part(content_type: str, body: str, *fields: str) -> str:
    """A part for `multipart`."""
    return "\n".join([f"Content-Type: {content_type}", *fields, "", body])
