"""A small coverage-guided fuzzer: what reaches a line that nothing reached before is kept, and changed further."""

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import afterword

HOME = str(Path(afterword.__file__).parent)
LIMIT = 1.0  # seconds that a mail may take
TOKENS = (
    b"\r\n\r\n", b"\r\n", b"\n", b"\0", b"=?utf-8?q?", b"?=", b"--b\r\n", b"--b--", b"<", b">", b'"', b";", b"=", b"&#x110000;",
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: message/rfc822\r\n", b"Content-Type: text/html; charset=\xff\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n", b"charset=utf-7", b"<div>" * 50, b"\xff\xfe",
    b"Date: Thu, 99 Foo 99999 99:99:99 +9999\r\n", b"From: <<@>>\r\n", b"Message-ID: <[x]>\r\n", b"References: " + b"<a@b> " * 60 + b"\r\n",
    b"On Monday, Dana wrote:\r\n> ", b"Unfortunately ", b"<!--", b"<style>", b"begin 644 x\r\n", b"application/pkcs7-mime; smime-type=signed-data",
)  # fmt: skip


@dataclass
class Campaign:
    """What a run of the fuzzer found: how many inputs it tried, what it kept, and those that failed, with the reason."""

    tried: int = 0
    kept: list[bytes] = field(default_factory=list)
    failures: list[tuple[str, bytes]] = field(default_factory=list)
    lines: set[tuple[str, int]] = field(default_factory=set)


def run(target: Callable[[bytes], object], seeds: Sequence[bytes], seconds: float, seed: int) -> Campaign:
    """Feed `target` with changed seeds for a time; an exception, or more than LIMIT seconds, is a failure."""
    campaign = Campaign()
    chance = random.Random(seed)
    deadline = time.monotonic() + seconds
    waiting = list(seeds)
    while time.monotonic() < deadline and len(campaign.failures) < 20:
        octets = waiting.pop() if waiting else changed(chance.choice(campaign.kept), campaign.kept, chance)
        campaign.tried += 1
        began = time.monotonic()
        try:
            reached = lines_of(target, octets)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            campaign.failures.append((f"{type(error).__name__}: {error}"[:200], octets))
            continue
        if time.monotonic() - began > LIMIT and alone(target, octets) > LIMIT:
            campaign.failures.append(("slow", octets))
        if not reached <= campaign.lines or len(campaign.kept) < len(seeds):
            campaign.lines |= reached
            campaign.kept.append(octets)
    return campaign


def alone(target: Callable[[bytes], object], octets: bytes) -> float:
    """The seconds that an input takes when nobody counts lines."""
    began = time.monotonic()
    target(octets)
    return time.monotonic() - began


def lines_of(target: Callable[[bytes], object], octets: bytes) -> set[tuple[str, int]]:
    """The lines of Afterword's own code that an input reaches."""
    reached: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(HOME):
            return None
        if event == "line":
            reached.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        target(octets)
    finally:
        sys.settrace(before)
    return reached


def changed(octets: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """One to five changes: octets flipped, cut out, doubled, a token put in, or the tail of another input."""
    work = bytearray(octets)
    for _ in range(chance.randint(1, 5)):
        place = chance.randint(0, len(work))
        kind = chance.randrange(5)
        if kind == 0 and work:
            work[place % len(work)] = chance.randrange(256)
        elif kind == 1:
            del work[place : place + chance.randint(1, 40)]
        elif kind == 2:
            piece = work[place : place + chance.randint(1, 400)]
            work[place:place] = piece * chance.choice([1, 2, 50])
        elif kind == 3:
            work[place:place] = chance.choice(TOKENS)
        else:
            other = chance.choice(others)
            work[place:] = other[chance.randint(0, len(other)) :]
    return bytes(work[:200_000])
