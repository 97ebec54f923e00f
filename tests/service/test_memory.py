"""A daemon that runs for months: memory stays where it is."""

import gc
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

MANY, ROUNDS = 10_000, 10
MORE = 100  # objects that the passes may add once every cache is warm
GROWTH = 8192  # kilobytes, likewise: the allocator takes memory in steps of some four thousand


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
    held = []
    for number in range(MANY):
        assert watcher.run()
        if number % (MANY // ROUNDS) == MANY // ROUNDS - 1:
            gc.collect()
            held.append((len(gc.get_objects()), resident()))
    ledger.close()
    print("objects and kB held in ten rounds of passes:", *held)
    # The least of several rounds: what is counted goes up and down by some hundred objects with what happens to be cached.
    objects, kilobytes = (min(each[-4:]) - min(each[1:5]) for each in zip(*held, strict=True))
    assert objects < MORE
    assert kilobytes < GROWTH
