"""Which mails are about one application."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from functools import lru_cache

from afterword.dossier.organisations import fits, own_organisation, squash
from afterword.dossier.roles import role_key
from afterword.records import Correspondence, Dossier

# Two mails of one company that name no role are about one application if they are no further apart.
ONE_APPLICATION = timedelta(days=60)
RECIPIENTS_LIMIT = 20
# Words that make two roles out of one title.
LEVELS = frozenset(
    [
        "senior",
        "junior",
        "sr",
        "jr",
        "lead",
        "principal",
        "staff",
        "head",
        "chief",
        "deputy",
        "assistant",
        "associate",
        "trainee",
        "intern",
        "internship",
        "graduate",
        "apprentice",
        "director",
        "manager",
        "praktikant",
        "werkstudent",
        "leiter",
        "leitung",
        "auszubildender",
        "stagiaire",
        "alternant",
        "apprenti",
        "becario",
        "prácticas",
        "i",
        "ii",
        "iii",
        "iv",
        "v",
        "1",
        "2",
        "3",
        "4",
    ]
)


class Link(IntEnum):
    """What joins two mails, the strongest last."""

    NONE = 0
    COMPANY = 1
    REQUISITION = 2
    ROLE = 3
    THREAD = 4


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a mail is known to belong to an application; "" and empty sets are unknown.

    `organisations` are organisational domains, `company` is squashed, `role` a key of `role_key`, `ids` are the mail's own Message-ID and
    those it refers to.
    """

    ids: frozenset[str]
    organisations: frozenset[str]
    company: str
    role: str
    requisition: str
    date: datetime


def identity_of(mail: Correspondence) -> Identity:
    """The identity of a remembered mail: the organisation is the other side's, whoever wrote."""
    others = mail.recipients[:RECIPIENTS_LIMIT] if mail.outgoing else ((mail.sender,) if mail.sender else ())
    return Identity(
        ids=frozenset(filter(None, (mail.message_id, mail.fingerprint, *mail.thread))),
        organisations=frozenset(filter(None, (own_organisation(address.domain) for address in others))),
        company=squash(mail.company),
        role=_role_key(mail.role),
        requisition=mail.requisition,
        date=mail.date,
    )


def with_contact(identity: Identity, domain: str) -> Identity:
    """The identity once it is known that the company writes from `domain`."""
    return replace(identity, organisations=identity.organisations | ({own_organisation(domain)} - {""}))


def key_of(identity: Identity, root: str) -> str:
    """The identity as a string that can be kept: domains, company, role, requisition number and the thread's first Message-ID."""
    parts = (
        ",".join(sorted(identity.organisations)),
        identity.company,
        identity.role,
        identity.requisition,
        root,
    )
    return "|".join(part.replace("|", "%7C") for part in parts)


@lru_cache(maxsize=4096)  # every rejection is compared with every other
def identity_of_dossier(dossier: Dossier) -> Identity:
    """The identity of an opened rejection. A key of another making tells nothing, and the rest of the dossier must do."""
    parts = dossier.application.split("|")
    organisations, company, role, requisition, root = parts if len(parts) == 5 else ("", "", "", "", "")
    thread = dossier.thread
    return Identity(
        ids=frozenset(
            filter(
                None, (dossier.fingerprint, thread.message_id, *thread.references, root.replace("%7C", "|"))
            )
        ),
        organisations=frozenset(filter(None, organisations.split(","))),
        company=company or squash(dossier.company),
        role=role or _role_key(dossier.role),
        requisition=requisition,
        date=dossier.date,
    )


def link(one: Identity, other: Identity, *, alone: bool) -> Link:
    """What joins two mails: thread first, then company with role, then company with requisition number.

    The company alone counts where `alone` says that only one application there is open, and within 60 days.
    """
    if not one.ids.isdisjoint(other.ids):
        return Link.THREAD
    if not _same_organisation(one, other):
        return Link.NONE
    if one.role and other.role:
        return Link.ROLE if same_role(one.role, other.role) else Link.NONE
    if one.requisition and other.requisition:
        return Link.REQUISITION if one.requisition == other.requisition else Link.NONE
    return Link.COMPANY if alone and abs(one.date - other.date) <= ONE_APPLICATION else Link.NONE


def is_alone(identity: Identity, others: Iterable[Identity]) -> bool:
    """Whether at most one application at the company of `identity` is open within 60 days of it."""
    roles = {identity.role} - {""}
    requisitions = {identity.requisition} - {""}
    for other in others:
        if (other.role or other.requisition) and abs(other.date - identity.date) <= ONE_APPLICATION:
            if other.role in roles or not _same_organisation(identity, other):
                continue
            if any(not same_role(role, other.role) for role in roles if other.role):
                return False
            roles |= {other.role} - {""}
            requisitions |= {other.requisition} - {""}
    return bool(roles) or len(requisitions) <= 1


@lru_cache(maxsize=4096)
def same_role(one: str, other: str) -> bool:
    """Whether two role keys name one role: the same words, or one of them with a detail more that is no level."""
    shorter, longer = sorted(({_stem(word) for word in key.split()} for key in (one, other)), key=len)
    more = longer - shorter
    return shorter <= longer and (not more or (len(shorter) >= 2 and more.isdisjoint(LEVELS)))


def _stem(word: str) -> str:
    """German titles for a man and a woman are one role."""
    return word.removesuffix("innen").removesuffix("in") if len(word) > 6 else word


@lru_cache(maxsize=4096)
def _role_key(role: str) -> str:
    return role_key(role)


def _same_organisation(one: Identity, other: Identity) -> bool:
    if not one.organisations.isdisjoint(other.organisations):
        return True
    if one.company and one.company == other.company:
        return True
    return _fits_any(one.company, other.organisations) or _fits_any(other.company, one.organisations)


def _fits_any(company: str, organisations: frozenset[str]) -> bool:
    return bool(company) and any(fits(company, organisation) for organisation in organisations)
