"""From a rejection and the mail before it to a dossier; which mails are one application."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from afterword.dossier.facets import (
    asks_for_advice,
    gives_feedback,
    has_no_feedback_policy,
    party_of,
    reasons_of,
    sentences_of,
    stage_of,
)
from afterword.dossier.language import language_of
from afterword.dossier.organisations import fits, own_organisation, squash
from afterword.dossier.owner import Owner
from afterword.dossier.people import is_automatic, is_list, is_robot, sender_person
from afterword.dossier.recipients import Obstacle, obstacles_in, recipient_in
from afterword.dossier.roles import company_of, requisition_of, role_key, role_of
from afterword.records import (
    Contact,
    Correspondence,
    Dossier,
    Label,
    Message,
    Party,
    Skip,
    Stage,
    Thread,
    Verdict,
)

ONE_APPLICATION = timedelta(
    days=60
)  # two mails of one company without a role are one application if no further apart
ASKED = timedelta(days=90)  # one request to a person in this time
LANGUAGES = ("en", "de", "fr", "es")  # letters exist in these


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a mail is known to belong to an application; "" and the empty set are unknown."""

    ids: frozenset[str]
    organisation: str
    company: str
    role: str
    requisition: str
    date: datetime


def remember(
    message: Message, label: Label | None, owner: Owner, *, sent: bool = False, draft: bool = False
) -> Correspondence:
    """What the ledger keeps of a mail: no text, only what places it in an application."""
    outgoing = sent or draft or owner.is_mine(message.sender)
    robot = message.sender is None or is_robot(message.sender) or is_automatic(message) or is_list(message)
    return Correspondence(
        place=message.place,
        fingerprint=message.fingerprint,
        message_id=message.message_id,
        thread=tuple(dict.fromkeys((*message.references, *message.in_reply_to))),
        date=message.date,
        subject=message.subject,
        sender=message.sender,
        recipients=(*message.to, *message.cc),
        label=label,
        outgoing=outgoing,
        draft=draft,
        automated=robot and not outgoing,
        asks_advice=outgoing and not draft and asks_for_advice(sentences_of(message.text)),
        person="" if outgoing or message.sender is None else sender_person(message.sender, message),
        role=role_of(message),
        company="" if outgoing else company_of(message),
        requisition=requisition_of(message),
    )


def open_dossier(
    message: Message, verdict: Verdict, earlier: Sequence[Correspondence], owner: Owner, *, now: datetime
) -> Dossier:
    """The dossier of a rejection, from the mail itself and whatever other mail of the owner's is remembered.

    `earlier` may hold later mail too: an answer, an interview that followed.
    """
    del verdict, now
    sentences = sentences_of(message.text)
    party = party_of(message, sentences)
    company = company_of(message)
    mine = _identity_of_message(message, company)
    related = [
        mail for mail in earlier if mail.fingerprint != message.fingerprint and belongs(mail, mine, earlier)
    ]
    found = recipient_in(message, company)
    contact, thread = (
        found.contact,
        Thread(message.message_id, message.references or message.in_reply_to, message.subject),
    )
    if contact is None:
        contact, thread = _human_before(related, message, thread, owner)
    language = language_of(f"{message.subject}\n{message.text}")
    obstacles = [
        *obstacles_in(message, owner),
        *([found.obstacle] if found.obstacle and contact is None else []),
        *_history(message, contact, related, earlier, message.date),
        *_unreachable(contact, language),
    ]
    return Dossier(
        fingerprint=message.fingerprint,
        place=message.place,
        date=message.date,
        party=party,
        stage=_raised(stage_of(sentences), related, message.date),
        reasons=reasons_of(sentences),
        feedback_given=gives_feedback(sentences),
        no_feedback_policy=has_no_feedback_policy(sentences),
        role=role_of(message) or _single({mail.role for mail in related if mail.role}),
        company=""
        if party is Party.RECRUITER
        else company or _single({mail.company for mail in related if mail.company}),
        contact=contact,
        thread=thread,
        language=language,
        application="|".join([mine.organisation, mine.company, mine.role, mine.requisition]),
        obstacles=tuple(obstacles),
    )


