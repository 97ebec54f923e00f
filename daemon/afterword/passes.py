"""One pass over each account, one after the other: what `scan` does."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from afterword.accounts import craft_for, open_mailbox
from afterword.config import Config
from afterword.errors import AfterwordError
from afterword.examining import Progress
from afterword.learning import judge_for
from afterword.ledger import Ledger, PassRow
from afterword.records import ScanReport
from afterword.scan import scan


def one_pass_each(
    config: Config, *, since: timedelta | None, dry_run: bool, progress: Progress
) -> Iterator[tuple[str, ScanReport | AfterwordError]]:
    """(account, report) for each account; an error in place of the report, and the next account follows.

    A dry run works on a copy of the ledger in memory.
    """
    ledger = Ledger.rehearse(config.state.url) if dry_run else Ledger.open(config.state.url)
    try:
        judge = judge_for(config)
        for account in config.account:
            started, began = datetime.now(UTC), time.monotonic()
            try:
                craft = craft_for(config, account, judge)
                with open_mailbox(account) as mailbox:
                    report = scan(
                        account,
                        mailbox,
                        ledger,
                        craft,
                        now=started,
                        since=since,
                        dry_run=dry_run,
                        started=began,
                        progress=progress,
                    )
            except AfterwordError as error:
                ledger.add_pass(failed_row(account.name, started, began, error))
                yield account.name, error
                continue
            ledger.add_pass(pass_row(report, started))
            yield account.name, report
    finally:
        ledger.close()


def pass_row(report: ScanReport, started: datetime) -> PassRow:
    """How a pass that went through is remembered."""
    return PassRow(report.account, started, report.seconds, report.examined, report.drafted, report.errors)


def failed_row(account: str, started: datetime, began: float, error: AfterwordError) -> PassRow:
    """How a pass that did not go through is remembered; `began` is the `time.monotonic()` of its start."""
    failure = f"{error.message} {error.advice}".rstrip()
    return PassRow(account, started, round(time.monotonic() - began, 3), failure=failure)
