"""From what the rules decide and what the promises allow to one plan a rejection; pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from afterword.config import Letters
from afterword.dossier import first_obstacle, merge, yields
from afterword.records import Action, Decision, Dossier, Plan, Skip


def make_plans(
    decided: Sequence[tuple[Dossier, Decision]],
    settled: Collection[Plan],
    letters: Letters,
    now: datetime,
    waiting: Collection[Plan] = (),
) -> list[Plan]:
    """The plans for several rejections at once, in their order; `settled` are those that an earlier pass has made.

    Only what would get a letter stands in the way of another: what a rule leaves to the owner, or what is too old, does not; and of
    the settled those `waiting` for their time make way for a better one.
    """
    asking = {plan.dossier.fingerprint for plan in settled if plan.letter and plan.letter.asks}
    asking |= {dossier.fingerprint for dossier, said in decided if said.letter and said.letter.asks}
    wanted = [dossier for dossier, said in decided if _is_wanted(dossier, said, letters, now)]
    merged = {
        dossier.fingerprint: dossier
        for dossier in merge(
            wanted,
            [plan.dossier for plan in settled],
            lambda dossier: dossier.fingerprint in asking,
            {plan.dossier.fingerprint for plan in waiting},
        )
    }
    return [
        make_plan(merged.get(dossier.fingerprint, dossier), said, letters, now) for dossier, said in decided
    ]


def displaced(plans: Sequence[Plan], waiting: Sequence[Plan]) -> list[Plan]:
    """Those of the waiting plans in whose place one of the new ones has come, as they end now."""
    everything = [plan.dossier for plan in (*plans, *waiting)]
    drafted = [plan.dossier for plan in plans if plan.action is Action.DRAFT]
    why = "another mail about the same application is answered"
    return [
        replace(plan, action=Action.SKIP, skip=Skip.SAME_APPLICATION, why=why)
        for plan in waiting
        if any(yields(plan.dossier, other, everything) for other in drafted)
    ]


def make_plan(dossier: Dossier, decision: Decision, letters: Letters, now: datetime) -> Plan:
    """The plan for one rejection: the owner's wish first, then what the promises forbid, then the letter.

    The owner is asked about nothing that would be too old to answer.
    A draft is due `delay` after the rejection, so that an old one is due at once, but never in the quiet hours.
    """
    if decision.action is Action.SKIP:
        return _without_letter(dossier, decision, Skip.RULE, decision.why)
    if _is_too_old(dossier, letters, now):
        return _without_letter(dossier, decision, Skip.TOO_OLD, f"older than {letters.max_age.days} days")
    if decision.action is Action.HOLD:
        return _without_letter(dossier, decision, Skip.HELD, decision.why)
    if obstacle := first_obstacle(dossier.obstacles, decision.letter):
        return _without_letter(dossier, decision, *obstacle)
    if dossier.contact is None:
        return _without_letter(dossier, decision, Skip.NO_CONTACT, "nobody to write to is known")
    due = dossier.date + (letters.delay if decision.delay is None else decision.delay)
    return Plan(
        dossier=dossier,
        action=Action.DRAFT,
        rule=decision.rule,
        why=decision.why,
        letter=decision.letter,
        due=letters.quiet_hours.over(due) if letters.quiet_hours else due,
        keyword=decision.keyword,
        trace=decision.trace,
    )


def settled_plan(dossier: Dossier, decision: Decision) -> Plan:
    """The plan of a rejection whose draft was found although the ledger knows nothing of it: what it was once made for holds."""
    return Plan(
        dossier=replace(dossier, obstacles=()),
        action=Action.DRAFT,
        rule=decision.rule,
        why=decision.why,
        letter=decision.letter,
        due=dossier.date,
        trace=decision.trace,
    )


def _is_wanted(dossier: Dossier, decision: Decision, letters: Letters, now: datetime) -> bool:
    return decision.action is Action.DRAFT and not _is_too_old(dossier, letters, now)


def _is_too_old(dossier: Dossier, letters: Letters, now: datetime) -> bool:
    return now - dossier.date > letters.max_age


def _without_letter(dossier: Dossier, decision: Decision, skip: Skip, why: str) -> Plan:
    action = Action.HOLD if skip is Skip.HELD else Action.SKIP
    return Plan(dossier=dossier, action=action, rule=decision.rule, why=why, skip=skip, trace=decision.trace)
