"""From a value in a rule file to a test of the actual value; ValueError says what to write instead. Pure.

Globs and patterns both run on RE2, whose time is linear in the text, so that no rule can hang on any mail.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import partial
from typing import Any, Protocol, TypeVar

import re2  # type: ignore[import-untyped]  # google-re2 ships no annotations

from afterword.clock import parse_clock_span
from afterword.config import parse_duration

T = TypeVar("T")
Test = Callable[[T], bool]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def nearest(wrong: str, known: Iterable[str]) -> str:
    """A hint at what was meant: the nearest of `known`, or all of them."""
    names = list(known)
    close = get_close_matches(wrong, names, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(names)}"


def one_of(names: Iterable[str]) -> Callable[[object], Test[str]]:
    """Takes one of `names` (an enumeration of strings will do)."""
    return partial(_one_of, tuple(str(name) for name in names))


def _one_of(names: tuple[str, ...], value: object) -> Test[str]:
    if value not in names:
        raise ValueError(f"{value!r} is none of its values; {nearest(str(value), names)}")
    return lambda actual: actual == value


def boolean(value: object) -> Test[bool]:
    """Takes true or false."""
    if not isinstance(value, bool):
        raise ValueError("write true or false, without quotes")  # noqa: TRY004 - a fault of the file, not of a caller
    return lambda actual: actual is value


def score_range(value: object) -> Test[float]:
    """Takes ">=0.8", "<0.5" or "0.6..0.9" (both ends included), between 0 and 1."""
    return _range(value, _probability, '">=0.8", "<0.5" or "0.6..0.9"')


def span_range(value: object) -> Test[timedelta]:
    """Takes ">30d", "<=12h" or "2d..10d" (both ends included)."""
    return _range(value, parse_duration, '">30d", "<=12h" or "2d..10d"')


def _probability(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError("out of range")
    return number


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...  # as typeshed has it for what can be compared


V = TypeVar("V", bound=_Ordered)


def _range(value: object, parse: Callable[[str], V], examples: str) -> Test[V]:
    text = value.strip() if isinstance(value, str) else ""
    compared = re.fullmatch(r"(>=|<=|>|<)\s*([^<>=].*)", text)
    low, dots, high = text.partition("..")
    test = None
    with suppress(ValueError):  # said below, with what to write instead
        if compared:
            test = _comparison(compared[1], parse(compared[2]))
        elif dots:
            test = _between(parse(low), parse(high))
    if test is None:
        raise ValueError(f"{value!r} is no range; write {examples}")
    return test


def _comparison(sign: str, bound: V) -> Test[V]:
    return {
        ">=": lambda actual: not actual < bound,
        "<=": lambda actual: not bound < actual,
        ">": lambda actual: bound < actual,
        "<": lambda actual: actual < bound,
    }[sign]


def _between(lowest: V, highest: V) -> Test[V] | None:
    if highest < lowest:
        return None
    return lambda actual: not actual < lowest and not highest < actual


def glob(value: object) -> Test[str]:
    """Takes a pattern for the whole value in which * is any text and ? any character; case does not matter."""
    text = _text(value, "a pattern such as", '"*@initech.example"')
    parts = (".*" if char == "*" else "." if char == "?" else re2.escape(char) for char in text)
    return _matcher(f"(?is)\\A(?:{''.join(parts)})\\z")


def pattern(value: object) -> Test[str]:
    """Takes a regular expression in RE2's syntax, looked for anywhere in the value."""
    return _matcher(_text(value, "a regular expression such as", '"(?i)application"'))


def _matcher(expression: str) -> Test[str]:
    options = re2.Options()
    options.log_errors = False  # a fault is reported once, by us, not on standard error as well
    try:
        compiled = re2.compile(expression, options)
    except re2.error as error:
        words = error.args[0].decode("utf-8", "replace") if error.args else "unknown fault"
        raise ValueError(f"not a pattern of RE2: {words}") from None
    # Lone surrogates cannot be written in UTF-8, which RE2 works on.
    return lambda actual: compiled.search(actual.encode("utf-8", "replace").decode()) is not None


def domain(value: object) -> Test[str]:
    """Takes a domain, which holds for its subdomains too, or a glob such as "*.example"."""
    wanted = _text(value, "a domain such as", '"initech.example"').lower().lstrip("@.")
    whole = glob(wanted)
    return lambda actual: whole(actual) or actual.endswith("." + wanted)


def language_code(value: object) -> Test[str]:
    """Takes a language code of ISO 639, such as "en"."""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError(f'{value!r} is no language code; write one such as "en" or "de"')
    return lambda actual: actual == value


def weekdays(value: object) -> Test[datetime]:
    """Takes "sat" or "mon-fri"; a span may run over the end of the week."""
    text = value.strip().lower() if isinstance(value, str) else ""
    first, dash, last = text.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise ValueError(f'{value!r} is no day; write "sat", "mon-fri" or a list of such')
    start, end = DAYS.index(first), DAYS.index(last or first)
    return lambda now: (now.weekday() - start) % 7 <= (end - start) % 7


def clock_span(value: object) -> Test[datetime]:
    """Takes "08:00-18:00", the end excluded; a span may run over midnight."""
    return parse_clock_span(value).covers


def _text(value: object, what: str, example: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is no text; write {what} {example}")
    return value
