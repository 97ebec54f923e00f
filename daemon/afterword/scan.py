"""One pass over one account: the pipeline as it is read in the architecture page.

Examine every folder, plan for each new rejection, deliver what is due. A dry run does all of it on a copy of the ledger and leaves out
the APPEND.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from afterword.config import Account, Letters
from afterword.deliver import deliver
from afterword.dossier import Owner, Recollection, merge, open_dossier, remember
from afterword.errors import origin
from afterword.folders import Folders, find_folders
from afterword.ledger import Case, Cursor, Examined, Ledger, State
from afterword.letters import Author, Templates, compose
from afterword.mailbox.protocol import Mailbox
from afterword.parse import parse
from afterword.plan import make_plan
from afterword.records import (
    Action,
    Correspondence,
    Message,
    Outcome,
    Place,
    Plan,
    RawMessage,
    Result,
    ScanReport,
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


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass works on; `now` stands still for the whole of it."""

    account: Account
    mailbox: Mailbox
    ledger: Ledger
    craft: Craft
    folders: Folders
    now: datetime


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
    work = Pass(account, mailbox, ledger, craft, find_folders(mailbox, account), now)
    labels: Counter[str] = Counter()
    errors = 0
    for folder in work.folders.examined:
        for examined in examine(work, folder, since, progress):
            if folder in work.folders.watched:
                labels.update(each.verdict.label for each in examined if each.verdict)
                errors += sum(bool(each.error) for each in examined)
    planned = plan(work)
    outcomes = [*planned, *deliver_due(work, dry_run=dry_run)]
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
        verdict = work.craft.judge.judge(message)
        return Examined(remember(message, verdict.label, owner), verdict)
    except Exception as error:  # noqa: BLE001 - no mail, however broken, may stop the ones behind it
        return Examined(unreadable(raw), None, f"{type(error).__name__} in {origin(error)}")


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


# --- plan


def plan(work: Pass) -> list[Outcome]:
    """Open a case for every rejection that has none; what is decided at once (skipped, held) is an outcome already."""
    places = work.ledger.unplanned(work.account.name, work.folders.watched)
    judged = fetch_judged(work, places)
    if not judged:
        return []
    earlier = Recollection(work.ledger.correspondence(work.now - MEMORY))
    settled = [case.plan.dossier for case in work.ledger.cases(State.WAITING, State.INTENDED, State.DRAFTED)]
    opened = [
        open_dossier(message, verdict, earlier, work.craft.owner, now=work.now) for message, verdict in judged
    ]
    circumstances = Circumstances(work.now, work.craft.letters.application_stage)
    outcomes = []
    for (message, verdict), dossier in zip(judged, merge(opened, settled), strict=True):
        decision = work.craft.rules.decide(message, verdict, dossier, circumstances)
        planned = make_plan(verdict, dossier, decision, work.craft.letters, work.now)
        outcomes.append(open_case(work, planned, message))
    return [outcome for outcome in outcomes if outcome.result is not Result.WAITING]


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
            judged.setdefault(message.fingerprint, (message, work.craft.judge.judge(message)))
    return sorted(judged.values(), key=lambda pair: pair[0].date)


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
        return Outcome(planned, Result.FAILED, draft.octets, error)
    work.ledger.add_case(Case(planned, State.WAITING, draft.message_id, draft.octets), work.now)
    return Outcome(planned, Result.WAITING, draft.octets)


# --- deliver


def deliver_due(work: Pass, *, dry_run: bool) -> list[Outcome]:
    """Deliver the cases whose time has come, first those that an earlier pass left half done."""
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
            work.craft.owner,
            work.now,
            dry_run=dry_run,
        )
        for case in due
    )
    return [outcome for outcome in outcomes if outcome]
