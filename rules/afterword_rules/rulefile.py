"""Reads rule files; every fault of every file is found before any is reported, each with file, line and what to write.

A file is TOML with `[[rule]]` tables: `name`, `when` (conditions), `then` (what to do), and beside it any number of
`[[rule.example]]` tables with `given` and `matches`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from afterword.config import parse_duration
from afterword.errors import RulesError
from afterword.records import Action, Letter
from afterword_rules.conditions import CONDITIONS, NEGATION, Condition, condition
from afterword_rules.engine import Rule, RuleBook, Then
from afterword_rules.examples import Example, given_faults
from afterword_rules.source import Section, Source
from afterword_rules.values import nearest

T = TypeVar("T")
DEFAULT = "default.toml"
RULE_KEYS = ("name", "when", "then", "example")
EXAMPLE_KEYS = ("given", "matches")
ACTION_KEYS = {
    "draft": ("action", "letter", "delay", "keyword", "why"),
    "thank": ("action", "delay", "keyword", "why"),
    "skip": ("action", "why"),
    "hold": ("action", "why"),
}
NEEDED = {"draft": "letter", "skip": "why", "hold": "why"}
# RFC 9051 flag-keyword: an atom, here without the characters on which servers disagree.
KEYWORD = re.compile(r"\$?[A-Za-z0-9_.-]{1,50}")


def load_rules(paths: Sequence[Path]) -> RuleBook:
    """The owner's rules in the order of `paths`, the default ones last.

    RulesError lists every fault of every file; a file that cannot be read or is no TOML is a fault like any other.
    """
    problems: list[str] = []
    rules: list[Rule] = []
    for source in _sources(paths, problems):
        rules += _rules(source)
        problems += source.problems
    problems += _doubles(rules)
    if problems:
        advice = "Mend these places and run: afterword rules check"
        raise RulesError("The rules do not hold:", problems, advice)
    return RuleBook(tuple(rules))


def _sources(paths: Sequence[Path], problems: list[str]) -> Iterator[Source]:
    """Each rule file that can be read; one that cannot is a problem."""
    for path in paths:
        try:
            yield Source(str(path), path.read_text(encoding="utf-8"))
        except OSError as error:
            problems.append(
                f"{path}: cannot be read: {error.strerror}; see [rules] files in the configuration"
            )
        except UnicodeDecodeError:
            problems.append(f"{path}: is not UTF-8; save it as UTF-8")
    yield Source(DEFAULT, files("afterword_rules").joinpath(DEFAULT).read_text(encoding="utf-8"))


def _doubles(rules: Sequence[Rule]) -> Iterator[str]:
    """Decisions name their rule, so that a name may not stand for two."""
    first: dict[str, Rule] = {}
    for rule in rules:
        known = first.setdefault(rule.name, rule)
        if known is not rule:
            yield f"{rule.where}: rule {rule.name!r}: {known.where} has a rule of that name; rename this one"


def _rules(source: Source) -> list[Rule]:
    try:
        table = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        at = int(line[1]) - 1 if line else source.whole().end - 1
        source.fault(f"not TOML: {error}", Section(max(at, 0), at))
        return []
    source.unknown_keys(table, ["rule"], source.whole())
    written = table.get("rule", [])
    if not isinstance(written, list):
        source.fault("write [[rule]], with two brackets, above each rule", source.whole(), "rule")
        return []
    return [rule for number, item in enumerate(written) if (rule := _rule(source, number, item))]


def _rule(source: Source, number: int, written: object) -> Rule | None:
    """One rule, or None where anything about it is wrong."""
    before = len(source.problems)
    if not isinstance(written, dict):
        source.fault(f"rule {number + 1} is no table; write [[rule]] above it", source.whole(), "rule")
        return None
    name = written.get("name")
    named = isinstance(name, str) and name.strip()
    section = source.rule(number, f"rule {name!r}" if named else f"rule {number + 1}")
    if not named:
        source.fault('needs a name, such as name = "Never write to Initech"', section, "name")
    source.unknown_keys(written, RULE_KEYS, section)
    conditions = _conditions(source, written.get("when", {}), section)
    then = _then(source, written.get("then"), section)
    examples = _examples(source, number, written.get("example", []), section)
    if then is None or len(source.problems) > before:
        return None
    return Rule(str(name), f"{source.name}:{section.start + 1}", conditions, then, examples)


def _conditions(source: Source, when: object, section: Section) -> tuple[Condition, ...]:
    if not isinstance(when, dict):
        source.fault('is no table; write when = { label = "rejection" }', section, "when")
        return ()
    found = []
    for key, value in when.items():
        if key.removeprefix(NEGATION) not in CONDITIONS:
            known = [NEGATION + plain for plain in CONDITIONS] if key.startswith(NEGATION) else CONDITIONS
            source.fault(f"unknown condition {key!r}; {nearest(key, known)}", section, key)
            continue
        try:
            found.append(condition(key, value))
        except ValueError as error:
            source.fault(f"{key}: {error}", section, key)
    return tuple(found)


def _then(source: Source, then: object, section: Section) -> Then | None:
    """What a rule does; None without an action that there is."""
    action = then.get("action") if isinstance(then, dict) else None
    if not isinstance(then, dict) or action is None:
        source.fault(f'needs then = {{ action = "…" }}, one of {", ".join(ACTION_KEYS)}', section, "then")
        return None
    if not isinstance(action, str) or action not in ACTION_KEYS:
        source.fault(f"unknown action {action!r}; {nearest(str(action), ACTION_KEYS)}", section, "action")
        return None
    source.unknown_keys(then, ACTION_KEYS[action], section)
    if NEEDED.get(action, "action") not in then:
        source.fault(f"{action} needs {NEEDED[action]} as well", section, "then")
    letter = Letter.THANKS if action == "thank" else _value(source, then, "letter", _letter, section)
    return Then(
        action=Action.DRAFT if action == "thank" else Action(action),
        letter=letter,
        delay=_value(source, then, "delay", parse_duration, section),
        keyword=_value(source, then, "keyword", _keyword, section) or "",
        why=_value(source, then, "why", _words, section) or "",
    )


def _value(
    source: Source, table: Mapping[str, object], key: str, parse: Callable[[object], T], section: Section
) -> T | None:
    if key not in table:
        return None
    try:
        return parse(table[key])
    except ValueError as error:
        source.fault(f"{key}: {error}", section, key)
        return None


def _letter(value: object) -> Letter:
    if value not in list(Letter):
        raise ValueError(f"there is no letter {value!r}; {nearest(str(value), list(Letter))}")
    return Letter(str(value))


def _keyword(value: object) -> str:
    if not isinstance(value, str) or not KEYWORD.fullmatch(value):
        raise ValueError(f'{value!r} is no keyword of IMAP; write letters and digits, such as "$Afterword"')
    return value


def _words(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("write the cause in words, in quotes")
    return value


def _examples(source: Source, rule: int, written: object, section: Section) -> tuple[Example, ...]:
    if not isinstance(written, list) or not all(isinstance(item, dict) for item in written):
        source.fault("write [[rule.example]], with two brackets, above each example", section, "example")
        return ()
    return tuple(_example(source, rule, number, item, section.title) for number, item in enumerate(written))


def _example(source: Source, rule: int, number: int, written: Mapping[str, object], title: str) -> Example:
    section = source.example(rule, number, f"{title}, example {number + 1}")
    source.unknown_keys(written, EXAMPLE_KEYS, section)
    given, matches = written.get("given", {}), written.get("matches", True)
    if not isinstance(matches, bool):
        source.fault("matches: write true or false, without quotes", section, "matches")
    if not isinstance(given, dict):
        source.fault('is no table; write given = { label = "rejection" }', section, "given")
        given = {}
    for key, message in given_faults(given):
        source.fault(f"{key}: {message}", section, key)
    return Example(given, matches is True, f"{source.name}:{section.start + 1}")
