"""The recording in the README is what the demo writes today."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "docs" / "demo.svg"


def told(picture: Path) -> list[str]:
    """The texts of a picture in their order, without what is measured: the scores, and the seconds that a pass took."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text(encoding="utf-8"))
    return [re.sub(r"&#160;[01]\.\d\d&#160;|[\d.]+&#160;s$", "", text) for text in texts]


def test_it_is_what_the_demo_writes(tmp_path: Path) -> None:
    made = tmp_path / "demo.svg"
    subprocess.run(
        [sys.executable, ROOT / "packaging" / "recording.py", made], check=True, timeout=100, cwd=tmp_path
    )
    assert len(told(RECORDED)) > 500
    assert told(made) == told(RECORDED), "run: make recording"


def test_it_asks_no_host_for_anything() -> None:
    text = RECORDED.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"(?:href|src|url\(\W?\w+:|@import|<script)[^>]{0,40}", text) == []
