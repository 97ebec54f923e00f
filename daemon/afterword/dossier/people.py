"""Whose address it is: a person's, a team's that reads answers, or a machine's."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from nameparser import HumanName

from afterword.dossier.organisations import (
    fits,
    is_named,
    is_tracking_system,
    lexicon,
    own_organisation,
    sounds_like_tracking,
)
from afterword.records import Address, Message

NAME_LIMIT = 60
LINE_LIMIT = 80
WORDS_LIMIT = 8  # of a name, titles included
TAIL = 4000  # characters at the end of a text in which its writer may sign
WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
BEHIND_NAME = re.compile(
    r"\s*(?:\(|,|\||/|–|—| - | at | von | de la part de | via | from ).*$", re.IGNORECASE
)


def clean(text: str, limit: int) -> str:
    """Text of a mail made safe for a letter: one line, no control, format or direction characters, "" when it is too long."""
    spaced = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text[: 8 * limit]))
    line = " ".join("".join(char for char in spaced if unicodedata.category(char)[0] != "C").split())
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


def is_role_mailbox(address: Address) -> bool:
    """Whether several people read an address, such as careers@, hr-ops@ or deansoffice@."""
    words = re.findall(r"[a-z]+", _ascii(address.local))
    shared = lexicon()["people"]["role_mailboxes"]
    joined = "".join(words)
    long = tuple(word for word in shared if len(word) > 4)
    return (
        not words
        or joined in shared
        or any(word in shared for word in words)
        or joined.startswith(long)
        or joined.endswith(long)
    )


def is_relay(address: Address, written: str = "") -> bool:
    """Whether an address is a tracking system's and names no person: what is sent there is read by nobody.

    A system that is on no list gives itself away by its domain, unless display name or mail (`written`) speak of it as the company.
    """
    if person_name(address.name):
        return False
    if is_tracking_system(address.domain):
        return True
    unnamed = not is_named(own_organisation(address.domain), f"{address.name}\n{written}")
    return sounds_like_tracking(address.domain) and unnamed


def is_automatic(message: Message) -> bool:
    """Whether a machine wrote the mail by itself (RFC 3834 5), a bounce included."""
    return _submitted(message) not in ("", "no") or is_reply_by_machine(message)


def is_reply_by_machine(message: Message) -> bool:
    """Whether it is a bounce or an automatic answer, such as a vacation notice."""
    return (
        _submitted(message) == "auto-replied"
        or message.header("return-path").strip() == "<>"
        or message.header("precedence").strip().casefold() == "auto_reply"
    )


def _submitted(message: Message) -> str:
    return message.header("auto-submitted").partition(";")[0].strip().casefold()


def is_list(message: Message) -> bool:
    """Whether it came through a mailing list. List-Unsubscribe alone is none: tracking systems add it to personal mail."""
    return bool(
        message.header("list-id")
        or message.header("list-post")
        or message.header("precedence").strip().casefold() == "list"
    )


# --- names


@lru_cache(maxsize=4096)
def person_name(display: str) -> str:
    """The name of a person in a display name or signature line, or "" unless it has the form of one."""
    text = clean(display, 200).strip("\"' ")
    if "," in text:
        last, _, first = text.partition(",")
        parts = (first.split(), last.split())
        if all(_is_name_words(words) and len(words) <= 2 for words in parts):
            text = f"{first.strip()} {last.strip()}"
    text = BEHIND_NAME.sub("", text).strip()
    # Most lines are none, and taking a name apart costs more than all the rest of a mail.
    if not 2 <= text.count(" ") + 1 <= WORDS_LIMIT or not _is_free_of_posts(text) or not text[0].isupper():
        return ""
    if text.casefold().split()[0].strip(".") in lexicon()["people"]["kept_titles"]:
        return ""
    parsed = HumanName(text)
    words = [word for part in (parsed.first, parsed.middle, parsed.last) for word in part.split()]
    if not 2 <= len(words) <= 5 or len(text) > NAME_LIMIT or not _is_name_words(words):
        return ""
    return " ".join(words)


def _is_free_of_posts(text: str) -> bool:
    forbidden = lexicon()["people"]["not_a_name"]
    return not any(word.strip(".") in forbidden for word in text.casefold().split())


def _is_name_words(words: list[str]) -> bool:
    return bool(words) and all(_is_name_word(word) for word in words)


def _is_name_word(word: str) -> bool:
    names = lexicon()["people"]
    return bool(
        WORD.fullmatch(word)
        and (word[0].isupper() or word in names["particles"])
        and word.casefold().strip(".") not in names["not_a_name"]
        and not (len(word) > 3 and word.isupper() and not word.isascii())
    )


@cache
def given_names() -> frozenset[str]:
    """Given names of many languages, without accents."""
    text = files("afterword.dossier").joinpath("given_names.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def is_known(name: str, local: str = "") -> bool:
    """Whether a name that has the form of one is certainly a person's: its given name is known, or the address is made of both parts."""
    return _ascii(re.split(r"[\s-]", name)[0]) in given_names() or _is_made_of(name, local)


