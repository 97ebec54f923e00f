"""The table that a test run ends with: which faults were tried, and how many drafts each rejection had afterwards."""

from collections.abc import Iterable

import pytest

FAULT = "fault"


class FaultTable:
    """Takes down the rows of one test. They go with its report, so that tests in other processes are in the table as well."""

    def __init__(self, properties: list[tuple[str, object]]) -> None:
        self._properties = properties

    def add(self, fault: str, drafts: int, times: int = 1) -> None:
        """Note that a fault was tried and how many drafts there were for each rejection."""
        self._properties.append((FAULT, [str(fault), drafts, times]))


def lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    """A heading and one line a fault; nothing where no fault was tried."""
    rows: dict[str, list[int]] = {}
    for report in reports:
        for name, value in report.user_properties:
            if name == FAULT and isinstance(value, list):
                fault, drafts, times = value
                rows.setdefault(fault, []).extend([drafts] * times)
    if not rows:
        return []
    width = max(map(len, rows))
    heading = f"{'fault':{width}}  tried  drafts for each rejection"
    return [heading, *(f"{fault:{width}}  {len(found):5}  {counts(found)}" for fault, found in rows.items())]


def counts(found: list[int]) -> str:
    """The different numbers of drafts, of which there ought to be one: 1."""
    return ", ".join(map(str, sorted(set(found))))
