"""Numbers for Prometheus, on loopback alone and only when asked for; the extra `metrics` brings the library."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from afterword.config import Config
from afterword.errors import UserError
from afterword.ledger import Ledger, State

if TYPE_CHECKING:
    from prometheus_client import Metric

ADDRESS = "127.0.0.1"


@contextmanager
def serve_metrics(config: Config, ledger: Ledger) -> Iterator[None]:
    """Answer on 127.0.0.1 as long as the block runs; UserError when the library or the port is not to be had."""
    port = config.health.metrics_port
    if not port:
        yield
        return
    try:
        from prometheus_client import CollectorRegistry, start_http_server
    except ImportError:
        raise UserError(
            "health.metrics_port needs the Prometheus library.",
            "Install it: pipx inject afterword prometheus-client",
        ) from None
    registry = CollectorRegistry(auto_describe=False)
    registry.register(LedgerCollector(config, ledger))
    try:
        server, thread = start_http_server(port, addr=ADDRESS, registry=registry)
    except OSError as error:
        raise UserError(
            f"The port {port} for Prometheus cannot be used ({error.strerror}).",
            "Name another: health.metrics_port",
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class LedgerCollector:
    """Reads the ledger when it is asked, so that the numbers are never stale."""

    def __init__(self, config: Config, ledger: Ledger) -> None:
        self._accounts = [account.name for account in config.account]
        self._ledger = ledger

    def collect(self) -> "Iterator[Metric]":
        """The gauges, each with the account as its label; no subject, no address."""
        from prometheus_client.core import GaugeMetricFamily

        good = GaugeMetricFamily(
            "afterword_last_good_pass_timestamp_seconds", "When the last good pass began", labels=["account"]
        )
        failed = GaugeMetricFamily(
            "afterword_failed_passes", "Failed passes in a row, up to now", labels=["account"]
        )
        cases = GaugeMetricFamily(
            "afterword_rejections", "Rejections on record by state", labels=["account", "state"]
        )
        unreadable = GaugeMetricFamily(
            "afterword_unreadable_mails", "Mails that could not be judged", labels=["account"]
        )
        for account in self._accounts:
            last = self._ledger.last_pass(account, good=True)
            good.add_metric([account], last.started_at.timestamp() if last else 0.0)
            failed.add_metric([account], len(self._ledger.failing(account)))
            unreadable.add_metric([account], self._ledger.unreadable(account))
            counts = Counter(case.state for case in self._ledger.cases(account=account))
            for state in State:
                cases.add_metric([account, state], counts[state])
        yield from (good, failed, cases, unreadable)
