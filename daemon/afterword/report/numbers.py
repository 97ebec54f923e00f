"""The numbers of the report, each of them counted from what the mailbox has shown; pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from afterword.journal import Rates, Recurring, entries, rates_of, recurring
from afterword.ledger import Ledger
from afterword.records import Reason, Stage
from afterword.report.applications import Application, Ending, Reached, applications_of
from afterword_models.evaluation import Estimate, wilson

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a company took to answer: the median in days, over how many applications."""

    company: str
    days: float
    answers: int


@dataclass(frozen=True, slots=True)
class Season:
    """Everything that the page shows.

    `flows` counts applications by (how far they came, how they ended), `rejections` by (stage, stated reason): an application that was turned
    down for two reasons counts under both.
    """

    since: datetime | None
    applications: int
    flows: dict[tuple[Reached, Ending], int]
    rejected: int
    rejections: dict[tuple[Stage, Reason], int]
    waits: tuple[Wait, ...]
    rates: Rates
    answered: Estimate
    advised: Estimate
    themes: tuple[Recurring, ...]

    def ended(self, ending: Ending) -> int:
        """How many applications ended so."""
        return sum(count for (_, each), count in self.flows.items() if each is ending)

    def came_to(self, *reached: Reached) -> int:
        """How many applications came just so far."""
        return sum(count for (each, _), count in self.flows.items() if each in reached)


def season_of(ledger: Ledger, *, since: datetime | None = None) -> Season:
    """The numbers of all accounts together; with `since`, of applications that began later and of advice that came later."""
    dossiers = [case.plan.dossier for case in ledger.cases()]
    found = applications_of(ledger.aftermath.all_mail(), dossiers)
    applications = [each for each in found if since is None or each.began >= since]
    lessons = ledger.aftermath.lessons(since=since)
    seen = [
        each
        for each in ledger.aftermath.sightings().values()
        if since is None or (each.sent_at and each.sent_at >= since)
    ]
    rates = rates_of(seen, lessons)
    return Season(
        since=min((each.began for each in applications), default=None),
        applications=len(applications),
        flows=dict(Counter((each.reached, each.ending) for each in applications)),
        rejected=sum(each.ending is Ending.REJECTED for each in applications),
        rejections=_rejections(applications),
        waits=waits_of(applications),
        rates=rates,
        answered=wilson(rates.answers, rates.requests),
        advised=wilson(rates.advice, rates.requests),
        themes=tuple(recurring(entries(lessons))),
    )


def _rejections(applications: Iterable[Application]) -> dict[tuple[Stage, Reason], int]:
    return dict(
        Counter((each.stage, reason) for each in applications if each.stage for reason in each.reasons)
    )


def waits_of(applications: Sequence[Application]) -> tuple[Wait, ...]:
    """The companies that answered, the one with most answers first, then the slowest."""
    days: defaultdict[str, list[float]] = defaultdict(list)
    for each in applications:
        if each.waited is not None:
            days[each.company].append(each.waited.total_seconds() / DAY)
    found = [Wait(company, round(median(each), 1), len(each)) for company, each in days.items()]
    return tuple(sorted(found, key=lambda wait: (-wait.answers, -wait.days, wait.company)))
