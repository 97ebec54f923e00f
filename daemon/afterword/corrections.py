"""The owner's word on mails that were judged wrongly, and what follows from it.

It is given in the mail program, by moving the mail to a folder or by a keyword, or with `afterword correct`. A missed rejection is planned as
any other; of a false one, the draft is dropped while it waits, and withdrawn (moved to Trash) while it lies in Drafts as it was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from afterword.folders import Folders
from afterword.ledger import Case, Ledger, State
from afterword.mailbox.protocol import Mailbox
from afterword.outcomes import lies_untouched
from afterword.parse import parse
from afterword.records import Correction, Fate, Label, Message, Place, Sighting, Skip, Verdict
from afterword_models import Judge

KEYWORDS = {True: "$AfterwordRejection", False: "$AfterwordNotRejection"}
NO_REJECTION = "the owner says that it is no rejection"
TEXT_LIMIT = 20_000  # characters of a corrected mail that are kept to learn from


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


def take(account: str, mailbox: Mailbox, ledger: Ledger, folders: Folders, now: datetime) -> int:
    """Read what the owner has said in the mail program since the last pass; how many corrections are new.

    The scan has examined the folders before, so that every mail in them is on record with its place.
    """
    moved = ledger.aftermath.said(account, dict(folders.corrections)) if folders.corrections else []
    taken = 0
    for place, rejection in [*moved, *_marked(account, mailbox, ledger, folders)]:
        if mailbox.examine(place.folder).uidvalidity != place.uidvalidity:
            continue  # the folder was made anew; the mail is found at its new place
        for raw in mailbox.fetch(place.folder, [place.uid]):
            taken += ledger.aftermath.correct(correction_of(parse(raw), rejection, account, now))
    return taken


def _marked(account: str, mailbox: Mailbox, ledger: Ledger, folders: Folders) -> Iterator[tuple[Place, bool]]:
    """Mails with a keyword on which the owner's word is not known yet; one that bears both says nothing."""
    for folder in folders.watched:
        by_word = {word: set(mailbox.marked(folder, keyword)) for word, keyword in KEYWORDS.items()}
        chosen = by_word[True] ^ by_word[False]
        if not chosen:
            continue
        uidvalidity = mailbox.examine(folder).uidvalidity
        mails = ledger.aftermath.mail_at(account, folder, uidvalidity, sorted(chosen))
        known = ledger.aftermath.corrected([mail.fingerprint for mail in mails])
        for mail in mails:
            rejection = mail.place.uid in by_word[True]
            if known.get(mail.fingerprint) is not rejection:
                yield mail.place, rejection


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
    return ledger.aftermath.corrected()
