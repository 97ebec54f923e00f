"""The rules as they are tried: in order, the first whose conditions all hold decides; pure."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from afterword.records import (
    Action,
    Decision,
    Dossier,
    Letter,
    Message,
    Party,
    RuleTrace,
    Stage,
    Verdict,
)
from afterword_rules.conditions import Circumstances, Condition, Facts

if TYPE_CHECKING:
    from afterword_rules.examples import Example

UNSURE = "(the classifier is not sure)"
NO_RULE = "(no rule)"


@dataclass(frozen=True, slots=True)
class Then:
    """What a rule does; a `delay` of None leaves it to `letters.delay`, `why` is "" where the owner wrote nothing."""

    action: Action
    letter: Letter | None = None
    delay: timedelta | None = None
    keyword: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `where` is its file and line."""

    name: str
    where: str
    conditions: tuple[Condition, ...]
    then: Then
    examples: tuple["Example", ...] = ()

    def try_on(self, facts: Facts) -> RuleTrace:
        """Whether the rule matches, and in words the first condition that fails or all that hold."""
        for condition in self.conditions:
            if not condition.holds(facts):
                return RuleTrace(self.name, matched=False, because=condition.failure(facts))
        because = "; ".join(str(condition) for condition in self.conditions) or "it has no conditions"
        return RuleTrace(self.name, matched=True, because=because)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every rule in the order in which they are tried: the owner's, then the default ones."""

    rules: tuple[Rule, ...]

    def decide(
        self, message: Message, verdict: Verdict, dossier: Dossier, circumstances: Circumstances
    ) -> Decision:
        """What the first matching rule says; a verdict to be held is held whatever the rules say."""
        facts = Facts(message, verdict, dossier, circumstances)
        if verdict.hold:
            because = f"{verdict.label} at {verdict.score:.2f} is too uncertain to act on"
            return Decision(Action.HOLD, UNSURE, because, trace=(RuleTrace(UNSURE, True, because),))
        trace = []
        for rule in self.rules:
            tried = rule.try_on(facts)
            trace.append(tried)
            if tried.matched:
                return replace(_decision(rule, facts), trace=tuple(trace))
        return Decision(Action.SKIP, NO_RULE, "no rule matches", trace=tuple(trace))


def _decision(rule: Rule, facts: Facts) -> Decision:
    then = rule.then
    letter, remark = fitting_letter(then.letter, facts)
    said = then.why or f"rule: {rule.name}"
    why = f"{said}; {remark}" if remark else said
    return Decision(then.action, rule.name, why, letter, then.delay, then.keyword)


def fitting_letter(letter: Letter | None, facts: Facts) -> tuple[Letter | None, str]:
    """The letter itself, or one that only thanks where asking has no place, with the cause in words.

    No rule of the owner's can ask somebody who has said that no feedback is given, or who has given it.
    """
    dossier, setting = facts.dossier, facts.circumstances.application_stage
    thanks = Letter.FEEDBACK_THANKS if dossier.feedback_given else Letter.THANKS
    if letter is Letter.THANKS:
        return thanks, "the mail gives feedback" if dossier.feedback_given else ""
    if letter is None or not letter.asks:
        return letter, ""
    if dossier.feedback_given:
        return thanks, "asking has no place, the mail gives feedback"
    if dossier.no_feedback_policy:
        return thanks, "asking has no place, the mail says that no feedback is given"
    early = dossier.party is Party.COMPANY and dossier.stage is Stage.APPLICATION
    if early and setting != "ask":
        return thanks, f'asking has no place, letters.application_stage is "{setting}"'
    return letter, ""
