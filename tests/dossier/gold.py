"""The annotated rejections of the corpus, read as mail: what the dossier says of them against what a person noted."""

import importlib.util
import re
import sys
from collections import Counter
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from afterword.dossier import Owner, open_dossier
from afterword.dossier.organisations import squash
from afterword.parse import parse
from afterword.records import Dossier, Place, RawMessage
from tests.builders import NOW, verdict

SCRIPTS = Path(__file__).parents[2] / "models" / "scripts"


@dataclass(frozen=True)
class Gold:
    """A mail as it was annotated, and its dossier."""

    head: dict[str, str]
    dossier: Dossier


def corpus_module() -> ModuleType:
    """The reader of the corpus, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("corpus", SCRIPTS / "corpus.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["corpus"] = module
    spec.loader.exec_module(module)
    return module


@cache
def annotated() -> tuple[Gold, ...]:
    """Every hand-written rejection with its dossier, no other mail known."""
    corpus = corpus_module()
    faults = corpus.Faults()
    mails = [
        mail
        for path in corpus.corpus_files()
        if path.parent.parent.name == "mails" and path.name.startswith("rejections")
        for mail in corpus.read_mails(path, faults.at(path))
        if mail.label == "rejection"
    ]
    return tuple(Gold(mail.head, dossier_of(mail)) for mail in mails)


def dossier_of(mail: Any) -> Dossier:
    """The mail as RFC 5322 bytes, parsed and opened."""
    to = mail.head["to"]
    fields = {
        "From": mail.head["from"],
        "To": to,
        "Reply-To": mail.head.get("reply-to", ""),
        "Subject": mail.head["subject"],
        "Message-ID": f"<{mail.id}@corpus.example>",
        "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
        "Content-Type": "text/plain; charset=utf-8",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    octets = (head + "\r\n" + mail.body.replace("\n", "\r\n")).encode()
    name, address = parseaddr(to)
    message = parse(RawMessage(Place("a", "INBOX", 1, 1), octets, len(octets), NOW))
    return open_dossier(message, verdict(), (), Owner(name, (address,)), now=NOW)


def same_name(one: str, other: str) -> bool:
    """Whether two writings of a person, role or company are the same to a reader: titles, legal forms and additions aside."""
    return bool(variants(one) & variants(other))


def variants(name: str) -> set[str]:
    """A name as it stands, without an academic title, and without what is added in brackets or behind a mark."""
    untitled = re.sub(r"^(?:(?:prof|professor|dr|dra|pr|mr|ms|mrs)\.?\s+)+", "", name, flags=re.IGNORECASE)
    short = re.split(r"\s*[(,]|\s+[-–/]\s+", untitled)[0]
    return {squash(text) for text in (name, untitled, short)}


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    """The mean F1 over the values that occur."""
    scores = []
    for value in {gold for gold, _ in pairs}:
        hits = sum(gold == said == value for gold, said in pairs)
        total = sum(gold == value for gold, _ in pairs) + sum(said == value for _, said in pairs)
        scores.append(2 * hits / total)
    return sum(scores) / len(scores)


def yes(flag: bool) -> str:
    """As the corpus writes it."""
    return "yes" if flag else "no"


def facet_pairs(golds: tuple[Gold, ...]) -> dict[str, list[tuple[str, str]]]:
    """(annotated, found) by facet."""
    return {
        "party": [(gold.head["party"], str(gold.dossier.party)) for gold in golds],
        "stage": [(gold.head["stage"], str(gold.dossier.stage)) for gold in golds],
        "feedback_given": [(gold.head["feedback_given"], yes(gold.dossier.feedback_given)) for gold in golds],
        "no_feedback_policy": [
            (gold.head["no_feedback_policy"], yes(gold.dossier.no_feedback_policy)) for gold in golds
        ],
    }


def name_pairs(golds: tuple[Gold, ...]) -> dict[str, list[tuple[str, str]]]:
    """(annotated, found) of role, company, and the contact's name."""
    return {
        "role": [(gold.head["role"], gold.dossier.role) for gold in golds],
        "company": [(gold.head["company"], gold.dossier.company) for gold in golds],
        "contact": [
            (parseaddr(gold.head["contact"])[0], gold.dossier.contact.name if gold.dossier.contact else "")
            for gold in golds
        ],
    }


def precision_and_coverage(pairs: list[tuple[str, str]]) -> tuple[float, float, list[tuple[str, str]]]:
    """How many of the names found are right, how many of those there are were found, and the wrong ones."""
    found = [(gold, said) for gold, said in pairs if said]
    wrong = [(gold, said) for gold, said in found if not same_name(gold, said)]
    known = sum(bool(gold) for gold, _ in pairs)
    return 1 - len(wrong) / max(1, len(found)), (len(found) - len(wrong)) / max(1, known), wrong


def main() -> None:
    """Print the figures, and what is wrong."""
    golds = annotated()
    sys.stdout.write(f"{len(golds)} annotated rejections\n")
    for key, pairs in facet_pairs(golds).items():
        confusion = Counter(pairs)
        sys.stdout.write(f"{key}: macro-F1 {macro_f1(pairs):.3f} {dict(confusion)}\n")
    for key, pairs in name_pairs(golds).items():
        precision, coverage, wrong = precision_and_coverage(pairs)
        sys.stdout.write(f"{key}: precision {precision:.3f}, coverage {coverage:.3f}; wrong: {wrong}\n")


if __name__ == "__main__":
    main()
