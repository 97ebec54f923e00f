"""What single sentences state in so many words: a reason, feedback, or that no feedback is given; pure.

The classifier reads a rejection as a whole and knows more wordings; these expressions are few and sure.
"""

from collections.abc import Sequence
from re import Pattern

from afterword.dossier.expressions import expressions
from afterword.records import Facets, Reason

OPPOSED = frozenset({Reason.OVERQUALIFIED, Reason.UNDERQUALIFIED})
# Expressions for this one are too seldom right in a whole mail ("should another role open"); they are for single answers, where little else is said.
UNSURE = Reason.ROLE_CLOSED
# This one has to be said in so many words: beside the name of a skilled trade the classifier takes a bare no for it.
WORDED = Reason.UNDERQUALIFIED


def _expression(table: str, key: str) -> Pattern[str]:
    return expressions("afterword.dossier", "reasons.toml")[table][key]


def states(sentence: str, reason: Reason) -> bool:
    """Whether a sentence states a reason; `unstated` is stated by none."""
    return reason is not Reason.UNSTATED and bool(_expression("reasons", reason).search(sentence))


def reasons_of(sentences: Sequence[str], facets: Facets) -> tuple[Reason, ...]:
    """Why the application was turned down: what the classifier read, and what is said in so many words. `unstated` stands alone."""
    stated = {
        reason
        for reason in Reason
        if reason is not UNSURE and any(states(sentence, reason) for sentence in sentences)
    }
    found = stated | set(facets.reasons) - {Reason.UNSTATED, WORDED}
    if found >= OPPOSED:  # nobody is both, and what is said in so many words is right
        found -= OPPOSED - stated or {Reason.OVERQUALIFIED}
    return tuple(reason for reason in Reason if reason in found) or (Reason.UNSTATED,)


def gives_feedback(sentences: Sequence[str]) -> bool:
    """Whether any sentence says something about the reader that can be acted on; a stated policy is no feedback."""
    given, policy = _expression("feedback", "given"), _expression("feedback", "policy")
    return any(given.search(each) and not policy.search(each) for each in sentences)
