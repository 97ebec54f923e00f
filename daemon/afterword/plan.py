"""From what the rules decide and what the promises allow to one plan a rejection; pure."""

from datetime import datetime

from afterword.config import Letters
from afterword.records import Action, Decision, Dossier, Plan, Skip, Verdict

HOLD_WHY = "the classifier is not sure; decide yourself"


def make_plan(
    verdict: Verdict, dossier: Dossier, decision: Decision, letters: Letters, now: datetime
) -> Plan:
    """The plan for one rejection: the owner's wish first, then what the promises forbid, then the letter.

    A draft is due `delay` after the rejection, so that an old one is due at once.
    """
    if verdict.hold:
        return _plan(dossier, decision, Action.HOLD, Skip.HELD, HOLD_WHY)
    if decision.action is Action.HOLD:
        return _plan(dossier, decision, Action.HOLD, Skip.HELD, decision.why)
    if decision.action is Action.SKIP:
        return _plan(dossier, decision, Action.SKIP, Skip.RULE, decision.why)
    if now - dossier.date > letters.max_age:
        return _plan(dossier, decision, Action.SKIP, Skip.TOO_OLD, f"older than {letters.max_age.days} days")
    if dossier.obstacles:
        skip, why = dossier.obstacles[0]
        return _plan(dossier, decision, Action.SKIP, skip, why)
    if dossier.contact is None:
        return _plan(dossier, decision, Action.SKIP, Skip.NO_CONTACT, "nobody to write to is known")
    delay = letters.delay if decision.delay is None else decision.delay
    return Plan(
        dossier=dossier,
        action=Action.DRAFT,
        rule=decision.rule,
        why=decision.why,
        letter=decision.letter,
        due=dossier.date + delay,
        keyword=decision.keyword,
        trace=decision.trace,
    )


def _plan(dossier: Dossier, decision: Decision, action: Action, skip: Skip, why: str) -> Plan:
    return Plan(dossier=dossier, action=action, rule=decision.rule, why=why, skip=skip, trace=decision.trace)
