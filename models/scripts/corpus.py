"""Reads the training corpus (format: ../corpus/README.md) and reports its faults.

    python3 models/scripts/corpus.py check [FILE|FOLDER]...

Without arguments the whole corpus is checked. Only the standard library is needed. Exit 1 when there are faults.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from templates import SLOTS, SyntaxFault, Template, parse_template

ROOT = Path(__file__).resolve().parent.parent / "corpus"
LANGUAGES = ("en", "de", "fr", "es", "nl", "pt", "it")
LABELS = [
    "rejection",
    "acknowledgement",
    "interview",
    "assessment",
    "offer",
    "status_update",
    "outreach",
    "job_alert",
    "feedback",
    "other",
]
PARTS = ["openings", "closings", "signatures", "disclaimers", "footers", "pleasantries", "quoted"]
REASONS = [
    "overqualified",
    "underqualified",
    "internal_candidate",
    "role_changed",
    "role_closed",
    "other_candidate",
    "location_or_permit",
    "compensation",
    "unstated",
]
REGISTERS = [
    "ats",
    "corporate",
    "startup",
    "agency",
    "public",
    "academic",
    "note",
    "highvolume",
    "list",
    "person",
    "automated",
]
FACTS = {
    "register": REGISTERS,
    "stage": ["application", "interview", "final"],
    "party": ["company", "recruiter"],
    "feedback": ["yes", "no"],
    "policy": ["yes", "no"],
    "reason": REASONS,
    "bare": ["yes"],
}
REJECTION_KEYS = [
    "party",
    "stage",
    "reasons",
    "feedback_given",
    "no_feedback_policy",
    "role",
    "company",
    "contact",
]
MAIL_KEYS = ["id", "label", "register", "from", "to", "subject"]
OPTIONAL_KEYS = ["cc", "reply-to", "date", "list-id", "note"]
VALUES = {
    "register": FACTS["register"],
    "party": FACTS["party"],
    "stage": FACTS["stage"],
    "feedback_given": ["yes", "no"],
    "no_feedback_policy": ["yes", "no"],
}
ID = re.compile(r"[a-z]{2}(-[a-z0-9_]+)+")
ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)*)")
HOST = re.compile(r"https?://([\w.-]+)")
MAIL_RULE = re.compile(r"={5,}\s*")
BLOCK = re.compile(r"\[(\w+)\]\s*")

Report = Callable[[int, str], None]


@dataclass(frozen=True)
class Line:
    """One sentence of a pattern's body."""

    template: Template
    deciding: bool = False
    optional: bool = False
    paragraph: bool = False


@dataclass(frozen=True)
class Pattern:
    """A recipe for many mails."""

    id: str
    label: str
    language: str
    facts: dict[str, str]
    subjects: tuple[Template, ...]
    senders: tuple[Template, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Mail:
    """A mail written by hand; `folder` is "mails" or "everyday", `spans` are the offsets of the deciding sentences in `body`."""

    id: str
    label: str
    folder: str
    language: str
    head: dict[str, str]
    body: str
    spans: tuple[tuple[int, int], ...]


@dataclass
class Faults:
    """What is wrong, as `file:line: words`."""

    found: list[str] = field(default_factory=list)

    def at(self, path: Path) -> Report:
        """A reporter for one file."""
        return lambda number, words: self.found.append(f"{path}:{number}: {words}")


def _checked_template(source: str, number: int, report: Report) -> Template:
    _check_addresses(source, number, report)
    try:
        return parse_template(source)
    except SyntaxFault as fault:
        report(number, str(fault))
        return ()


def _check_addresses(source: str, number: int, report: Report) -> None:
    for match in (*ADDRESS.finditer(source), *HOST.finditer(source)):
        host = match.group(1).rstrip(".").lower()
        slotted = source[match.end(1) : match.end(1) + 1] == "{" or source[match.start(1) - 1] == "{"
        if host and not slotted and host != "example" and not host.endswith(".example"):
            report(number, f"{match.group(0)!r} must end in .example")


def read_patterns(path: Path, report: Report) -> list[Pattern]:
    """The patterns of one file; what is wrong goes to `report`."""
    language = path.resolve().parent.name
    patterns: list[Pattern] = []
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), "[end]"], start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            if block:
                patterns.append(_pattern(block, language, report))
            block = []
        elif not block:
            report(number, "a line before any [head]")
            continue
        block.append((number, line.rstrip()))
    return patterns


