"""A daemon that runs for months: memory stays where it is."""

import resource
import threading
from pathlib import Path

import pytest

from afterword.config import load_config
from afterword.ledger import Ledger
from afterword.vitals import Vitals
from afterword.watcher import Watcher
from afterword_models import load
from tests.scan.passes import mail
from tests.service.daemon import account, maildir, write_config

MANY = 10_000
GROWTH = 4096  # kilobytes that ten thousand passes may add: a hundredth of what the classifier takes


def resident() -> int:
    """Kilobytes that this process holds now (proc(5))."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_passes_add_nothing(tmp_path: Path) -> None:
    box = maildir(tmp_path / "Mail")
    for number in range(20):
        (box / "INBOX" / "new" / f"1700000000.M{number}P1.host").write_bytes(mail(number, days=1))
    config = load_config(write_config(tmp_path, account("home", box)))
    ledger = Ledger.open(config.state.url)
    watcher = Watcher(
        config, config.account[0], ledger, load(), threading.Event(), Vitals(config.schedule, ("home",))
    )
    for _ in range(500):
        assert watcher.run()
    before = resident()
    for _ in range(MANY - 500):
        assert watcher.run()
    grown = resident() - before
    ledger.close()
    print(f"{MANY} passes: {grown} kB more than the {before} kB after 500")
    assert grown < GROWTH
