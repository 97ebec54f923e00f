"""The daemon's shell: start, tell systemd, reload on SIGHUP, end in time."""

import os
import queue
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import structlog

from afterword.config import Config, load_config
from afterword.errors import AfterwordError, ConfigError, LedgerUnusable
from afterword.generation import Generation
from afterword.learning import judge_for
from afterword.ledger import Ledger
from afterword.locking import only_daemon
from afterword.metrics import serve_metrics
from afterword.notify import notify, reloading, watchdog_seconds
from afterword.status import status_line

log = structlog.get_logger()

SHUTDOWN_LIMIT = 4.0  # seconds that running passes have to end; they can be cut off anywhere without loss
RELOAD_LIMIT = 40.0  # seconds; longer than any wait for a server
TICK = 30.0  # seconds between two looks at the accounts' health, at most


def run(path: Path) -> None:
    """Watch every account until SIGTERM or SIGINT; RulesError, SecretError or UserError before anything is started."""
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: signals.put(number))
    config = load_config(path)
    ledger = Ledger.open(config.state.url)
    with only_daemon(config.state.url), serve_metrics(config, ledger):
        Daemon(path, ledger, signals).live(Generation(config, ledger, judge_for(config)))


class Daemon:
    """The loop that hears signals and feels the pulse."""

    def __init__(self, path: Path, ledger: Ledger, signals: "queue.SimpleQueue[int]") -> None:
        self._path = path
        self._ledger = ledger
        self._signals = signals

    def live(self, generation: Generation) -> None:
        """From READY=1 to the end."""
        generation.start()
        notify("READY=1")
        log.info("started", accounts=[account.name for account in generation.config.account])
        while (number := self._next_signal(generation)) == signal.SIGHUP:
            generation = self._reload(generation)
        notify("STOPPING=1")
        end(generation.stop())
        log.info("ended", signal=signal.Signals(number).name)

    def _next_signal(self, generation: Generation) -> int:
        """Wait for a signal, and feel the pulse meanwhile."""
        tick = min(TICK, watchdog_seconds() / 3 or TICK)
        while True:
            self._pulse(generation)
            try:
                return self._signals.get(timeout=tick)
            except queue.Empty:
                continue

    def _pulse(self, generation: Generation) -> None:
        """Tell systemd how it goes; WATCHDOG=1 only as long as every account shows signs of life."""
        stuck = generation.vitals.stuck()
        try:
            line = status_line(generation.config, self._ledger)
        except LedgerUnusable as error:
            line = error.message
        refused = generation.vitals.refused
        notify(f"STATUS={f'{refused.what}; ' if refused else ''}{line}", *([] if stuck else ["WATCHDOG=1"]))
        if stuck:
            log.error("no sign of life", accounts=list(stuck))

    def _reload(self, old: Generation) -> Generation:
        """The configuration as it is now; when it does not hold, everything goes on as before."""
        reloading()
        try:
            new = self._prepared(old.config)
        except AfterwordError as error:
            problems = list(error.problems) if isinstance(error, ConfigError) else []
            log.error("the new configuration is refused", why=error.message, problems=problems)
            old.vitals.refuses(datetime.now(UTC), error)
            notify("READY=1")
            return old
        self._let_end(old.stop())
        new.start()
        notify("READY=1")
        log.info("reloaded", accounts=[account.name for account in new.config.account])
        return new

    def _let_end(self, ending: threading.Thread) -> None:
        """A pass that still runs must not meet the next one of its account; but a shutdown does not wait for a reload."""
        limit = time.monotonic() + RELOAD_LIMIT
        while ending.is_alive() and time.monotonic() < limit and self._signals.empty():
            ending.join(0.1)

    def _prepared(self, old: Config) -> Generation:
        config = load_config(self._path)
        fixed = {
            "state.url": (old.state.url, config.state.url),
            "health.metrics_port": (old.health.metrics_port, config.health.metrics_port),
        }
        problems = [f"{key}: cannot change while it runs" for key, (was, now) in fixed.items() if was != now]
        if problems:
            raise ConfigError(
                "The new configuration needs a restart:", problems, "Stop it and start it again."
            )
        return Generation(config, self._ledger, judge_for(config))


def end(ending: threading.Thread) -> None:
    """Wait for running passes, but not for ever: a server that does not answer must not delay a shutdown."""
    ending.join(SHUTDOWN_LIMIT)
    if ending.is_alive():
        log.warning("ended in the middle of a pass")
        os._exit(0)  # the executor's threads would be waited for; every write before this instant is durable