def _pattern(block: list[tuple[int, str]], language: str, report: Report) -> Pattern:
    start, head = block[0]
    name, label, facts = _head(head, start, language, report)
    subjects: list[Template] = []
    senders: list[Template] = []
    lines: list[Line] = []
    for number, source in block[1:]:
        if source.startswith("subject:"):
            subjects.append(_checked_template(source[8:].strip(), number, report))
        elif source.startswith("from:"):
            senders.append(_checked_template(source[5:].strip(), number, report))
        elif source.strip() == "~":
            lines.append(Line((), paragraph=True))
        else:
            lines.append(_line(source, number, report))
    if not subjects:
        report(start, f"{name}: no subject: line")
    if all(line.paragraph for line in lines):
        report(start, f"{name}: no body")
    return Pattern(name, label, language, facts, tuple(subjects), tuple(senders), tuple(lines))


def _line(source: str, number: int, report: Report) -> Line:
    mark = source[:2]
    words = source[2:] if mark in ("! ", "- ") else source
    if words[:2] in ("! ", "- "):
        report(number, "two marks on one line; '!' and '-' exclude each other")
    return Line(
        _checked_template(words.strip(), number, report), deciding=mark == "! ", optional=mark == "- "
    )


def _head(line: str, number: int, language: str, report: Report) -> tuple[str, str, dict[str, str]]:
    words = line.strip().removeprefix("[").removesuffix("]").split()
    if not line.endswith("]") or len(words) < 2:
        report(number, "a head is [id label key=value ...]")
        return "", "other", {}
    name, label = words[:2]
    facts = {key: value or "yes" for key, _, value in (word.partition("=") for word in words[2:])}
    if not ID.fullmatch(name) or not name.startswith(language + "-"):
        report(number, f"id {name!r} is not {language}-<label>-<register>-<number> in small letters")
    if label not in LABELS:
        report(number, f"unknown label {label!r}; there are: {' '.join(LABELS)}")
    for key, value in facts.items():
        _check_fact(key, value, number, report)
    for key in ("register", "stage") if label == "rejection" else ("register",):
        if key not in facts:
            report(number, f"{name}: missing {key}=")
    return name, label, facts


def _check_fact(key: str, value: str, number: int, report: Report) -> None:
    if key not in FACTS:
        report(number, f"unknown fact {key!r}; there are: {' '.join(FACTS)}")
        return
    for part in value.split(","):
        if part not in FACTS[key]:
            report(number, f"{key}={part!r}; there are: {' '.join(FACTS[key])}")


def read_blocks(path: Path, kinds: list[str], report: Report) -> dict[str, list[Template]]:
    """The alternatives of `parts.txt` or `slots.txt` by kind."""
    blocks: dict[str, list[Template]] = {}
    current: list[Template] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if match := BLOCK.fullmatch(line):
            if match.group(1) not in kinds:
                report(number, f"unknown block [{match.group(1)}]; there are: {' '.join(kinds)}")
            current = blocks.setdefault(match.group(1), [])
        elif current is None:
            report(number, "a line before any [block]")
        else:
            current.append(_checked_template(line.strip(), number, report))
    for kind in kinds:
        if not blocks.get(kind):
            report(1, f"no [{kind}]")
    return blocks


def read_mails(path: Path, report: Report) -> list[Mail]:
    """The hand-written mails of one file; what is wrong goes to `report`."""
    mails: list[Mail] = []
    block: list[str] = []
    start = 1
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate([*lines, "====="], start=1):
        if not MAIL_RULE.fullmatch(line):
            block.append(line)
            continue
        if any(part.strip() for part in block):
            mails.append(_mail(block, start, path.resolve().parts[-3:-1], report))
        block, start = [], number + 1
    return mails


def _mail(block: list[str], start: int, folders: tuple[str, ...], report: Report) -> Mail:
    skipped = next(index for index, line in enumerate(block) if line.strip() and not line.startswith("#"))
    head: dict[str, str] = {}
    index = skipped
    while index < len(block) and block[index].strip():
        key, colon, value = block[index].partition(":")
        if not colon or key != key.strip().lower():
            report(start + index, f"not a 'key: value' line: {block[index]!r}")
        head[key.strip()] = value.strip()
        index += 1
    body, spans = _unmark("\n".join(block[index:]).strip(), start + index, report)
    _check_mail_head(head, start + skipped, folders[1], report)
    _check_spans(head, body, spans, start + skipped, report)
    for offset, line in enumerate(block[skipped:]):
        _check_addresses(line, start + skipped + offset, report)
    return Mail(head.get("id", ""), head.get("label", ""), *folders, head, body, spans)


