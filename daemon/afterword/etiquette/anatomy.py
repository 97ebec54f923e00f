"""The parts of a letter: greeting, paragraphs, sentences, closing phrase and signature; pure."""

import re
from dataclasses import dataclass

from afterword.etiquette.lexicon import LANGUAGES, lexicon

SENTENCE = re.compile(r"(?s)\S.*?(?:[.!?…]+[\"'”»)]*(?=\s|$)|$)")
PARAGRAPH = re.compile(r"(?s)\S.*?(?=\n[ \t]*\n|\Z)")
WORD = re.compile(r"\w[\w'’.-]*")
GREETING_WORDS = 10
SIGNATURE_WORDS = 40


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a letter; `masked` is `text` with the names of role and company blotted out, of the same length."""

    text: str
    masked: str

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(WORD.findall(self.text))

    def cut(self, start: int, end: int) -> "Part":
        """A stretch of this stretch."""
        return Part(self.text[start:end], self.masked[start:end])


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A letter in parts; `text` runs from below the greeting to above the signature, the closing phrase included."""

    greeting: Part
    text: Part
    paragraphs: tuple[Part, ...]
    sentences: tuple[Part, ...]


def dissect(body: Part, language: str) -> Anatomy:
    """Take a letter apart. What is not there is empty; whatever is no greeting and no signature is text."""
    lines = body.text.splitlines(keepends=True)
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    below = first + 1 if first < len(lines) and is_greeting(lines[first]) else first
    end = _signature_start(lines, below, language)
    closed = end - 1 if end > below and is_closing(lines[end - 1], language) else end
    start_at, closed_at, end_at = (len("".join(lines[:number])) for number in (below, closed, end))
    paragraphs = _cuts(PARAGRAPH, body.cut(start_at, closed_at))
    # Sentences end where the masked text says so, since "Sr. Engineer" is a role and no end.
    sentences = tuple(sentence for paragraph in paragraphs for sentence in _cuts(SENTENCE, paragraph))
    greeting = body.cut(len("".join(lines[:first])), start_at)
    return Anatomy(greeting, body.cut(start_at, end_at), paragraphs, sentences)


def is_greeting(line: str) -> bool:
    """A short line that ends in a comma or colon, or begins with a greeting of any language and is no sentence."""
    text = line.strip()
    if len(WORD.findall(text)) > GREETING_WORDS:
        return False
    greets = any(lexicon(language).greetings.match(text) for language in LANGUAGES)
    return text.endswith((",", ":")) or (greets and not text.endswith((".", "?")))


def is_closing(line: str, language: str) -> bool:
    """A closing phrase alone on its line."""
    return line.strip().rstrip(",.!").casefold() in lexicon(language).closings


def _signature_start(lines: list[str], first: int, language: str) -> int:
    """The line below the last closing phrase, unless what follows is too much, or asks too much, for a signature."""
    for number in range(len(lines) - 1, first - 1, -1):
        if is_closing(lines[number], language):
            below = "".join(lines[number + 1 :])
            return (
                number + 1 if len(WORD.findall(below)) <= SIGNATURE_WORDS and "?" not in below else len(lines)
            )
    return len(lines)


def _cuts(pattern: re.Pattern[str], whole: Part) -> tuple[Part, ...]:
    return tuple(whole.cut(*found.span()) for found in pattern.finditer(whole.masked))
