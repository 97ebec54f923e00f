"""One pass over one account: the pipeline as it is read in the architecture page.

Examine every folder, plan for each new rejection, deliver what is due. A dry run does all of it on a copy of the ledger and leaves out
the APPEND.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from afterword.config import Account, Corrections, Letters, Retention
from afterword.corrections import act, certain, overruled, take, words_on
from afterword.deliver import deliver
from afterword.dossier import Owner, Recollection, open_dossier, remember
from afterword.folders import Folders, find_folders
from afterword.forgetting import retire
from afterword.journal import note_answers, note_unasked
from afterword.ledger import Case, Cursor, Examined, Ledger, State
from afterword.letters import Author, Templates, compose, message_id_for
from afterword.mailbox.protocol import Mailbox
from afterword.outcomes import observe
from afterword.parse import parse
from afterword.plan import make_plans, settled_plan
from afterword.records import (
    Action,
    Correspondence,
    Decision,
    Dossier,
    Label,
    Message,
    Outcome,
    Place,
    Plan,
    RawMessage,
    Result,
    ScanReport,
    Skip,
    Verdict,
)
from afterword_models import Judge
from afterword_rules import Circumstances, RuleBook

BATCH = 100  # mails recorded in one transaction
REACH = timedelta(days=90)  # how far back a pass looks by itself
MEMORY = timedelta(days=400)  # how far back earlier mail is taken into account

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Craft:
    """What turns mail into letters: the classifier, the rules, the templates, and who signs."""

    judge: Judge
    rules: RuleBook
    templates: Templates
    owner: Owner
    author: Author
    letters: Letters
    corrections: Corrections = field(default_factory=Corrections)
    retention: Retention = field(default_factory=Retention)


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass works on; `now` stands still for the whole of it."""

    account: Account
    mailbox: Mailbox
    ledger: Ledger
    craft: Craft
    folders: Folders
    now: datetime
    words: Mapping[str, bool]  # the owner's word on mails that were judged wrongly, by fingerprint


def scan(
    account: Account,
    mailbox: Mailbox,
    ledger: Ledger,
    craft: Craft,
    *,
    now: datetime,
    since: timedelta | None = None,
    dry_run: bool = False,
    started: float | None = None,
    progress: Progress = lambda _folder, _done, _total: None,
) -> ScanReport:
    """Examine, plan, deliver. `since` reaches further back than what was examined before.

    `started` is the `time.monotonic()` from which `seconds` counts. ConnectionLost and MissingFolder pass through;
    everything that was recorded by then stays recorded.
    """
    began = time.monotonic() if started is None else started
    folders = find_folders(mailbox, account)
    take(account.name, mailbox, ledger, craft.corrections, folders, craft.judge, craft.owner, now)
    work = Pass(account, mailbox, ledger, craft, folders, now, words_on(ledger))
    labels: Counter[str] = Counter()
    errors = 0
    for folder in work.folders.examined:
        for examined in examine(work, folder, since, progress):
            if folder in work.folders.watched:
                labels.update(each.verdict.label for each in examined if each.verdict)
                errors += sum(bool(each.error) for each in examined)
    observe(account.name, mailbox, ledger, folders, now)
    act(account.name, mailbox, ledger, folders, craft.judge, now, dry_run=dry_run)
    note_answers(account.name, mailbox, ledger, now)
    planned = plan(work)
    outcomes = [*planned, *deliver_due(work, dry_run=dry_run)]
    retire(ledger, craft.retention, now)
    return ScanReport(
        account=account.name,
        folder=",".join(work.folders.watched),
        examined=labels.total() + errors,
        labels=dict(labels),
        drafted=sum(outcome.result is Result.DRAFTED for outcome in outcomes),
        waiting=len(ledger.cases(State.WAITING, account=account.name)),
        skipped=Counter(str(outcome.plan.skip) for outcome in outcomes if outcome.plan.skip),
        errors=errors + sum(outcome.result is Result.FAILED for outcome in outcomes),
        seconds=round(time.monotonic() - began, 3),
        outcomes=tuple(outcomes),
    )


