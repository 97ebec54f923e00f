"""The daemon's shell: start, tell systemd, wait for a signal, end in time."""

import os
import signal
import socket
import threading
from collections.abc import Sequence

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from afterword.config import Config
from afterword.learning import judge_for
from afterword.ledger import Ledger
from afterword.watcher import Watcher

log = structlog.get_logger()

SHUTDOWN_LIMIT = 4.0  # seconds that running passes have to end; they can be cut off anywhere without loss


def run(config: Config) -> None:
    """Watch every account until SIGTERM or SIGINT; RulesError, SecretError or UserError before anything is started."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    ledger = Ledger.open(config.state.url)
    judge = judge_for(config)
    scheduler = BackgroundScheduler(
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    watchers = [Watcher(config, account, ledger, judge, stop) for account in config.account]
    for watcher in watchers:
        watcher.schedule(scheduler)
    scheduler.start()
    notify("READY=1")
    log.info("started", accounts=[account.name for account in config.account])
    stop.wait()
    notify("STOPPING=1")
    for watcher in watchers:
        watcher.interrupt()
    end(scheduler, watchers)
    log.info("ended")


def end(scheduler: BackgroundScheduler, watchers: Sequence[Watcher]) -> None:
    """Wait for running passes, but not for ever: a server that does not answer must not delay a shutdown."""

    def wait_for_all() -> None:
        scheduler.shutdown()
        for watcher in watchers:
            watcher.join()

    waiting = threading.Thread(target=wait_for_all, daemon=True)
    waiting.start()
    waiting.join(SHUTDOWN_LIMIT)
    if waiting.is_alive():
        log.warning("ended in the middle of a pass")
        os._exit(0)  # the executor's threads would be waited for; every write before this instant is durable


def notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); nothing where there is none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(state.encode())
