"""Commands on the rules: check and test."""

import typer

from afterword.cli import show
from afterword.cli.app import rules_app
from afterword.cli.mail import ConfigOption, maybe_config
from afterword_rules import RuleBook, load_rules, run_examples


def _book(config: ConfigOption) -> RuleBook:
    settings = maybe_config(config)
    return load_rules(settings.rules.files if settings else ())


@rules_app.command("check")
def check_rules(config: ConfigOption = None) -> None:
    """Validate the owner's rules and the default ones; every fault with its file and line."""
    book = _book(config)
    show.line(f"{len(book.rules)} rules hold; the first that matches decides:")
    for rule in book.rules:
        show.line(f"  {rule.name}")


@rules_app.command("test")
def test_rules(config: ConfigOption = None) -> None:
    """Run the examples that are written beside the rules."""
    failed = 0
    results = run_examples(_book(config))
    for result in results:
        failed += not result.passed
        show.line(f"{'ok   ' if result.passed else 'FAULT'} {result.rule}: {result.because}")
    show.line(f"{len(results)} examples, {failed} failed")
    if failed:
        raise typer.Exit(1)
