"""What there is to tell the owner, from the ledger."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from afterword.config import Config
from afterword.ledger import Case, Ledger, State
from afterword.records import Skip
from afterword.text import one_line
from afterword.vitals import Trouble

AGAIN = (
    "It is not tried again before a reload: systemctl --user reload afterword"  # lest the provider locks it
)
NOBODY = frozenset({Skip.NO_CONTACT, Skip.ROBOT, Skip.LIST})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; `item` names it in the ledger, so that it is told once."""

    item: str
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a digest says, in the order in which the owner needs it."""

    troubles: tuple[Entry, ...] = ()
    questions: tuple[Entry, ...] = ()
    drafts: tuple[Entry, ...] = ()
    advice: tuple[Entry, ...] = ()
    nobody: tuple[Entry, ...] = ()

    @property
    def items(self) -> frozenset[str]:
        """Everything that is told."""
        parts = (self.troubles, self.questions, self.drafts, self.advice, self.nobody)
        return frozenset(entry.item for part in parts for entry in part)

    @property
    def subject(self) -> str:
        """Counts alone: a subject shows on a locked screen."""
        parts = [
            _count(len(self.troubles), "thing needs a hand", "things need a hand"),
            _count(len(self.questions), "question", "questions"),
            _count(len(self.drafts), "draft to read", "drafts to read"),
            _count(len(self.advice), "piece of advice", "pieces of advice"),
            _count(len(self.nobody), "rejection without an addressee", "rejections without an addressee"),
        ]
        return "Afterword: " + ", ".join(part for part in parts if part)


def gather(
    ledger: Ledger,
    config: Config,
    since: datetime,
    resting: Collection[str] = frozenset(),
    refused: Trouble | None = None,
) -> Summary:
    """All that happened since then and that has not been told yet; `resting` and `refused` as in `troubles`."""
    told = ledger.notices.told()
    cases = [case for case in ledger.cases() if case.changed_at and case.changed_at >= since]
    return Summary(
        troubles=_new((*troubles(ledger, config, resting, refused), *_failed(cases)), told),
        questions=_new((_question(case) for case in cases if case.state is State.HELD), told),
        drafts=_new((_drafted(case) for case in cases if case.state is State.DRAFTED), told),
        advice=_new(_advice(ledger, since), told),
        nobody=_new(
            (_entry(case, "nobody", case.plan.why) for case in cases if case.plan.skip in NOBODY), told
        ),
    )


def troubles(
    ledger: Ledger, config: Config, resting: Collection[str] = frozenset(), refused: Trouble | None = None
) -> Iterator[Entry]:
    """Accounts that have failed often enough in a row to need a hand, or that are `resting` and no longer tried; a configuration that was `refused`.

    The item names the first failure of the row, so that each row is told once.
    """
    if refused:
        yield at_large(refused)
    for account in config.account:
        failing = ledger.failing(account.name)
        if len(failing) >= config.health.tell_after or (failing and account.name in resting):
            began = failing[0].started_at
            again = f" {AGAIN}" if account.name in resting else ""
            yield Entry(
                _item("failing", account.name, began.isoformat()),
                f"Account {account.name} has not been looked at since {began.astimezone():%Y-%m-%d %H:%M}",
                one_line(failing[-1].failure) + again,
            )


def at_large(trouble: Trouble) -> Entry:
    """What is wrong with no account in particular."""
    item = _item("trouble", trouble.what, trouble.since.isoformat())
    return Entry(
        item, f"{trouble.what} (since {trouble.since.astimezone():%Y-%m-%d %H:%M})", one_line(trouble.why)
    )


def _failed(cases: Iterable[Case]) -> Iterator[Entry]:
    return (_entry(case, "failed", case.error) for case in cases if case.state is State.FAILED)


def _advice(ledger: Ledger, since: datetime) -> Iterator[Entry]:
    for lesson in ledger.aftermath.lessons(since=since):
        if lesson.advice:
            whom = one_line(lesson.person) or "Somebody"
            where = f" at {one_line(lesson.company)}" if lesson.company else ""
            themes = ", ".join(dict.fromkeys(each.theme for each in lesson.themes))
            yield Entry(_item("advice", lesson.fingerprint), f"{whom}{where} wrote how you did", themes)


def _entry(case: Case, kind: str, why: str) -> Entry:
    dossier = case.plan.dossier
    role, company = one_line(dossier.role) or "A role", one_line(dossier.company) or "an unnamed company"
    return Entry(_item(kind, dossier.fingerprint), f"{role} at {company}", one_line(why))


def _question(case: Case) -> Entry:
    dossier = case.plan.dossier
    return _entry(case, "held", f"{case.plan.why}; of {dossier.date:%Y-%m-%d}, in {dossier.place.folder}")


def _drafted(case: Case) -> Entry:
    contact = case.plan.dossier.contact
    to = f"to {contact.name or contact.address}" if contact else ""
    if case.plan.skip is Skip.SUPERSEDED:  # better news has come since
        return _entry(case, "overtaken", f"{to}; look again before you send it: {case.plan.why}")
    return _entry(case, "draft", to)


def _item(kind: str, *parts: str) -> str:
    """A name that tells nothing: what was told is remembered longer than what it was about."""
    return f"{kind}:{blake2b(chr(0).join(parts).encode(), digest_size=12).hexdigest()}"


def _new(entries: Iterable[Entry], told: Collection[str]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.item not in told)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
