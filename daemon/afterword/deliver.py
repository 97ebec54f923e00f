"""From a stored case to a draft in the mailbox, exactly once.

The intent is recorded first; then the draft's Message-ID, which depends on nothing but the rejection and the
owner's address, is searched for wherever a draft can have gone; only then APPEND; then the result is recorded. A
crash or a lost reply at any point leaves the case `intended`, and the next pass starts again with the search.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from afterword.dossier import Owner, recheck
from afterword.errors import MessageRefused
from afterword.folders import Folders
from afterword.ledger import Case, Ledger, State
from afterword.mailbox.protocol import Mailbox
from afterword.records import Action, Correspondence, Outcome, Result


def deliver(
    case: Case,
    mailbox: Mailbox,
    ledger: Ledger,
    folders: Folders,
    earlier: Sequence[Correspondence],
    owner: Owner,
    now: datetime,
    *,
    dry_run: bool = False,
) -> Outcome | None:
    """Put the draft of a due case into Drafts; None when another process has taken the case meanwhile.

    A dry run works on a copy of the ledger and leaves out nothing but the APPEND. ConnectionLost and MissingFolder pass through; the
    case then stays `intended`.
    """
    fingerprint = case.plan.dossier.fingerprint
    if _lies_there(case, mailbox, folders):
        ledger.move_case(fingerprint, [State.WAITING, State.INTENDED], State.DRAFTED, now)
        return Outcome(case.plan, Result.FOUND)
    outdated = recheck(case.plan.dossier, earlier, owner)
    if outdated:
        skip, why = outdated
        ledger.move_case(fingerprint, [State.WAITING, State.INTENDED], State.SKIPPED, now, skip=skip, why=why)
        return Outcome(replace(case.plan, action=Action.SKIP, skip=skip, why=why), Result.SKIPPED)
    if not ledger.move_case(fingerprint, [case.state], State.INTENDED, now):
        return None
    if not dry_run:
        try:
            mailbox.append_draft(folders.drafts, case.octets, keyword=case.plan.keyword)
        except MessageRefused as error:
            ledger.move_case(fingerprint, [State.INTENDED], State.FAILED, now, error=error.message)
            return Outcome(case.plan, Result.FAILED, error=error.message)
    ledger.move_case(fingerprint, [State.INTENDED], State.DRAFTED, now)
    return Outcome(case.plan, Result.DRAFTED, case.octets)


def _lies_there(case: Case, mailbox: Mailbox, folders: Folders) -> bool:
    """Whether the draft was put there before: it may still be a draft, have been sent or thrown away."""
    places = [folder for folder in (folders.drafts, folders.sent, folders.trash) if folder]
    return any(mailbox.find(folder, "Message-ID", case.message_id) for folder in places)
