"""Templates of the grammar: `(a|b)` draws one, `{slot}` is filled in, a backslash takes the meaning from what follows."""

from __future__ import annotations

from dataclasses import dataclass

SLOTS = [
    "name",
    "fullname",
    "lastname",
    "role",
    "company",
    "agency",
    "client",
    "sender",
    "senderfull",
    "sendertitle",
    "city",
    "date",
    "day",
    "time",
    "url",
    "email",
    "phone",
    "number",
    "skill",
    "salary",
    "reqid",
    "product",
    "university",
    "month",
]


@dataclass(frozen=True)
class Text:
    """Words as they stand."""

    words: str


@dataclass(frozen=True)
class Slot:
    """A name to be filled in."""

    name: str


@dataclass(frozen=True)
class Choice:
    """One of several is drawn."""

    options: tuple[Template, ...]


Template = tuple["Text | Slot | Choice", ...]


class SyntaxFault(Exception):
    """A template does not parse."""


def parse_template(source: str) -> Template:
    """Parse `(a|b)`, `{slot}` and backslash escapes; raises SyntaxFault. A bar outside parentheses is literal."""
    template, rest = _sequence(source, 0, nested=False)
    if rest != len(source):
        raise SyntaxFault("unbalanced ')'")
    return template


def _sequence(source: str, at: int, *, nested: bool) -> tuple[Template, int]:
    nodes: list[Text | Slot | Choice] = []
    words: list[str] = []
    while at < len(source) and not (source[at] == ")" or (nested and source[at] == "|")):
        char = source[at]
        if char in "({" and words:
            nodes.append(Text("".join(words)))
            words = []
        if char == "(":
            choice, at = _choice(source, at + 1)
            nodes.append(choice)
        elif char == "{":
            slot, at = _slot(source, at)
            nodes.append(slot)
        elif char == "\\" and at + 1 < len(source):
            words.append("\n" if source[at + 1] == "n" else source[at + 1])
            at += 2
        else:
            words.append(char)
            at += 1
    if words:
        nodes.append(Text("".join(words)))
    return tuple(nodes), at


def _choice(source: str, at: int) -> tuple[Choice, int]:
    options: list[Template] = []
    while True:
        option, at = _sequence(source, at, nested=True)
        options.append(option)
        if at >= len(source):
            raise SyntaxFault("unbalanced '('")
        if source[at] == ")":
            return Choice(tuple(options)), at + 1
        at += 1


def _slot(source: str, at: int) -> tuple[Slot, int]:
    end = source.find("}", at)
    if end < 0:
        raise SyntaxFault("unbalanced '{'")
    name = source[at + 1 : end]
    if name not in SLOTS:
        raise SyntaxFault(f"unknown slot {{{name}}}; there are: {' '.join(SLOTS)}")
    return Slot(name), end + 1
