"""The thirteen rules of the etiquette, each a function from a letter to the words that break it ("" where none do)."""

import re
import unicodedata
from dataclasses import dataclass

from afterword.etiquette.anatomy import WORD, Anatomy, Part, dissect
from afterword.etiquette.lexicon import LANGUAGES, Lexicon, lexicon, straight
from afterword.etiquette.names import fit_company, fit_role
from afterword.records import Dossier, Letter, Skip

WORDS = 120
WORDS_OF_SHORT_THANKS = 60
PARAGRAPHS = 3
WORDS_OF_PARAGRAPH = 80
MASK = "◇"
UNFILLED = re.compile(r"\[[^\]\n]*\]|\{\{|\}\}|\{%|%\}|<[^>\n]+>|\bTODO\b|\bFIXME\b|\bX{2,}\b|_{3,}")
LINK = re.compile(
    r"(?i)https?:|www\.|mailto:|\S+@\S+\.\w+|(?<![\w.])[\w-]{2,}\.(?:com|org|net|io|example|info|co)\b"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A letter as the rules look at it: in parts, with what it answers and the words of its language.

    Banned words are looked for in the masked text, since "Legal Counsel" is a role and no talk of law; what a rule
    wants to find is looked for in the text itself, since a role may also be called "Advice".
    """

    anatomy: Anatomy
    letter: Letter
    dossier: Dossier | None
    language: str
    words: Lexicon

    @property
    def asks(self) -> bool:
        """Whether it is a letter that asks for advice."""
        return self.letter.asks

    @property
    def requests(self) -> tuple[int, ...]:
        """Which sentences ask for something."""
        return tuple(
            number
            for number, sentence in enumerate(self.anatomy.sentences)
            if "?" in sentence.masked or self.words.requests.search(sentence.masked)
        )

    def banned(self, rule: str) -> str:
        """The first words that `rule` bans, "" where there are none."""
        found = self.words.banned[rule].search(self.anatomy.text.masked)
        return found[0] if found else ""


def read(body: str, letter: Letter, dossier: Dossier | None, language: str) -> Reading:
    """Take a letter apart for the rules, once for all of them."""
    text = straight(body)
    whole = Part(text, _masked(text, dossier))
    return Reading(dissect(whole, language), letter, dossier, language, lexicon(language))


def _masked(text: str, dossier: Dossier | None) -> str:
    """The text with the names of role and company blotted out."""
    if dossier is None:
        return text
    for name in (straight(fit_role(dossier.role)), straight(fit_company(dossier.company))):
        if name:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", MASK * len(name), text)
    return text


def thanks_first(reading: Reading) -> str:
    """The first sentence after the greeting thanks."""
    first = reading.anatomy.sentences[:1]
    if not first:
        return "the letter is empty"
    return "" if reading.words.thanks.search(first[0].text) else first[0].text


def accepts_first(reading: Reading) -> str:
    """The decision is accepted before anything is asked, and nowhere called into question."""
    banned = reading.banned("accepts_first")
    if banned or not reading.asks or not reading.requests:
        return banned
    before = reading.anatomy.sentences[: reading.requests[0]]
    accepted = any(reading.words.accepts.search(sentence.text) for sentence in before)
    return "" if accepted else "the decision is not accepted before the request"


def length(reading: Reading) -> str:
    """At most 120 words (60 in a short thank-you), three short paragraphs and one request."""
    most = WORDS_OF_SHORT_THANKS if reading.letter is Letter.FEEDBACK_THANKS else WORDS
    count, paragraphs = reading.anatomy.text.words, reading.anatomy.paragraphs
    if count > most:
        return f"{count} words, at most {most}"
    if len(paragraphs) > PARAGRAPHS:
        return f"{len(paragraphs)} paragraphs, at most {PARAGRAPHS}"
    longest = max((paragraph.words for paragraph in paragraphs), default=0)
    if longest > WORDS_OF_PARAGRAPH:
        return f"a paragraph of {longest} words, at most {WORDS_OF_PARAGRAPH}"
    return f"{len(reading.requests)} requests, at most one" if len(reading.requests) > 1 else ""


def looks_forward(reading: Reading) -> str:
    """The request is for advice for what comes, and the word feedback stands at most once."""
    if len(reading.words.feedback.findall(reading.anatomy.text.masked)) > 1:
        return "feedback, more than once"
    if not reading.asks or not reading.requests:
        return ""
    request = reading.anatomy.sentences[reading.requests[0]].text
    if reading.words.advice.search(request) and reading.words.forward.search(request):
        return ""
    return request


def easy_way_out(reading: Reading) -> str:
    """It is easy to decline, and nothing presses."""
    banned = reading.banned("easy_way_out")
    if banned or not reading.asks or reading.words.way_out.search(reading.anatomy.text.text):
        return banned
    return "no easy way out is offered"


def listens(reading: Reading) -> str:
    """A recruiter is asked for candour; a company is told that it is for the writer's own learning."""
    if reading.letter is Letter.RECRUITER and not reading.words.candour.search(reading.anatomy.text.text):
        return "it does not ask for candour"
    if reading.letter is Letter.COMPANY and not reading.words.learning.search(reading.anatomy.text.text):
        return "it does not say that it is for the writer's own learning"
    return ""


def no_why(reading: Reading) -> str:
    """It does not ask why."""
    return reading.banned("no_why")


def no_comparison(reading: Reading) -> str:
    """It does not compare with anybody."""
    return reading.banned("no_comparison")


def no_law(reading: Reading) -> str:
    """It does not touch law or protected traits."""
    return reading.banned("no_law")


def asks_only_where_it_works(reading: Reading) -> str:
    """It asks nothing where asking cannot work or has no place."""
    if not reading.requests:
        return ""
    dossier, request = reading.dossier, reading.anatomy.sentences[reading.requests[0]].text
    if not reading.asks:
        return f"a letter that only thanks asks: {request}"
    if dossier is None:
        return ""
    if dossier.contact is None:
        return "there is nobody to write to"
    if dossier.no_feedback_policy:
        return "the mail says that no feedback is given"
    if dossier.feedback_given:
        return "the mail gives feedback already"
    asked = any(skip is Skip.ALREADY_ASKED for skip, _ in dossier.obstacles)
    return "advice was asked for already" if asked else ""


def no_placeholder(reading: Reading) -> str:
    """Nothing is left unfilled, and the greeting names nobody whose name the mail does not support."""
    greeting, text = reading.anatomy.greeting.text.strip(), reading.anatomy.text.masked
    found = UNFILLED.search(f"{greeting}\n{text}") or reading.words.placeholders.search(text)
    if found:
        return found[0]
    if re.search(r"\s[,:!]?$|,\s*[,:]$", greeting):
        return greeting
    unsupported = _greeted(greeting) - _supported(reading.dossier) if reading.dossier else set()
    return greeting if unsupported else ""


def _greeted(greeting: str) -> set[str]:
    """The words of a greeting that are not the greeting itself."""
    rest = greeting
    for language in LANGUAGES:
        rest = lexicon(language).greetings.sub(" ", rest)
    return {word.casefold().strip(".") for word in WORD.findall(rest)}


def _supported(dossier: Dossier) -> set[str]:
    name = straight(dossier.contact.name) if dossier.contact else ""
    return {word.casefold().strip(".") for word in WORD.findall(name)}


def nothing_foreign(reading: Reading) -> str:
    """No link, no address, and no character that hides or reorders text, from the greeting to the closing phrase."""
    text = reading.anatomy.greeting.text + reading.anatomy.text.masked
    found = LINK.search(text)
    if found:
        return found[0]
    hidden = (char for char in text if _is_hidden(char))
    return next((f"character U+{ord(char):04X}" for char in hidden), "")


def _is_hidden(char: str) -> bool:
    return char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def same_language(reading: Reading) -> str:
    """It is written in the language of the mail it answers, the greeting too."""
    if reading.dossier and reading.dossier.language != reading.language:
        return f"the mail is in {reading.dossier.language or 'an unknown language'}"
    greeting = reading.anatomy.greeting.text.strip()
    if greeting and not reading.words.greetings.match(greeting):
        return greeting
    counts = {name: _familiar(name, reading.anatomy.text.masked) for name in LANGUAGES}
    most = max(counts, key=lambda name: (counts[name], name == reading.language))
    return "" if most == reading.language else f"it reads like {most}"


def _familiar(language: str, text: str) -> int:
    return len(lexicon(language).function_words.findall(text))
