"""Whose address it is: a person's, a team's that reads answers, or a machine's."""

import re
import unicodedata

from nameparser import HumanName

from afterword.dossier.organisations import fits, lexicon, own_organisation
from afterword.records import Address, Message

NAME_LIMIT = 60
WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
CONTROL = re.compile(r"[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
BEHIND_NAME = re.compile(
    r"\s*(?:\(|,|\||/|–|—| - | at | von | de la part de | via | from ).*$", re.IGNORECASE
)


def clean(text: str, limit: int) -> str:
    """Text of a mail made safe for a letter: one line, no control or direction characters, "" when it is too long."""
    line = " ".join(CONTROL.sub("", unicodedata.normalize("NFC", text)).split())
    return line if len(line) <= limit else ""


def is_robot(address: Address) -> bool:
    """Whether nobody reads what is sent to an address."""
    local = re.sub(r"[^a-z]", "", address.local.casefold())
    words = lexicon()["robots"]
    return (
        not address.local
        or local in words["exact"]
        or local.startswith(tuple(words["starting"]))
        or any(part in local for part in words["containing"])
    )


def is_automatic(message: Message) -> bool:
    """Whether a machine wrote the mail by itself (RFC 3834), a bounce included."""
    submitted = message.header("auto-submitted").casefold()
    return (submitted not in ("", "no") and "auto" in submitted) or message.header(
        "return-path"
    ).strip() == "<>"


def is_reply_by_machine(message: Message) -> bool:
    """Whether it is a bounce or an automatic answer, such as a vacation notice."""
    submitted = message.header("auto-submitted").casefold()
    return submitted.startswith("auto-replied") or message.header("return-path").strip() == "<>"


def is_list(message: Message) -> bool:
    """Whether it came through a mailing list. List-Unsubscribe alone is none: tracking systems add it to personal mail."""
    return bool(
        message.header("list-id")
        or message.header("list-post")
        or message.header("precedence").casefold() == "list"
    )


def person_name(display: str) -> str:
    """The name of a person in a display name or signature line, or "" unless it certainly is one."""
    text = clean(display, 200).strip("\"' ")
    if "," in text:
        last, _, first = text.partition(",")
        if (
            _is_name_words(first.split())
            and _is_name_words(last.split())
            and len(first.split()) <= 2
            and len(last.split()) <= 2
        ):
            text = f"{first.strip()} {last.strip()}"
    text = BEHIND_NAME.sub("", text).strip()
    parsed = HumanName(text)
    words = [word for part in (parsed.first, parsed.middle, parsed.last) for word in part.split()]
    if not 2 <= len(words) <= 4 or len(text) > NAME_LIMIT or not _is_name_words(words):
        return ""
    return " ".join(words)


def _is_name_words(words: list[str]) -> bool:
    forbidden = lexicon()["people"]["not_a_name"]
    return bool(words) and all(
        WORD.fullmatch(word)
        and (
            word[0].isupper()
            or word
            in (
                "van",
                "von",
                "de",
                "der",
                "den",
                "da",
                "di",
                "del",
                "la",
                "le",
                "bin",
                "al",
                "el",
                "ten",
                "ter",
                "zu",
                "dos",
                "y",
            )
        )
        and word.casefold().strip(".") not in forbidden
        and not (len(word) > 3 and word.isupper() and not word.isascii())
        for word in words
    )


def sender_person(address: Address, message: Message) -> str:
    """The name behind an address, "" unless it is certain.

    A display name counts when the local part or the end of the mail bears it out, for companies have names of two capitalised words too;
    a signature counts when the local part or a given name alone in the display name agrees with it.
    """
    name = person_name(address.name)
    if name:
        return name if _borne_out(name, address, message) else ""
    given = clean(address.name, NAME_LIMIT)
    for line in signature_lines(message):
        found = person_name(line)
        if found and (
            _agrees(found, address.local) or (given and given.casefold() == found.split()[0].casefold())
        ):
            return found
    return ""


def signature_lines(message: Message) -> list[str]:
    """The lines in which a sender names themselves: the signature's, and the last ones of the text."""
    lines = [*message.signature.splitlines()[:6], *reversed(message.text.splitlines()[-6:])]
    return [line.strip(" \t-–—*,") for line in lines if 2 < len(line.strip()) <= 80]


def _borne_out(name: str, address: Address, message: Message) -> bool:
    if re.search(
        rf"\b(?:at|with|to|joining|join|in|bei|chez|from) {re.escape(name)}\b",
        f"{message.subject}\n{message.text}",
    ):
        return False  # nobody applies to a person
    words = {_ascii(word) for word in name.split() if len(word) > 1}
    local = set(re.findall(r"[a-z]+", _ascii(address.local)))
    if words & local or _agrees(name, address.local):
        return True
    if fits(name, own_organisation(address.domain)):
        return False
    lines = [set(map(_ascii, re.findall(r"[^\W\d_]+", line))) for line in signature_lines(message)]
    return any(
        line and line <= words | {"dr", "prof"} and len(line & words) >= min(2, len(line)) for line in lines
    )


def _agrees(name: str, local: str) -> bool:
    """Whether a local part such as `d.whitlock` can be this person's."""
    letters = re.sub(r"[^a-z]", "", local.casefold())
    words = [re.sub(r"[^a-z]", "", _ascii(word)) for word in name.split()]
    first, last = words[0], words[-1]
    return bool(first and last) and letters in {
        first, last, first + last, last + first, first[0] + last, first + last[0], last + first[0],
    }  # fmt: skip


def _ascii(word: str) -> str:
    lowered = word.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