# --- examine


def examine(work: Pass, folder: str, since: timedelta | None, progress: Progress) -> Iterator[list[Examined]]:
    """Look at what is new in a folder, batch by batch; each batch is on record before the next is fetched."""
    state = work.mailbox.examine(folder)
    cursor = work.ledger.cursor(work.account.name, folder)
    known = cursor is not None and cursor.uidvalidity == state.uidvalidity
    after = cursor.uid if cursor and known and since is None else 0
    reach = (work.now - (since or REACH)).date()
    found = work.mailbox.uids(folder, since=reach, after=after)
    new = work.ledger.unseen(work.account.name, folder, state.uidvalidity, found)
    highest = cursor.uid if cursor and known else 0
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        examined = [look_at(work, folder, raw) for raw in work.mailbox.fetch(folder, batch)]
        highest = max(highest, *batch)
        work.ledger.record(examined, Cursor(work.account.name, folder, state.uidvalidity, highest), work.now)
        progress(folder, min(start + BATCH, len(new)), len(new))
        yield examined


def look_at(work: Pass, folder: str, raw: RawMessage) -> Examined:
    """Parse and judge one mail; the owner's own mail is remembered, not judged.

    A mail that cannot be judged is on record with its error, and the next one follows.
    """
    owner = work.craft.owner
    try:
        message = parse(raw)
        if work.folders.is_own(folder):
            sent = folder == work.folders.sent
            return Examined(remember(message, None, owner, sent=sent, draft=not sent), None)
        verdict = overruled(work.craft.judge.judge(message), work.words.get(message.fingerprint))
        return Examined(remember(message, verdict.label, owner), verdict)
    except Exception as error:  # noqa: BLE001 - no mail, however broken, may stop the ones behind it
        return Examined(unreadable(raw), None, f"{type(error).__name__} in {_origin(error)}")


def unreadable(raw: RawMessage) -> Correspondence:
    """What can be remembered of a mail that could not be parsed: where it lies."""
    place = raw.place
    return Correspondence(
        place=place,
        fingerprint=f"unreadable:{place.account}:{place.folder}:{place.uidvalidity}:{place.uid}",
        message_id="",
        thread=(),
        date=raw.internal_date,
        subject="",
        sender=None,
        recipients=(),
        label=None,
    )


