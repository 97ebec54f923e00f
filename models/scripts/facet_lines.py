"""Reads corpus/facets: single sentences of rejections, by the facets that they state."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from afterword_models.facets import FACETS
from afterword_models.tokens import Sentence, sentences
from corpus import LANGUAGES, ROOT, Faults
from expand import Draw, Language
from templates import SyntaxFault, Template, parse_template

FOLDER = ROOT / "facets"
NONE = "none"  # the head of sentences that state no facet
DRAWS = 36  # sentences drawn from a line at most
HEAD = re.compile(r"\[([\w ]+)\]")


@dataclass(frozen=True)
class FacetLine:
    """A template of a sentence, and the facets that it states; a final round is an interview as well."""

    id: str
    language: str
    facets: frozenset[str]
    template: Template


def read_facet_lines(path: Path, faults: Faults) -> list[FacetLine]:
    """The lines of one file, which is named after its language."""
    report = faults.at(path)
    lines = []
    facets: frozenset[str] | None = None
    if path.stem not in LANGUAGES:
        report(1, f"unknown language {path.stem!r}")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if match := HEAD.fullmatch(line.strip()):
            names = set(match[1].split())
            if unknown := names - {*FACETS, NONE}:
                report(number, f"unknown facet {sorted(unknown)}; there are: {' '.join(FACETS)} {NONE}")
            facets = frozenset(names - {NONE} | ({"interview"} if "final" in names else set()))
        elif facets is None:
            report(number, "a line before any [head]")
        else:
            try:
                lines.append(FacetLine(f"{path.stem}-facet-{line}", path.stem, facets, parse_template(line)))
            except SyntaxFault as fault:
                report(number, str(fault))
    return lines


def load_facet_lines(faults: Faults) -> list[FacetLine]:
    """Every line of the corpus, in a stable order."""
    return [line for path in sorted(FOLDER.glob("*.txt")) for line in read_facet_lines(path, faults)]


def drawn(line: FacetLine, language: Language, seed: int) -> Iterator[Sentence]:
    """Different sentences that a line makes, at most DRAWS."""
    seen = set()
    for number in range(DRAWS):
        text = Draw(random.Random(f"{seed}:{line.id}:{number}"), language).render(line.template)
        if text not in seen:
            seen.add(text)
            yield from sentences(text)[:1]