def merge(dossiers: Sequence[Dossier], settled: Sequence[Dossier] = ()) -> tuple[Dossier, ...]:
    """Of several rejections of one application one may be drafted: the latest that has a human contact.

    `settled` are the dossiers that have their draft or wait for it. The others get the obstacle `same_application`; order and
    length stay.
    """
    merged = []
    for dossier in dossiers:
        rivals = [other for other in dossiers if other is not dossier and same_application(dossier, other)]
        if any(same_application(dossier, other) for other in settled):
            merged.append(_superfluous(dossier, "its application has a draft already"))
        elif any(_rank(other) > _rank(dossier) for other in rivals):
            merged.append(_superfluous(dossier, "another mail about the same application is answered"))
        else:
            merged.append(dossier)
    return tuple(merged)


def recheck(dossier: Dossier, later: Sequence[Correspondence], owner: Owner) -> Obstacle | None:
    """Why a draft that waited must not appear any more: the owner has written meanwhile, or something better has come."""
    del owner
    mine = _identity_of_dossier(dossier)
    related = [
        mail for mail in later if mail.fingerprint != dossier.fingerprint and belongs(mail, mine, later)
    ]
    found = _history_of(dossier.fingerprint, dossier.thread, dossier.contact, related, later, dossier.date)
    return next(iter(found), None)


# --- one application


def same_application(one: Dossier, other: Dossier) -> bool:
    """Whether two rejections turn down the same application."""
    if one.fingerprint == other.fingerprint:
        return True
    return _same(_identity_of_dossier(one), _identity_of_dossier(other), alone=True)


def belongs(mail: Correspondence, to: Identity, all_mail: Sequence[Correspondence]) -> bool:
    """Whether a remembered mail is about an application."""
    mine = _identity_of(mail)
    roles = {
        role_key(other.role)
        for other in all_mail
        if other.role
        and not other.outgoing
        and _same_organisation(_identity_of(other), to)
        and abs(other.date - to.date) <= ONE_APPLICATION
    }
    return _same(mine, to, alone=len(roles) <= 1)


def _same(one: Identity, other: Identity, *, alone: bool) -> bool:
    """Thread first, then company and role, then requisition; by company alone only where one application is open."""
    if one.role and other.role and not _same_role(one.role, other.role):
        return False
    if one.ids & other.ids:
        return True
    if not _same_organisation(one, other):
        return False
    if one.requisition and other.requisition:
        return one.requisition == other.requisition
    if one.role and other.role:
        return True
    return alone and abs(one.date - other.date) <= ONE_APPLICATION


def _same_role(one: str, other: str) -> bool:
    shorter, longer = sorted((one.split(), other.split()), key=len)
    return set(shorter) <= set(longer)


def _same_organisation(one: Identity, other: Identity) -> bool:
    if one.organisation and one.organisation == other.organisation:
        return True
    if one.company and one.company == other.company:
        return True
    return any(
        name and domain and fits(name, domain)
        for name, domain in ((one.company, other.organisation), (other.company, one.organisation))
    )


def _identity_of(mail: Correspondence) -> Identity:
    party = mail.recipients[:1] if mail.outgoing else ((mail.sender,) if mail.sender else ())
    return Identity(
        ids=frozenset(filter(None, (mail.message_id, *mail.thread))),
        organisation=next((own_organisation(address.domain) for address in party), ""),
        company=squash(mail.company),
        role=role_key(mail.role),
        requisition=mail.requisition,
        date=mail.date,
    )


def _identity_of_message(message: Message, company: str) -> Identity:
    return Identity(
        ids=frozenset(filter(None, (message.message_id, *message.references, *message.in_reply_to))),
        organisation=own_organisation(message.sender.domain) if message.sender else "",
        company=squash(company),
        role=role_key(role_of(message)),
        requisition=requisition_of(message),
        date=message.date,
    )


def _identity_of_dossier(dossier: Dossier) -> Identity:
    organisation, company, role, requisition = dossier.application.split("|")
    return Identity(
        ids=frozenset(
            filter(None, (dossier.fingerprint, dossier.thread.message_id, *dossier.thread.references))
        ),
        organisation=organisation,
        company=company or squash(dossier.company),
        role=role or role_key(dossier.role),
        requisition=requisition,
        date=dossier.date,
    )


