"""Tries every wording on made-up rejections, so that a template is held to the etiquette before it is ever used."""

from collections.abc import Iterator
from datetime import UTC, datetime

from afterword.etiquette import check
from afterword.letters.composing import Author, variables_for
from afterword.letters.templates import APPLICATION, TemplateFault, Templates, Wording
from afterword.records import Contact, Dossier, Finding, Letter, Party, Place, Reason, Stage, Thread

AUTHOR = Author("Sam Rivera", "sam@example.org", "Sam Rivera")
NAMES = (("Data Analyst", "Initech"), ("Legal Counsel", ""), ("", "Globex"), ("", ""))
CONTACTS = ("Dana Whitlock", "")


def check_templates(templates: Templates) -> tuple[tuple[str, Finding], ...]:
    """(language/wording, finding) for each breach in any wording, whatever is known of the rejection it answers."""
    found = {
        (f"{language}/{wording.name}", finding): None
        for language, stem, wording in templates.all()
        for dossier in sample_dossiers(stem, language)
        for finding in _findings(wording, stem, dossier, templates.waived)
    }
    return tuple(found)


def sample_dossiers(stem: str, language: str) -> Iterator[Dossier]:
    """Rejections that the template of that stem answers, with and without a role, a company and a name."""
    stages = {APPLICATION: (Stage.APPLICATION,), Letter.COMPANY: (Stage.INTERVIEW, Stage.FINAL)}
    for stage in stages.get(stem, (Stage.APPLICATION, Stage.INTERVIEW)):
        for role, company in NAMES:
            for name in CONTACTS:
                yield Dossier(
                    fingerprint="sample",
                    place=Place("sample", "INBOX", 1, 1),
                    date=datetime(2024, 3, 4, tzinfo=UTC),
                    party=Party.RECRUITER if stem == Letter.RECRUITER else Party.COMPANY,
                    stage=stage,
                    reasons=(Reason.UNSTATED,),
                    feedback_given=stem == Letter.FEEDBACK_THANKS,
                    no_feedback_policy=False,
                    role=role,
                    company=company,
                    contact=Contact(name, "dana@initech.example", "from"),
                    thread=Thread("<sample@initech.example>", (), "Your application"),
                    language=language,
                    application="sample",
                )


def _findings(wording: Wording, stem: str, dossier: Dossier, waived: frozenset[str]) -> Iterator[Finding]:
    letter = Letter.COMPANY if stem == APPLICATION else Letter(stem)
    for body in _bodies(wording, dossier):
        if isinstance(body, TemplateFault):
            yield Finding("no_placeholder", f"cannot be filled in: {body}")
        else:
            yield from check(body, letter=letter, dossier=dossier, language=dossier.language, waived=waived)


def _bodies(wording: Wording, dossier: Dossier) -> Iterator[str | TemplateFault]:
    """The letter with every first choice of its picks, every second, and so on, so that each phrase is seen."""
    turn, turns = 0, 1
    while turn < turns:
        offered = [1]

        def pick(*choices: str, turn: int = turn, offered: list[int] = offered) -> str:
            offered.append(len(choices))
            return choices[turn % len(choices)]

        try:
            yield wording.render(variables_for(dossier, AUTHOR, pick))
        except TemplateFault as fault:
            yield fault
        turn, turns = turn + 1, min(max(turns, *offered), 20)
