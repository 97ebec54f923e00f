"""The owner's word on mails that were judged wrongly, and what follows from it.

It is given in the mail program, by moving the mail to a folder or by a keyword, or with `afterword correct`. A missed rejection is planned as
any other; of a false one, the draft is dropped while it waits, and withdrawn (moved to Trash) while it lies in Drafts as it was written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from afterword.config import Corrections
from afterword.dossier import Owner, remember
from afterword.folders import Folders
from afterword.ledger import Case, Cursor, Examined, Ledger, State
from afterword.mailbox.protocol import Mailbox
from afterword.outcomes import lies_untouched
from afterword.parse import parse
from afterword.records import Correction, Fate, Label, Message, Place, RawMessage, Sighting, Skip, Verdict
from afterword_models import Judge

KEYWORDS = {True: "$AfterwordRejection", False: "$AfterwordNotRejection"}
NO_REJECTION = "the owner says that it is no rejection"
TEXT_LIMIT = 20_000  # characters of a corrected mail that are kept to learn from
BATCH = 100


def overruled(verdict: Verdict, rejection: bool | None) -> Verdict:
    """The verdict under the owner's word; None leaves it as it is. The other labels keep their order."""
    if rejection is None:
        return verdict
    if rejection:
        return certain(verdict, Label.REJECTION)
    rest = {label: score for label, score in verdict.scores.items() if label != Label.REJECTION}
    total = sum(rest.values())
    scores = {label: score / total if total else 1 / len(rest) for label, score in rest.items()}
    best = max(scores, key=lambda label: scores[label])
    scores[Label.REJECTION.value] = 0.0
    return replace(
        verdict, label=Label(best), score=scores[best], scores=MappingProxyType(scores), hold=False
    )


def certain(verdict: Verdict, label: Label) -> Verdict:
    """The verdict where something better than the classifier has said what the mail is."""
    scores = dict.fromkeys(verdict.scores, 0.0) | {label.value: 1.0}
    return replace(verdict, label=label, score=1.0, scores=MappingProxyType(scores), hold=False)


def correction_of(message: Message, rejection: bool, account: str, now: datetime) -> Correction:
    """The owner's word on one mail, with what is needed to learn from it."""
    return Correction(
        fingerprint=message.fingerprint,
        account=account,
        rejection=rejection,
        subject=message.subject,
        sender=message.sender,
        text=message.text[:TEXT_LIMIT],
        taken_at=now,
    )


def message_of(correction: Correction) -> Message:
    """The corrected mail as far as it is kept: enough to judge it."""
    return Message(
        place=Place(correction.account, "", 0, 0),
        message_id="",
        fingerprint=correction.fingerprint,
        date=datetime.fromtimestamp(0, UTC),
        subject=correction.subject,
        sender=correction.sender,
        text=correction.text,
    )


# --- taking the owner's word


def take(
    account: str,
    mailbox: Mailbox,
    ledger: Ledger,
    names: Corrections,
    folders: Folders,
    judge: Judge,
    owner: Owner,
    now: datetime,
) -> int:
    """Read what the owner has said in the mail program since the last pass; how many corrections are new."""
    taken = 0
    for raw, rejection in [
        *_moved(account, mailbox, ledger, names),
        *_marked(account, mailbox, ledger, folders),
    ]:
        message = parse(raw)
        verdict = overruled(judge.judge(message), rejection)
        examined = Examined(remember(message, verdict.label, owner), verdict)
        taken += ledger.aftermath.correct(correction_of(message, rejection, account, now))
        # The mail is on record at its new place, so that it can be fetched from there; its cursor is of no use, for few mails lie there.
        place = raw.place
        cursor = ledger.cursor(account, place.folder) or Cursor(account, place.folder, place.uidvalidity, 0)
        ledger.record([examined], cursor, now)
    return taken


def folder_for(mailbox: Mailbox, wanted: str) -> str:
    """The folder's full name on this server, whatever its prefix and delimiter; "" when the owner has not made it."""
    return next((each.name for each in mailbox.folders() if _path(each.name) == _path(wanted)), "")


def _path(name: str) -> tuple[str, ...]:
    parts = tuple(part.casefold() for part in re.split(r"[/.]", name))
    return parts[1:] if len(parts) > 1 and parts[0] == "inbox" else parts


