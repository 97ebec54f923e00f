"""The conditions a rule can set: what each reads of a mail, which values it takes, how it explains itself; pure.

A value may be a list, which means any of them. `not_` before a key turns a condition round: none of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Literal, TypeVar

from afterword.records import Dossier, Label, Message, Party, Reason, Skip, Stage, Verdict
from afterword_rules.values import (
    Test,
    boolean,
    clock_span,
    domain,
    glob,
    language_code,
    one_of,
    pattern,
    score_range,
    span_range,
    weekdays,
)

T = TypeVar("T")
NEGATION = "not_"
SHOWN = 80
LIST_FIELDS = ("list-id", "list-post")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision depends on beside the mail.

    `now` is aware, in any time zone; `application_stage` is the owner's setting for companies that turn an
    application down before anyone has met.
    """

    now: datetime
    application_stage: Literal["ask", "thanks", "off"]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a condition may look at."""

    message: Message
    verdict: Verdict
    dossier: Dossier
    circumstances: Circumstances


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a rule's `when`: `wanted` is its value as the owner wrote it."""

    key: str
    wanted: str
    holds: Callable[[Facts], bool]
    actual: Callable[[Facts], str]

    def __str__(self) -> str:
        return f"{self.key} = {self.wanted}"

    def failure(self, facts: Facts) -> str:
        """Why it does not hold: the actual value and the wanted one, never any text of the mail's body."""
        actual = self.actual(facts)
        if not actual:
            return f"{self.key} = {self.wanted} does not hold"
        return f"{self.key.removeprefix(NEGATION)} is {actual}, wanted {self}"


class ContactKind(StrEnum):
    """What is known of the human to write to; a mail can be several of these at once."""

    NONE = "none"
    ROBOT = "robot"
    KNOWN = "known"
    PERSON = "person"
    MAILBOX = "mailbox"
    FROM = "from"
    REPLY_TO = "reply_to"
    SIGNATURE = "signature"
    EARLIER_MAIL = "earlier_mail"


def contact_kinds(facts: Facts) -> tuple[str, ...]:
    """`none` (with `robot` where one wrote), or `known` with `person` or `mailbox` and where it was found.

    A `person` has a certain name, a `mailbox` (careers@, or a name that is not certain) has none.
    """
    contact = facts.dossier.contact
    if contact is None:
        robot = any(skip is Skip.ROBOT for skip, _ in facts.dossier.obstacles)
        return (ContactKind.NONE, ContactKind.ROBOT) if robot else (ContactKind.NONE,)
    named = ContactKind.PERSON if contact.name else ContactKind.MAILBOX
    return (ContactKind.KNOWN, named, contact.source)


def is_from_list(facts: Facts) -> bool:
    """Whether a mailing list sent it: List-Id, List-Post or `Precedence: list` (RFC 2919, RFC 2369)."""
    message = facts.message
    if any(message.header(name) for name in LIST_FIELDS):
        return True
    return message.header("precedence").strip().lower() == "list"


def domains(facts: Facts) -> tuple[str, ...]:
    """The domains of the sender, of Reply-To and of the contact, so that a wish about a company holds for all."""
    message, contact = facts.message, facts.dossier.contact
    found = [address.domain for address in (message.sender, *message.reply_to) if address]
    if contact:
        found.append(contact.address.rpartition("@")[2])
    return tuple(dict.fromkeys(name.lower() for name in found))


def condition(key: str, value: object) -> Condition:
    """The condition that a rule file sets; KeyError for an unknown key, ValueError says what to write instead."""
    plain = key.removeprefix(NEGATION)
    bind = CONDITIONS[plain]
    if plain == key:
        return bind(key, value)
    if isinstance(value, bool):
        raise ValueError(f"write {plain} = {str(not value).lower()} instead")  # noqa: TRY004 - a fault of the file
    positive = bind(plain, value)
    return Condition(key, positive.wanted, lambda facts: not positive.holds(facts), positive.actual)


