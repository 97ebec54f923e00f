"""Record `afterword demo` in a terminal of its own, as a picture that scrolls: what is seen is what the program wrote, line by line.

python packaging/recording.py docs/demo.svg
"""

import io
import os
import pty
import re
import subprocess
import sys
from fcntl import ioctl
from html import escape
from pathlib import Path
from struct import pack
from termios import TIOCSWINSZ

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

COLUMNS, ROWS = 116, 34
LINE, MARGIN, BAR = 24.4, 12, 40  # pixels: the height that rich gives a line, the frame, the title
REST, MOVE = 6.0, 3.0  # seconds at each heading, so that it can be read, and on the way to the next

# As rich's own picture, without a font from elsewhere, and with the whole output moving behind a window of ROWS lines.
PICTURE = """\
<svg class="rich-terminal" viewBox="0 0 {{width}} {height}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{title}">
<style>
.{{unique_id}}-matrix {{{{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {{char_height}}px; line-height: {{line_height}}px; font-variant-east-asian: full-width; }}}}
.title {{{{ font: bold 16px ui-sans-serif, "DejaVu Sans", Helvetica, sans-serif; fill: #a9a9b3; text-anchor: middle; }}}}
{{styles}}
@keyframes scroll {{{{ {frames} }}}}
.scrolled {{{{ animation: scroll {seconds}s ease-in-out infinite }}}}
@media (prefers-reduced-motion: reduce) {{{{ .scrolled {{{{ animation: none }}}} }}}}
</style>
<defs><clipPath id="window"><rect x="0" y="3" width="{{terminal_width}}" height="{window}"/></clipPath>{{lines}}</defs>
<rect width="100%" height="100%" rx="9" fill="#1b1b1f"/>
<g><circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/></g>
<text class="title" x="50%" y="26">{title}</text>
<g transform="translate({margin}, {bar})" clip-path="url(#window)"><g class="scrolled">{{backgrounds}}<g class="{{unique_id}}-matrix">{{matrix}}</g></g></g>
</svg>
"""


def run(*command: str) -> str:
    """What a command writes on a terminal of COLUMNS by ROWS."""
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(  # noqa: S603 - the one command that is recorded
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment | {"TERM": "xterm-256color"}
    )
    os.close(theirs)
    written = io.BytesIO()
    while octets := _read(ours):
        written.write(octets)
    os.close(ours)
    if process.wait():
        raise SystemExit(written.getvalue().decode())
    return written.getvalue().decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


def demo() -> str:
    """The demo of this very installation."""
    return run(str(Path(sys.executable).with_name("afterword")), "demo")


def draw(written: str, title: str) -> str:
    """The picture of what a terminal was sent."""
    console = Console(
        width=COLUMNS, record=True, file=io.StringIO(), force_terminal=True, legacy_windows=False
    )
    console.print(Text.assemble(("$ ", "bold green"), title))
    console.print(Text.from_ansi(written), no_wrap=True)
    seconds, frames = _frames(console.export_text(clear=False).splitlines())
    picture = PICTURE.format(
        title=escape(title),
        height=round(BAR + ROWS * LINE + MARGIN, 1),
        window=round(ROWS * LINE, 1),
        seconds=seconds,
        frames=frames,
        margin=MARGIN,
        bar=BAR,
    )
    drawn = console.export_svg(title=title, theme=DIMMED_MONOKAI, code_format=picture, unique_id="demo")
    return re.sub(r"[ \t]+$", "", drawn, flags=re.M)


def _frames(lines: list[str]) -> tuple[float, str]:
    """Seconds of one round, and the key frames: a rest at the beginning, at each heading but the first, and at the end."""
    last = max(0, len(lines) - ROWS)
    headings = [place for place, line in enumerate(lines) if re.match(r"[2-9]\. ", line)]
    stops = sorted({0, last} | {min(place, last) for place in headings})
    seconds = len(stops) * (REST + MOVE)
    frames = []
    for turn, stop in enumerate(stops):
        begin, end = (100 * (turn * (REST + MOVE) + after) / seconds for after in (0, REST))
        frames.append(f"{begin:.2f}%, {end:.2f}% {{{{ transform: translateY(-{stop * LINE:.1f}px) }}}}")
    return seconds, " ".join(frames)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(demo(), "afterword demo"), encoding="utf-8")
