"""From a stored case to a draft in the mailbox, exactly once.

The intent is recorded first; then the draft's Message-ID, which depends on nothing but the rejection and the
owner's address, is searched for wherever a draft can have gone; only then APPEND; then the result is recorded. A
crash or a lost reply at any point leaves the case `intended`, and the next pass starts again with the search.
Search and APPEND follow each other at once: what another machine puts there in between cannot be known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from afterword.dossier import recheck
from afterword.errors import MessageRefused
from afterword.folders import Folders
from afterword.ledger import Case, Ledger, State
from afterword.mailbox.protocol import Mailbox
from afterword.records import Action, Correspondence, Outcome, Result

OPEN = (State.WAITING, State.INTENDED)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What drafts are delivered with. A dry run works on a copy of the ledger and leaves out nothing but the APPEND."""

    mailbox: Mailbox
    ledger: Ledger
    folders: Folders
    earlier: Sequence[Correspondence]
    now: datetime
    dry_run: bool = False


def deliver(case: Case, by: Delivery) -> Outcome | None:
    """Put the draft of a due case into Drafts; None when another process has taken the case meanwhile.

    ConnectionLost and MissingFolder pass through; the case then stays `intended`.
    """
    fingerprint = case.plan.dossier.fingerprint
    if not by.ledger.move_case(fingerprint, [case.state], State.INTENDED, by.now):
        return None
    if _lies_there(case, by):
        by.ledger.move_case(fingerprint, OPEN, State.DRAFTED, by.now)
        return Outcome(case.plan, Result.FOUND)
    outdated = recheck(case.plan.dossier, by.earlier, case.plan.letter)
    if outdated:
        skip, why = outdated
        by.ledger.move_case(fingerprint, OPEN, State.SKIPPED, by.now, skip=skip, why=why)
        return Outcome(replace(case.plan, action=Action.SKIP, skip=skip, why=why), Result.SKIPPED)
    if not by.dry_run:
        try:
            by.mailbox.append_draft(by.folders.drafts, case.octets, keyword=case.plan.keyword)
        except MessageRefused as error:
            by.ledger.move_case(fingerprint, OPEN, State.FAILED, by.now, error=error.message)
            return Outcome(case.plan, Result.FAILED, error=error.message)
    by.ledger.move_case(fingerprint, OPEN, State.DRAFTED, by.now)
    return Outcome(case.plan, Result.DRAFTED, case.octets)


def _lies_there(case: Case, by: Delivery) -> bool:
    """Whether the draft was put there before: it may still be a draft, have been sent or thrown away.

    Drafts and Sent were read by this very pass. The server is asked as well, Drafts last, since there it may appear at any moment.
    """
    if any(mail.outgoing and mail.message_id == case.message_id for mail in by.earlier):
        return True
    places = [folder for folder in (by.folders.trash, by.folders.sent, by.folders.drafts) if folder]
    return any(by.mailbox.find(folder, "Message-ID", case.message_id) for folder in places)
