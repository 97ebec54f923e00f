"""The text of a rule file and where things stand in it, which tomllib does not tell."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from afterword_rules.values import nearest

RULE = re.compile(r"\s*\[\[\s*rule\s*\]\]")
EXAMPLE = re.compile(r"\s*\[\[\s*rule\s*\.\s*example\s*\]\]")


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of one rule or example, counted from 0, the end excluded; `title` names it in a fault."""

    start: int
    end: int
    title: str = ""


@dataclass(slots=True)
class Source:
    """One rule file while it is read; gathers its faults as `file:line: what is wrong`."""

    name: str
    text: str
    problems: list[str] = field(default_factory=list)

    def fault(self, message: str, section: Section, key: str = "") -> None:
        """Note a fault at the line where `key` stands in the section, else at the section's first line."""
        title = f"{section.title}: " if section.title else ""
        self.problems.append(f"{self.name}:{self._line_of(key, section) + 1}: {title}{message}")

    def unknown_keys(self, table: Mapping[str, object], known: Iterable[str], section: Section) -> None:
        """Note every key of `table` that is not `known`, with the nearest that is."""
        names = list(known)
        for key in table:
            if key not in names:
                self.fault(f"unknown key {key!r}; {nearest(key, names)}", section, key)

    def whole(self) -> Section:
        """The whole file."""
        return Section(0, len(self.text.splitlines()))

    def rule(self, number: int, title: str) -> Section:
        """The lines of a rule, its examples left out, since they use the same keys."""
        start, end = self._extent(RULE, number, self.whole())
        body = Section(start, end)
        return Section(start, self._starts(EXAMPLE, body)[0] if self._starts(EXAMPLE, body) else end, title)

    def example(self, rule: int, number: int, title: str) -> Section:
        """The lines of an example of a rule."""
        return Section(
            *self._extent(EXAMPLE, number, Section(*self._extent(RULE, rule, self.whole()))), title
        )

    def _extent(self, header: re.Pattern[str], number: int, within: Section) -> tuple[int, int]:
        starts = [*self._starts(header, within), within.end]
        if number + 1 >= len(starts):
            return within.start, within.end  # written inline, without a header of its own
        return starts[number], starts[number + 1]

    def _starts(self, header: re.Pattern[str], within: Section) -> list[int]:
        lines = self.text.splitlines()
        return [number for number in range(within.start, within.end) if header.match(lines[number])]

    def _line_of(self, key: str, section: Section) -> int:
        if key:
            wanted = re.compile(rf"(?<![\w-])[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
            for number, line in enumerate(self.text.splitlines()[section.start : section.end], section.start):
                if wanted.search(line) and not line.lstrip().startswith("#"):
                    return number
        return section.start
