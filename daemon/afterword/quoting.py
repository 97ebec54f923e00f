"""A mail's text taken apart: what the sender wrote, what is quoted, and the signature.

Nothing the sender wrote may get lost in a quotation, since a single sentence decides what becomes of the mail. Whatever is
in doubt counts as written.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from afterword.phrases import (
    ATTRIBUTION_OPENER,
    CLOSING,
    CLOSING_AND_NAME,
    DATED,
    FORWARD_MARK,
    HEADER_LINES,
    LINE_LIMIT,
    ORIGINAL_MARK,
    OTHER_ATTRIBUTIONS,
    RULE,
    SAYS_SOMETHING,
    SENT_FROM,
    WROTE,
)
from afterword.text import few_empty_lines, tidy

TEXT_LIMIT = 256 * 1024  # characters
QUOTE_MARKS = re.compile(r"(?:> ?)+")
WRAPPED_FIELD = 2  # the same of a field in a copied header
BRIEF_ATTRIBUTION = 10  # words of one that tells no date
WRAPPED = 3  # lines over which an attribution may be wrapped
HEADER_WINDOW = 10  # lines within which the header of a quoted mail stands
LOOKS = 200  # lines of one mail that are looked at closely
DELIMITER = "--"  # RFC 3676 4.3 has a blank behind it, which is often lost
SIGNATURE_WINDOW = 100  # lines from the end
LETTER_WORDS = 6  # above a closing; "Thank you" may be a heading
CLOSING_LINE = 60  # characters of the longest closing
FOREIGN_LINE = 200  # the borrowed patterns take quadratic time
NAME_LINES = 10
NAME_LINE = 90  # characters
NAME_WORDS = 9


@dataclass(frozen=True, slots=True)
class Split:
    """Three parts of a text, each tidy: what was written, what was quoted (without marks), the signature."""

    text: str
    quoted: str
    signature: str


def split_text(text: str) -> Split:
    """Take a plain text apart. Takes any string; what is behind 256 KiB is left out."""
    lines = tidy(text[:TEXT_LIMIT]).split("\n")
    written, quoted, attributed = _part_quoted(lines)
    if not _says_anything(written):
        if attributed:
            return Split("", _unmarked(quoted), "")
        # Quote marks alone, without anybody quoted: that is the letter.
        written, quoted = [QUOTE_MARKS.sub("", line) if line.startswith(">") else line for line in lines], []
    body, signature = _part_signature(written)
    return Split(_joined(body), _unmarked(quoted), _joined(signature))


@dataclass(frozen=True, slots=True)
class _Introduction:
    """Lines that tell whose words follow: `above` of those read so far, `below` of those to come.

    `firm` says that it can be nothing else, `mark` that it is one even at the very beginning, as in a forwarded mail.
    """

    above: int
    below: int = 0
    firm: bool = True
    mark: bool = False


def _part_quoted(lines: Sequence[str]) -> tuple[list[str], list[str], bool]:
    """(written, quoted, whether somebody is named as quoted)."""
    written: list[str] = []
    quoted: list[str] = []
    attributed = False
    looked_at = 0
    number = -1
    while (number := number + 1) < len(lines):
        line = lines[number]
        if line.startswith(">"):
            quoted.append(line)
            continue
        written.append(line)
        if looked_at == LOOKS or not (
            line.endswith((":", "：", "-", "_")) or HEADER_LINES["from"].match(line)
        ):
            continue
        looked_at += 1
        found = _introduction(lines, number, written)
        if found is None:
            continue
        marked = _is_quoted_next(lines, number + found.below)
        if not marked and not found.mark and not (found.firm and _says_anything(written[: -found.above])):
            continue  # no quote marks below: in doubt it is a letter that cites somebody
        attributed = True
        behind = number + 1 + found.below if marked else len(lines)
        quoted.extend([*written[-found.above :], *lines[number + 1 : behind]])
        written = _without_rule(written[: -found.above])
        number = behind - 1
    return written, quoted, attributed


def _introduction(lines: Sequence[str], number: int, written: Sequence[str]) -> _Introduction | None:
    """What introduces a quotation at line `number`, the last of those in `written`."""
    if _is_mark(lines[number]):
        length, _ = _header(lines[number + 1 : number + 1 + HEADER_WINDOW])
        return _Introduction(1, length, mark=True)
    if HEADER_LINES["from"].match(lines[number]):
        # Without a mark it must begin with From and tell more, or it may be a list of appointments.
        length, kinds = _header(lines[number : number + HEADER_WINDOW])
        if {"from", "date"} < kinds:
            return _Introduction(1, length - 1, mark=True)
    return _attribution(written, marked=_is_quoted_next(lines, number))


def _is_quoted_next(lines: Sequence[str], number: int) -> bool:
    """Whether the next line behind `number` that is not empty has a quote mark."""
    following = number + 1
    while following < len(lines) and not lines[following]:
        following += 1
    return following < len(lines) and lines[following].startswith(">")


def _is_mark(line: str) -> bool:
    """A line behind which another mail stands: "-----Original Message-----"."""
    return len(line) <= LINE_LIMIT and bool(ORIGINAL_MARK.fullmatch(line) or FORWARD_MARK.fullmatch(line))


def _header(lines: Sequence[str]) -> tuple[int, set[str]]:
    """(length, kinds of fields) of a mail's header as programs copy it above the mail; its lines may be wrapped."""
    kinds: set[str] = set()
    length = wrapped = 0
    for number, line in enumerate(lines):
        kind = next((name for name, pattern in HEADER_LINES.items() if pattern.match(line)), "")
        wrapped = 0 if kind or not line else wrapped + 1
        if wrapped > WRAPPED_FIELD:
            break
        if kind:
            kinds.add(kind)
            length = number + 1
    return length, kinds


