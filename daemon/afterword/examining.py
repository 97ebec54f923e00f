"""One folder, batch by batch: what is new is fetched, parsed, judged, and on record before the next batch is asked for.

A mail that cannot be judged is on record with its error. So is one that the server does not hand out, and one over which the connection
or the process breaks again and again, while another is handed out: every attempt is noted before it is made, so that even a crash counts.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from afterword.corrections import overruled
from afterword.dossier import Owner, remember
from afterword.errors import ConnectionLost, LedgerUnusable, MailboxError
from afterword.folders import Folders
from afterword.ledger import Cursor, Examined, Ledger
from afterword.mailbox.protocol import FolderState, Mailbox
from afterword.parse import parse
from afterword.records import Correspondence, Place, RawMessage
from afterword_models import Judge

BATCH = 100  # mails recorded in one transaction
# How far back a pass looks by itself: further than any rejection is answered, since it was preceded by an application, an interview,
# a request that the owner has sent.
REACH = timedelta(days=400)
WHOLE_TRIES = 2  # attempts at a batch before its mails are taken one by one
LONE_TRIES = 4  # attempts at the same mail before it is given up

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Look:
    """What mail is looked at with; `now` stands still for the whole pass."""

    account: str
    mailbox: Mailbox
    ledger: Ledger
    judge: Judge
    owner: Owner
    folders: Folders
    now: datetime
    words: Mapping[str, bool] = field(default_factory=dict)  # the owner's word on verdicts, by fingerprint


def examine(
    look: Look, folder: str, since: timedelta | None = None, progress: Progress = lambda *_: None
) -> Iterator[list[Examined]]:
    """The new mail of a folder in batches. `since` reaches further back than what was examined before.

    Where UIDVALIDITY and UIDNEXT are as the last pass left them, STATUS is all that is asked.
    """
    cursor = look.ledger.cursor(look.account, folder)
    if since is None and cursor and not _has_grown(look.mailbox.status(folder), cursor):
        return
    state = look.mailbox.examine(folder)
    reached = cursor.uid if cursor and cursor.uidvalidity == state.uidvalidity else 0
    top = (
        state.uidnext - 1
        if state.uidnext is not None
        else max(look.mailbox.uids(folder, after=reached), default=0)
    )
    earliest = (look.now - (since or REACH)).date()
    found = look.mailbox.uids(folder, since=earliest, after=reached if since is None else 0)
    new = look.ledger.unseen(look.account, folder, state.uidvalidity, found)
    for uids, examined in _in_batches(look, folder, state.uidvalidity, new):
        reached = max(reached, *uids)
        with _blaming_no_mail(look, folder):
            look.ledger.record(examined, Cursor(look.account, folder, state.uidvalidity, reached), look.now)
        progress(folder, new.index(uids[-1]) + 1, len(new))
        yield examined
    whole = Cursor(look.account, folder, state.uidvalidity, max(reached, top))
    if whole != look.ledger.cursor(look.account, folder):
        look.ledger.record((), whole, look.now)  # what lay there and is not to be examined is passed by


def _has_grown(state: FolderState, cursor: Cursor) -> bool:
    return state.uidvalidity != cursor.uidvalidity or state.uidnext is None or state.uidnext > cursor.uid + 1


def _in_batches(
    look: Look, folder: str, uidvalidity: int, new: Sequence[int]
) -> Iterator[tuple[Sequence[int], list[Examined]]]:
    """Batches with what was found in them; what broke a batch twice is approached mail by mail."""
    done = lone_until = 0
    while done < len(new):
        first = Place(look.account, folder, uidvalidity, new[done])
        tries = look.ledger.attempt(first)
        if tries > WHOLE_TRIES:
            lone_until = done + BATCH
            with _blaming_no_mail(look, folder):
                _ask_for_another(look, folder, new[done])
        uids = new[done : done + (1 if done < lone_until else BATCH)]
        if tries > LONE_TRIES:
            why = f"given up after {LONE_TRIES} attempts that broke the connection or the process"
            yield uids, [Examined(unreadable(first, look.now), None, why)]
        else:
            yield uids, _look_through(look, folder, uidvalidity, uids)
        done += len(uids)


@contextmanager
def _blaming_no_mail(look: Look, folder: str) -> Iterator[None]:
    """What fails here lies in no mail: a disk that is full, a server in trouble. The attempt at the mail at hand does not count."""
    try:
        yield
    except (LedgerUnusable, MailboxError):
        with suppress(LedgerUnusable):
            look.ledger.retract(look.account, folder)
        raise


def _ask_for_another(look: Look, folder: str, uid: int) -> None:
    """ConnectionLost when it is not this mail alone that breaks the connection. Which other is left to chance, since it may be as broken."""
    others = [each for each in look.mailbox.uids(folder) if each != uid]
    if others:
        list(look.mailbox.fetch(folder, [random.choice(others)]))  # noqa: S311 - a lot, no secret


def _look_through(look: Look, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[Examined]:
    """Every mail of a batch, judged or with its error; what is gone meanwhile is left out."""
    found: dict[int, Examined] = {}
    try:
        for raw in look.mailbox.fetch(folder, uids):
            found[raw.place.uid] = look_at(look, folder, raw)
    except ConnectionLost:
        raise
    except MailboxError:
        pass  # one mail is enough for a server to refuse the whole batch; which it is, is seen one by one
    missing = [uid for uid in uids if uid not in found]
    if missing:
        there = set(look.mailbox.uids(folder, after=min(missing) - 1))
        for uid in _refused(look, folder, [uid for uid in missing if uid in there], found):
            place = Place(look.account, folder, uidvalidity, uid)
            found[uid] = Examined(unreadable(place, look.now), None, "the server does not hand it out")
    return [found[uid] for uid in uids if uid in found]


def _refused(look: Look, folder: str, uids: Sequence[int], found: dict[int, Examined]) -> list[int]:
    """Ask for mails one by one; those that are not handed out, however often they are asked for.

    A refusal may be of the moment. It is the mail's own only if it is repeated while another mail is handed out. MailboxError when none is.
    """
    refused: Sequence[int] = uids
    for _ in range(LONE_TRIES):
        refused, trouble = _ask_for(look, folder, refused, found)
        if refused and trouble and not (found and _serves(look.mailbox, folder, next(iter(found)))):
            raise trouble  # it may be busy, and hand them out the next time
        if not refused:
            break
    return list(refused)


def _ask_for(
    look: Look, folder: str, uids: Sequence[int], found: dict[int, Examined]
) -> tuple[list[int], MailboxError | None]:
    """Ask for each mail once; those that were not handed out, and what the server said of the last."""
    refused = []
    trouble: MailboxError | None = None
    for uid in uids:
        try:
            raws = list(look.mailbox.fetch(folder, [uid]))
        except ConnectionLost:
            raise
        except MailboxError as error:
            raws, trouble = [], error
        if raws:
            found[uid] = look_at(look, folder, raws[0])
        else:
            refused.append(uid)
    return refused, trouble


def _serves(mailbox: Mailbox, folder: str, uid: int) -> bool:
    """Whether the server still hands out a mail that it has handed out before."""
    try:
        return bool(list(mailbox.fetch(folder, [uid])))
    except ConnectionLost:
        raise
    except MailboxError:
        return False


def look_at(look: Look, folder: str, raw: RawMessage) -> Examined:
    """Parse and judge one mail; the owner's own mail is remembered, not judged.

    A mail that cannot be judged is on record with its error, and the next one follows.
    """
    try:
        message = parse(raw)
        if look.folders.is_own(folder):
            sent = folder == look.folders.sent
            return Examined(remember(message, None, look.owner, sent=sent, draft=not sent), None)
        verdict = overruled(look.judge.judge(message), look.words.get(message.fingerprint))
        return Examined(remember(message, verdict.label, look.owner), verdict)
    except Exception as error:  # noqa: BLE001 - no mail, however broken, may stop the ones behind it
        return Examined(unreadable(raw.place, raw.internal_date), None, reason(error))


def unreadable(place: Place, date: datetime) -> Correspondence:
    """What can be remembered of a mail that could not be parsed: where it lies."""
    return Correspondence(
        place=place,
        fingerprint=f"unreadable:{place.account}:{place.folder}:{place.uidvalidity}:{place.uid}",
        message_id="",
        thread=(),
        date=date,
        subject="",
        sender=None,
        recipients=(),
        label=None,
    )


def reason(error: BaseException) -> str:
    """Kind, module and line of an error: enough to mend it, nothing of the mail."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} in {where}"
