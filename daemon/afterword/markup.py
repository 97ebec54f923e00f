"""HTML to text, the way it looks: blocks become lines, hidden text goes, quoted blocks get "> ".

selectolax builds the tree. Some markup makes any HTML parser take quadratic time or memory (deep nesting, thousands of
attributes, formatting elements that are reopened in every paragraph), so that tags pass a linear filter first.
"""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from afterword.text import clean, single_blanks, tidy

MARKUP_LIMIT = 512 * 1024  # characters of HTML that are read
TAG_LIMIT = 8000  # tags of one mail; behind them text goes on without structure
ATTRIBUTES_LIMIT = (
    1500  # characters of one tag's attributes; longer ones are tracking links and embedded images
)
BREAK = "\x0c"  # the edge of a block: ends a line unless it has ended already, unlike the line feed of a br
QUOTE, UNQUOTE = "\x0e", "\x0f"  # lines of their own in the stream; text is cleaned and so cannot hold them

# Comments and elements whose content is no text, up to their end or the end of the mail, as browsers do.
NO_TEXT = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(script|style|title|textarea|xmp|iframe|noembed|noframes|noscript)\b.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
# A quote counts only behind "=", as in the HTML standard: a stray one in a tag must not swallow the text behind it.
TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?+)*+)(?:>|\Z)"""
)
REOPENED = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
DROPPED = frozenset(
    ["head", "select", "datalist", "object", "svg", "math", "template", "audio", "video", "map"]
)
SECTIONS = frozenset(
    ["address", "article", "aside", "body", "center", "div", "fieldset", "figure", "footer", "form", "header"]
)
LISTS = frozenset(["dd", "details", "dl", "dt", "li", "main", "nav", "ol", "section", "summary", "ul"])
TABLES = frozenset(["caption", "figcaption", "legend", "table", "tbody", "tfoot", "thead", "tr"])
LINES = SECTIONS | LISTS | TABLES
EDGES = re.compile(f" ?\n? ?(?:{BREAK} ?)+")
PARAGRAPHS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr"])
# Where mail programs without quote marks put the mail they answer or forward: everything behind it is quoted.
REST_QUOTED = frozenset(
    ["divrplyfwdmsg", "mail-editor-reference-message-container", "isreplycontent", "isforwardcontent"]
)
REST_MARK = f"{BREAK}-----Original Message-----{BREAK}"
QUOTE_CLASSES = re.compile(r"(?:^|\s)(?:yahoo_quoted|protonmail_quote|tutanota_quote)(?:\s|$)")

# Style declarations with blanks removed. An inner element cannot make these visible again, except with visibility.
HIDDEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|mso-hide:all"
    r"|(?:opacity:(?:0(?:\.0*)?|\.0+)%?|max-height:0(?:px|em|pt)?)(?:!important)?(?:;|$)"
    r"|(?:left|text-indent):-(?:999|[0-9]{4,5})(?:px|em|pt))"
)
NO_HEIGHT = re.compile(r"(?:^|;)height:0(?:px|em|pt)?(?:!important)?(?:;|$)")
NO_WIDTH = re.compile(r"(?:^|;)width:0(?:px|em|pt)?(?:!important)?(?:;|$)")
WHITE = re.compile(
    r"(?:^|;)color:(?:white|transparent|#fff(?:fff)?|rgba?\(255,255,255[^)]{0,8}\))(?:!important)?(?:;|$)"
)
FONT_SIZE = re.compile(r"(?:^|;)font-size:([0-9]{1,4}(?:\.[0-9]{1,4})?|\.[0-9]{1,4})(px|pt|r?em|%)?")
PIXELS = {"": 1.0, "px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "%": 0.16}
UNREADABLE_SIZE = 2.0  # pixels
FINE_PRINT = 6.0


@dataclass(frozen=True, slots=True)
class _Look:
    """How text looks, as far as elements hand it down."""

    readable: bool = True
    preformatted: bool = False


def html_to_text(html: str) -> str:
    """The visible text of an HTML mail or fragment, tidy, quoted lines with "> ". Takes any string, in linear time."""
    return read_html(html)[0]


def read_html(html: str) -> tuple[str, tuple[str, ...]]:
    """(text, defects)."""
    defects = ["HTML cut off"] if len(html) > MARKUP_LIMIT else []
    tame, tags = _tame(NO_TEXT.sub(" ", html[:MARKUP_LIMIT]))
    if tags > TAG_LIMIT:
        defects.append("too many HTML tags")
    body = LexborHTMLParser(tame).body
    pieces = _pieces(body) if body is not None else []
    stream = EDGES.sub("\n", single_blanks("".join(pieces)))
    return tidy(_prefixed(stream)), tuple(defects)


def _tame(html: str) -> tuple[str, int]:
    """(HTML that no parser is slow on, number of its tags): reopened elements become plain ones of another name."""
    tags = 0

    def plain(tag: re.Match[str]) -> str:
        nonlocal tags
        tags += 1
        if tags > TAG_LIMIT:
            return " "
        name = tag[2].lower()[:40]
        name = f"x-{name}" if name in REOPENED else name
        return f"<{tag[1]}{name}{tag[3] if len(tag[3]) < ATTRIBUTES_LIMIT else ''}>"

    return TAG.sub(plain, html), tags


def _pieces(body: LexborNode) -> list[str]:
    """The visible text in reading order, with line feeds round blocks; a stack instead of recursion, however deep."""
    pieces: list[str] = []
    rest_quoted = False
    waiting: list[tuple[LexborNode | str, _Look]] = [(body, _Look())]
    while waiting:
        node, look = waiting.pop()
        if isinstance(node, str):
            pieces.append(node)
        elif node.is_text_node:
            if look.readable:
                text = clean(node.text_content or "")
                pieces.append(text if look.preformatted else text.replace("\n", " "))
        elif (name := node.tag or "") == "br":
            pieces.append("\n")
        elif name not in DROPPED and node.child is not None:
            attributes = node.attributes
            inner = _inner_look(name, attributes, look)
            if inner is None:
                continue
            if not rest_quoted and (attributes.get("id") or "").lower().removeprefix("x_") in REST_QUOTED:
                pieces.append(REST_MARK)
                rest_quoted = True
            before, after = _edges(name, attributes)
            pieces.append(before)
            waiting.append((after, look))
            waiting.extend((child, inner) for child in reversed(list(node.iter(include_text=True))))
    return pieces


def _inner_look(name: str, attributes: dict[str, str | None], look: _Look) -> _Look | None:
    """How the text inside an element looks, None for what is hidden with everything in it."""
    if "hidden" in attributes:
        return None
    preformatted = look.preformatted or name == "pre"
    style = "".join((attributes.get("style") or "")[:ATTRIBUTES_LIMIT].lower().split())
    if not style:
        return _Look(look.readable, preformatted)
    if HIDDEN.search(style) or (
        NO_HEIGHT.search(style) and ("overflow:hidden" in style or NO_WIDTH.search(style))
    ):
        return None
    readable = look.readable
    if size := FONT_SIZE.search(style):
        # An inner element may set a size again: many templates have none on the table and one in its cells.
        pixels = float(size[1]) * PIXELS[size[2] or ""]
        readable = pixels > (FINE_PRINT if WHITE.search(style) else UNREADABLE_SIZE)
    if "white-space:" in style:
        preformatted = "white-space:pre" in style
    return _Look(readable, preformatted)


def _edges(name: str, attributes: dict[str, str | None]) -> tuple[str, str]:
    """What stands before and behind the text of an element."""
    if name == "blockquote" or QUOTE_CLASSES.search(attributes.get("class") or ""):
        return f"{BREAK}{QUOTE}{BREAK}", f"{BREAK}{UNQUOTE}{BREAK}"
    if name in PARAGRAPHS:
        return "\n\n", "\n\n"
    if name in LINES:
        return BREAK, BREAK
    return (" ", " ") if name in ("td", "th", "button", "option") else ("", "")


def _prefixed(text: str) -> str:
    """The lines of the stream, those between QUOTE and UNQUOTE with "> "."""
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        if line == QUOTE:
            depth += 1
        elif line == UNQUOTE:
            depth -= 1
        else:
            lines.append(f"> {line}" if depth and line.strip() else line)
    return "\n".join(lines)