def _is_made_of(name: str, local: str) -> bool:
    """Whether a local part holds both parts of a name, as `dana.whitlock`, `d.whitlock` and `dwhitlock` do."""
    first, last = _first_and_last(name)
    parts = [part for part in re.split(r"[^a-z]+", _ascii(local)) if part]
    whole = len(first) > 1 and len(last) > 1
    return whole and (
        parts in ([first, last], [last, first], [first[0], last], [first, last[0]])
        or (len(last) > 3 and parts == [first[0] + last])
    )


def sender_person(address: Address, message: Message) -> str:
    """The name behind an address, "" unless it is certain.

    A display name counts when the local part or the end of the mail bears it out, for companies have names of two capitalised words too;
    a signature counts when the local part or a given name alone in the display name agrees with it, or when a post stands below it.
    """
    name = person_name(address.name)
    if name and is_known(name, address.local):
        return name if _borne_out(name, address, message) else ""
    if is_robot(address) or is_tracking_system(address.domain):
        return ""
    given = BEHIND_NAME.sub("", clean(address.name, NAME_LIMIT)).strip()
    for line in signature_lines(message):
        found = person_name(line)
        if not found or not is_known(found, address.local):
            continue
        if agrees(found, address.local) or given.casefold() == found.split()[0].casefold():
            return found if not fits(found, own_organisation(address.domain)) else ""
    return _given_name(given, address) or _signed_above_post(address, message)


def _given_name(given: str, address: Address) -> str:
    """A given name alone, where display name and local part say the same."""
    certain = (
        _ascii(given) in given_names()
        and _is_name_words([given])
        and _ascii(given) == _ascii(address.local)
        and not fits(given, own_organisation(address.domain))
        and not is_role_mailbox(address)
    )
    return given if certain else ""


def _signed_above_post(address: Address, message: Message) -> str:
    """Who signs for a team: a name with a post or a department in the line below it."""
    posts = "|".join(map(re.escape, lexicon()["people"]["posts"]))
    for line, below in zip(lines := _last_lines(message), lines[1:], strict=False):
        found = person_name(line)
        whole = found and is_known(found) and found == clean(line, LINE_LIMIT)
        if whole and re.search(rf"\b(?:{posts})\b", below, re.IGNORECASE):
            own = own_organisation(address.domain)
            return "" if fits(found, own) or is_applied_to(found, message) else found
    return ""


def written_in(message: Message) -> str:
    """What a mail says in all the places in which a company may be named; bounded."""
    name = message.sender.name if message.sender else ""
    return f"{name}\n{message.subject}\n{message.text[:TAIL]}\n{message.signature[:TAIL]}"


def signature_lines(message: Message) -> list[str]:
    """The lines in which a sender names themselves: the signature's, and the last ones of the text, from the last one upwards."""
    lines = [*message.signature[:TAIL].splitlines()[:6], *reversed(message.text[-TAIL:].splitlines()[-6:])]
    return [line.strip(" \t-–—*,") for line in lines if 2 < len(line.strip()) <= LINE_LIMIT]


def _last_lines(message: Message) -> list[str]:
    """The end of a mail in the order in which it is read."""
    lines = [*message.text[-TAIL:].splitlines()[-6:], *message.signature[:TAIL].splitlines()[:8]]
    return [line.strip(" \t-–—*,") for line in lines if 2 < len(line.strip()) <= LINE_LIMIT]


def is_applied_to(name: str, message: Message) -> bool:
    """Whether the mail speaks of a name as of a company: nobody applies to a person, or works at one."""
    text = f"{message.subject}\n{message.text[:TAIL]}"
    return bool(re.search(rf"\b(?:at|with|to|joining|join|in|bei|chez|from) {re.escape(name)}\b", text))


def _borne_out(name: str, address: Address, message: Message) -> bool:
    if is_applied_to(name, message):
        return False
    words = {_ascii(word) for word in name.split() if len(word) > 1}
    local = set(re.findall(r"[a-z]+", _ascii(address.local)))
    if words & local or agrees(name, address.local):
        return not (fits(name, own_organisation(address.domain)) and is_role_mailbox(address))
    if fits(name, own_organisation(address.domain)):
        return False
    lines = [set(map(_ascii, re.findall(r"[^\W\d_]+", line))) for line in signature_lines(message)]
    return any(
        line and line <= words | {"dr", "prof"} and len(line & words) >= min(2, len(line)) for line in lines
    )


def agrees(name: str, local: str) -> bool:
    """Whether a local part such as `d.whitlock` can be this person's."""
    first, last = _first_and_last(name)
    letters = re.sub(r"[^a-z]", "", _ascii(local))
    rest = "".join(re.sub(r"[^a-z]", "", _ascii(word)) for word in name.split()[1:])
    return bool(first and last) and letters in {
        first, last, first + last, last + first, first[0] + last, first + last[0], last + first[0], first + rest, first[0] + rest,
    }  # fmt: skip


def _first_and_last(name: str) -> tuple[str, str]:
    words = [re.sub(r"[^a-z]", "", _ascii(word)) for word in name.split()] or [""]
    return words[0], words[-1]


def _ascii(word: str) -> str:
    lowered = word.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    return unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
