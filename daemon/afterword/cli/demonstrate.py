"""The demo: the whole job on a made-up mailbox, shown step by step."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from afterword.accounts import open_mailbox
from afterword.cli import show
from afterword.cli.passing import counts, outcome_row
from afterword.config import Config, load_config
from afterword.demo import build
from afterword.errors import UserError
from afterword.judging import raw_of
from afterword.ledger import Case, Ledger, State
from afterword.parse import parse
from afterword.passes import one_pass_each
from afterword.records import ScanReport
from afterword_models import load


def demonstrate(keep: Path | None) -> None:
    """Build the mailbox, run two passes, show what was judged, decided and written."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="afterword-demo-") as folder:
            _demonstrate(Path(folder))
        return
    if keep.exists() and any(keep.iterdir()):
        raise UserError(f"{keep} is not empty.", "Name a new or empty folder with --keep.")
    keep.mkdir(parents=True, exist_ok=True)
    _demonstrate(keep)
    show.line(
        f"\nThe mailbox and the ledger are in {keep}. Look again with: afterword scan --config {keep}/config.toml"
    )


def _demonstrate(folder: Path) -> None:
    show.line(
        "A made-up mailbox of somebody who applies for jobs. Nothing leaves this machine, nothing is sent."
    )
    config = load_config(build(folder, datetime.now(UTC)))
    show.heading("1. What each mail in INBOX is, and the sentence that says so")
    _show_verdicts(config)
    show.heading("2. One pass: what is done about each rejection, and why")
    report = _pass(config)
    show.table(
        ("what", "to", "role", "company", "why"), [outcome_row(outcome) for outcome in report.outcomes]
    )
    show.line(
        f"{report.examined} mails examined ({counts(report.labels)}); {report.drafted} drafted; "
        f"left alone: {counts(report.skipped)}; {report.seconds:.1f} s"
    )
    show.heading("3. What now lies in Drafts, for the owner to send, edit or delete")
    for case in _drafted(config):
        show.letter(letter_of(case.octets))
    show.heading("4. A second pass adds nothing")
    again = _pass(config)
    show.line(f"{again.examined} mails examined, {again.drafted} drafted")


def _show_verdicts(config: Config) -> None:
    judge = load()
    rows = []
    with open_mailbox(config.account[0]) as mailbox:
        for raw in mailbox.fetch("INBOX", mailbox.uids("INBOX")):
            message = parse(raw)
            verdict = judge.judge(message)
            mark = " (hold)" if verdict.hold else ""
            sentence = verdict.evidence.sentence if verdict.evidence else ""
            rows.append((f"{verdict.label}{mark}", f"{verdict.score:.2f}", message.subject, sentence))
    rows.sort(key=lambda row: (not row[0].startswith("rejection"), row[0], row[2]))
    show.table(("label", "score", "subject", "deciding sentence"), rows)


def _pass(config: Config) -> ScanReport:
    for _, report in one_pass_each(
        config, since=timedelta(days=200), dry_run=False, progress=lambda *_: None
    ):
        if isinstance(report, ScanReport):
            return report
        raise report
    raise ValueError("the demo has one account")


def _drafted(config: Config) -> list[Case]:
    ledger = Ledger.open(config.state.url)
    try:
        return ledger.cases(State.DRAFTED)
    finally:
        ledger.close()


def letter_of(octets: bytes) -> str:
    """A draft as a mail program shows it: the headers that a person sees, and the text."""
    message = parse(raw_of(octets))
    to = ", ".join(f"{address.name} <{address.address}>".strip() for address in message.to)
    body = "\n\n".join(part for part in (message.text, message.signature) if part)
    return f"To: {to}\nSubject: {message.subject}\n\n{body}\n"
