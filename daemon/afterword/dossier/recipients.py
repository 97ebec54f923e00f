"""Whom to write to about a rejection, and what forbids it (RFC 3834, RFC 8601)."""

import re
from dataclasses import dataclass

from afterword.dossier.organisations import (
    fits,
    is_freemail,
    is_tracking_system,
    is_trusted,
    organisation_of,
    own_organisation,
)
from afterword.dossier.owner import Owner
from afterword.dossier.people import (
    clean,
    is_automatic,
    is_list,
    is_reply_by_machine,
    is_robot,
    person_name,
    sender_person,
    signature_lines,
)
from afterword.records import Address, Contact, Message, Skip

ADDRESS = re.compile(r"\b[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,6}[A-Za-z]{2,24}\b")
FORWARD = re.compile(r"^\s*(?:fwd?|wg|tr|rv|enc|doorst)\s*:", re.IGNORECASE)

Obstacle = tuple[Skip, str]


@dataclass(frozen=True, slots=True)
class Recipient:
    """The outcome of a look at one mail: a contact, or what is in the way of one."""

    contact: Contact | None
    obstacle: Obstacle | None = None


def recipient_in(message: Message, company: str) -> Recipient:
    """The human behind a rejection as far as the mail itself tells: Reply-To, From, or an address in the signature."""
    sender = message.sender
    if sender is None:
        return _in_signature(message, company)
    for reply_to in message.reply_to[:1]:
        if reply_to.address.casefold() == sender.address.casefold():
            break
        return _reply_to(message, sender, reply_to, company)
    if is_robot(sender) or is_automatic(message):
        return _in_signature(message, company)
    return Recipient(Contact(sender_person(sender, message), sender.address, "from"))


def _reply_to(message: Message, sender: Address, reply_to: Address, company: str) -> Recipient:
    if is_robot(reply_to):
        return _in_signature(message, company)
    same = organisation_of(reply_to.domain) == organisation_of(sender.domain)
    if same and not (is_freemail(sender.domain) and is_freemail(reply_to.domain)):
        return Recipient(Contact(_name_for(reply_to, sender, message), reply_to.address, "reply_to"))
    theirs = own_organisation(reply_to.domain)
    if is_tracking_system(sender.domain) and (
        is_tracking_system(reply_to.domain) or (theirs and company and fits(company, theirs))
    ):
        return Recipient(Contact(_name_for(reply_to, sender, message), reply_to.address, "reply_to"))
    return Recipient(None, (Skip.UNVERIFIED_SENDER, "its Reply-To leads to another organisation"))


def _name_for(reply_to: Address, sender: Address, message: Message) -> str:
    """A name for a Reply-To address: its own display name; the sender's only when it is the sender's other address."""
    return sender_person(reply_to, message) or (
        person_name(sender.name) if reply_to.local.casefold() == sender.local.casefold() else ""
    )


def _in_signature(message: Message, company: str) -> Recipient:
    """A person's address that the signature gives, on the company's own domain."""
    text = "\n".join([message.signature, *message.text.splitlines()[-8:]])
    for found in ADDRESS.findall(text):
        address = Address("", found)
        theirs = own_organisation(address.domain)
        known = own_organisation(message.sender.domain) if message.sender else ""
        if not theirs or is_robot(address) or not (theirs == known or (company and fits(company, theirs))):
            continue
        names = [name for line in signature_lines(message) if (name := person_name(clean(line, 80)))]
        if names:
            return Recipient(Contact(names[0], found, "signature"))
    return Recipient(None)


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
    """Whether the owner is meant: in To, or nobody else is and it was delivered to them; a forward is about somebody else."""
    if FORWARD.match(message.subject) and not message.text.strip():
        return False
    if any(owner.is_mine(address) or owner.bears_my_name(address) for address in message.to):
        return True
    return not message.to and not any(message.cc)


def failed_dmarc(message: Message, owner: Owner) -> bool:
    """Whether the topmost Authentication-Results of the owner's own server says dmarc=fail; silence says nothing."""
    for name, value in message.headers:
        if name != "authentication-results":
            continue
        authserv = re.split(r"[\s;]", value.strip(), maxsplit=1)[0]
        if is_trusted(authserv, owner.addresses, owner.authserv_ids):
            return bool(re.search(r"\bdmarc\s*=\s*fail\b", value, re.IGNORECASE))
    return False
