"""From a rejection and the mail before it to a dossier."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from afterword.dossier.advice import asks_for_advice, takes_back
from afterword.dossier.applications import Identity, identity_of_dossier, key_of, with_contact
from afterword.dossier.facets import party_of, sentences_of, stage_of
from afterword.dossier.history import (
    ASKED_LATELY,
    Rejection,
    answers_request,
    obstacles_since,
    person_before,
    raised,
)
from afterword.dossier.language import language_of
from afterword.dossier.organisations import own_organisation, squash
from afterword.dossier.owner import Owner
from afterword.dossier.people import is_automatic, is_list, is_relay, is_robot, sender_person, written_in
from afterword.dossier.reasons import reasons_of
from afterword.dossier.recipients import Obstacle, failed_dmarc, obstacles_in, recipient_in
from afterword.dossier.recollection import Recollection, Related
from afterword.dossier.roles import company_of, requisition_of, role_key, role_of
from afterword.etiquette.names import fit_company, fit_role
from afterword.records import Correspondence, Dossier, Label, Letter, Message, Party, Skip, Thread, Verdict

LANGUAGES = ("en", "de", "fr", "es")  # letters exist in these
PLACEHOLDER = re.compile(r"[%$_^~\\]")


def remember(
    message: Message, label: Label | None, owner: Owner, *, sent: bool = False, draft: bool = False
) -> Correspondence:
    """What the ledger keeps of a mail: no text, only what places it in an application.

    A mail that takes an earlier one back is remembered as a status update, whatever else it looks like.
    """
    outgoing = sent or draft or owner.is_mine(message.sender)
    # A forged mail names nobody whom one could write to, as little as a robot's does.
    robot = message.sender is None or is_robot(message.sender) or is_automatic(message) or is_list(message)
    unsafe = robot or failed_dmarc(message, owner)
    sentences = sentences_of(message.text)
    return Correspondence(
        place=message.place,
        fingerprint=message.fingerprint,
        message_id=message.message_id,
        thread=tuple(dict.fromkeys((*message.references, *message.in_reply_to))),
        date=message.date,
        subject=message.subject,
        sender=message.sender,
        recipients=(*message.to, *message.cc),
        label=label if outgoing else _corrected(label, message.subject, sentences),
        outgoing=outgoing,
        draft=draft,
        automated=unsafe and not outgoing,
        asks_advice=outgoing and not draft and asks_for_advice(sentences),
        person="" if outgoing or unsafe or message.sender is None else sender_person(message.sender, message),
        role=_role_in(message),
        company="" if outgoing else _company_in(message),
        requisition=requisition_of(message),
    )


def _corrected(label: Label | None, subject: str, sentences: Sequence[str]) -> Label | None:
    better = label in (Label.INTERVIEW, Label.OFFER)
    return label if better or not takes_back(subject, sentences) else Label.STATUS_UPDATE


def open_dossier(
    message: Message, verdict: Verdict, earlier: Sequence[Correspondence], owner: Owner, *, now: datetime
) -> Dossier:
    """The dossier of a rejection, from the mail itself and whatever other mail of the owner's is remembered.

    `earlier` may hold later mail too: an answer, an interview that followed. Give a `Recollection` where many rejections are opened. A mail from the future counts as one of `now`. Feedback
    is opened the same way; what was asked before is no obstacle to it if it is the answer.
    """
    facets = verdict.facets
    sentences = sentences_of(message.text)
    date = min(message.date, now)
    party = party_of(message, facets)
    # An agency's own name is none: it turns people down for its clients.
    company, role = "" if party is Party.RECRUITER else _company_in(message), _role_in(message)
    found = recipient_in(message, company)
    identity = _identity_of_message(message, company, role, date)
    if found.contact:
        identity = with_contact(identity, found.contact.address.rpartition("@")[2])
    known = Recollection.of(earlier)
    related = known.related_to(identity, message.fingerprint)
    own = Thread(message.message_id, message.references or message.in_reply_to, message.subject)
    before = None if found.contact else person_before(related, known, owner)
    contact, thread = before or (found.contact, own)
    dossier = Dossier(
        fingerprint=message.fingerprint,
        place=message.place,
        date=date,
        party=party,
        stage=raised(stage_of(sentences, facets), related, date),
        reasons=reasons_of(sentences, facets),
        feedback_given=facets.feedback_given,
        no_feedback_policy=facets.no_feedback_policy,
        role=role or _single({mail.role for mail, _ in related if mail.role}),
        company=company or _single({mail.company for mail, _ in related if mail.company}),
        contact=contact,
        thread=thread,
        language=language_of(f"{message.subject}\n{message.text}"),
        application=key_of(identity, next(iter(own.references), message.fingerprint)),
        answers_request=answers_request(message, verdict.label, facets.feedback_given, related, known),
    )
    return replace(
        dossier,
        obstacles=(
            *obstacles_in(message, owner),
            *([found.obstacle] if found.obstacle and contact is None else []),
            *_history(dossier, related, known, message.message_id),
            *_unreachable(message, dossier),
        ),
    )


def recheck(dossier: Dossier, later: Sequence[Correspondence], letter: Letter | None) -> Obstacle | None:
    """Why a draft that waited must not appear any more: the owner has written meanwhile, or something better has come."""
    known = Recollection.of(later)
    related = known.related_to(identity_of_dossier(dossier), dossier.fingerprint)
    return first_obstacle(_history(dossier, related, known), letter)


def overtaken(dossier: Dossier, later: Sequence[Correspondence]) -> str:
    """Why a draft that has appeared should be looked at again: the news that followed, "" when there is none."""
    known = Recollection.of(later)
    related = known.related_to(identity_of_dossier(dossier), dossier.fingerprint)
    history = _history(dossier, related, known)
    return next((why for skip, why in history if skip is Skip.SUPERSEDED), "")


def first_obstacle(obstacles: Iterable[Obstacle], letter: Letter | None) -> Obstacle | None:
    """The gravest obstacle to a letter: that a person was asked lately forbids only a further request."""
    asks = letter is not None and letter.asks
    return next((each for each in obstacles if asks or each != ASKED_LATELY), None)


def _history(dossier: Dossier, related: Related, known: Recollection, *message_ids: str) -> list[Obstacle]:
    ids = frozenset(filter(None, (dossier.fingerprint, *message_ids)))
    rejection = Rejection(ids, dossier.date, dossier.contact, dossier.thread)
    found = obstacles_since(rejection, related, known)
    # What was asked before, and what came of it, is no obstacle to a thank-you for the answer.
    return [each for each in found if not dossier.answers_request or each[0] is Skip.ALREADY_ANSWERED]


def _identity_of_message(message: Message, company: str, role: str, date: datetime) -> Identity:
    sender = message.sender
    organisation = (
        own_organisation(sender.domain) if sender and not is_relay(sender, written_in(message)) else ""
    )
    return Identity(
        ids=frozenset(
            filter(None, (message.message_id, message.fingerprint, *message.references, *message.in_reply_to))
        ),
        organisations=frozenset({organisation} - {""}),
        company=squash(company),
        role=role_key(role),
        requisition=requisition_of(message),
        date=date,
    )


def _role_in(message: Message) -> str:
    """The role, if it is fit to stand in a letter."""
    role = fit_role(role_of(message))
    return "" if PLACEHOLDER.search(role) else role


def _company_in(message: Message) -> str:
    """The company, if it is fit to stand in a letter."""
    company = fit_company(company_of(message))
    return "" if PLACEHOLDER.search(company) else company


def _unreachable(message: Message, dossier: Dossier) -> list[Obstacle]:
    found: list[Obstacle] = []
    if dossier.contact is None:
        sender = message.sender
        robot = sender is None or is_robot(sender) or is_relay(sender) or is_automatic(message)
        why = "it comes from a robot" if robot else "its sender cannot be written to"
        found.append((Skip.NO_CONTACT, f"{why}, and no person who wrote about the application is known"))
    if dossier.language not in LANGUAGES:
        found.append(
            (Skip.LANGUAGE, f"there are no letters in its language ({dossier.language or 'unknown'})")
        )
    return found


def _single(values: set[str]) -> str:
    """The one value there is, "" when there are none or several."""
    return next(iter(values)) if len(values) == 1 else ""
