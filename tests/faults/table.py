"""The table that a test run ends with: which faults were tried, and how many drafts each rejection had afterwards."""

from dataclasses import dataclass, field

import pytest


@dataclass
class FaultTable:
    """Rows by fault: how often it was tried, and the drafts found for each rejection, which must be one."""

    rows: dict[str, list[int]] = field(default_factory=dict)

    def add(self, fault: str, drafts: int, times: int = 1) -> None:
        """Note that a fault was tried and how many drafts there were for each rejection."""
        self.rows.setdefault(fault, []).extend([drafts] * times)

    def lines(self) -> list[str]:
        """A heading and one line a fault."""
        width = max(map(len, self.rows), default=0)
        found = [f"{'fault':{width}}  tried  drafts for each rejection"]
        for fault, drafts in self.rows.items():
            counts = ", ".join(map(str, sorted(set(drafts))))
            found.append(f"{fault:{width}}  {len(drafts):5}  {counts}")
        return found


TABLE = pytest.StashKey[FaultTable]()
