"""Nobody else hears of it: the daemon does its whole work on a machine that can reach nothing but the IMAP server, and tries nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_daemon_works_where_only_the_imap_server_can_be_reached_and_tries_nothing_else(
    tmp_path: Path,
) -> None:
    answer = alone("-m", "tests.promises.alone", str(tmp_path))
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == {
        "interfaces": ["lo"],
        "drafts": 1,
        "failures": 0,
        "datagrams": 0,
        "without a route": 0,
        "refused": 0,
    }


def test_an_attempt_to_reach_anybody_would_be_counted() -> None:
    attempts = """
import json, socket
from contextlib import suppress
from tests.promises.alone import counted, raise_loopback
raise_loopback()
for kind, place in ((socket.SOCK_STREAM, ("192.0.2.1", 443)), (socket.SOCK_DGRAM, ("127.0.0.53", 53)), (socket.SOCK_STREAM, ("127.0.0.1", 25))):
    with socket.socket(socket.AF_INET, kind) as attempt, suppress(OSError):
        attempt.connect(place)
        attempt.send(b"hello")
print(json.dumps(counted()))
"""
    assert json.loads(alone("-c", attempts).stdout) == {"datagrams": 1, "without a route": 1, "refused": 1}


def alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a network namespace of its own; it fails, and never skips, where that is not permitted."""
    namespaces = ["--net"] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps", "--net"]
    command = ["unshare", *namespaces, sys.executable, *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert not answer.stderr.startswith("unshare:"), (
        f"{answer.stderr.strip()}\nThis test needs a network namespace. As root in a container: start it with --cap-add SYS_ADMIN. As a user: "
        "sysctl kernel.unprivileged_userns_clone=1 (and kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu)."
    )
    return answer
