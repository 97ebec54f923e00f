"""Examples written beside the rules: a mail in a few words, and whether the rule is the one that decides on it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from afterword.config import parse_duration
from afterword.records import (
    Address,
    Contact,
    Dossier,
    Label,
    Message,
    Party,
    Place,
    Reason,
    Skip,
    Stage,
    Thread,
    Verdict,
)
from afterword_rules.conditions import Circumstances, ContactKind
from afterword_rules.engine import RuleBook
from afterword_rules.values import boolean, language_code, nearest, one_of

Check = Callable[[object], object]
A_MONDAY = "2024-03-04 10:00"


@dataclass(frozen=True, slots=True)
class Example:
    """A mail as far as `given` describes it, the rest ordinary; `matches` is whether the rule decides on it."""

    given: Mapping[str, object]
    matches: bool
    where: str


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How one example went: `because` says what was decided and by which rule."""

    rule: str
    passed: bool
    because: str


def run_examples(book: RuleBook) -> list[ExampleResult]:
    """Try every example on the whole book, since an earlier rule may take the mail away from its own."""
    return [_run(book, rule.name, example) for rule in book.rules for example in rule.examples]


def _run(book: RuleBook, name: str, example: Example) -> ExampleResult:
    decision = book.decide(*picture(example.given))
    decided = decision.rule == name
    outcome = f"{decision.action} {decision.letter or ''}".strip()
    if decided == example.matches:
        return ExampleResult(name, True, f"{outcome}, as expected" if decided else f"left to {decision.rule}")
    own = next((tried.because for tried in decision.trace if tried.rule == name), "it was not reached")
    because = f"{example.where}: decided by {decision.rule} ({outcome})"
    return ExampleResult(name, False, f"{because}, since {own}" if example.matches else because)


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("write a number from 0 to 1, such as 0.93")
    return value


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("write text in quotes")  # noqa: TRY004 - a fault of the file, not of a caller
    return value


def _address(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[^\s@]+@[^\s@]+", value):
        raise ValueError('write an address such as "dana@initech.example"')
    return value


def _moment(value: object) -> object:
    try:
        return datetime.strptime(str(value), "%Y-%m-%d %H:%M").astimezone()
    except ValueError:
        raise ValueError(f'write a moment such as "{A_MONDAY}"') from None


def _reasons(value: object) -> object:
    check = one_of(Reason)
    for item in value if isinstance(value, list) else [value]:
        check(item)
    return value


# What an example may say, each with the check that its value passes.
GIVEN: Mapping[str, Check] = {
    "label": one_of(Label),
    "score": _number,
    "party": one_of(Party),
    "stage": one_of(Stage),
    "reasons": _reasons,
    "contact": one_of([kind for kind in ContactKind if kind is not ContactKind.KNOWN]),
    "from": _address,
    "subject": _text,
    "body": _text,
    "role": _text,
    "company": _text,
    "list": boolean,
    "language": language_code,
    "age": parse_duration,
    "account": _text,
    "folder": _text,
    "now": _moment,
    "feedback_given": boolean,
    "no_feedback_policy": boolean,
    "asked": boolean,
    "application_stage": one_of(("ask", "thanks", "off")),
    "hold": boolean,
}


def given_faults(given: Mapping[str, object]) -> list[tuple[str, str]]:
    """(key, what is wrong) for each key of an example that does not hold."""
    faults = []
    for key, value in given.items():
        if key not in GIVEN:
            faults.append((key, f"an example says nothing about {key!r}; {nearest(key, GIVEN)}"))
            continue
        try:
            GIVEN[key](value)
        except ValueError as error:
            faults.append((key, str(error)))
    return faults


def picture(given: Mapping[str, object]) -> tuple[Message, Verdict, Dossier, Circumstances]:
    """The values that `decide` takes, as `given` describes them; a rejection by a company when it says nothing."""
    now = cast("datetime", _moment(given.get("now", A_MONDAY)))
    date = now - parse_duration(given.get("age", "1d"))
    place = Place(_said(given, "account", "personal"), _said(given, "folder", "INBOX"), 1, 1)
    sender = Address("", _said(given, "from", "dana@initech.example"))
    message = Message(
        place=place,
        message_id="<example@initech.example>",
        fingerprint="example",
        date=date,
        subject=_said(given, "subject", "Your application"),
        sender=sender,
        headers=(("list-id", "<jobs.initech.example>"),) if given.get("list") else (),
        text=_said(given, "body", ""),
    )
    label, score = Label(_said(given, "label", "rejection")), float(cast("float", given.get("score", 0.95)))
    verdict = Verdict(label, score, {label: score}, None, hold=bool(given.get("hold")))
    setting = cast('Literal["ask", "thanks", "off"]', given.get("application_stage", "ask"))
    return message, verdict, _dossier(given, message), Circumstances(now, setting)


def _said(given: Mapping[str, object], key: str, otherwise: str) -> str:
    return str(given.get(key, otherwise))


def _dossier(given: Mapping[str, object], message: Message) -> Dossier:
    reasons = given.get("reasons", "unstated")
    kind = ContactKind(_said(given, "contact", "person"))
    return Dossier(
        fingerprint=message.fingerprint,
        place=message.place,
        date=message.date,
        party=Party(_said(given, "party", "company")),
        stage=Stage(_said(given, "stage", "application")),
        reasons=tuple(Reason(str(item)) for item in (reasons if isinstance(reasons, list) else [reasons])),
        feedback_given=bool(given.get("feedback_given")),
        no_feedback_policy=bool(given.get("no_feedback_policy")),
        role=_said(given, "role", ""),
        company=_said(given, "company", ""),
        contact=_contact(kind, message),
        thread=Thread(message.message_id, (), message.subject),
        language=_said(given, "language", "en"),
        application="example",
        obstacles=((Skip.ROBOT, "a robot wrote"),) if kind is ContactKind.ROBOT else (),
        answers_request=bool(given.get("asked")),
    )


def _contact(kind: ContactKind, message: Message) -> Contact | None:
    if kind in {ContactKind.NONE, ContactKind.ROBOT}:
        return None
    name = "" if kind is ContactKind.MAILBOX else "Dana Whitlock"
    source = ContactKind.FROM if kind in {ContactKind.PERSON, ContactKind.MAILBOX} else kind
    return Contact(name, message.sender.address if message.sender else "", source)
