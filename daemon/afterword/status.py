"""What `status` tells, from the ledger alone: no server is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from afterword.config import Account, Config, Schedule
from afterword.journal import Rates, rates_of
from afterword.ledger import Case, Ledger, PassRow, State
from afterword.ledgers import reading
from afterword.outcomes import fates_of, left_to_owner
from afterword.records import Skip
from afterword.vitals import GRACE


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """One account: its last pass, what lies in Drafts (and should be looked at again), what waits, what needs the owner."""

    account: str
    last: PassRow | None
    last_good: PassRow | None
    drafted: tuple[Case, ...]
    overtaken: tuple[Case, ...]
    waiting: tuple[Case, ...]
    held: tuple[Case, ...]
    failed: tuple[Case, ...]
    fates: Mapping[str, int]
    rates: Rates
    refused: tuple[Case, ...]
    unreadable: int
    next_run: datetime | None
    late: bool

    @property
    def well(self) -> bool:
        """Whether the last pass went through and was made in time."""
        return bool(self.last and not self.last.failure) and not self.late

    def as_json(self) -> dict[str, Any]:
        """One object an account; times in ISO 8601 with zone."""
        return {
            "account": self.account,
            "last_pass": _iso(self.last.started_at if self.last else None),
            "last_good_pass": _iso(self.last_good.started_at if self.last_good else None),
            "failure": self.last.failure if self.last else "",
            "drafted": len(self.drafted),
            "overtaken": [
                {
                    "message_id": case.plan.dossier.fingerprint,
                    "company": case.plan.dossier.company,
                    "role": case.plan.dossier.role,
                    "why": case.plan.why,
                }
                for case in self.overtaken
            ],
            "drafts": dict(self.fates),
            "requests": self.rates.requests,
            "answers": self.rates.answers,
            "advice": self.rates.advice,
            "waiting": [
                {
                    "due": _iso(case.plan.due),
                    "company": case.plan.dossier.company,
                    "role": case.plan.dossier.role,
                }
                for case in self.waiting
            ],
            "held": [
                {
                    "message_id": case.plan.dossier.fingerprint,
                    "folder": case.plan.dossier.place.folder,
                    "why": case.plan.why,
                }
                for case in self.held
            ],
            "errors": self.unreadable + len(self.failed),
            "next_run": _iso(self.next_run),
            "late": self.late,
            "well": self.well,
        }

    def as_lines(self, zone: tzinfo | None = None) -> list[tuple[str, str]]:
        """The same for a person, in local time."""
        lines = [
            ("last pass", _when(self.last.started_at if self.last else None, zone)),
            ("last good pass", _when(self.last_good.started_at if self.last_good else None, zone)),
        ]
        if self.last and self.last.failure:
            lines.append(("failure", self.last.failure))
        lines.append(("drafts written", str(len(self.drafted))))
        lines += [("look again", f"{_about(case)}: {case.plan.why}") for case in self.overtaken]
        lines += [(f"of them {fate}", str(count)) for fate, count in self.fates.items() if count]
        lines.append(
            (
                "requests sent",
                f"{self.rates.requests}, {self.rates.answers} answered, {self.rates.advice} with advice",
            )
        )
        lines += [("waiting", f"until {_when(case.plan.due, zone)}: {_about(case)}") for case in self.waiting]
        lines += [("decide yourself", f"{_about(case)}: {case.plan.why}") for case in self.held]
        lines += [
            (
                "delete yourself",
                f"{_about(case)}: you say that it is no rejection, and the draft is edited or cannot be moved",
            )
            for case in self.refused
        ]
        lines += [("failed", f"{_about(case)}: {case.error}") for case in self.failed]
        lines.append(("unreadable mail", str(self.unreadable)))
        late = " (late: is the daemon running?)" if self.late else ""
        lines.append(("next pass", _when(self.next_run, zone) + late))
        return lines


def statuses(config: Config, now: datetime) -> Iterator[AccountStatus]:
    """The status of each account; UserError when there is no ledger yet."""
    with reading(config) as ledger:
        for account in config.account:
            yield _status(ledger, config, account, now)


def _status(ledger: Ledger, config: Config, account: Account, now: datetime) -> AccountStatus:
    cases = ledger.cases(account=account.name)
    drafted = _in(cases, State.DRAFTED)
    last = ledger.last_pass(account.name)
    due = next_run(config.schedule, last)
    sightings = ledger.aftermath.sightings(account.name)
    return AccountStatus(
        account=account.name,
        last=last,
        last_good=ledger.last_pass(account.name, good=True),
        drafted=drafted,
        overtaken=tuple(case for case in drafted if case.plan.skip is Skip.SUPERSEDED),
        waiting=_in(cases, State.WAITING, State.INTENDED),
        held=_in(cases, State.HELD),
        failed=_in(cases, State.FAILED),
        fates=fates_of(cases, sightings),
        refused=left_to_owner(cases, sightings, ledger.aftermath.corrected()),
        rates=rates_of(sightings.values(), ledger.aftermath.lessons(account=account.name)),
        unreadable=ledger.unreadable(account.name),
        next_run=due,
        late=due is not None and now - due > timedelta(seconds=GRACE),
    )


def next_run(schedule: Schedule, last: PassRow | None) -> datetime | None:
    """When the daemon's next pass is due, if it runs; None when no pass is known."""
    if last is None:
        return None
    if schedule.cron:
        from apscheduler.triggers.cron import CronTrigger

        trigger = CronTrigger.from_crontab(schedule.cron)
        due: datetime | None = trigger.get_next_fire_time(None, last.started_at.astimezone())
        return due
    return last.started_at + schedule.every


def status_line(config: Config, ledger: Ledger) -> str:
    """All accounts on one line, for systemd: names, times and counts alone."""
    return "; ".join(_in_short(account.name, ledger) for account in config.account)


def _in_short(account: str, ledger: Ledger) -> str:
    failing = ledger.failing(account)
    if failing:
        began, why = failing[0].started_at.astimezone(), failing[-1].failure
        return f"{account}: failing since {began:%Y-%m-%d %H:%M} ({len(failing)} passes): {why}"
    last = ledger.last_pass(account)
    if last is None:
        return f"{account}: first pass"
    waiting = len(ledger.cases(State.WAITING, State.INTENDED, account=account))
    return f"{account}: last pass {last.started_at.astimezone():%H:%M}, {last.drafted} drafted, {waiting} waiting"


def _in(cases: list[Case], *states: State) -> tuple[Case, ...]:
    return tuple(case for case in cases if case.state in states)


def _about(case: Case) -> str:
    dossier = case.plan.dossier
    role, company = dossier.role or "a role", dossier.company or "an unnamed company"
    return f"{role} at {company}, rejected {dossier.date:%Y-%m-%d}"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _when(moment: datetime | None, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "never"
