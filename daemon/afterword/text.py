"""Text as a person reads it: no invisible characters, one kind of line break, one blank at a time."""

import html
import re

# Zero-width and bidirectional controls reorder or hide text; tags and variation selectors carry hidden text.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffc\U000e0000-\U000e0fff"
)
UNREADABLE = re.compile(f"[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f{INVISIBLE}]")
SURROGATE = re.compile("[\ud800-\udfff]")
LINE_BREAK = re.compile("[\r\x0b\x0c\x85\u2028\u2029]\n?")
ODD_BLANK = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
MANY_BLANKS = re.compile("  +")
EMPTY_LINES = re.compile("\n{3,}")
ENTITY = re.compile(
    "&(?:nbsp|amp|quot|apos|lt|gt|[lr][sd]quo|[mn]dash|hellip|bull|copy|reg|euro|[aou]uml|[AOU]uml|szlig"
    "|[aeiou]acute|[ae]grave|[ae]circ|ccedil|ntilde|#\\d{1,6}|#[xX][0-9a-fA-F]{1,5});"
)


def clean(text: str) -> str:
    """Without invisible and control characters; every line break is a line feed. Blanks stay as they are."""
    if text.isascii() and text.isprintable():
        return text
    text = LINE_BREAK.sub("\n", text)
    if text.isascii():
        return UNREADABLE.sub("", text)
    return SURROGATE.sub("\ufffd", UNREADABLE.sub("", text))


def single_blanks(text: str) -> str:
    """Every run of blanks, of whatever width and kind, as one blank; line feeds stay."""
    return MANY_BLANKS.sub(" ", ODD_BLANK.sub(" ", text))


def tidy(text: str) -> str:
    """Clean text with single blanks, no blanks at the edges of lines, and at most one empty line at a time."""
    text = single_blanks(clean(text)).replace(" \n", "\n").replace("\n ", "\n")
    return few_empty_lines(text).strip(" \n")


def few_empty_lines(text: str) -> str:
    """At most one empty line at a time."""
    return EMPTY_LINES.sub("\n\n", text) if "\n\n\n" in text else text


def one_line(text: str) -> str:
    """A header value: clean text on a single line."""
    return single_blanks(clean(text).replace("\n", " ")).strip(" ")


def unescape_entities(text: str) -> str:
    """Plain text made from a template often keeps the template's HTML entities; those that end in ";" are resolved."""
    if "&" not in text:
        return text
    return ENTITY.sub(lambda match: html.unescape(match[0]), text)
