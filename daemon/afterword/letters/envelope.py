"""The outside of a letter: subject, threading, addresses, and the whole of it in RFC 5322 form.

Nothing in the headers tells of a tool, and nothing of a hostile mail gets into them but what has the form it should.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr, parseaddr
from hashlib import sha256

from afterword.records import Address, Thread

SUBJECT_LIMIT = 500
NAME_LIMIT = 100
ENDS_KEPT = 20
# RFC 5322 msg-id without comments, quoting and white space; far longer ones than any real program makes are left out.
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")
ADDR_SPEC = re.compile(
    r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
)
ADDRESS_LIMIT = 254
# What mail programs of other languages write for Re:, with the counters that some add.
REPLY = re.compile(
    r"(?i)(?:re|aw|antw|antwort|sv|rif|res|r|odp|回复|答复)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]\s*"
)
# Forwards and tags such as [EXT] stand among them and are kept.
KEPT = re.compile(r"(?i)(?:(?:fwd?|wg|tr|rv|enc|doorst)\s*[:：]|\[[^\[\]]{1,30}\])\s*")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers of a letter; an address that cannot be written to is None."""

    sender: Address | None
    recipient: Address | None
    subject: str
    date: datetime
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]


def message_id_for(fingerprint: str, owner_address: str) -> str:
    """The Message-ID of the one draft that answers a mail: `<32 hex digits @ the owner's domain>`.

    It depends on nothing but the mail's fingerprint and the owner's address, so that a draft is found again whatever
    letter, wording or language it has, even when the ledger is lost.
    """
    address = owner_address.strip().lower()
    digest = sha256(f"{fingerprint}\0{address}".encode("utf-8", "replace")).hexdigest()[:32]
    usable = usable_address(Address("", address))
    return f"<{digest}@{usable.domain if usable else 'localhost.invalid'}>"


def reply_subject(subject: str) -> str:
    """The subject with exactly one `Re:` in front; reply prefixes of any program are folded, forwards and tags kept."""
    rest = one_line(subject)[:SUBJECT_LIMIT].rstrip()
    kept = ""
    while True:
        if found := REPLY.match(rest):
            rest = rest[found.end() :]
        elif found := KEPT.match(rest):
            kept += found[0]
            rest = rest[found.end() :]
        else:
            return f"Re: {kept}{rest}".rstrip()


def threading_of(thread: Thread) -> tuple[str, tuple[str, ...]]:
    """(In-Reply-To, References) of an answer (RFC 5322 3.6.4): the whole chain and the answered mail last.

    Of a chain beyond forty only both ends are kept, and what has not the form of a Message-ID is left out.
    """
    answered = thread.message_id if MESSAGE_ID.fullmatch(thread.message_id) else ""
    earlier = [name for name in thread.references if MESSAGE_ID.fullmatch(name) and name != answered]
    chain = [*dict.fromkeys(earlier), *([answered] if answered else [])]
    if len(chain) > 2 * ENDS_KEPT:
        chain = chain[:ENDS_KEPT] + chain[-ENDS_KEPT:]
    return answered, tuple(chain)


def usable_address(address: Address) -> Address | None:
    """The address with a domain in ASCII (IDNA), or None where it is none that mail can be sent to as it stands."""
    try:
        domain = address.domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    spec = f"{address.local}@{domain}"
    if len(spec) > ADDRESS_LIMIT or not ADDR_SPEC.fullmatch(spec):
        return None
    return Address(one_line(address.name)[:NAME_LIMIT].strip(), spec)


def one_line(text: str) -> str:
    """The text on one line, without characters that control, hide or reorder; white space becomes single spaces."""
    shown = (" " if unicodedata.category(char)[0] == "C" else char for char in text[: 4 * SUBJECT_LIMIT])
    return " ".join("".join(shown).split())


def sealed(envelope: Envelope, body: str) -> bytes:
    """The whole letter: quoted-printable UTF-8 text with CRLF, which any mail program can edit."""
    letter = EmailMessage(POLICY)
    for name, address in (("From", envelope.sender), ("To", envelope.recipient)):
        if address:
            letter[name] = HeaderAddress(address.name, address.local, address.domain)
    letter["Subject"] = envelope.subject
    letter["Date"] = format_datetime(envelope.date)
    letter["Message-ID"] = envelope.message_id
    if envelope.in_reply_to:
        letter["In-Reply-To"] = envelope.in_reply_to
    if envelope.references:
        letter["References"] = " ".join(envelope.references)
    letter.set_content(body, subtype="plain", charset="utf-8", cte="quoted-printable")
    return letter.as_bytes()


class _Policy(EmailPolicy):
    """As SMTP, but folds by itself what EmailPolicy gets wrong.

    That writes a long Message-ID as an encoded word, drops a space between two encoded words (which would alter a
    subject and so break the thread), and decodes on storing what only looks like an encoded word.
    """

    def header_store_parse(self, name: str, value: object) -> tuple[str, str]:
        text = str(value)
        if len(text.splitlines()) > 1:
            raise ValueError("a header has one line")
        return name, text

    def fold(self, name: str, value: str) -> str:
        match name.lower():
            case "message-id" | "in-reply-to" | "references":
                folded = (self.linesep + " ").join(value.split())
            case "from" | "to":
                folded = _mailbox(value, name, self.linesep)
            case _:
                folded = _encoded(value, name, self.linesep)
        return f"{name}: {folded}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


def _encoded(text: str, name: str, linesep: str) -> str:
    """Text as a header has it: as it is where that is ASCII, else in encoded words (RFC 2047)."""
    # What only looks like an encoded word has to be one, or the reader decodes it.
    charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    return Header(text, charset, header_name=name).encode(linesep=linesep)


def _mailbox(value: str, name: str, linesep: str) -> str:
    display, address = parseaddr(value)
    if display.isascii() and "=?" not in display:
        return formataddr((display, address))
    return f"{_encoded(display, name, linesep)}{linesep} <{address}>"


POLICY = _Policy(linesep="\r\n")


def quotation(text: str, *, lines: int = 300, columns: int = 1000) -> str:
    """The answered mail's text as it is quoted below a letter, of bounded size."""
    shown: Sequence[str] = text[: lines * columns].splitlines()[:lines]
    return "".join(f"> {one_line(line)[:columns]}".rstrip() + "\n" for line in shown)