def _unmark(marked: str, number: int, report: Report) -> tuple[str, tuple[tuple[int, int], ...]]:
    if re.search(r"\[\[(?:(?!\]\]).)*\[\[|\]\](?:(?!\[\[).)*\]\]", marked, re.DOTALL) or (
        marked.count("[[") != marked.count("]]")
    ):
        report(number, "[[ and ]] do not balance")
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    length = 0
    for index, piece in enumerate(re.split(r"\[\[|\]\]", marked)):
        if index % 2:
            spans.append((length, length + len(piece)))
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces), tuple(spans)


def _check_mail_head(head: dict[str, str], number: int, language: str, report: Report) -> None:
    rejection = head.get("label") == "rejection"
    name = head.get("id", "")
    if not ID.fullmatch(name) or not name.startswith(language + "-"):
        report(number, f"id {name!r} is not {language}-mail-<number> in small letters")
    if head.get("label") not in LABELS:
        report(number, f"{name}: unknown label {head.get('label')!r}; there are: {' '.join(LABELS)}")
    for key in MAIL_KEYS + (REJECTION_KEYS if rejection else []):
        if key not in head:
            report(number, f"{name}: missing '{key}:'")
    for key, value in head.items():
        if key not in MAIL_KEYS + OPTIONAL_KEYS + (REJECTION_KEYS if rejection else []):
            report(number, f"{name}: unexpected '{key}:'")
        if key in VALUES and value not in VALUES[key]:
            report(number, f"{name}: {key}: {value!r}; there are: {' '.join(VALUES[key])}")
    _check_reasons(name, head.get("reasons", "unstated"), number, report)


def _check_reasons(name: str, written: str, number: int, report: Report) -> None:
    reasons = re.split(r"[,\s]+", written)
    for reason in reasons:
        if reason not in REASONS:
            report(number, f"{name}: unknown reason {reason!r}; there are: {' '.join(REASONS)}")
    if "unstated" in reasons and len(reasons) > 1:
        report(number, f"{name}: 'unstated' stands alone")


def _check_spans(
    head: dict[str, str], body: str, spans: tuple[tuple[int, int], ...], number: int, report: Report
) -> None:
    name = head.get("id", "")
    if not body:
        report(number, f"{name}: no body")
    if len(spans) > 2:
        report(number, f"{name}: more than two deciding sentences")
    if spans and head.get("label") == "other":
        report(number, f"{name}: 'other' has no deciding sentence")
    for start, end in spans:
        if not body[start:end].strip() or "\n\n" in body[start:end]:
            report(number, f"{name}: [[...]] must enclose one sentence")


def corpus_files(root: Path = ROOT) -> list[Path]:
    """Every source file of the corpus, in a stable order."""
    return sorted(
        path for folder in ("grammar", "mails", "everyday") for path in (root / folder).glob("*/*.txt")
    )


def ids_of(path: Path, report: Report) -> Iterator[tuple[str, str]]:
    """Check one file and yield the ids in it, each with the place to name in a report."""
    if path.resolve().parent.name == "facets":
        return  # facet_lines.py reads these, and training tells their faults
    if path.name == "parts.txt":
        read_blocks(path, PARTS, report)
    elif path.name == "slots.txt":
        read_blocks(path, SLOTS, report)
    elif path.resolve().parent.parent.name in ("mails", "everyday"):
        yield from ((mail.id, str(path)) for mail in read_mails(path, report))
    else:
        yield from ((pattern.id, str(path)) for pattern in read_patterns(path, report))


def check(paths: list[Path]) -> list[str]:
    """Every fault in the given files; ids must be unique over the whole corpus."""
    faults = Faults()
    seen: dict[str, str] = {}
    chosen = {path.resolve() for path in paths}
    others = [path for path in corpus_files() if path.resolve() not in chosen]
    for path in [*others, *paths]:
        report = faults.at(path) if path.resolve() in chosen else (lambda _number, _words: None)
        for name, place in ids_of(path, report):
            if name in seen:
                report(1, f"id {name!r} is also in {seen[name]}")
            seen[name] = place
    return faults.found


def main(arguments: list[str]) -> int:
    """The command line; see the module's docstring."""
    if not arguments or arguments[0] != "check":
        print(__doc__)
        return 2
    given = [Path(argument) for argument in arguments[1:]] or [ROOT]
    paths = [file for path in given for file in (sorted(path.rglob("*.txt")) if path.is_dir() else [path])]
    faults = check(paths)
    for fault in faults:
        print(fault)
    print(f"{len(paths)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
