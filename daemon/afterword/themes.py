"""What an answer is about: the reasons of the decision, and what the candidate can act on; pure.

Themes are data: themes.toml for what can be acted on, dossier/reasons.toml for the reasons. Each theme points at its sentence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from re import Pattern

from afterword.dossier.expressions import expressions
from afterword.dossier.facets import sentences_of
from afterword.dossier.reasons import gives_feedback, states
from afterword.records import Reason, Theme

ACTIONABLE = ("interview_performance", "skill", "communication", "portfolio", "salary", "timing")
# Reasons that say the same as something the candidate can act on.
SAME = {Reason.COMPENSATION: "salary"}
# The bare outcome, and its want, say nothing that one would look for in a journal of advice.
NO_THEME = frozenset({Reason.UNSTATED})
CLAUSE = re.compile(
    r";|\b(?:but|however|though|whereas|aber|jedoch|allerdings|mais|cependant|pero|aunque)\b", re.IGNORECASE
)
GENERAL = "general"  # advice that none of the themes fits


def themes_of(text: str) -> tuple[Theme, ...]:
    """The themes of a mail's text in the order of its sentences, each theme once with the first sentence that bears it.

    Advice that no theme fits is `general`; a text without advice or reason has none.
    """
    found: dict[str, str] = {}
    for sentence in sentences_of(text):
        named = [*_reasons(sentence), *_actionable(sentence)]
        for theme in named:
            found.setdefault(theme, sentence)
        if not named and gives_feedback([sentence]):
            found.setdefault(GENERAL, sentence)
    if len(found) > 1 and not any(theme in ACTIONABLE for theme in found):
        found.pop(Reason.OTHER_CANDIDATE, None)  # said beside a reason, it explains nothing
    return tuple(Theme(theme, sentence) for theme, sentence in found.items())


def is_actionable(themes: Sequence[Theme]) -> bool:
    """Whether any theme is more than a reason: something the candidate can work on."""
    return any(each.theme in ACTIONABLE or each.theme == GENERAL for each in themes)


def _reasons(sentence: str) -> Iterator[str]:
    for reason in Reason:
        if reason not in NO_THEME and states(sentence, reason):
            yield SAME.get(reason, reason.value)


def _actionable(sentence: str) -> Iterator[str]:
    """What a sentence says to work on; praise before a "but" is none, nor what is said of somebody else."""
    if states(sentence, Reason.OTHER_CANDIDATE):
        return
    clauses = CLAUSE.split(sentence)
    languages = expressions("afterword", "themes.toml").values()
    for theme in ACTIONABLE:
        if any(_bears(clause, theme, keys) for keys in languages for clause in clauses):
            yield theme


def _bears(clause: str, theme: str, keys: Mapping[str, Pattern[str]]) -> bool:
    return bool(
        keys[theme].search(clause) and keys["weighing"].search(clause) and not keys["courtesy"].search(clause)
    )
