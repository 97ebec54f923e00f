"""A ledger with one of everything that a digest tells."""

from datetime import datetime

from afterword.ledger import Case, Ledger, State
from afterword.records import Action, Contact, Lesson, Skip, Stage, Theme
from tests.builders import dossier, plan

NOON = datetime(2026, 11, 24, 12).astimezone()


def season(ledger: Ledger, *, only: str = "", company: str = "Brightforge", when: datetime = NOON) -> None:
    """Cases and an advice; `only` is the one state to add, all when empty."""
    add = {
        "drafted": lambda: (
            _case(ledger, 1, State.DRAFTED, "Backend Engineer", company, when, to="Dana Whitlock"),
            _case(ledger, 2, State.DRAFTED, "Data Analyst", "Lumenpath", when, to="Ines Ferreira"),
        ),
        "held": lambda: _case(ledger, 3, State.HELD, "Ward Coordinator", "Northlake Care", when),
        "skipped": lambda: _case(ledger, 4, State.SKIPPED, "Platform Engineer", "Vantage", when),
        "failed": lambda: _case(ledger, 5, State.FAILED, "Editor", "Oakmere", when),
        "advice": lambda: _advice(ledger, when),
    }
    for name, action in add.items():
        if only in ("", name):
            action()


WHY = {
    State.DRAFTED: "a company, at the application stage: one light request",
    State.HELD: "the classifier is not sure",
    State.SKIPPED: "it comes from a robot, and no person who wrote about the application is known",
    State.FAILED: "",
}


def _case(
    ledger: Ledger, number: int, state: State, role: str, company: str, when: datetime, to: str = ""
) -> None:
    contact = Contact(to, f"{to.split()[0].lower()}@brightforge.example", "from") if to else None
    facts = dossier(fingerprint=f"<{number}@x.example>", role=role, company=company, contact=contact)
    skip = Skip.NO_CONTACT if state is State.SKIPPED else None
    action = Action.HOLD if state is State.HELD else Action.SKIP if skip else Action.DRAFT
    error = "APPEND Drafts is refused for good [OVERQUOTA]." if state is State.FAILED else ""
    made = plan(dossier=facts, action=action, why=WHY[state], skip=skip)
    ledger.add_case(Case(made, state, error=error), when)


def _advice(ledger: Ledger, when: datetime) -> None:
    ledger.aftermath.add_lesson(
        Lesson(
            fingerprint="<90@x.example>",
            account="personal",
            date=when,
            company="Tidewater Robotics",
            role="Technician",
            person="Owen Pritchard",
            stage=Stage.INTERVIEW,
            source="reply",
            message_id="<90@x.example>",
            themes=(Theme("experience", "More hands-on work with motors would help."),),
        )
    )
