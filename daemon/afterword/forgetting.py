"""Forgetting: one case, one account, everything, or what is older than the owner wants to keep.

Whatever is removed is overwritten in the ledger's file, which is the only place where it was kept; the mailbox is not touched. Of a forgotten
case its Message-ID stays, lest the mail be answered anew.
"""

from datetime import datetime

from afterword.config import Config, Retention
from afterword.errors import UserError
from afterword.learning import reset
from afterword.ledger import Ledger
from afterword.ledgers import writing


def forget_case(config: Config, name: str) -> None:
    """Forget a rejection by its Message-ID, or that of its draft; UserError when none is known."""
    with writing(config) as ledger:
        fingerprint = next(
            (
                case.plan.dossier.fingerprint
                for case in ledger.cases()
                if name and name in (case.plan.dossier.fingerprint, case.message_id)
            ),
            "",
        )
        if not fingerprint:
            raise UserError(
                f"No case {name!r} is known.",
                "afterword status --json and afterword journal --json show Message-IDs.",
            )
        taught = bool(ledger.aftermath.corrected([fingerprint]))
        ledger.aftermath.forget_case(fingerprint)
    if taught:
        reset(config)  # the personal model has learnt from it


def forget_account(config: Config, account: str) -> None:
    """Forget all of an account, also one that is no longer configured; UserError when nothing of it is known."""
    with writing(config) as ledger:
        if account not in ledger.aftermath.accounts():
            raise UserError(
                f"Nothing is known of an account {account!r}.",
                f"Known: {', '.join(ledger.aftermath.accounts()) or 'none'}.",
            )
        taught = bool(ledger.aftermath.corrections(account))
        ledger.aftermath.forget_account(account)
    if taught:
        reset(config)


def forget_everything(config: Config) -> None:
    """Forget every account and the personal model."""
    with writing(config) as ledger:
        for account in ledger.aftermath.accounts():
            ledger.aftermath.forget_account(account)
    reset(config)


def retire(ledger: Ledger, retention: Retention, now: datetime) -> None:
    """Forget what is older than the owner wants to keep; without a limit nothing ends by itself."""
    gone = 0
    if retention.journal:
        gone += ledger.aftermath.forget_lessons(before=now - retention.journal)
    if retention.mail:
        gone += ledger.aftermath.forget_mail(now - retention.mail)
    if gone:
        ledger.aftermath.compact()
