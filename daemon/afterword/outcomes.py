"""What became of the drafts: found again as sent, edited, deleted or untouched. Nothing is inferred that the mailbox does not show.

The scan has examined Sent and Drafts before, so that what lies there is on record; one SEARCH tells which of the recorded drafts still
lie there. Only where a draft is missed are the folders themselves asked.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from afterword.folders import Folders
from afterword.ledger import Case, Ledger, State
from afterword.mailbox.protocol import Mailbox
from afterword.parse import parse
from afterword.records import Correspondence, Fate, Message, Place, RawMessage, Sighting

FINAL = frozenset({Fate.SENT, Fate.WITHDRAWN})
PATIENCE = timedelta(days=90)  # a deleted draft is looked for this long: it may have been on its way to Sent


@dataclass(frozen=True, slots=True)
class View:
    """The mailbox as it stands: the drafts that lie there now, and what was sent, by Message-ID and by the thread's ids."""

    drafts: Sequence[Correspondence]
    sent: Sequence[Correspondence]
    by_thread: dict[str, list[Correspondence]]

    @classmethod
    def of(cls, drafts: Iterable[Correspondence], sent: Iterable[Correspondence]) -> "View":
        """The view with its index."""
        index: defaultdict[str, list[Correspondence]] = defaultdict(list)
        everything = list(sent)
        for mail in everything:
            for each in mail.thread:
                index[each].append(mail)
        return cls(tuple(drafts), everything, dict(index))


def observe(
    account: str, mailbox: Mailbox, ledger: Ledger, folders: Folders, now: datetime
) -> list[Sighting]:
    """Look for every draft whose end is not known yet, and remember what changed; the changed sightings."""
    known = ledger.aftermath.sightings(account)
    cases = [case for case in ledger.cases(State.DRAFTED, account=account) if _is_open(case, known, now)]
    if not cases:
        return []
    view = _view(account, mailbox, ledger, folders, since=min(case.plan.dossier.date for case in cases))
    changed = []
    for case in cases:
        before = known.get(case.plan.dossier.fingerprint)
        seen = sight(case, before, view, mailbox, folders, now)
        if seen and (before is None or replace(seen, seen_at=before.seen_at) != before):
            changed.append(seen)
    ledger.aftermath.see(changed)
    return changed


def sight(
    case: Case, before: Sighting | None, view: View, mailbox: Mailbox, folders: Folders, now: datetime
) -> Sighting | None:
    """What the mailbox shows of one draft now; None where it shows nothing that can be relied on."""
    account = mailbox.account
    fingerprint = case.plan.dossier.fingerprint
    exact = next((mail for mail in view.sent if mail.message_id == case.message_id), None)
    if exact:
        return _sent(fingerprint, account, exact, now)
    draft = next((mail for mail in view.drafts if mail.message_id == case.message_id), None)
    if draft:
        if before and before.place == draft.place:
            return before
        fate = _compared(case, draft.place, mailbox)
        return Sighting(fingerprint, account, fate, now, draft.place) if fate else before
    answer = next((mail for mail in view.by_thread.get(_answered(case), ()) if _goes_out(mail, case)), None)
    if answer:
        return _sent(fingerprint, account, answer, now)
    rewritten = next(
        (mail for mail in view.drafts if _answered(case) in mail.thread and _is_to_contact(mail, case)), None
    )
    if rewritten:
        return Sighting(fingerprint, account, Fate.EDITED, now, rewritten.place)
    if before and before.fate is Fate.DELETED:
        return before
    return Sighting(fingerprint, account, Fate.DELETED, now) if _is_gone(case, mailbox, folders) else before


def fates_of(cases: Iterable[Case], sightings: Mapping[str, Sighting]) -> dict[str, int]:
    """How many drafts have met each fate; one that no pass has looked for yet is `untouched`, as the APPEND left it."""
    fates = Counter(
        sightings[fingerprint].fate
        if (fingerprint := case.plan.dossier.fingerprint) in sightings
        else Fate.UNTOUCHED
        for case in cases
        if case.state in (State.DRAFTED, State.WITHDRAWN)
    )
    return {fate.value: fates[fate] for fate in Fate}


