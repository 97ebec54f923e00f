"""Address fields (RFC 5322 3.4) as they come: groups, comments, quoted and encoded names, and every kind of damage."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from afterword.headers import decode_words
from afterword.records import Address
from afterword.text import one_line

ADDRESS_LIMIT = 200
NAME_LIMIT = 200
LENGTH_LIMIT = 320  # RFC 3696: 64 before the at sign, 255 behind it

# An encoded word is one piece: many senders put commas, colons and brackets into it, which RFC 2047 5 forbids.
SYNTAX = re.compile(
    r"""=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,1000}+\?=|"(?:[^"\\]|\\.)*+(?:"|\Z)|<[^<>]*+>|<[^<>,;]*+|(?:[^"(),;:<>=]|=(?!\?))++|[(),;:>=]""",
    re.DOTALL,
)
QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
ADDR_SPEC = re.compile(r"""(?:"[^"]{1,64}"|[^\s@<>"(),;]{1,64})@[^\s@<>"(),;]{1,255}""")


@dataclass(slots=True)
class _Pending:
    """The mailbox that is being read."""

    phrase: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    angle: str | None = None

    def end_of_group_name(self) -> None:
        """At a colon, what has been read names a group (or is "mailto"), unless it holds an address already."""
        if self.angle is None and not any("@" in word for word in self.phrase):
            self.phrase = []

    def take(self) -> tuple[str, str]:
        """(name, addr-spec) of what has been read, either of them maybe "", and start over."""
        phrase, comment = " ".join(self.phrase), " ".join(self.comment)
        if self.angle is not None:
            name, address = phrase or comment, addr_spec(self.angle)
        else:
            # A quoted local part stands apart from its domain: "dana whitlock" @initech.example.
            joined = phrase.replace('" @', '"@')
            word = joined if joined.startswith('"') else next((w for w in joined.split() if "@" in w), "")
            address = addr_spec(word)
            name = comment or (joined.replace(word, "", 1) if address else phrase)
        self.phrase, self.comment, self.angle = [], [], None
        return _name(name), address


def read_addresses(value: str) -> tuple[Address, ...]:
    """The mailboxes of a field's value, in order, at most 200; what has no addr-spec is left out.

    `value` is one line whose encoded words are not decoded yet, since they may hide commas and brackets. An encoded word
    that swallowed the whole mailbox, address and all, is read as well, and so is what stands behind an unclosed quote.
    """
    found = _read(value)
    if not found and "=?" in value and "@" in (decoded := decode_words(value)):
        found = _read(decoded)
    if not found and '"' in value and "@" in value:
        found = _read(value.replace('"', " "))
    return found


def _read(value: str) -> tuple[Address, ...]:
    found: list[Address] = []
    pending = _Pending()
    surname = ""  # before an unquoted comma: Whitlock, Dana <dana@initech.example>
    for text in _outside_comments(value, pending):
        if text.startswith("<"):
            pending.angle = text if pending.angle is None or "@" in text else pending.angle
        elif text == ":":
            pending.end_of_group_name()
        elif text in (",", ";"):
            named = pending.angle is not None
            name, address = pending.take()
            if address:
                whole = f"{surname}, {name}" if surname and named and name else name
                found.append(Address(whole[:NAME_LIMIT], address))
            if len(found) == ADDRESS_LIMIT:
                break
            surname = name if text == "," and not address else ""
        elif text != ">":
            pending.phrase.append(text.strip())
    return tuple(found)


def _outside_comments(value: str, pending: _Pending) -> Iterator[str]:
    """The tokens of a field and a last comma; what stands in brackets goes to the pending mailbox as its comment."""
    depth = 0
    for token in SYNTAX.finditer(value):
        if token[0] == "(":
            depth += 1
        elif token[0] == ")":
            depth = max(0, depth - 1)
        elif depth:
            pending.comment.append(token[0])
        else:
            yield token[0]
    yield ","


def addr_spec(text: str) -> str:
    """An address with a lower-case domain, "" if it is none. Blanks go, and so does an old route (<@relay:dana@x>)."""
    bare = "".join(text.strip("<> \t").rpartition(":")[2].split()) if '"' not in text else text.strip("<> \t")
    if bare.lower().startswith("mailto:"):
        bare = bare[len("mailto:") :]
    if len(bare) > LENGTH_LIMIT or not ADDR_SPEC.fullmatch(bare):
        return ""
    local, _, domain = bare.rpartition("@")
    domain = domain.rstrip(".").lower()
    return f"{local}@{domain}" if domain else ""


def _name(text: str) -> str:
    """A display name: quotes undone, encoded words decoded even inside quotes, where they do not belong but are."""
    unquoted = QUOTED_PAIR.sub(r"\1", text.replace('\\"', "\0").replace('"', "").replace("\0", '"'))
    return one_line(decode_words(unquoted[: NAME_LIMIT * 8])).strip("'").strip()[:NAME_LIMIT]
