"""What systemd is told (sd_notify(3)), and what it asks for; nothing where there is none."""

import os
import socket
import time
from contextlib import suppress

PATIENCE = 1.0  # seconds; the main thread has signals to hear


def notify(*states: str) -> None:
    """Send assignments such as READY=1 or STATUS=… to the manager; one that does not listen is not waited for."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel, suppress(OSError):
        channel.settimeout(PATIENCE)
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall("\n".join(states).encode())


def reloading() -> None:
    """Say that a reload begins; READY=1 ends it (Type=notify and Type=notify-reload)."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")


def watchdog_seconds() -> float:
    """How often the manager wants a sign of life; 0.0 when it does not ask this process for any."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    return int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
