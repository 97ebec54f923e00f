"""The journal: answers to what was asked, and advice that came unasked inside a rejection.

An answer is known by its thread: it refers to the owner's mail that asked, or continues its thread and comes from whom was asked. It holds
advice when the classifier says `feedback`, or when some sentence tells what this person can act on.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from afterword.dossier.facets import sentences_of
from afterword.dossier.reasons import gives_feedback
from afterword.ledger import Case, Ledger
from afterword.mailbox.protocol import Mailbox
from afterword.parse import parse
from afterword.records import (
    Correspondence,
    Dossier,
    Fate,
    Label,
    Lesson,
    Message,
    Sighting,
    Skip,
    Stage,
    Theme,
    Verdict,
)
from afterword.themes import is_actionable, themes_of

MEMORY = timedelta(days=400)  # an answer may take long, but not for ever
TEXT_LIMIT = 20_000  # characters that are kept of an answer


@dataclass(frozen=True, slots=True)
class Recurring:
    """A theme and how often it came up; `lessons` in which it did, the oldest first."""

    theme: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests that were sent, how many of them a person answered, and how many of these answers held advice."""

    requests: int
    answers: int
    advice: int


def rates_of(sightings: Iterable[Sighting], lessons: Iterable[Lesson]) -> Rates:
    """Counted by request, so that two answers to one are one; only drafts that were sent and asked are requests."""
    requests = {each.sent_id for each in sightings if each.fate is Fate.SENT and each.asked}
    kept = list(lessons)
    answered = {each.request for each in kept} & requests
    return Rates(len(requests), len(answered), len({each.request for each in kept if each.advice} & requests))


def note_unasked(ledger: Ledger, message: Message, verdict: Verdict, dossier: Dossier) -> None:
    """Keep what a rejection says beside no, or a mail of feedback by itself; nothing is kept of one that says nothing.

    A mail that answers a request is on record as its answer before.
    """
    feedback = verdict.label is Label.FEEDBACK
    # A robot may pass on what a person wrote into a rejection, but by itself it asks for feedback and gives none.
    others = {Skip.LIST, Skip.NOT_FOR_OWNER} | ({Skip.ROBOT} if feedback else set())
    if not (feedback or dossier.feedback_given) or any(skip in others for skip, _ in dossier.obstacles):
        return
    ledger.aftermath.add_lesson(
        Lesson(
            fingerprint=message.fingerprint,
            account=dossier.place.account,
            date=dossier.date,
            company=dossier.company,
            role=dossier.role,
            person=message.sender.name if message.sender else "",
            stage=dossier.stage,
            source="reply" if feedback else "rejection",
            message_id=message.message_id,
            text=message.text[:TEXT_LIMIT],
            themes=themes_of(message.text),
        )
    )


def note_answers(account: str, mailbox: Mailbox, ledger: Ledger, now: datetime) -> list[Lesson]:
    """Find answers to what the owner asked, read each once, and keep it."""
    requests = ledger.aftermath.requests(now - MEMORY)
    if not requests:
        return []
    ids = {each for request in requests for each in (request.message_id, *request.thread)}
    found = [
        (mail, request)
        for mail in ledger.aftermath.unread_replies(account, ids)
        if (request := answered_by(mail, requests))
    ]
    cases = _Cases(ledger) if found else None
    kept = []
    for mail, request in found:
        message = _fetch(mail, mailbox)
        if message is None or cases is None:
            continue  # it was moved meanwhile; the scan finds it at its new place
        lesson = lesson_of(mail, request, message, cases.of(request))
        if ledger.aftermath.add_lesson(lesson):
            kept.append(lesson)
            if lesson.advice:
                # The thread says more than the classifier can know: an answer that advises is feedback, however short.
                ledger.aftermath.relabel(lesson.fingerprint, Label.FEEDBACK)
    return kept


