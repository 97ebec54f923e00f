"""A pass as it is told: JSON for a script, rows and sums for a person."""

from collections.abc import Mapping
from typing import Any

from afterword.cli import show
from afterword.records import Outcome, Result, ScanReport


def report_json(report: ScanReport) -> dict[str, Any]:
    """The keys of the contract."""
    return {
        "account": report.account,
        "folder": report.folder,
        "examined": report.examined,
        "labels": dict(report.labels),
        "drafted": report.drafted,
        "waiting": report.waiting,
        "skipped": dict(report.skipped),
        "errors": report.errors,
        "seconds": report.seconds,
    }


def show_report(report: ScanReport, *, dry_run: bool) -> None:
    """One pass for a person: what was decided about each rejection, then the sums."""
    rows = [outcome_row(outcome, dry_run=dry_run) for outcome in report.outcomes]
    if rows:
        show.table(("what", "to", "role", "company", "why"), rows, title=f"{report.account}: {report.folder}")
    show.line(
        f"{report.account}: {report.examined} examined ({counts(report.labels)}); {report.drafted} "
        f"{'would be drafted' if dry_run else 'drafted'}, {report.waiting} waiting, "
        f"{sum(report.skipped.values())} left alone ({counts(report.skipped)}), {report.errors} errors, "
        f"{report.seconds:.1f} s"
    )


def outcome_row(outcome: Outcome, *, dry_run: bool = False) -> tuple[str, str, str, str, str]:
    """What was done, to whom, about which role at which company, and why."""
    plan, dossier = outcome.plan, outcome.plan.dossier
    what = (
        f"would be {outcome.result}" if dry_run and outcome.result is Result.DRAFTED else str(outcome.result)
    )
    if plan.letter:
        what += f": {plan.letter}"
    elif plan.skip:
        what += f": {plan.skip}"
    to = dossier.contact.address if dossier.contact else ""
    return what, to, dossier.role, dossier.company, outcome.error or plan.why


def counts(sums: Mapping[str, int]) -> str:
    """Such as "3 rejection, 2 other", the most frequent first."""
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {name}" for name, count in ordered) or "none"