def _moved(
    account: str, mailbox: Mailbox, ledger: Ledger, names: Corrections
) -> Iterator[tuple[RawMessage, bool]]:
    for wanted, rejection in ((names.rejection, True), (names.not_rejection, False)):
        folder = folder_for(mailbox, wanted)
        if folder:
            state = mailbox.examine(folder)
            new = ledger.unseen(account, folder, state.uidvalidity, mailbox.uids(folder))
            for raw in mailbox.fetch(folder, new):
                yield raw, rejection


def _marked(
    account: str, mailbox: Mailbox, ledger: Ledger, folders: Folders
) -> Iterator[tuple[RawMessage, bool]]:
    for folder in dict.fromkeys((*folders.watched, *folders.context)):
        uidvalidity = mailbox.examine(folder).uidvalidity
        for rejection, keyword in KEYWORDS.items():
            marked = mailbox.marked(folder, keyword)
            names = {
                mail.place.uid: mail.fingerprint
                for mail in ledger.aftermath.mail_at(account, folder, uidvalidity, marked)
            }
            known = ledger.aftermath.corrected(names.values())
            new = [uid for uid in marked if uid not in names or known.get(names[uid]) is not rejection]
            for raw in mailbox.fetch(folder, new):
                yield raw, rejection


# --- acting on it


def act(
    account: str,
    mailbox: Mailbox,
    ledger: Ledger,
    folders: Folders,
    judge: Judge,
    now: datetime,
    *,
    dry_run: bool = False,
) -> None:
    """Do what follows from each correction that no pass has acted on."""
    pending = ledger.aftermath.corrections(account, pending=True)
    if not pending:
        return
    cases = {case.plan.dossier.fingerprint: case for case in ledger.cases(account=account)}
    for correction in pending:
        fingerprint = correction.fingerprint
        verdict = overruled(judge.judge(message_of(correction)), correction.rejection)
        ledger.aftermath.relabel(fingerprint, verdict.label)
        case = cases.get(fingerprint)
        if case and correction.rejection:
            _reopen(case, ledger)
        elif case:
            _take_back(case, mailbox, ledger, folders, now, dry_run=dry_run)
        ledger.aftermath.acted_on(fingerprint)


def _reopen(case: Case, ledger: Ledger) -> None:
    """A case that was held, or dropped by an earlier word, is planned anew; one that has a draft stays as it is."""
    if case.state is State.HELD or case.plan.why == NO_REJECTION:
        ledger.aftermath.reopen(case.plan.dossier.fingerprint, [State.HELD, State.SKIPPED])


def _take_back(
    case: Case, mailbox: Mailbox, ledger: Ledger, folders: Folders, now: datetime, *, dry_run: bool
) -> None:
    """Drop what waits; withdraw a draft that lies there as it was written. An edited or sent one is the owner's."""
    fingerprint = case.plan.dossier.fingerprint
    early = [State.WAITING, State.HELD, State.FAILED]
    if ledger.move_case(fingerprint, early, State.SKIPPED, now, skip=Skip.SUPERSEDED, why=NO_REJECTION):
        return
    if case.state not in (State.DRAFTED, State.INTENDED) or not folders.trash:
        return
    place = lies_untouched(case, mailbox, folders)
    if place and (dry_run or mailbox.move_draft(place, folders.trash)):
        _withdrawn(case, ledger, now)
    elif place is None and _lies_in_trash(case, mailbox, folders):
        _withdrawn(case, ledger, now)  # an earlier pass broke off behind the move, or the owner was faster


def _withdrawn(case: Case, ledger: Ledger, now: datetime) -> None:
    dossier = case.plan.dossier
    came_from = [State.DRAFTED, State.INTENDED]
    ledger.move_case(
        dossier.fingerprint, came_from, State.WITHDRAWN, now, skip=Skip.SUPERSEDED, why=NO_REJECTION
    )
    ledger.aftermath.see([Sighting(dossier.fingerprint, dossier.place.account, Fate.WITHDRAWN, now)])


def _lies_in_trash(case: Case, mailbox: Mailbox, folders: Folders) -> bool:
    there: Sequence[int] = mailbox.find(folders.trash, "Message-ID", case.message_id)
    return bool(there) and not mailbox.find(folders.drafts, "Message-ID", case.message_id)


def words_on(ledger: Ledger) -> Mapping[str, bool]:
    """Every correction there is: the owner's word by fingerprint."""
    return {each.fingerprint: each.rejection for each in ledger.aftermath.corrections()}