def _origin(error: BaseException) -> str:
    """Module and line where an error arose: enough to mend it, nothing of the mail."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"


# --- plan


def plan(work: Pass) -> list[Outcome]:
    """Open a case for every rejection that has none; what is decided at once (skipped, held) is an outcome already."""
    judged = fetch_judged(work, work.ledger.unplanned(work.account.name, work.folders.watched))
    if not judged:
        return []
    earlier = Recollection(work.ledger.correspondence(work.now - MEMORY))
    decided = [(message, *decide(work, message, verdict, earlier)) for message, verdict in judged]
    for (message, verdict), (_, dossier, _) in zip(judged, decided, strict=True):
        note_unasked(work.ledger, message, verdict, dossier)
    standing = {mail.message_id for mail in earlier.outgoing}
    outcomes = [note_found(work, *each) for each in decided if draft_id(work, each[0]) in standing]
    new = [each for each in decided if draft_id(work, each[0]) not in standing]
    plans = make_plans([each[1:] for each in new], settled_plans(work), work.craft.letters, work.now)
    outcomes += [open_case(work, planned, each[0]) for each, planned in zip(new, plans, strict=True)]
    return [outcome for outcome in outcomes if outcome.result is not Result.WAITING]


def decide(work: Pass, message: Message, verdict: Verdict, earlier: Recollection) -> tuple[Dossier, Decision]:
    """What is known of a rejection, and what the rules say to it."""
    dossier = open_dossier(message, verdict, earlier, work.craft.owner, now=work.now)
    circumstances = Circumstances(work.now, work.craft.letters.application_stage)
    return dossier, work.craft.rules.decide(message, verdict, dossier, circumstances)


def draft_id(work: Pass, message: Message) -> str:
    """The Message-ID that the one draft for a mail has."""
    return message_id_for(message.fingerprint, work.craft.author.address)


def note_found(work: Pass, message: Message, dossier: Dossier, decision: Decision) -> Outcome:
    """Put on record again what a lost ledger knew: the draft for this mail lies in Drafts, or was sent."""
    planned = settled_plan(dossier, decision)
    work.ledger.add_case(Case(planned, State.DRAFTED, draft_id(work, message)), work.now)
    return Outcome(planned, Result.FOUND)


def settled_plans(work: Pass) -> list[Plan]:
    """The plans of rejections that have their draft, wait for it, or were answered by the owner."""
    cases = work.ledger.cases(State.WAITING, State.INTENDED, State.DRAFTED, State.SKIPPED)
    return [
        case.plan
        for case in cases
        if case.state is not State.SKIPPED or case.plan.skip is Skip.ALREADY_ANSWERED
    ]


def fetch_judged(work: Pass, places: Sequence[Place]) -> list[tuple[Message, Verdict]]:
    """The rejections at `places`, each mail once, whatever number of folders it lies in."""
    by_folder: dict[tuple[str, int], list[int]] = {}
    for place in places:
        by_folder.setdefault((place.folder, place.uidvalidity), []).append(place.uid)
    judged: dict[str, tuple[Message, Verdict]] = {}
    for (folder, uidvalidity), uids in by_folder.items():
        if work.mailbox.examine(folder).uidvalidity != uidvalidity:
            continue  # the folder was made anew; the mail is found at its new place
        for raw in work.mailbox.fetch(folder, uids):
            message = parse(raw)
            verdict = overruled(work.craft.judge.judge(message), work.words.get(message.fingerprint))
            judged.setdefault(message.fingerprint, (message, verdict))
    advised = work.ledger.aftermath.advised(judged)
    found = [
        (message, certain(verdict, Label.FEEDBACK) if message.fingerprint in advised else verdict)
        for message, verdict in judged.values()
    ]
    return sorted(found, key=lambda pair: pair[0].date)


def open_case(work: Pass, planned: Plan, message: Message) -> Outcome:
    """Write the letter if there is to be one, and put the case on record."""
    if planned.action is not Action.DRAFT:
        state = State.HELD if planned.action is Action.HOLD else State.SKIPPED
        work.ledger.add_case(Case(planned, state), work.now)
        return Outcome(planned, Result(state.value))
    draft = compose(
        planned, work.craft.author, planned.due or work.now, work.craft.templates, quoted=message.text
    )
    if draft.findings:
        error = "breaks the etiquette: " + ", ".join(finding.rule for finding in draft.findings)
        work.ledger.add_case(Case(planned, State.FAILED, draft.message_id, draft.octets, error), work.now)
        return Outcome(planned, Result.FAILED, draft, error)
    work.ledger.add_case(Case(planned, State.WAITING, draft.message_id, draft.octets), work.now)
    return Outcome(planned, Result.WAITING, draft)


# --- deliver


def deliver_due(work: Pass, *, dry_run: bool) -> list[Outcome]:
    """Deliver the cases whose time has come, first those that an earlier pass left half done; in quiet hours none."""
    quiet = work.craft.letters.quiet_hours
    if quiet and quiet.covers(work.now):
        return []
    cases = work.ledger.cases(State.INTENDED, State.WAITING, account=work.account.name)
    due = [case for case in cases if case.plan.due is None or case.plan.due <= work.now]
    if not due:
        return []
    earlier = Recollection(work.ledger.correspondence(work.now - MEMORY))
    outcomes = (
        deliver(
            case,
            work.mailbox,
            work.ledger,
            work.folders,
            earlier,
            work.now,
            dry_run=dry_run,
        )
        for case in due
    )
    return [outcome for outcome in outcomes if outcome]