def written(value: object) -> str:
    """A value as a rule file has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


Bind = Callable[[str, object], Condition]


def _bind(
    read: Callable[[Facts], T],
    parse: Callable[[object], Test[T]],
    show: Callable[[T], str],
    key: str,
    value: object,
) -> Condition:
    wanted = value if isinstance(value, list) else [value]
    if not wanted:
        raise ValueError("the list is empty; write at least one value, or leave the key out")
    tests = [parse(item) for item in wanted]
    return Condition(
        key,
        written(value),
        lambda facts: any(test(read(facts)) for test in tests),
        lambda facts: show(read(facts)),
    )


def _kind(
    read: Callable[[Facts], T], parse: Callable[[object], Test[T]], show: Callable[[T], str] = str
) -> Bind:
    return partial(_bind, read, parse, show)


def _any(parse: Callable[[object], Test[str]]) -> Callable[[object], Test[tuple[str, ...]]]:
    """A test of one value as a test of several: one of them is enough."""

    def parse_each(value: object) -> Test[tuple[str, ...]]:
        test = parse(value)
        return lambda actual: any(test(item) for item in actual)

    return parse_each


def _quoted(text: str) -> str:
    return f'"{text[:SHOWN]}…"' if len(text) > SHOWN else f'"{text}"'


def _joined(values: Iterable[str]) -> str:
    return ", ".join(values) or "unknown"


def _hidden(_: str) -> str:
    return ""


def _local_now(facts: Facts) -> datetime:
    """The clock on the owner's wall: `day` and `time` mean the time zone of this machine."""
    return facts.circumstances.now.astimezone()


def _sender(facts: Facts) -> str:
    return facts.message.sender.address if facts.message.sender else ""


CONDITIONS: Mapping[str, Bind] = {
    "label": _kind(lambda facts: facts.verdict.label, one_of(Label)),
    "score": _kind(lambda facts: facts.verdict.score, score_range, "{:.2f}".format),
    "party": _kind(lambda facts: facts.dossier.party, one_of(Party)),
    "stage": _kind(lambda facts: facts.dossier.stage, one_of(Stage)),
    "reasons": _kind(lambda facts: facts.dossier.reasons, _any(one_of(Reason)), _joined),
    "contact": _kind(contact_kinds, _any(one_of(ContactKind)), _joined),
    "from": _kind(_sender, glob, _quoted),
    "from_matches": _kind(_sender, pattern, _quoted),
    "domain": _kind(domains, _any(domain), _joined),
    "subject": _kind(lambda facts: facts.message.subject, glob, _quoted),
    "subject_matches": _kind(lambda facts: facts.message.subject, pattern, _quoted),
    "body": _kind(lambda facts: facts.message.text, glob, _hidden),
    "body_matches": _kind(lambda facts: facts.message.text, pattern, _hidden),
    "role": _kind(lambda facts: facts.dossier.role, glob, _quoted),
    "role_matches": _kind(lambda facts: facts.dossier.role, pattern, _quoted),
    "company": _kind(lambda facts: facts.dossier.company, glob, _quoted),
    "company_matches": _kind(lambda facts: facts.dossier.company, pattern, _quoted),
    "list": _kind(is_from_list, boolean, written),
    "language": _kind(lambda facts: facts.dossier.language, language_code, _quoted),
    "age": _kind(lambda facts: facts.circumstances.now - facts.message.date, span_range),
    "account": _kind(lambda facts: facts.message.place.account, glob, _quoted),
    "folder": _kind(lambda facts: facts.message.place.folder, glob, _quoted),
    "day": _kind(_local_now, weekdays, "{:%a}".format),
    "time": _kind(_local_now, clock_span, "{:%H:%M}".format),
    "feedback_given": _kind(lambda facts: facts.dossier.feedback_given, boolean, written),
    "no_feedback_policy": _kind(lambda facts: facts.dossier.no_feedback_policy, boolean, written),
    "asked": _kind(lambda facts: facts.dossier.answers_request, boolean, written),
    "application_stage": _kind(
        lambda facts: facts.circumstances.application_stage, one_of(("ask", "thanks", "off"))
    ),
}
