"""Whom to write to about a rejection, and what forbids it (RFC 3834, RFC 8601)."""

import re
from dataclasses import dataclass

from afterword.dossier.organisations import (
    fits,
    is_freemail,
    is_named,
    is_tracking_system,
    is_trusted,
    organisation_of,
    own_organisation,
    squash,
)
from afterword.dossier.owner import Owner
from afterword.dossier.people import (
    TAIL,
    agrees,
    is_automatic,
    is_known,
    is_list,
    is_relay,
    is_reply_by_machine,
    is_robot,
    is_role_mailbox,
    person_name,
    sender_person,
    written_in,
)
from afterword.records import Address, Contact, Message, Skip

ADDRESS = re.compile(r"\b[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,6}[A-Za-z]{2,24}\b")
NAME_WORDS_LIMIT = 600  # of the end of a mail that are looked through for a name
ADDRESSES_LIMIT = 5  # of one signature that are looked at
TWO_NAMES = re.compile(r"^([a-z]{2,})[._-]([a-z]{2,})$", re.IGNORECASE)
FORWARD = re.compile(r"^\s*(?:fwd?|wg|tr|rv|enc|doorst)\s*:", re.IGNORECASE)

Obstacle = tuple[Skip, str]
FOREIGN: Obstacle = (Skip.UNVERIFIED_SENDER, "its Reply-To leads to another organisation")


@dataclass(frozen=True, slots=True)
class Recipient:
    """The outcome of a look at one mail: a contact, or what is in the way of one."""

    contact: Contact | None
    obstacle: Obstacle | None = None


def recipient_in(message: Message, company: str) -> Recipient:
    """The human behind a rejection as far as the mail itself tells.

    Reply-To where it is safe, else From; a person whom the signature names comes before a machine, a tracking system's relay and
    a mailbox of several people.
    """
    sender = message.sender
    if sender is None:
        return Recipient(_in_signature(message, company))
    reply_to = next(iter(message.reply_to), sender)
    if not is_robot(reply_to) and not _may_answer_for(reply_to, sender, message, company):
        return Recipient(None, FOREIGN)
    for address, source in _by_preference(sender, reply_to):
        if is_robot(address) or (is_automatic(message) and address is sender):
            continue
        contact = Contact(_name_of(address, sender, message), address.address, source)
        if contact.name and not is_role_mailbox(address):
            return Recipient(contact)
        return Recipient(
            _in_signature(message, company) or (None if is_relay(address, written_in(message)) else contact)
        )
    return Recipient(_in_signature(message, company))


def _by_preference(sender: Address, reply_to: Address) -> list[tuple[Address, str]]:
    """Reply-To and From, the better one first: a person's own address comes before one that a whole team reads."""
    if reply_to.address.casefold() == sender.address.casefold():
        return [(sender, "from")]
    ordered = [(reply_to, "reply_to"), (sender, "from")]
    shared = is_role_mailbox(reply_to) and bool(person_name(sender.name)) and not is_role_mailbox(sender)
    return ordered[::-1] if shared and not is_tracking_system(sender.domain) else ordered


def _may_answer_for(reply_to: Address, sender: Address, message: Message, company: str) -> bool:
    """Whether Reply-To stays within the organisation that writes, or leads from its tracking system home."""
    if reply_to.address.casefold() == sender.address.casefold():
        return True
    theirs, here = organisation_of(reply_to.domain), organisation_of(sender.domain)
    if theirs and theirs == here:
        return not is_freemail(sender.domain)
    if is_tracking_system(sender.domain) and is_tracking_system(reply_to.domain):
        return fits(squash(theirs.partition(".")[0]), here)  # one system under two names
    return is_tracking_system(sender.domain) and _is_companys(reply_to, message, company)


def _is_companys(address: Address, message: Message, company: str) -> bool:
    """Whether an address is on the own domain of the company that the mail speaks for."""
    theirs = own_organisation(address.domain)
    if not theirs:
        return False
    sender = message.sender
    return (
        (sender is not None and theirs == own_organisation(sender.domain))
        or bool(company and fits(company, theirs))
        or is_named(theirs, written_in(message))
    )