# --- what the other mail says


def _human_before(
    related: Sequence[Correspondence], message: Message, thread: Thread, owner: Owner
) -> tuple[Contact | None, Thread]:
    """The last person who wrote about the same application, and the thread that this person knows."""
    for mail in sorted(related, key=lambda each: each.date, reverse=True):
        sender = mail.sender
        if mail.outgoing or mail.automated or sender is None or is_robot(sender) or not mail.person:
            continue
        if mail.label in (Label.OUTREACH, Label.JOB_ALERT, Label.OTHER) or owner.is_mine(sender):
            continue
        return Contact(mail.person, sender.address, "earlier_mail"), Thread(
            mail.message_id, mail.thread, mail.subject
        )
    del message
    return None, thread


def _history(
    message: Message,
    contact: Contact | None,
    related: Sequence[Correspondence],
    earlier: Sequence[Correspondence],
    rejected: datetime,
) -> list[Obstacle]:
    thread = Thread(message.message_id, (), message.subject)
    return _history_of(message.fingerprint, thread, contact, related, earlier, rejected)


def _history_of(
    fingerprint: str,
    thread: Thread,
    contact: Contact | None,
    related: Sequence[Correspondence],
    everything: Sequence[Correspondence],
    rejected: datetime,
) -> list[Obstacle]:
    found: list[Obstacle] = []
    ids = {fingerprint, thread.message_id} - {""}
    own = [mail for mail in everything if mail.outgoing]
    address = contact.address.casefold() if contact else ""
    replies = [
        mail for mail in own if ids & set(mail.thread) and mail.date >= rejected - timedelta(minutes=5)
    ]
    written = [
        mail
        for mail in related
        if mail.outgoing and mail.date > rejected and address and address in _addresses(mail)
    ]
    if replies or written:
        found.append((Skip.ALREADY_ANSWERED, "the owner has answered already"))
    asked = [
        mail
        for mail in own
        if mail.asks_advice and (mail in related or _asked_lately(mail, address, rejected))
    ]
    if asked:
        found.append((Skip.ALREADY_ASKED, "the owner has asked for advice already"))
    better = [
        mail
        for mail in related
        if not mail.outgoing and mail.date > rejected and mail.label in (Label.INTERVIEW, Label.OFFER)
    ]
    if better:
        found.append((Skip.SUPERSEDED, f"an {better[-1].label} came afterwards"))
    return found


def _asked_lately(mail: Correspondence, address: str, rejected: datetime) -> bool:
    return bool(address) and address in _addresses(mail) and abs(rejected - mail.date) <= ASKED


def _addresses(mail: Correspondence) -> set[str]:
    return {recipient.address.casefold() for recipient in mail.recipients}


def _raised(stage: Stage, related: Sequence[Correspondence], rejected: datetime) -> Stage:
    """An interview that was arranged before the rejection raises the stage."""
    met = any(
        mail.label is Label.INTERVIEW and not mail.outgoing and mail.date <= rejected for mail in related
    )
    return Stage.INTERVIEW if met and stage is Stage.APPLICATION else stage


def _unreachable(contact: Contact | None, language: str) -> list[Obstacle]:
    found: list[Obstacle] = []
    if contact is None:
        found.append(
            (Skip.NO_CONTACT, "it comes from a robot, and no person who wrote about the application is known")
        )
    if language not in LANGUAGES:
        found.append((Skip.LANGUAGE, f"there are no letters in its language ({language or 'unknown'})"))
    return found


def _superfluous(dossier: Dossier, why: str) -> Dossier:
    return replace(dossier, obstacles=(*dossier.obstacles, (Skip.SAME_APPLICATION, why)))


def _rank(dossier: Dossier) -> tuple[bool, bool, bool, datetime, str]:
    """How fit a rejection is to be the one that is answered."""
    contact = dossier.contact
    return (
        not dossier.obstacles,
        contact is not None and contact.source != "earlier_mail",
        contact is not None and bool(contact.name),
        dossier.date,
        dossier.fingerprint,
    )


def _single(values: set[str]) -> str:
    """The one value there is, "" when there are none or several."""
    return next(iter(values)) if len(values) == 1 else ""