def _attribution(written: Sequence[str], *, marked: bool) -> _Introduction | None:
    """Whether the last lines say "On 3 May 2026, Dana Whitlock wrote:"; above quote marks a date is not asked for."""
    for length in range(min(WRAPPED, len(written)), 0, -1):
        lines = written[-length:]
        joined = " ".join(lines)
        if "" in lines or len(joined) > LINE_LIMIT:
            continue
        opened = bool(ATTRIBUTION_OPENER.match(joined)) and any(character.isdigit() for character in lines[0])
        if length > 1 and (not opened or lines[0].endswith((".", "!", "?", ":"))):
            continue
        brief = marked and len(joined.split()) <= BRIEF_ATTRIBUTION
        if WROTE.search(joined) and (brief or DATED.search(joined)):
            return _Introduction(length, firm=opened or "@" in joined)
        if len(joined) <= FOREIGN_LINE and any(pattern.fullmatch(joined) for pattern in OTHER_ATTRIBUTIONS):
            return _Introduction(length)
    return None


def _without_rule(written: list[str]) -> list[str]:
    """Without the line of dashes or underscores that programs draw above a quoted mail."""
    kept = len(written)
    while kept and (not written[kept - 1] or RULE.fullmatch(written[kept - 1])):
        kept -= 1
    return written[:kept]


def _part_signature(written: list[str]) -> tuple[list[str], list[str]]:
    """(text, signature): the lines behind "-- " or a closing that name somebody; a sentence among them ends it."""
    written = written[: _last_line(written) + 1]
    sent_from = (
        written[-1:] if written and len(written[-1]) <= NAME_LINE and SENT_FROM.fullmatch(written[-1]) else []
    )
    body = written[: len(written) - len(sent_from)]
    for lines, start in _signature_starts(body):
        end = _end_of_names(lines, start)
        if any(lines[start:end]) and _has_words(lines[:start], LETTER_WORDS):
            above = lines[: start - 1] if lines[start - 1] == DELIMITER else lines[:start]
            return [*above, "", *lines[end:]], [*lines[start:end], *sent_from]
    return (body, sent_from) if _says_anything(body) else (written, [])


def _signature_starts(lines: list[str]) -> Iterator[tuple[list[str], int]]:
    """(lines, where a signature may begin), the likeliest first; a name on the closing's own line gets its own line."""
    last = range(len(lines) - 1, max(-1, len(lines) - SIGNATURE_WINDOW), -1)
    yield from ((lines, number + 1) for number in last if lines[number] == DELIMITER)
    for number in last:
        line = lines[number]
        if len(line) <= CLOSING_LINE and CLOSING.fullmatch(line.rstrip(" ,.!:;–-")):
            yield lines, number + 1
        elif len(line) <= NAME_LINE and "," in line and (closed := CLOSING_AND_NAME.fullmatch(line)):
            yield [*lines[:number], f"{closed['closing']},", closed["name"], *lines[number + 1 :]], number + 1


def _end_of_names(lines: Sequence[str], start: int) -> int:
    """The end of the lines from `start` on that name somebody."""
    end = start
    named = 0
    while end < len(lines) and named < NAME_LINES and (not lines[end] or _is_name_line(lines[end])):
        named += bool(lines[end])
        end += 1
    return end


def _is_name_line(line: str) -> bool:
    if len(line) > NAME_LINE or RULE.fullmatch(line) or SAYS_SOMETHING.search(line):
        return False
    words = len(line.split())
    return words <= NAME_WORDS and not (words > 4 and line.endswith((".", "!", "?")))


def _has_words(lines: Sequence[str], enough: int) -> bool:
    words = 0
    for line in lines:
        words += len(line.split())
        if words >= enough:
            return True
    return False


def _last_line(lines: Sequence[str]) -> int:
    """The number of the last line that is not empty, -1 if there is none."""
    return next((number for number in range(len(lines) - 1, -1, -1) if lines[number]), -1)


def _says_anything(lines: Sequence[str]) -> bool:
    return any(character.isalnum() for line in lines for character in line)


def _unmarked(lines: Sequence[str]) -> str:
    return _joined([QUOTE_MARKS.sub("", line, count=1) if line.startswith(">") else line for line in lines])


def _joined(lines: Sequence[str]) -> str:
    return few_empty_lines("\n".join(lines)).strip("\n")
