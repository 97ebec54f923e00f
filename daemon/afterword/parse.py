"""RawMessage to Message: whatever bytes a mailbox holds become a frozen value, in bounded time and memory.

`split_text` and `html_to_text` are the two halves of it that are of use by themselves.
"""

from datetime import UTC, datetime
from hashlib import sha256

from afterword.addresses import read_addresses
from afterword.headers import Header, decode_value, read_date, read_message_id, read_tokens, split_header
from afterword.markup import html_to_text, read_html
from afterword.mime import looks_like_html, read_body
from afterword.quoting import Split, split_text
from afterword.records import Address, Message, Place, RawMessage
from afterword.text import one_line, tidy, unescape_entities

__all__ = ["Split", "from_fields", "html_to_text", "parse", "split_text"]

OCTET_LIMIT = 1 << 20  # of a mail; what a person wrote stands at its beginning
SUBJECT_LIMIT = 1000  # characters
REFERENCES_LIMIT = 50
KEPT_FIELDS = 100
KEPT_VALUE = 4000  # characters; the results of an authentication can be long
DEFECT_LIMIT = 20
UNDATED = datetime.fromtimestamp(0, UTC)

KEPT_FOR_ROBOTS = frozenset(
    ["auto-submitted", "feedback-id", "importance", "precedence", "x-auto-response-suppress", "x-mailer"]
)
KEPT_FOR_LISTS = frozenset(["list-id", "list-post", "list-unsubscribe"])
KEPT_FOR_THE_WAY = frozenset(
    ["authentication-results", "delivered-to", "return-path", "sender", "x-original-to"]
)
KEPT = KEPT_FOR_ROBOTS | KEPT_FOR_LISTS | KEPT_FOR_THE_WAY | {"content-type"}
KEPT_FAMILIES = ("resent-", "x-forwarded-")


def parse(raw: RawMessage) -> Message:
    """The message in `raw`. Never raises for what the mail contains: `defects` names what was wrong with it.

    `raw.internal_date` needs a time zone; it stands in for a date that the mail lacks or gets absurdly wrong.
    """
    header, octets, header_defects = split_header(raw.octets[:OCTET_LIMIT])
    body = read_body(header, octets)
    split = split_text(body.text)
    date, date_defect = read_date(header, raw.internal_date)
    message_id = read_message_id(header)
    subject = header.text("subject")[:SUBJECT_LIMIT]
    defects = [*header_defects, *_field_defects(header, raw), date_defect, *body.defects]
    return Message(
        place=raw.place,
        message_id=message_id,
        fingerprint=message_id or _fingerprint(header, split.text),
        date=date,
        subject=subject,
        sender=_sender(header),
        reply_to=_addresses(header, "reply-to"),
        to=_addresses(header, "to"),
        cc=_addresses(header, "cc"),
        in_reply_to=read_tokens(header, "in-reply-to", REFERENCES_LIMIT),
        references=read_tokens(header, "references", REFERENCES_LIMIT),
        headers=_kept(header),
        text=split.text,
        quoted="\n\n".join(part for part in (split.quoted, body.attached) if part),
        signature=split.signature,
        calendar=body.calendar,
        encrypted=body.encrypted,
        defects=tuple(dict.fromkeys(defect for defect in defects if defect))[:DEFECT_LIMIT],
    )


def from_fields(subject: str, sender: str, body: str) -> Message:
    """A message out of a row of text, which lies in no folder and has no date (1970 stands for it).

    `sender` is "Dana Whitlock <dana@initech.example>" or anything; without an address there is no sender.
    """
    text = read_html(body)[0] if looks_like_html(body) else tidy(unescape_entities(body))
    split = split_text(text)
    whole = "\0".join((one_line(sender), "", one_line(subject), split.text))
    return Message(
        place=Place("", "", 0, 0),
        message_id="",
        fingerprint=_digest(whole),
        date=UNDATED,
        subject=one_line(subject)[:SUBJECT_LIMIT],
        sender=next(iter(read_addresses(one_line(sender))), None),
        text=split.text,
        quoted=split.quoted,
        signature=split.signature,
    )


def _sender(header: Header) -> Address | None:
    """The first author (RFC 5322 3.6.2), or whoever sent it if no author can be read."""
    authors = _addresses(header, "from") or _addresses(header, "sender")
    return authors[0] if authors else None


def _addresses(header: Header, name: str) -> tuple[Address, ...]:
    return read_addresses(header.undecoded(name))


def _kept(header: Header) -> tuple[tuple[str, str], ...]:
    kept = [
        (name, decode_value(value)[:KEPT_VALUE])
        for name, value in header.fields
        if name in KEPT or name.startswith(KEPT_FAMILIES)
    ]
    return tuple(kept[:KEPT_FIELDS])


def _field_defects(header: Header, raw: RawMessage) -> list[str]:
    defects = []
    if not header.fields:
        defects.append("no header")
    elif header.count("from") != 1:
        defects.append("no From field" if not header.count("from") else "several From fields")
    if raw.size > len(raw.octets) or len(raw.octets) > OCTET_LIMIT:
        defects.append("mail cut off")
    return defects


def _fingerprint(header: Header, text: str) -> str:
    """What identifies a mail without Message-ID: nothing that a server on the way or a folder changes."""
    return _digest("\0".join((header.text("from"), header.text("date"), header.text("subject"), text)))


def _digest(whole: str) -> str:
    return f"sha256:{sha256(whole.encode('utf-8', 'replace')).hexdigest()}"
