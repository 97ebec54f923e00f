"""Spans of the clock on the owner's wall, such as the hours in which no draft may appear; pure but for the machine's time zone."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """From `start` up to `end`, the end excluded, in the time zone of this machine; it may run over midnight."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def covers(self, moment: datetime) -> bool:
        """Whether the clock shows a time in the span at an aware moment."""
        shown = moment.astimezone().time()
        if self.start < self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def over(self, moment: datetime) -> datetime:
        """The moment itself if it is not covered, else the end of the span."""
        if not self.covers(moment):
            return moment
        # Reckoned without a zone, so that the clock shows the end even if it was put forward or back in between.
        shown = moment.astimezone().replace(tzinfo=None)
        end = datetime.combine(shown.date(), self.end)
        return (end if end > shown else end + timedelta(days=1)).astimezone(moment.tzinfo)


def parse_clock_span(value: object) -> ClockSpan:
    """Takes "21:00-08:00"; anything else, and a span without length, raises ValueError."""
    if isinstance(value, ClockSpan):
        return value
    found = SPAN.fullmatch(value.strip() if isinstance(value, str) else "")
    try:
        hours = [int(part) for part in found.groups()] if found else []
        span = ClockSpan(time(hours[0], hours[1]), time(hours[2], hours[3]))
    except (IndexError, ValueError):
        raise ValueError(f'{value!r} is no span of time; write "08:00-18:00"') from None
    if span.start == span.end:
        raise ValueError(f'{value!r} has no length; write "08:00-18:00"')
    return span
