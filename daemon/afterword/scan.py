"""One pass over one account: the pipeline as it is read in the architecture page.

Examine every folder, plan for each new rejection, deliver what is due. A dry run does all of it on a copy of the ledger and leaves out
the APPEND.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from afterword.config import Account, Corrections, Letters, Retention
from afterword.corrections import act, certain, overruled, take, words_on
from afterword.deliver import Delivery, deliver
from afterword.dossier import OVERTAKING, Owner, Recollection, open_dossier, overtaken, told_together
from afterword.errors import LedgerUnusable
from afterword.examining import REACH, Look, Progress, examine, reason
from afterword.exclusive import alone_at
from afterword.folders import Folders, find_folders
from afterword.forgetting import retire
from afterword.journal import note_answers, note_unasked
from afterword.ledger import Case, Ledger, State
from afterword.letters import Author, Templates, compose, message_id_for
from afterword.mailbox.protocol import Mailbox
from afterword.outcomes import observe
from afterword.parse import parse
from afterword.plan import displaced, make_plans, settled_plan
from afterword.records import (
    Action,
    Decision,
    Dossier,
    Label,
    Message,
    Outcome,
    Place,
    Plan,
    Result,
    ScanReport,
    Skip,
    Verdict,
)
from afterword_models import Judge
from afterword_rules import Circumstances, RuleBook

MEMORY = REACH  # how far back earlier mail is taken into account


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
    folders = find_folders(mailbox, account, craft.corrections)
    labels: Counter[str] = Counter()
    errors, news = 0, False
    look = Look(account.name, mailbox, ledger, craft.judge, craft.owner, folders, now, words_on(ledger))
    for folder in folders.examined:
        for examined in examine(look, folder, since, progress):
            news |= any(each.mail.label in OVERTAKING for each in examined)
            if folder in folders.watched:
                labels.update(each.verdict.label for each in examined if each.verdict)
                errors += sum(bool(each.error) for each in examined)
    look_back(look, dry_run=dry_run)
    work = Pass(account, mailbox, ledger, craft, folders, now, words_on(ledger))
    planned, spoiled = plan(work)
    outcomes = [*planned, *deliver_due(work, dry_run=dry_run)]
    if news:
        point_out(work)
    retire(ledger, craft.retention, now)
    return ScanReport(
        account=account.name,
        folder=",".join(folders.watched),
        examined=labels.total() + errors,
        labels=dict(labels),
        drafted=sum(outcome.result is Result.DRAFTED for outcome in outcomes),
        waiting=len(ledger.cases(State.WAITING, account=account.name)),
        skipped=Counter(str(outcome.plan.skip) for outcome in outcomes if outcome.plan.skip),
        errors=errors + spoiled + sum(outcome.result is Result.FAILED for outcome in outcomes),
        seconds=round(time.monotonic() - began, 3),
        outcomes=tuple(outcomes),
    )


def look_back(look: Look, *, dry_run: bool) -> None:
    """What became of earlier drafts, what the owner says of verdicts, what was answered."""
    observe(look.account, look.mailbox, look.ledger, look.folders, look.now)
    take(look.account, look.mailbox, look.ledger, look.folders, look.now)
    act(look.account, look.mailbox, look.ledger, look.folders, look.judge, look.now, dry_run=dry_run)
    note_answers(look.account, look.mailbox, look.ledger, look.now)


# --- plan


def plan(work: Pass) -> tuple[list[Outcome], int]:
    """Open a case for every rejection that has none. What is decided at once (skipped, held), and the number of mails beyond us."""
    judged = fetch_judged(work, work.ledger.unplanned(work.account.name, work.folders.watched))
    if not judged:
        return [], 0
    earlier = Recollection(work.ledger.correspondence(work.now - MEMORY))
    spoiled: list[str] = []
    opened: list[tuple[Message, Verdict, Dossier]] = []
    for message, verdict in judged:
        with bearing(work, message, spoiled):
            dossier = open_dossier(message, verdict, earlier, work.craft.owner, now=work.now)
            note_unasked(work.ledger, message, verdict, dossier)
            opened.append((message, verdict, dossier))
    known = [*(each[2] for each in opened), *(case.plan.dossier for case in work.ledger.cases())]
    decided: list[tuple[Message, Dossier, Decision]] = []
    for message, verdict, alone in opened:
        with bearing(work, message, spoiled):
            dossier = told_together(alone, known)
            decided.append((message, dossier, decide(work, message, verdict, dossier)))
    standing = {mail.message_id for mail in earlier.outgoing}
    outcomes = [note_found(work, *each) for each in decided if draft_id(work, each[0]) in standing]
    new = [each for each in decided if draft_id(work, each[0]) not in standing]
    plans, dropped = plans_for(work, [each[1:] for each in new])
    outcomes += dropped
    written: list[tuple[Case, Outcome]] = []
    for (message, _, _), planned in zip(new, plans, strict=True):
        with bearing(work, message, spoiled):
            written.append(case_of(work, planned, message))
    for case, outcome in written:
        work.ledger.add_case(case, work.now)
        outcomes.append(outcome)
    return [outcome for outcome in outcomes if outcome.result is not Result.WAITING], len(spoiled)


@contextmanager
def bearing(work: Pass, message: Message, spoiled: list[str]) -> Iterator[None]:
    """No mail, however broken, may stop the ones behind it: what it raises is recorded, and the mail is set aside."""
    try:
        yield
    except LedgerUnusable:
        raise  # the mail has no part in it, and is taken up again by a later pass
    except Exception as error:  # noqa: BLE001 - whatever a hostile mail makes fail, it is that mail's fault alone
        work.ledger.spoil(message.fingerprint, reason(error))
        spoiled.append(message.fingerprint)


def decide(work: Pass, message: Message, verdict: Verdict, dossier: Dossier) -> Decision:
    """What the rules say to a rejection."""
    circumstances = Circumstances(work.now, work.craft.letters.application_stage)
    return work.craft.rules.decide(message, verdict, dossier, circumstances)


def draft_id(work: Pass, message: Message) -> str:
    """The Message-ID that the one draft for a mail has."""
    return message_id_for(message.fingerprint, work.craft.author.address)


def note_found(work: Pass, message: Message, dossier: Dossier, decision: Decision) -> Outcome:
    """Put on record again what a lost ledger knew: the draft for this mail lies in Drafts, or was sent."""
    planned = settled_plan(dossier, decision)
    work.ledger.add_case(Case(planned, State.DRAFTED, draft_id(work, message)), work.now)
    return Outcome(planned, Result.FOUND)


def plans_for(work: Pass, decided: Sequence[tuple[Dossier, Decision]]) -> tuple[list[Plan], list[Outcome]]:
    """The plans for new rejections, and the waiting cases that have made way for them."""
    letters, waiting = work.craft.letters, [case.plan for case in work.ledger.cases(State.WAITING)]
    plans = make_plans(decided, settled_plans(work.ledger), letters, work.now, waiting)
    yielding = displaced(plans, waiting)
    dropped = [planned for planned in yielding if drop(work, planned)]
    if len(dropped) < len(yielding):  # another process has begun to deliver one, which therefore stands
        plans = make_plans(decided, settled_plans(work.ledger), letters, work.now)
    return plans, [Outcome(planned, Result.SKIPPED) for planned in dropped]


def drop(work: Pass, planned: Plan) -> bool:
    """End a case whose draft has not appeared, and now will not; False when it does not wait any more."""
    skip, fingerprint = str(planned.skip or ""), planned.dossier.fingerprint
    return work.ledger.move_case(
        fingerprint, [State.WAITING], State.SKIPPED, work.now, skip=skip, why=planned.why
    )


def settled_plans(ledger: Ledger) -> list[Plan]:
    """The plans of rejections that have their draft, wait for it, or were answered by the owner."""
    cases = ledger.cases(State.WAITING, State.INTENDED, State.DRAFTED, State.SKIPPED)
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


def case_of(work: Pass, planned: Plan, message: Message) -> tuple[Case, Outcome]:
    """The case of a plan, with the letter if there is to be one; nothing is written yet."""
    if planned.action is not Action.DRAFT:
        state = State.HELD if planned.action is Action.HOLD else State.SKIPPED
        return Case(planned, state), Outcome(planned, Result(state.value))
    draft = compose(
        planned, work.craft.author, planned.due or work.now, work.craft.templates, quoted=message.text
    )
    if draft.findings:
        error = "breaks the etiquette: " + ", ".join(finding.rule for finding in draft.findings)
        failed = Case(planned, State.FAILED, draft.message_id, draft.octets, error)
        return failed, Outcome(planned, Result.FAILED, draft.octets, error)
    waiting = Case(planned, State.WAITING, draft.message_id, draft.octets)
    return waiting, Outcome(planned, Result.WAITING, draft.octets)


# --- deliver


def deliver_due(work: Pass, *, dry_run: bool) -> list[Outcome]:
    """Deliver the cases whose time has come, first those that an earlier pass left half done; in quiet hours none."""
    quiet = work.craft.letters.quiet_hours
    if (quiet and quiet.covers(work.now)) or not due_cases(work):
        return []
    earlier = Recollection(work.ledger.correspondence(work.now - MEMORY))
    delivery = Delivery(work.mailbox, work.ledger, work.folders, earlier, work.now, dry_run)
    drafts = work.mailbox.status(work.folders.drafts)
    with alone_at(login_of(work.account), work.folders.drafts, drafts.uidvalidity):
        # Read anew under the lock: another process may have delivered meanwhile.
        outcomes = [deliver(case, delivery) for case in due_cases(work)]
    return [outcome for outcome in outcomes if outcome]


def due_cases(work: Pass) -> list[Case]:
    """The cases of the account that are to be delivered now."""
    cases = work.ledger.cases(State.INTENDED, State.WAITING, account=work.account.name)
    return [case for case in cases if case.plan.due is None or case.plan.due <= work.now]


def login_of(account: Account) -> str:
    """What is the same wherever the same mailbox is used: hosts have several names, and may be reached at several ports."""
    return account.imap.username if account.imap else str(account.maildir)


def point_out(work: Pass) -> None:
    """Put on record which drafts have been overtaken by later news; they are the owner's, and stay where they are."""
    cases = [
        case for case in work.ledger.cases(State.DRAFTED, account=work.account.name) if not case.plan.skip
    ]
    if not cases:
        return
    earlier = Recollection(work.ledger.correspondence(work.now - MEMORY))
    for case in cases:
        why = overtaken(case.plan.dossier, earlier)
        if why and work.mailbox.find(work.folders.drafts, "Message-ID", case.message_id):
            fingerprint = case.plan.dossier.fingerprint
            work.ledger.move_case(
                fingerprint, [State.DRAFTED], State.DRAFTED, work.now, skip=Skip.SUPERSEDED, why=why
            )
