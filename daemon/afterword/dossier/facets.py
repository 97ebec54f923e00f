"""What the text of a rejection says beside no: party, stage, reasons, feedback, policy."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from re import Pattern

from afterword.dossier.organisations import lexicon, organisation_of
from afterword.records import Message, Party, Reason, Stage

LIMIT = 12_000  # characters of a text that are looked at
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n(?=[-*•])")


@cache
def patterns(table: str, key: str) -> tuple[Pattern[str], ...]:
    """The compiled expressions of a key in facets.toml."""
    data = tomllib.loads(files("afterword.dossier").joinpath("facets.toml").read_text(encoding="utf-8"))
    return tuple(re.compile(source, re.IGNORECASE) for source in data[table][key])


def sentences_of(text: str) -> list[str]:
    """The sentences of a text on one line each, bounded in number and length; typographic apostrophes made plain."""
    parts = SENTENCE.split(text[:LIMIT].replace("’", "'"))
    return [" ".join(part.split())[:1000] for part in parts[:200] if part.strip()]


def says(sentences: Sequence[str], table: str, key: str) -> bool:
    """Whether any sentence matches any expression of a key."""
    return any(pattern.search(sentence) for sentence in sentences for pattern in patterns(table, key))


def party_of(message: Message, sentences: Sequence[str]) -> Party:
    """Who turned the application down; a company's own talent team is the company."""
    if says(sentences, "party", "recruiter"):
        return Party.RECRUITER
    sender = message.sender
    names = " ".join(
        [sender.name if sender else "", message.signature[:2000], message.text[-400:]]
    ).casefold()
    domain = organisation_of(sender.domain) if sender else ""
    words = lexicon()["agencies"]
    if any(part in domain.replace("-", "") for part in words["domain"]):
        return Party.RECRUITER
    if any(re.search(rf"\b{re.escape(name)}", names) for name in words["name"]):
        return Party.RECRUITER
    return Party.COMPANY


def stage_of(sentences: Sequence[str]) -> Stage:
    """How far the application had come, as the mail itself tells."""
    if says(sentences, "stage", "final"):
        return Stage.FINAL
    return Stage.INTERVIEW if says(sentences, "stage", "interview") else Stage.APPLICATION


def reasons_of(sentences: Sequence[str]) -> tuple[Reason, ...]:
    """Every reason the mail states; `unstated` alone when there is none."""
    found = [
        reason for reason in Reason if reason is not Reason.UNSTATED and says(sentences, "reasons", reason)
    ]
    if Reason.OTHER_CANDIDATE in found and Reason.ROLE_CLOSED in found and not _closed_for_itself(sentences):
        found.remove(Reason.ROLE_CLOSED)
    return tuple(found) or (Reason.UNSTATED,)


def _closed_for_itself(sentences: Sequence[str]) -> bool:
    """Whether some sentence says that the role is closed without saying that somebody else was chosen."""
    return any(
        any(pattern.search(sentence) for pattern in patterns("reasons", "role_closed"))
        and not any(pattern.search(sentence) for pattern in patterns("reasons", "other_candidate"))
        for sentence in sentences
    )


def has_no_feedback_policy(sentences: Sequence[str]) -> bool:
    """Whether the mail says that no feedback is given."""
    return says(sentences, "feedback", "policy")


def gives_feedback(sentences: Sequence[str]) -> bool:
    """Whether the mail says something about this person that they can act on; a stated policy is no feedback."""
    rest = [
        sentence
        for sentence in sentences
        if not any(pattern.search(sentence) for pattern in patterns("feedback", "policy"))
    ]
    return says(rest, "feedback", "given")
