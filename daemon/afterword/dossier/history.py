"""What the rest of the owner's mail means for a rejection: who the person behind it is, and whether a letter still has a place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from afterword.dossier.advice import asks_for_advice
from afterword.dossier.applications import Link
from afterword.dossier.facets import is_last_round, sentences_of
from afterword.dossier.organisations import is_freemail
from afterword.dossier.owner import Owner
from afterword.dossier.people import agrees, is_known, is_relay, is_robot, is_role_mailbox, person_name
from afterword.dossier.recipients import Obstacle
from afterword.dossier.recollection import Recollection, Related
from afterword.records import Address, Contact, Correspondence, Label, Message, Skip, Stage, Thread

ASKED = timedelta(days=90)  # one request to a person in this time
# Forbids a request, but no letter that only thanks.
ASKED_LATELY: Obstacle = (Skip.ALREADY_ASKED, "the same person was asked about another application lately")
# A tracking system tells of a changed status in the same minute as of the rejection.
AFTERTHOUGHT = timedelta(hours=1)
# What a rejection is followed by when it did not stand, or when there is nothing more to ask.
OVERTAKING = frozenset({Label.INTERVIEW, Label.OFFER, Label.ASSESSMENT, Label.STATUS_UPDATE, Label.FEEDBACK})
# Mail that need not be about an application at all: the company alone does not join it to one.
LOOSE = frozenset({Label.OTHER, Label.OUTREACH, None})


@dataclass(frozen=True, slots=True)
class Rejection:
    """What of a rejection the later mail is compared with."""

    ids: frozenset[str]
    date: datetime
    contact: Contact | None
    thread: Thread


def person_before(related: Related, everything: Recollection, owner: Owner) -> tuple[Contact, Thread] | None:
    """The last person who wrote about the same application, with the conversation that this person knows.

    Where no such mail is kept, the owner's own reply to it tells as much.
    """
    for mail, joined in sorted(related, key=lambda pair: pair[0].date, reverse=True):
        sender = mail.sender
        if sender is None or mail.outgoing or not _is_of_a_person(mail) or owner.is_mine(sender):
            continue
        if mail.label is Label.JOB_ALERT or (mail.label in LOOSE and joined is Link.COMPANY):
            continue
        # Anybody can have such an address; only the thread, or the owner's own mail to it, makes it the company's.
        if is_freemail(sender.domain) and joined is not Link.THREAD and not _wrote_to(sender, everything):
            continue
        return Contact(mail.person, sender.address, "earlier_mail"), Thread(
            mail.message_id, mail.thread, mail.subject
        )
    return _person_replied_to(related, owner)


def _person_replied_to(related: Related, owner: Owner) -> tuple[Contact, Thread] | None:
    """Whom the owner answered about the application, if it was one person alone; the company by itself joins no such mail."""
    for mail, joined in sorted(related, key=lambda pair: pair[0].date, reverse=True):
        alone = mail.outgoing and not mail.draft and mail.thread and len(mail.recipients) == 1
        if not alone or joined is Link.COMPANY:
            continue
        address = mail.recipients[0]
        if is_robot(address) or is_relay(address) or is_role_mailbox(address) or owner.is_mine(address):
            continue
        name = person_name(address.name)
        certain = name if name and is_known(name, address.local) and agrees(name, address.local) else ""
        return Contact(certain, address.address, "earlier_mail"), Thread(
            mail.message_id, mail.thread, mail.subject
        )
    return None


def _is_of_a_person(mail: Correspondence) -> bool:
    sender = mail.sender
    if sender is None or mail.automated or is_robot(sender) or is_relay(sender):
        return False
    return bool(mail.person) or not is_role_mailbox(sender)


def _wrote_to(address: Address, everything: Recollection) -> bool:
    return any(address.address.casefold() in addresses_of(mail) for mail in everything.outgoing)


def raised(stage: Stage, related: Related, rejected: datetime) -> Stage:
    """The stage that earlier mail of the application proves: an invitation, a final round, an offer."""
    before = [mail for mail, _ in related if not mail.outgoing and mail.date <= rejected]
    invited = [mail for mail in before if mail.label is Label.INTERVIEW]
    if any(mail.label is Label.OFFER for mail in before) or any(
        is_last_round(mail.subject) for mail in invited
    ):
        return Stage.FINAL
    return Stage.INTERVIEW if invited and stage is Stage.APPLICATION else stage


def obstacles_since(rejection: Rejection, related: Related, everything: Recollection) -> list[Obstacle]:
    """What the owner's and the company's other mail forbids: an answer, a request, better news."""
    own = everything.outgoing
    about = {mail.fingerprint for mail, _ in related}
    found: list[Obstacle] = []
    if any(_answers(mail, rejection, about) for mail in own):
        found.append((Skip.ALREADY_ANSWERED, "the owner has answered already"))
    asked = [mail for mail in own if mail.asks_advice]
    if any(mail.fingerprint in about for mail in asked):
        found.append((Skip.ALREADY_ASKED, "the owner has asked for advice already"))
    elif any(_is_lately(mail, rejection) and _goes_to(mail, rejection.contact) for mail in asked):
        found.append(ASKED_LATELY)
    news = [mail for mail, _ in related if _overtakes(mail, rejection)]
    if news:
        found.append((Skip.SUPERSEDED, f"a later mail about the application has come: {news[-1].label}"))
    return found


def _answers(mail: Correspondence, rejection: Rejection, about: set[str]) -> bool:
    """A reply to the rejection itself, sent or begun; or a later mail to the contact about the application."""
    if not rejection.ids.isdisjoint(mail.thread):
        return True
    if mail.date <= rejection.date:
        return False
    return rejection.thread.message_id in mail.thread or (
        not mail.draft and mail.fingerprint in about and _goes_to(mail, rejection.contact)
    )


def _is_lately(mail: Correspondence, rejection: Rejection) -> bool:
    return abs(rejection.date - mail.date) <= ASKED


def answers_request(
    message: Message, label: Label, gives_feedback: bool, related: Related, everything: Recollection
) -> bool:
    """Whether a mail gives feedback for which the owner had asked, so that it is thanked for and no second rejection.

    A request stands in its thread or is quoted below it; for mail that is nothing but feedback it is enough that its writer was asked
    within 90 days, or that the application had been turned down. Where nothing is remembered at all, the mail is believed.
    """
    parents = {*message.references, *message.in_reply_to}
    asked = [
        mail
        for mail in everything.outgoing
        if mail.asks_advice and not mail.draft and mail.date <= message.date
    ]
    in_thread = any(mail.message_id in parents for mail in asked) or asks_for_advice(
        sentences_of(message.quoted)
    )
    if label is Label.REJECTION:
        return gives_feedback and in_thread
    writer = message.sender.address.casefold() if message.sender else ""
    return label is Label.FEEDBACK and (
        in_thread
        or not everything
        or any(writer in addresses_of(mail) and message.date - mail.date <= ASKED for mail in asked)
        or any(mail.label is Label.REJECTION and mail.date <= message.date for mail, _ in related)
    )


def _overtakes(mail: Correspondence, rejection: Rejection) -> bool:
    if mail.outgoing or mail.label not in OVERTAKING or mail.date <= rejection.date:
        return False
    hasty = mail.label is Label.STATUS_UPDATE and mail.automated and mail.date - rejection.date < AFTERTHOUGHT
    return not hasty


def addresses_of(mail: Correspondence) -> set[str]:
    """Whom a mail goes to, in lower case."""
    return {recipient.address.casefold() for recipient in mail.recipients}


def _goes_to(mail: Correspondence, contact: Contact | None) -> bool:
    return contact is not None and contact.address.casefold() in addresses_of(mail)
