"""Records for tests, with everything filled in that a test does not care about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from afterword.records import (
    Action,
    Address,
    Contact,
    Correspondence,
    Dossier,
    Label,
    Letter,
    Party,
    Place,
    Plan,
    Reason,
    Stage,
    Thread,
    Verdict,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DANA = Address("Dana Whitlock", "dana@brightforge.example")


def place(uid: int = 1, folder: str = "INBOX") -> Place:
    """A place in the account `personal`."""
    return Place("personal", folder, 7, uid)


def correspondence(**changes: Any) -> Correspondence:
    """A rejection from Dana."""
    base = Correspondence(
        place=place(),
        fingerprint="<m1@brightforge.example>",
        message_id="<m1@brightforge.example>",
        thread=(),
        date=NOW,
        subject="Your application",
        sender=DANA,
        recipients=(Address("Sam Rivera", "sam@mail.example"),),
        label=Label.REJECTION,
    )
    return replace(base, **changes)


def verdict(label: Label = Label.REJECTION, score: float = 0.97, *, hold: bool = False) -> Verdict:
    """A verdict that is sure of itself."""
    rest = (1 - score) / (len(Label) - 1)
    return Verdict(label, score, {each: score if each is label else rest for each in Label}, None, hold)


def dossier(**changes: Any) -> Dossier:
    """Dana's rejection after an interview, with nothing in the way."""
    base = Dossier(
        fingerprint="<m1@brightforge.example>",
        place=place(),
        date=NOW,
        party=Party.COMPANY,
        stage=Stage.INTERVIEW,
        reasons=(Reason.UNSTATED,),
        feedback_given=False,
        no_feedback_policy=False,
        role="Backend Engineer",
        company="Brightforge",
        contact=Contact("Dana Whitlock", "dana@brightforge.example", "from"),
        thread=Thread("<m1@brightforge.example>", (), "Your application"),
        language="en",
        application="brightforge.example|backend engineer",
    )
    return replace(base, **changes)


def plan(**changes: Any) -> Plan:
    """A letter to Dana, due now."""
    base = Plan(
        dossier=dossier(),
        action=Action.DRAFT,
        rule="a company that met me",
        why="a company, after an interview",
        letter=Letter.COMPANY,
        due=NOW,
    )
    return replace(base, **changes)
