"""The command tree and the one place where errors become messages and exit codes."""

import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from afterword.errors import AfterwordError, ConfigError

app = typer.Typer(
    name="afterword",
    help="Answers job rejections with a gracious draft that asks for advice. It never sends anything to others.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with local variables would show mail and secrets
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules_app = typer.Typer(help="Validate rules and run the examples written beside them.", no_args_is_help=True)
app.add_typer(rules_app, name="rules")
auth_app = typer.Typer(help="Sign in to a provider that wants OAuth 2.0.", no_args_is_help=True)
app.add_typer(auth_app, name="auth")


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"afterword {version('afterword')}\n")
        raise typer.Exit


@app.callback()
def afterword(
    _wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave")
    ] = False,
) -> None:
    """Answers job rejections with a gracious draft that asks for advice. It never sends anything to others."""


def load_commands() -> None:
    """Each module adds its commands to the tree, in the order in which they are listed."""
    for name in ("init", "mail", "account", "auth", "rules", "evaluate", "journal", "correct", "report"):
        import_module(f"afterword.cli.{name}")


def main() -> NoReturn:
    """Entry point: run a command and leave with the exit code of the contract."""
    load_commands()
    try:
        sys.exit(app(standalone_mode=False))
    except AfterwordError as error:
        complain(error)
        sys.exit(error.exit_code)
    except TyperException as error:
        sys.stderr.write(f"afterword: {error.format_message()}\n  -> Try: afterword --help\n")
        sys.exit(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone (| head); what is left in the buffer has nowhere to go.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - a traceback could show mail; where and what kind says enough to mend it
        complain(unexpected(error))
        sys.exit(1)


def unexpected(error: Exception) -> AfterwordError:
    """An error that nobody foresaw, in words that show nothing of any mail."""
    from afterword.examining import reason

    return AfterwordError(
        f"Something went wrong that should not: {reason(error)}.",
        "Please report this line; it holds nothing of your mail.",
    )


def complain(error: AfterwordError, account: str = "") -> None:
    """Say what is wrong and what to do next, on standard error."""
    lines = [f"afterword: {account + ': ' if account else ''}{error.message}"]
    if isinstance(error, ConfigError):
        lines += [f"  - {problem}" for problem in error.problems]
    if error.advice:
        lines.append(f"  -> {error.advice}")
    sys.stderr.write("\n".join(lines) + "\n")