def answered_by(mail: Correspondence, requests: Iterable[Correspondence]) -> Correspondence | None:
    """The request that a mail answers: the one that it refers to, or else the last one in its thread to its sender."""
    thread = set(mail.thread)
    fitting = [request for request in requests if request.message_id in thread]
    if not fitting and mail.sender:
        sender = mail.sender.address.casefold()
        fitting = [
            request
            for request in requests
            if request.date < mail.date
            and not thread.isdisjoint(request.thread)
            and sender in {address.address.casefold() for address in request.recipients}
        ]
    return max(fitting, key=lambda request: request.date, default=None)


def lesson_of(mail: Correspondence, request: Correspondence, message: Message, case: Case | None) -> Lesson:
    """What one answer says. One that holds no advice keeps no words."""
    sentences = sentences_of(message.text)
    themes = themes_of(message.text)
    advice = mail.label is Label.FEEDBACK or gives_feedback(sentences) or is_actionable(themes)
    dossier = case.plan.dossier if case else None
    return Lesson(
        fingerprint=mail.fingerprint,
        account=mail.place.account,
        date=mail.date,
        company=dossier.company if dossier else mail.company,
        role=dossier.role if dossier else mail.role or request.role,
        person=mail.person or (mail.sender.name if mail.sender else ""),
        stage=dossier.stage if dossier else Stage.APPLICATION,
        source="reply",
        message_id=mail.message_id,
        text=message.text[:TEXT_LIMIT] if advice else "",
        themes=themes if advice else (),
        request=request.message_id,
        advice=advice,
    )


def entries(lessons: Iterable[Lesson], search: str = "") -> list[Lesson]:
    """The lessons that hold advice and every word of `search`, wherever it stands in them."""
    words = search.casefold().split()
    return [
        lesson for lesson in lessons if lesson.advice and all(word in _haystack(lesson) for word in words)
    ]


def recurring(lessons: Iterable[Lesson]) -> list[Recurring]:
    """The themes of the lessons, the most frequent first."""
    kept = list(lessons)
    counted = Counter(each.theme for lesson in kept for each in lesson.themes)
    return [
        Recurring(theme, tuple(lesson for lesson in kept if theme in {each.theme for each in lesson.themes}))
        for theme, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    ]


def quote(lesson: Lesson, theme: str) -> str:
    """The sentence of a lesson that bears a theme."""
    return next((each.sentence for each in lesson.themes if each.theme == theme), "")


def _haystack(lesson: Lesson) -> str:
    named: Sequence[Theme] = lesson.themes
    themes = " ".join(each.theme.replace("_", " ") for each in named)
    return " ".join((lesson.company, lesson.role, lesson.person, lesson.text, themes)).casefold()


class _Cases:
    """Cases by the owner's mail that came of them."""

    def __init__(self, ledger: Ledger) -> None:
        cases = {case.plan.dossier.fingerprint: case for case in ledger.cases()}
        self._by_thread = cases | {case.plan.dossier.thread.message_id: case for case in cases.values()}
        self._by_sent = {
            sighting.sent_id: cases[fingerprint]
            for fingerprint, sighting in ledger.aftermath.sightings().items()
            if sighting.sent_id and fingerprint in cases
        }

    def of(self, request: Correspondence) -> Case | None:
        """The case whose letter the request is, or in whose thread the owner wrote it."""
        known = self._by_sent.get(request.message_id)
        return known or next(
            (self._by_thread[each] for each in request.thread if each in self._by_thread), None
        )


def _fetch(mail: Correspondence, mailbox: Mailbox) -> Message | None:
    """The mail itself, if it still lies where it was seen."""
    place = mail.place
    if mailbox.examine(place.folder).uidvalidity != place.uidvalidity:
        return None
    raw = next(iter(mailbox.fetch(place.folder, [place.uid])), None)
    message = parse(raw) if raw else None
    return message if message and message.fingerprint == mail.fingerprint else None
