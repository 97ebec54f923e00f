"""Questions to a person, or their answers from flags: the same steps, whoever answers."""

from dataclasses import dataclass

import typer

from afterword.cli import show
from afterword.errors import UserError


@dataclass(frozen=True, slots=True)
class Dialog:
    """With `silent` nothing is asked: what has a default takes it, and what has none is a usage error."""

    silent: bool

    def ask(self, question: str, flag: str, given: str | None, default: str | None = None) -> str:
        """A line of text; `given` is what the flag said. UserError naming the flag when nobody can be asked."""
        if given is not None:
            return given
        if not self.silent:
            answer: str = typer.prompt(question, default=default)
            return answer.strip()
        if default is None:
            raise UserError(f"{question} is not known.", f"Say it with {flag}.")
        return default

    def choose(self, question: str, flag: str, choices: dict[str, str], default: str) -> str:
        """One of the keys of `choices`, whose values explain them."""
        if self.silent:
            return default
        for key, explained in choices.items():
            show.line(f"  {key:<9}{explained}")
        while True:
            answer = self.ask(question, flag, None, default)
            if answer in choices:
                return answer
            show.line(f"Write one of: {', '.join(choices)}")

    def hidden(self, question: str) -> str:
        """A secret, which is not shown while it is typed."""
        secret: str = typer.prompt(question, hide_input=True)
        return secret

    def confirm(self, question: str, given: bool | None, *, default: bool) -> bool:
        """Yes or no."""
        if given is not None:
            return given
        return default if self.silent else bool(typer.confirm(question, default=default))
