"""Real `afterword scan` processes, started in no time by a parent that has loaded everything."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.faults.mailroom import SECRET
from tests.servers.base import PASSWORD

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class End:
    """How a process ended, how long it took in seconds, and the step boundaries that it passed."""

    killed: bool
    code: int
    seconds: float
    boundaries: list[str]


class Nursery:
    """Starts scans and waits for their end; several nurseries run several at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | {SECRET: PASSWORD},
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def begin(self, config: Path, **how: Any) -> None:
        """Start one; `boundary` and `after` as in `victim`."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"config": str(config), **how}) + "\n")
        self._process.stdin.flush()

    def end(self) -> End:
        """Wait for the one that was started."""
        assert self._process.stdout
        answer = json.loads(self._process.stdout.readline())
        status = answer["status"]
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        code = -1 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return End(killed, code, answer["seconds"], [name for name in answer["boundaries"] if name])

    def run(self, config: Path, **how: Any) -> End:
        """Start one and wait for its end."""
        self.begin(config, **how)
        return self.end()
