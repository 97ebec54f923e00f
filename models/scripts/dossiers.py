"""What the dossier says of the hand-written rejections, against what a person noted of them.

    python models/scripts/dossiers.py

Facets are read by models that have not seen the mail (five folds over the hand-written mails; the weighing of the two scores and where
yes begins are chosen on the other folds). Names are found by rules, which learn nothing.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from types import MappingProxyType

import numpy as np
import spacy
from spacy.tokens import Doc

from afterword.dossier import Owner, open_dossier
from afterword.dossier.organisations import squash
from afterword.parse import parse
from afterword.records import Dossier, Facets, Label, Message, Place, RawMessage, Reason, Verdict
from afterword_models.components import MailTokenizer
from afterword_models.facets import read_facets
from afterword_models.judge import facets_of, text_of
from corpus import Mail
from expand import annotated_rejections
from facet_training import Table, fold_pairs, mixes, model_of, out_of_fold, table_of_corpus

NOW = datetime(2026, 11, 3, tzinfo=UTC)
NAMES = ("contact", "role", "company")


@dataclass(frozen=True)
class Gold:
    """A mail as it was annotated, and its dossier."""

    mail: Mail
    dossier: Dossier

    @property
    def head(self) -> dict[str, str]:
        """What was noted."""
        return self.mail.head


@dataclass(frozen=True)
class ValueFigures:
    """One value of a facet: `rows` have it, `said` were taken to have it, `hits` are both."""

    value: str
    rows: int
    said: int
    hits: int

    @property
    def precision(self) -> float:
        """How many of those taken to have it do; 1 where there are none."""
        return self.hits / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        """How many of those that have it were found."""
        return self.hits / self.rows

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.hits / (self.rows + self.said)


@dataclass(frozen=True)
class NameFigures:
    """How many names were found and are right (`precision`), and how many of those there are (`coverage`); `known` were noted."""

    precision: float
    coverage: float
    known: int
    wrong: tuple[tuple[str, str], ...]


def message_of(mail: Mail) -> Message:
    """The mail as RFC 5322 bytes, parsed."""
    fields = {
        "From": mail.head["from"],
        "To": mail.head["to"],
        "Reply-To": mail.head.get("reply-to", ""),
        "Subject": mail.head["subject"],
        "Message-ID": f"<{mail.id}@corpus.example>",
        "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
        "Content-Type": "text/plain; charset=utf-8",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    octets = (head + "\r\n" + mail.body.replace("\n", "\r\n")).encode()
    return parse(RawMessage(Place("a", "INBOX", 1, 1), octets, len(octets), NOW))


def opened(mail: Mail, facets: Facets) -> Gold:
    """The mail with its dossier, no other mail known."""
    name, address = parseaddr(mail.head["to"])
    sure = MappingProxyType({str(label): float(label is Label.REJECTION) for label in Label})
    verdict = Verdict(Label.REJECTION, 1.0, sure, None, facets=facets)
    dossier = open_dossier(message_of(mail), verdict, (), Owner(name, (address,)), now=NOW)
    return Gold(mail, dossier)


def cross_validated(table: Table, mails: Sequence[Mail]) -> list[Gold]:
    """Every mail with the dossier that models make of it which have not seen it."""
    pairs = fold_pairs(table)
    scores, facts = out_of_fold(table, pairs), table.facts[table.written]
    folds = dict(zip((row.group for row in table.rows), table.folds, strict=True))
    found = []
    tokenizer = MailTokenizer(spacy.blank("xx").vocab)
    for fold, pair in enumerate(pairs):
        others = table.folds[table.written] != fold
        model = model_of(table, pair, mixes(scores[others], facts[others]))
        chosen = [mail for mail in mails if folds[mail.id] == fold]
        docs: list[Doc] = [tokenizer(text_of(message_of(mail))) for mail in chosen]
        for mail, doc, said in zip(chosen, docs, read_facets(model, docs), strict=True):
            found.append(opened(mail, facets_of(said, doc.user_data["text"], 0)))
    return found


def noted_and_said(golds: Sequence[Gold]) -> dict[str, list[tuple[frozenset[str], frozenset[str]]]]:
    """(values noted, values found) of each mail, by facet; only a mail's reasons may be several."""

    def one(value: object) -> frozenset[str]:
        return frozenset([str(value)])

    def yes(flag: bool) -> frozenset[str]:
        return one("yes" if flag else "no")

    return {
        "party": [(one(each.head["party"]), one(each.dossier.party)) for each in golds],
        "stage": [(one(each.head["stage"]), one(each.dossier.stage)) for each in golds],
        "feedback_given": [
            (one(each.head["feedback_given"]), yes(each.dossier.feedback_given)) for each in golds
        ],
        "no_feedback_policy": [
            (one(each.head["no_feedback_policy"]), yes(each.dossier.no_feedback_policy)) for each in golds
        ],
        "reasons": [
            (frozenset(re.split(r"[,\s]+", each.head["reasons"])), frozenset(map(str, each.dossier.reasons)))
            for each in golds
        ],
    }


