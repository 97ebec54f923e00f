"""The command line. Each command is a thin layer: arguments in, one call, records out through `show`."""

from afterword.cli.app import main

__all__ = ["main"]
