"""The wordings of the letters: the shipped ones, and the owner's, which override them file by file.

A template folder holds `<language>/<stem>.txt.j2`; each block of such a file is one wording, and a file without blocks
is one as a whole. Templates run in Jinja's sandbox, and what a mail says reaches them as values only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from afterword.errors import ConfigError
from afterword.etiquette import LANGUAGES, RULES
from afterword.records import Letter, Stage
from afterword_rules.values import nearest

APPLICATION = "company-application"
STEMS = (*Letter, APPLICATION)
SUFFIX = ".txt.j2"
VARIABLES = frozenset({"greeting", "signature", "role", "company", "met", "pick"})
SIZE_LIMIT = 50_000

ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,  # letters are plain text; escaping would put &amp; into them
)


class TemplateFault(Exception):
    """A wording cannot be rendered; only an owner's own can be so."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to write a letter; `name` is its file's stem and the block."""

    name: str
    template: Template
    block: str

    def render(self, variables: Mapping[str, object]) -> str:
        """The letter from the greeting to the signature. TemplateFault says what is wrong with the template."""
        context = self.template.new_context(dict(variables))
        write = self.template.blocks[self.block] if self.block else self.template.root_render_func
        try:
            text = "".join(write(context))
        # What an expression in an owner's template can raise: 1/0, an index out of range, a sum of unlike things.
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
            raise TemplateFault(f"{type(error).__name__}: {error}") from None
        return tidy(text)


@dataclass(frozen=True, slots=True)
class Templates:
    """Every wording by (language, stem), and the rules of etiquette that the owner waives."""

    wordings: Mapping[tuple[str, str], tuple[Wording, ...]]
    waived: frozenset[str] = frozenset()

    def all(self) -> Iterator[tuple[str, str, Wording]]:
        """(language, stem, wording) of each."""
        for (language, stem), wordings in self.wordings.items():
            for wording in wordings:
                yield language, stem, wording


def stem_of(letter: Letter, stage: Stage) -> str:
    """The template of a letter: to a company that has not met the applicant it is a lighter one."""
    return APPLICATION if letter is Letter.COMPANY and stage is Stage.APPLICATION else letter.value


def load_templates(folder: Path | None = None, *, waived: frozenset[str] = frozenset()) -> Templates:
    """The shipped templates, each replaced by the file of the same place in `folder` where there is one.

    ConfigError lists every fault: a waived rule that there is not, a file that is no letter, a template that does not
    hold.
    """
    problems = [
        f"letters.waive: there is no rule {name!r}; {nearest(name, RULES)}"
        for name in sorted(waived - set(RULES))
    ]
    wordings: dict[tuple[str, str], tuple[Wording, ...]] = {}
    shipped = files("afterword_rules").joinpath("templates")
    for language in LANGUAGES:
        for stem in STEMS:
            file = shipped.joinpath(language, stem + SUFFIX)
            wordings[language, stem] = _wordings(file.read_text(encoding="utf-8"), stem, file.name, problems)
    for (language, stem), file in _own(folder, problems):
        text = _text(file, problems)
        if text is not None:
            wordings[language, stem] = _wordings(text, stem, str(file), problems)
    if problems:
        raise ConfigError("The letters do not hold:", problems, "Mend these and run: afterword check")
    return Templates(wordings, waived)


def tidy(text: str) -> str:
    """The text without the double spaces and blank lines that conditions in a template leave behind."""
    lines = [" ".join(part for part in line.split(" ") if part) for line in text.strip().splitlines()]
    kept = [line for number, line in enumerate(lines) if line or lines[number - 1]]
    return "\n".join(kept) + "\n"


def _own(folder: Path | None, problems: list[str]) -> Iterator[tuple[tuple[str, str], Path]]:
    """((language, stem), file) of each template in the owner's folder; what is no letter is a problem."""
    if folder is None:
        return
    if not folder.is_dir():
        problems.append(f"letters.templates: {folder} is no folder")
        return
    for file in sorted(folder.rglob("*.j2")):
        language, stem = file.parent.name, file.name.removesuffix(SUFFIX)
        if file.parent.parent != folder or language not in LANGUAGES:
            hint = ", ".join(f"{folder.name}/{language}/" for language in LANGUAGES)
            problems.append(f"{file}: letters lie in {hint}")
        elif not file.name.endswith(SUFFIX) or stem not in STEMS:
            problems.append(
                f"{file}: there is no such letter; {nearest(file.name, [s + SUFFIX for s in STEMS])}"
            )
        else:
            yield (language, stem), file


def _text(file: Path | Traversable, problems: list[str]) -> str | None:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        problems.append(f"{file}: cannot be read: {error.strerror}")
        return None
    except UnicodeDecodeError:
        problems.append(f"{file}: is not UTF-8; save it as UTF-8")
        return None
    if len(text) > SIZE_LIMIT:
        problems.append(f"{file}: has {len(text)} characters; a letter's wordings have at most {SIZE_LIMIT}")
        return None
    return text


def _wordings(source: str, stem: str, where: str, problems: list[str]) -> tuple[Wording, ...]:
    try:
        tree = ENVIRONMENT.parse(source)
        template = ENVIRONMENT.from_string(source)
    except TemplateSyntaxError as error:
        problems.append(f"{where}:{error.lineno}: {error.message}")
        return ()
    unknown = sorted(meta.find_undeclared_variables(tree) - VARIABLES)
    problems += [
        f"{where}: unknown variable {name!r}; {nearest(name, sorted(VARIABLES))}" for name in unknown
    ]
    if not template.blocks:
        return (Wording(stem, template, ""),)
    if _text_outside(tree):
        problems.append(f"{where}: there is text outside the blocks; each block is a whole letter")
    return tuple(Wording(f"{stem}/{block}", template, block) for block in template.blocks)


def _text_outside(tree: nodes.Template) -> bool:
    outputs = (node for node in tree.body if isinstance(node, nodes.Output))
    parts = (part for output in outputs for part in output.nodes)
    return any(not isinstance(part, nodes.TemplateData) or bool(part.data.strip()) for part in parts)
