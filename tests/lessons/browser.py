"""A page as a headless Chromium sees it: what it measures, what it complains of, whom it asks."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

# What Chromium itself calls for sign-in, updates and field trials, whatever page it shows.
ITS_OWN = frozenset(
    [
        "accounts.google.com",
        "clients2.google.com",
        "update.googleapis.com",
        "optimizationguide-pa.googleapis.com",
        "clientservices.googleapis.com",
    ]
)

PROBE = """<script>
addEventListener("load", () => setTimeout(() => {{
  const frame = document.querySelector("iframe");
  const inside = frame.contentDocument;
  document.title = JSON.stringify({{
    overflow: inside.scrollingElement.scrollWidth - frame.clientWidth,
    drawn: inside.querySelectorAll(".main-svg").length,
    charts: inside.querySelectorAll(".chart").length,
    resources: frame.contentWindow.performance.getEntriesByType("resource").map(each => each.name),
    ink: frame.contentWindow.getComputedStyle(inside.body).color,
    text: inside.body.innerText,
  }});
}}, 3000));
</script><body style="margin: 0"><iframe src="{name}" style="border: 0; width: {width}px; height: 900px"></iframe>"""


@dataclass(frozen=True)
class Sight:
    """What a browser makes of a page; `overflow` in CSS pixels, `asked` the hosts to which it opened a request."""

    overflow: int
    drawn: int
    charts: int
    resources: list[str]
    ink: str
    text: str
    complaints: list[str]
    asked: set[str]


def look_at(page: Path, *, width: int = 1000, dark: bool = False) -> Sight:
    """Open a page in a frame of a width (a window cannot be as narrow as a phone)."""
    probe = page.with_name(f"probe-{width}-{dark}.html")
    probe.write_text(PROBE.format(name=page.name, width=width))
    log = page.with_name(f"net-{width}-{dark}.json")
    ended = chromium(
        f"--log-net-log={log}",
        "--enable-logging=stderr",
        "--virtual-time-budget=20000",
        "--allow-file-access-from-files",
        *(["--blink-settings=preferredColorScheme=0"] if dark else []),
        "--dump-dom",
        probe.as_uri(),
    )
    title = re.search(r"<title>(.*?)</title>", ended.stdout, re.DOTALL)
    assert title, ended.stderr[-2000:]
    seen = json.loads(title[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    complaints = [row for row in ended.stderr.splitlines() if "CONSOLE" in row]
    return Sight(**seen, complaints=complaints, asked=hosts_in(log))


def hosts_in(log: Path) -> set[str]:
    """Whom a browser asked, by its own log of the network (a cut-off log is read as text)."""
    return set(re.findall(r'"url":"(?:https?|wss?)://([^/"]+)', log.read_text(errors="replace"))) - ITS_OWN


def printed(page: Path) -> bytes:
    """The page as PDF."""
    target = page.with_suffix(".pdf")
    chromium("--virtual-time-budget=20000", f"--print-to-pdf={target}", page.as_uri())
    return target.read_bytes()


def chromium(*options: str) -> "subprocess.CompletedProcess[str]":
    """Run it without a screen, a sandbox (tests may run as root), or a wish of its own to call home."""
    binary = shutil.which("chromium")
    if binary is None:
        raise RuntimeError("Chromium is missing: apt-get install --no-install-recommends chromium")
    quiet = (
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-pings",
    )
    command = [binary, "--headless", "--no-sandbox", "--disable-gpu", *quiet, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
