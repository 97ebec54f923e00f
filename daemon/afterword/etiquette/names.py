"""What of a mail may stand in a letter: a name, a role, a company, and only if it looks like one; pure.

A mail cannot write its own reply: whatever is long, has several lines, links, markup, control characters or reads
like a sentence is left out as if it were unknown. Nothing is cut short or mended, since that would be guessing.
"""

import re
import unicodedata

PERSON_LIMIT = 60
ROLE_LIMIT = 80
COMPANY_LIMIT = 60
WORDS_LIMIT = 10
# Letters and digits of any script come on top of these.
PUNCTUATION = frozenset(" &/+-–—,.()#':’·|%")
LINK = re.compile(r"(?i)https?:|www\.|//|mailto|(?<!\w)(?!asp\.net\b)[\w-]+\.(?!js\b)[a-z]{2,}(?=$|[\s/,)])")
SENTENCE = re.compile(r"\w{3,}\.\s+\w|:\s*\w+\s+\w+\s+\w+\s+\w+")
# No title or company name speaks to anybody.
ADDRESSING = re.compile(
    r"(?i)(?<!\w)(?:you|your|yours|please|ignore|why|instructions?|previous|reply|http|bitte|warum|ihnen|ignorier\w*"
    r"|vous|votre|veuillez|pourquoi|ignor[ea]\w*|usted|ustedes|por favor|por qué)(?!\w)"
)
UNFILLED = re.compile(r"x{2,}|www", re.IGNORECASE)
INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
# Words by which a display name shows itself to be no person's.
# The formatter would put one on a line and hide the list.
# fmt: off
NO_PERSON = frozenset((
    "team", "talent", "acquisition", "recruiting", "recruitment", "recruiter", "careers", "career", "jobs",
    "hiring", "hr", "human", "resources", "support", "info", "office", "admin", "noreply", "no-reply",
    "notifications", "people", "service", "services", "bewerbung", "bewerbungen", "karriere", "personal",
    "personalabteilung", "recrutement", "equipo", "équipe", "seleccion", "selección", "rrhh", "department",
    "manager", "the", "inc", "gmbh", "ltd", "llc", "company", "todo", "fixme", "name",
))
# fmt: on


def fit_role(text: str) -> str:
    """The role as a letter may name it, "" where it does not look like one."""
    return _fit(text, ROLE_LIMIT)


def fit_company(text: str) -> str:
    """The company as a letter may name it, "" where it does not look like one."""
    return _fit(text, COMPANY_LIMIT)


def fit_person(text: str) -> str:
    """A person's name, "" where it does not look like one; in capitals it is set in small letters."""
    if len(text) > 2 * PERSON_LIMIT:
        return ""
    name = unicodedata.normalize("NFC", text).strip()
    parts = name.split(" ")
    if len(name) > PERSON_LIMIT or not 1 <= len(parts) <= 5:
        return ""
    if not all(_is_name_part(part) for part in parts):
        return ""
    capitals = name.isupper() and len(parts[0]) > 2
    return " ".join(_capitalised(part) for part in parts) if capitals else name


def first_name(name: str) -> str:
    """The given name of a plain western name of one or two parts ("Dana Whitlock"), else ""."""
    parts = name.split(" ")
    plain = all(
        re.fullmatch(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", part) and part[0].isupper() and _is_latin(part)
        for part in parts
    )
    return parts[0] if plain and len(parts) <= 2 and len(parts[0]) > 1 else ""


def _fit(text: str, limit: int) -> str:
    # Twice the limit leaves room for white space that folds away, and keeps hostile text from costing time.
    if len(text) > 2 * limit or any(char in "\r\n\v\f\x85\u2028\u2029" for char in text.strip()):
        return ""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > limit or len(name.split()) > WORDS_LIMIT:
        return ""
    if not all(char in PUNCTUATION or unicodedata.category(char)[0] in "LMN" for char in name):
        return ""
    if not any(char.isalpha() for char in name):
        return ""
    if LINK.search(name) or SENTENCE.search(name) or ADDRESSING.search(name):
        return ""
    return name


def _is_name_part(part: str) -> bool:
    """Letters of any script with hyphens and apostrophes between; a dot only behind ("Dr.") or behind initials ("J.R.").

    What the etiquette would take for a gap left unfilled ("XXXX") or for the beginning of a link ("WWW.") is none.
    """
    word = part.removesuffix(".")
    if ("." in word and not INITIALS.fullmatch(part)) or UNFILLED.fullmatch(word):
        return False
    kinds = {unicodedata.category(char)[0] for char in part if char not in "-'’."}
    return kinds <= {"L", "M"} and part[:1].isalpha() and word.casefold() not in NO_PERSON


def _is_latin(part: str) -> bool:
    return all(unicodedata.name(char, "").startswith("LATIN") for char in part if char.isalpha())


def _capitalised(part: str) -> str:
    return "-".join(piece.capitalize() for piece in part.split("-"))