def left_to_owner(
    cases: Iterable[Case], sightings: Mapping[str, Sighting], words: Mapping[str, bool]
) -> tuple[Case, ...]:
    """Cases that the owner says are no rejection, and whose draft still lies there: it is edited, or could not be moved."""
    found = []
    for case in cases:
        fingerprint = case.plan.dossier.fingerprint
        seen = sightings.get(fingerprint)
        lies = seen is None or seen.fate in (Fate.UNTOUCHED, Fate.EDITED)
        if case.state is State.DRAFTED and lies and words.get(fingerprint) is False:
            found.append(case)
    return tuple(found)


def lies_untouched(case: Case, mailbox: Mailbox, folders: Folders) -> Place | None:
    """Where the draft lies in Drafts as it was written, asked of the mailbox at this moment; None when it does not."""
    if not case.octets:
        return None  # found again after the ledger was lost: how it was written is not known
    uidvalidity = mailbox.examine(folders.drafts).uidvalidity
    for uid in mailbox.find(folders.drafts, "Message-ID", case.message_id):
        place = Place(mailbox.account, folders.drafts, uidvalidity, uid)
        if _compared(case, place, mailbox) is Fate.UNTOUCHED:
            return place
    return None


def _is_open(case: Case, known: dict[str, Sighting], now: datetime) -> bool:
    before = known.get(case.plan.dossier.fingerprint)
    if before is None:
        return True
    return before.fate not in FINAL and not (before.fate is Fate.DELETED and now - before.seen_at > PATIENCE)


def _view(account: str, mailbox: Mailbox, ledger: Ledger, folders: Folders, since: datetime) -> View:
    uidvalidity = mailbox.examine(folders.drafts).uidvalidity
    there = set(mailbox.uids(folders.drafts))
    remembered = ledger.aftermath.mail_in(account, folders.drafts, uidvalidity=uidvalidity)
    sent = ledger.aftermath.mail_in(account, folders.sent, since=since) if folders.sent else []
    return View.of((mail for mail in remembered if mail.place.uid in there), sent)


def _sent(fingerprint: str, account: str, mail: Correspondence, now: datetime) -> Sighting:
    return Sighting(
        fingerprint, account, Fate.SENT, now, mail.place, mail.message_id, mail.date, mail.asks_advice
    )


def _answered(case: Case) -> str:
    """The Message-ID in the draft's In-Reply-To."""
    return case.plan.dossier.thread.message_id


def _is_to_contact(mail: Correspondence, case: Case) -> bool:
    contact = case.plan.dossier.contact
    return contact is not None and contact.address.casefold() in {
        address.address.casefold() for address in mail.recipients
    }


def _goes_out(mail: Correspondence, case: Case) -> bool:
    """Whether a sent mail answers the same mail, after the rejection, to the person of the draft."""
    return mail.date >= case.plan.dossier.date and _is_to_contact(mail, case)


def _compared(case: Case, place: Place, mailbox: Mailbox) -> Fate | None:
    """Whether the draft at a place reads as it was written, as far as that is known; None when it is gone by now."""
    raw = next(iter(mailbox.fetch(place.folder, [place.uid])), None)
    if raw is None or not case.octets:
        return Fate.UNTOUCHED if raw else None
    written = RawMessage(place, case.octets, len(case.octets), raw.internal_date)
    return Fate.UNTOUCHED if _words(parse(raw)) == _words(parse(written)) else Fate.EDITED


def _words(message: Message) -> tuple[object, ...]:
    """What a person can change: addresses, subject and text; line breaks and encodings are the mail program's."""
    people = {address.address.casefold() for address in (*message.to, *message.cc)}
    whole = f"{message.text}\n{message.signature}\n{message.quoted}"
    return people, message.subject, whole.split()


def _is_gone(case: Case, mailbox: Mailbox, folders: Folders) -> bool:
    """Whether the draft is in neither Drafts nor Sent, asked of the folders themselves.

    A mailbox without a Sent folder shows a deletion only by the draft in Trash: it may as well have been sent.
    """
    names = [name for name in (folders.drafts, folders.sent) if name]
    if any(mailbox.find(name, "Message-ID", case.message_id) for name in names):
        return False
    answered = _answered(case)
    if answered and mailbox.find(folders.drafts, "In-Reply-To", answered):
        return False  # it was saved anew since Drafts was examined; the next pass sees it
    if folders.sent:
        return True
    return bool(folders.trash and mailbox.find(folders.trash, "Message-ID", case.message_id))