def _name_of(address: Address, sender: Address, message: Message) -> str:
    """A certain name for an address: the sender's own display name counts for another address only if that can be theirs."""
    own = sender_person(address, message)
    if own or address is sender:
        return own
    theirs = person_name(sender.name) if is_known(person_name(sender.name), address.local) else ""
    return (
        theirs
        if theirs and (agrees(theirs, address.local) or address.local.casefold() == sender.local.casefold())
        else ""
    )


def _in_signature(message: Message, company: str) -> Contact | None:
    """A person's address that the end of the mail gives, on the company's own domain."""
    text = "\n".join([message.signature[:TAIL], *message.text[-TAIL:].splitlines()[-8:]])
    sender = message.sender.address.casefold() if message.sender else ""
    for found in ADDRESS.findall(text)[:ADDRESSES_LIMIT]:
        local, _, domain = found.rpartition("@")
        address = Address("", f"{local}@{domain.casefold()}")
        if is_robot(address) or is_role_mailbox(address) or not _is_companys(address, message, company):
            continue
        if address.address.casefold() == sender:
            continue
        name = _name_in(f"{text}\n{message.text[-TAIL:]}", local)
        if name or is_known(TWO_NAMES.sub(r"\1 \2", local)):
            return Contact(name, address.address, "signature")
    return None


def _name_in(text: str, local: str) -> str:
    """The name in a text that belongs to a local part, wherever it stands: two to four words in a row, such as Dana van der Berg."""
    words = re.findall(r"[^\W\d_][^\s,;:<>()@|]*", text)[:NAME_WORDS_LIMIT]
    for start, word in enumerate(words):
        if not word[0].isupper():
            continue
        for length in (2, 3, 4):
            name = person_name(" ".join(words[start : start + length]).rstrip("."))
            if name and agrees(name, local) and is_known(name, local):
                return name
    return ""


# --- what forbids a draft


def obstacles_in(message: Message, owner: Owner) -> list[Obstacle]:
    """What in the mail itself forbids a draft, whoever could be written to."""
    found: list[Obstacle] = []
    if not is_for_owner(message, owner):
        found.append((Skip.NOT_FOR_OWNER, "it is addressed to somebody else"))
    if is_list(message):
        found.append((Skip.LIST, "it came through a mailing list"))
    if is_reply_by_machine(message):
        found.append((Skip.ROBOT, "it is a bounce or an automatic answer"))
    if failed_dmarc(message, owner):
        found.append((Skip.UNVERIFIED_SENDER, "the owner's own server says that its sender failed DMARC"))
    return found


def is_for_owner(message: Message, owner: Owner) -> bool:
    """Whether the owner is meant: in To, or nobody is and it was delivered to them.

    A forward without a word of its own carries somebody's mail, and what the owner sent is no news to them.
    """
    forwarded = not message.text.strip() and (message.quoted or FORWARD.match(message.subject))
    if forwarded or owner.is_mine(message.sender):
        return False
    if any(owner.is_mine(address) or owner.bears_my_name(address) for address in message.to):
        return True
    return not message.to and not message.cc and _was_delivered(message, owner)


def _was_delivered(message: Message, owner: Owner) -> bool:
    """Whether a mail to undisclosed recipients reached the owner as themselves, or greets them."""
    delivered = [
        value.strip(" <>") for name, value in message.headers if name in ("delivered-to", "x-original-to")
    ]
    greeting = message.text[:200].casefold()
    return (
        not delivered
        or any(owner.is_mine(Address("", address)) for address in delivered)
        or any(word in greeting for word in owner.name.casefold().split())
    )


def failed_dmarc(message: Message, owner: Owner) -> bool:
    """Whether the topmost Authentication-Results of the owner's own server says dmarc=fail; silence says nothing."""
    for name, value in message.headers:
        if name != "authentication-results":
            continue
        authserv = re.split(r"[\s;]", value.strip(), maxsplit=1)[0]
        if is_trusted(authserv, owner.homes, owner.authserv_ids):
            return bool(re.search(r"\bdmarc\s*=\s*fail\b", value, re.IGNORECASE))
    return False
