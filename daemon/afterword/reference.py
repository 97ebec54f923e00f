"""The reference pages, written by the schema and the commands themselves so that they can never drift from them.

python -m afterword.reference docs    (make docs)
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typer.core import TyperArgument, TyperGroup

from afterword.cli.app import app, load_commands
from afterword.config import Config, section_of
from afterword.sample import default_of, toml_value
from afterword.setup.providers import Provider, known_providers

INTRODUCTION = """
TOML, at `~/.config/afterword/config.toml` unless `--config` or `$AFTERWORD_CONFIG` names another file. Unknown keys are
refused. Durations are a number and a unit: `30s`, `10m`, `24h`, `90d`, `2w`. The same as a file to copy:
[config.example.toml](../config.example.toml)."""
WRITTEN = "Written by `make docs` from the {source}; change it there."
SECRETS = {
    "app_password": "an app password",
    "password": "the password",
    "bridge": "the password that Bridge shows",
    "oauth2": "a sign-in in the browser (OAuth2)",
}
EXIT_CODES = (
    ("0", "Done."),
    ("1", "Something failed for some mail; for status: an account is not well."),
    ("2", "Usage or configuration; a missing drafts folder and an unusable secret included."),
    ("3", "The server cannot be reached or logged in to."),
)
FILES = (
    ("~/.config/afterword/config.toml", "The configuration; elsewhere with --config or $AFTERWORD_CONFIG."),
    ("~/.local/state/afterword/ledger.db", "What has been seen, planned and drafted."),
)


def pages() -> dict[str, str]:
    """File name and text of every page."""
    return {
        "configuration.md": configuration(),
        "commands.md": commands(),
        "provider-settings.md": provider_settings(),
        "afterword.1": manual(),
    }


def configuration() -> str:
    """Every table and key of the configuration."""
    parts = [
        "# The configuration, key by key\n",
        WRITTEN.format(source="schema"),
        INTRODUCTION,
    ]
    for head, section in _sections(Config):
        said = (section.__doc__ or "").strip().splitlines()[0]
        parts += [
            f"\n## `{head}`\n",
            said,
            "\n| key | default | what it is |",
            "|---|---|---|",
            *_keys(section),
        ]
    return "\n".join(parts) + "\n"


def _sections(holder: type[BaseModel], name: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every table of the file with its heading, in the order of the schema."""
    for key, field in holder.model_fields.items():
        section = section_of(field.annotation)
        if section is not None:
            full = f"{name}.{key}" if name else key
            yield f"[[{full}]]" if "tuple" in str(field.annotation) else f"[{full}]", section
            yield from _sections(section, full)


def _keys(section: type[BaseModel]) -> Iterator[str]:
    for key, field in section.model_fields.items():
        if field.description is not None:
            yield f"| `{key}` | {_default_in_words(field)} | {_cell(field.description)} |"


def _default_in_words(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "under the XDG state folder"  # the one value that depends on the machine
    value = default_of(field)
    if value is PydanticUndefined:
        return "required"
    return "none" if value in (None, "", ()) else f"`{_cell(toml_value(value))}`"


def provider_settings() -> str:
    """Every provider that `init` knows."""
    parts = [
        "# What init knows of providers\n",
        WRITTEN.format(source="list of providers"),
        "\nHow to get the secret that each of them wants: [providers.md](providers.md).\n",
        "| provider | addresses at | IMAP | SMTP | lets programs in with |",
        "|---|---|---|---|---|",
    ]
    parts += [_provider_row(each) for each in known_providers()]
    return "\n".join(parts) + "\n"


def _provider_row(provider: Provider) -> str:
    servers = [
        f"{each.host}:{each.port} {each.security}"
        for each in (provider.imap, provider.smtp)
        if each is not None
    ]
    domains = ", ".join(provider.domains) or "domains of one's own"
    return f"| {provider.name} | {domains} | {' | '.join(servers)} | {SECRETS[provider.secret]} |"


def commands() -> str:
    """Every command with its arguments and options."""
    parts = ["# The commands\n", WRITTEN.format(source="commands"), "\n| exit code | meaning |", "|---|---|"]
    parts += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES]
    parts.append("\nShell completion: `afterword --install-completion`, then open a new shell.")
    for name, command in _tree():
        parts += [f"\n## `{name}`\n", command.help or "", f"\n```\n{name} {_usage(command)}\n```"]
        rows = [f"| `{_names(each)}` | {_cell(each.help or '')} |" for each in command.params]
        parts += ["\n| argument or option | |", "|---|---|", *rows] if rows else []
    return "\n".join(parts) + "\n"


def manual() -> str:
    """The manual page (man(7))."""
    parts = [
        '.TH AFTERWORD 1 "" "Afterword" "User Commands"',
        ".SH NAME",
        r"afterword \- gracious drafts for job rejections",
        ".SH SYNOPSIS",
        r".B afterword",
        r"\fICOMMAND\fR [\fIOPTION\fR...]",
        ".SH DESCRIPTION",
        _roff(app.info.help or ""),
        ".SH COMMANDS",
    ]
    for name, command in _tree():
        parts += [
            ".TP",
            rf"\fB{_roff(name.removeprefix('afterword '))}\fR {_roff(_usage(command))}",
            _roff(command.help or ""),
        ]
        for each in command.params:
            parts += [".RS", ".TP", rf"\fB{_roff(_names(each))}\fR", _roff(each.help or ""), ".RE"]
    parts.append(".SH EXIT STATUS")
    parts += [line for code, meaning in EXIT_CODES for line in (".TP", code, _roff(meaning))]
    parts.append(".SH FILES")
    parts += [line for path, what in FILES for line in (".TP", _roff(path), _roff(what))]
    return "\n".join(parts) + "\n"


def _tree() -> Iterator[tuple[str, Any]]:
    """Every command by its full name; groups are walked through."""
    load_commands()
    root = typer.main.get_command(app)
    if not isinstance(root, TyperGroup):
        raise TypeError("the command line has one command only")
    yield from _walk("afterword", root)


def _walk(name: str, group: TyperGroup) -> Iterator[tuple[str, Any]]:
    for each, command in group.commands.items():
        full = f"{name} {each}"
        if isinstance(command, TyperGroup):
            yield from _walk(full, command)
        else:
            yield full, command


def _usage(command: Any) -> str:
    arguments = [
        each.metavar or each.name.upper() for each in command.params if isinstance(each, TyperArgument)
    ]
    return " ".join(["[OPTION]...", *arguments])


def _names(parameter: Any) -> str:
    if isinstance(parameter, TyperArgument):
        return str(parameter.metavar or (parameter.name or "").upper())
    names = "/".join((*parameter.opts, *parameter.secondary_opts))
    if parameter.is_flag:
        return names
    return f"{names} {parameter.metavar or (parameter.name or '').upper()}"


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def _roff(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n"))


def main() -> None:
    """Write the pages into the folder that is named."""
    folder = Path(sys.argv[1])
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