def facet_figures(golds: Sequence[Gold]) -> dict[str, list[ValueFigures]]:
    """The figures of every value that occurs, by facet."""
    figures = {}
    for facet, pairs in noted_and_said(golds).items():
        rows = Counter(value for noted, _ in pairs for value in noted)
        said = Counter(value for _, values in pairs for value in values)
        hits = Counter(value for noted, values in pairs for value in noted & values)
        order = [str(reason) for reason in Reason] if facet == "reasons" else sorted(rows)
        figures[facet] = [
            ValueFigures(value, rows[value], said[value], hits[value]) for value in order if rows[value]
        ]
    return figures


def macro_f1(figures: Sequence[ValueFigures]) -> float:
    """The mean F1 over the values."""
    return float(np.mean([each.f1 for each in figures]))


def name_figures(golds: Sequence[Gold]) -> dict[str, NameFigures]:
    """The figures of contact, role and company."""
    return {name: _name_figures([_name_pair(each, name) for each in golds]) for name in NAMES}


def _name_pair(gold: Gold, name: str) -> tuple[str, str]:
    if name == "contact":
        contact = gold.dossier.contact
        return parseaddr(gold.head["contact"])[0], contact.name if contact else ""
    return gold.head[name], getattr(gold.dossier, name)


def _name_figures(pairs: Sequence[tuple[str, str]]) -> NameFigures:
    found = [(noted, said) for noted, said in pairs if said]
    wrong = tuple((noted, said) for noted, said in found if not same_name(noted, said))
    known = sum(bool(noted) for noted, _ in pairs)
    right = len(found) - len(wrong)
    return NameFigures(right / max(1, len(found)), right / max(1, known), known, wrong)


def same_name(one: str, other: str) -> bool:
    """Whether two writings of a person, role or company are the same to a reader: titles, legal forms and additions aside."""
    return bool(variants(one) & variants(other))


def variants(name: str) -> set[str]:
    """A name as it stands, without an academic title, and without what is added in brackets or behind a mark."""
    untitled = re.sub(r"^(?:(?:prof|professor|dr|dra|pr|mr|ms|mrs)\.?\s+)+", "", name, flags=re.IGNORECASE)
    short = re.split(r"\s*[(,]|\s+[-–/]\s+", untitled)[0]
    return {squash(text) for text in (name, untitled, short)}


def section(golds: Sequence[Gold]) -> list[str]:
    """The lines of docs/accuracy.md about the dossier."""
    lines = ["| facet | value | mails | precision | recall | F1 |", "|---|---|---|---|---|---|"]
    for facet, figures in facet_figures(golds).items():
        lines += [
            f"| {facet} | {each.value} | {each.rows} | {each.precision:.3f} | {each.recall:.3f} | {each.f1:.3f} |"
            for each in figures
        ]
        lines.append(f"| **{facet}** | macro-F1 | {len(golds)} | | | **{macro_f1(figures):.3f}** |")
    lines += ["", "| name | noted | precision | coverage |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {each.known} | {each.precision:.3f} | {each.coverage:.3f} |"
        for name, each in name_figures(golds).items()
    ]
    return lines


def main() -> None:
    """Print the figures, and which names are wrong."""
    golds = cross_validated(table_of_corpus(1), annotated_rejections())
    sys.stdout.write("\n".join(section(golds)) + "\n")
    for name, figures in name_figures(golds).items():
        sys.stdout.write(f"wrong {name}: {figures.wrong}\n")


if __name__ == "__main__":
    main()
