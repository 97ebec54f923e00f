"""Decides what is done with a mail, by rules that the owner can read and change.

`load_rules` reads the owner's rule files and the default ones behind them into a RuleBook; `RuleBook.decide` gives a
Decision with the trace of every rule that was tried; `run_examples` tries the examples written beside the rules.
"""

from afterword_rules.conditions import CONDITIONS, Circumstances
from afterword_rules.engine import Rule, RuleBook
from afterword_rules.examples import ExampleResult, run_examples
from afterword_rules.rulefile import load_rules

__all__ = ["CONDITIONS", "Circumstances", "ExampleResult", "Rule", "RuleBook", "load_rules", "run_examples"]
