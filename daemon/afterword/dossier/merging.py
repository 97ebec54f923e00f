"""Several rejections: what those of one application say together, which of them is answered, and no two requests to one person."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from afterword.dossier.applications import identity_of_dossier, is_alone, link
from afterword.dossier.history import ASKED, ASKED_LATELY
from afterword.dossier.recipients import Obstacle
from afterword.records import Dossier, Skip, Stage

Asks = Callable[[Dossier], bool]
STAGES = (Stage.APPLICATION, Stage.INTERVIEW, Stage.FINAL)
DRAFTED: Obstacle = (Skip.SAME_APPLICATION, "its application has a draft already")
RIVALLED: Obstacle = (Skip.SAME_APPLICATION, "another mail about the same application is answered")


def may_ask(dossier: Dossier) -> bool:
    """Whether a letter can ask for anything at all."""
    return not (dossier.feedback_given or dossier.no_feedback_policy)


def told_together(dossier: Dossier, known: Sequence[Dossier]) -> Dossier:
    """The dossier with what other rejections of its application say: how far it went, that feedback was given, or that none is.

    A tracking system thanks for the interview of which a personal note says nothing; whoever writes, it is one case.
    """
    whole = [other for other in known if same_application(dossier, other, known)]
    return replace(
        dossier,
        stage=max((dossier.stage, *(other.stage for other in whole)), key=STAGES.index),
        feedback_given=dossier.feedback_given or any(other.feedback_given for other in whole),
        no_feedback_policy=dossier.no_feedback_policy or any(other.no_feedback_policy for other in whole),
    )


def merge(
    dossiers: Sequence[Dossier],
    settled: Sequence[Dossier] = (),
    asks: Asks = may_ask,
    waiting: Collection[str] = (),
) -> tuple[Dossier, ...]:
    """Of several rejections of one application one may be drafted: that with a human contact, of these the latest.

    `settled` are the dossiers that have their draft, wait for it or were answered by the owner. The others get the obstacle
    `same_application`; where one person turned down two applications within 90 days, one of them gets `already_asked`.
    `asks` says of a dossier whether its letter asks for anything; `waiting` are the fingerprints of those settled whose draft has
    not appeared, which `yields` to a better one. Order and length stay.
    """
    everything = (*dossiers, *settled)
    answered = [each for each in dossiers if _is_answered(each)]
    standing = {
        dossier.fingerprint: [
            other
            for other in settled
            if other.fingerprint not in waiting or not yields(other, dossier, everything)
        ]
        for dossier in dossiers
    }
    single: list[Dossier] = []
    for dossier in dossiers:
        rivals = [other for other in dossiers if other is not dossier and _rank(other) > _rank(dossier)]
        closed = [other for other in (*standing[dossier.fingerprint], *answered) if other is not dossier]
        if any(same_application(dossier, other, everything) for other in closed):
            single.append(_behind(dossier, DRAFTED))
        elif any(same_application(dossier, other, everything) for other in rivals):
            single.append(_behind(dossier, RIVALLED))
        else:
            single.append(dossier)
    return tuple(_unless_asked(each, single, standing[each.fingerprint], asks) for each in single)


def yields(waiting: Dossier, other: Dossier, among: Sequence[Dossier] = ()) -> bool:
    """Whether a draft that waits makes way for another mail about its application: one by the person behind it, or one that says more."""
    fitter = not other.obstacles and _fitness(other) > _fitness(waiting)
    return fitter and same_application(waiting, other, among)


def _unless_asked(
    dossier: Dossier, others: Sequence[Dossier], settled: Sequence[Dossier], asks: Asks
) -> Dossier:
    """The dossier, or that its contact is asked about another application already; the first to turn the owner down is asked."""
    before = [
        other for other in others if (other.date, other.fingerprint) < (dossier.date, dossier.fingerprint)
    ]
    asked = [other for other in (*settled, *before) if asks(other)]
    if asks(dossier) and any(_same_person(dossier, other) for other in asked):
        return _behind(dossier, ASKED_LATELY)
    return dossier


def same_application(one: Dossier, other: Dossier, among: Sequence[Dossier] = ()) -> bool:
    """Whether two rejections turn down the same application; `among` are all that are known, to tell how many are open.

    Feedback for which the owner had asked is no second rejection: it is compared with other such feedback only.
    """
    if one.fingerprint == other.fingerprint:
        return True
    if one.answers_request != other.answers_request:
        return False
    first, second = identity_of_dossier(one), identity_of_dossier(other)
    if not link(first, second, alone=True):
        return False  # most pairs; only for the others is it worth looking through all that are known
    identities = [identity_of_dossier(each) for each in among]
    alone = is_alone(first, [*identities, second])
    return bool(link(first, second, alone=alone))


def _is_answered(dossier: Dossier) -> bool:
    return any(skip is Skip.ALREADY_ANSWERED for skip, _ in dossier.obstacles)


def _same_person(one: Dossier, other: Dossier) -> bool:
    """Whether letters to both would go to the same person within 90 days; a mailbox of several people is no person."""
    contacts = (one.contact, other.contact)
    if one.obstacles or other.obstacles:
        return False
    if contacts[0] is None or contacts[1] is None or not contacts[0].name:
        return False
    return (
        contacts[0].address.casefold() == contacts[1].address.casefold()
        and abs(one.date - other.date) <= ASKED
    )


def _behind(dossier: Dossier, obstacle: Obstacle) -> Dossier:
    return replace(dossier, obstacles=(*dossier.obstacles, obstacle))


def _rank(dossier: Dossier) -> tuple[bool, tuple[bool, bool, bool], datetime, str]:
    """How fit a rejection is to be the one that is answered."""
    return not dossier.obstacles, _fitness(dossier), dossier.date, dossier.fingerprint


def _fitness(dossier: Dossier) -> tuple[bool, bool, bool]:
    """By whom a rejection is, whatever its date: a person, one who wrote it, one who says how the owner did or that nobody will."""
    contact = dossier.contact
    return (
        contact is not None and bool(contact.name),
        contact is not None and contact.source != "earlier_mail",
        not may_ask(dossier),
    )
