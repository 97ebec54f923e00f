"""Structured logs on standard error: ids and counts, no subjects, no addresses, no traces of errors."""

import logging
import sys
import threading
from contextlib import suppress
from typing import TextIO, cast

import structlog

from afterword.examining import reason


def configure(*, verbose: bool) -> None:
    """Lines for a person on a terminal, JSON for a journal."""
    level = logging.DEBUG if verbose else logging.INFO
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    logging.getLogger("apscheduler").handlers = [Bridge()]
    logging.getLogger("apscheduler").propagate = False
    threading.excepthook = _untold
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Writing and flushing is all that it asks of a stream.
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, Unfailing(sys.stderr))),
    )


class Unfailing:
    """A stream whose lines are lost where it cannot be written: a log on a full disk must not stop what it is about."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As much as goes."""
        with suppress(OSError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """If it goes."""
        with suppress(OSError):
            self._stream.flush()


class Bridge(logging.Handler):
    """What the scheduler has to say, in our own log; the trace of a job's error, which could show mail, is left out."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line: a warning as it is, an error by its kind."""
        if record.levelno < logging.WARNING:
            return
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        structlog.get_logger().warning("scheduler", what=str(record.msg), kind=kind)


def _untold(caught: threading.ExceptHookArgs) -> None:
    """An error that ended a thread: its kind and where it arose, without what it says."""
    why = reason(caught.exc_value) if caught.exc_value else caught.exc_type.__name__
    structlog.get_logger().error("thread ended", why=why)
