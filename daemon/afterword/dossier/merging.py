"""Of several rejections, which one is answered: one of an application, and no two requests to one person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from afterword.dossier.applications import identity_of_dossier, is_alone, link
from afterword.dossier.history import ASKED
from afterword.records import Dossier, Skip


def merge(dossiers: Sequence[Dossier], settled: Sequence[Dossier] = ()) -> tuple[Dossier, ...]:
    """Of several rejections of one application one may be drafted: that with a human contact, of these the latest.

    `settled` are the dossiers that have their draft or wait for it. The others get the obstacle `same_application`; where one person turned
    down two applications within 90 days, one of them gets `already_asked`. Order and length stay.
    """
    everything = (*dossiers, *settled)
    single: list[Dossier] = []
    for dossier in dossiers:
        rivals = [other for other in dossiers if other is not dossier and _rank(other) > _rank(dossier)]
        if any(same_application(dossier, other, everything) for other in settled):
            single.append(_behind(dossier, Skip.SAME_APPLICATION, "its application has a draft already"))
        elif any(same_application(dossier, other, everything) for other in rivals):
            single.append(
                _behind(dossier, Skip.SAME_APPLICATION, "another mail about the same application is answered")
            )
        else:
            single.append(dossier)
    return tuple(_unless_asked(dossier, single, settled) for dossier in single)


def _unless_asked(dossier: Dossier, others: Sequence[Dossier], settled: Sequence[Dossier]) -> Dossier:
    """The dossier, or that its contact is asked about another application already; the first to turn the owner down is asked."""
    before = [
        other for other in others if (other.date, other.fingerprint) < (dossier.date, dossier.fingerprint)
    ]
    if any(_same_person(dossier, other) for other in (*settled, *before)):
        return _behind(dossier, Skip.ALREADY_ASKED, "the same person is asked about another application")
    return dossier


def same_application(one: Dossier, other: Dossier, among: Sequence[Dossier] = ()) -> bool:
    """Whether two rejections turn down the same application; `among` are all that are known, to tell how many are open."""
    if one.fingerprint == other.fingerprint:
        return True
    first, second = identity_of_dossier(one), identity_of_dossier(other)
    identities = [identity_of_dossier(each) for each in among]
    alone = is_alone(first, [*identities, second])
    return bool(link(first, second, alone=alone))


def _same_person(one: Dossier, other: Dossier) -> bool:
    """Whether letters to both could ask the same person within 90 days; a mailbox of several people is no person."""
    contacts = (one.contact, other.contact)
    if any(dossier.obstacles or not may_ask(dossier) for dossier in (one, other)):
        return False
    if contacts[0] is None or contacts[1] is None or not contacts[0].name:
        return False
    return (
        contacts[0].address.casefold() == contacts[1].address.casefold()
        and abs(one.date - other.date) <= ASKED
    )


def may_ask(dossier: Dossier) -> bool:
    """Whether a letter can ask for anything at all."""
    return not (dossier.feedback_given or dossier.no_feedback_policy)


def _behind(dossier: Dossier, skip: Skip, why: str) -> Dossier:
    return replace(dossier, obstacles=(*dossier.obstacles, (skip, why)))


def _rank(dossier: Dossier) -> tuple[bool, bool, bool, datetime, str]:
    """How fit a rejection is to be the one that is answered."""
    contact = dossier.contact
    return (
        not dossier.obstacles,
        contact is not None and bool(contact.name),
        contact is not None and contact.source != "earlier_mail",
        dossier.date,
        dossier.fingerprint,
    )
