"""The units: systemd takes them, every line is explained, and the system unit exposes little."""

import json
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from afterword.setup.unit import unit_text

FOLDER = Path(__file__).parents[2] / "systemd"
UNITS = {"user": FOLDER / "afterword.service", "system": FOLDER / "system" / "afterword.service"}
EXPOSURE = 1.1  # what systemd-analyze security may say at most; 10 is wide open


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.fail("systemd-analyze is missing: sh tests/servers/install.sh")
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *words], capture_output=True, text=True, check=False
    )


def test_the_system_unit_exposes_little() -> None:
    done = analyze("security", "--offline=true", str(UNITS["system"]))
    found = re.search(r"Overall exposure level for afterword.service: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= EXPOSURE, done.stdout


def test_what_is_left_open_is_known() -> None:
    rows = json.loads(analyze("security", "--offline=true", "--json=short", str(UNITS["system"])).stdout)
    open_ = {row["name"] for row in rows if row["set"] is False}
    assert open_ == {
        "PrivateNetwork=",  # it talks to mail servers
        "RestrictAddressFamilies=~AF_(INET|INET6)",
        "RestrictAddressFamilies=~AF_UNIX",  # name resolution, and the socket to systemd
        "RootDirectory=/RootImage=",  # it is installed on the host
        "IPAddressDeny=",  # the servers' addresses are not known beforehand
        "DeviceAllow=",  # ProtectClock adds the clock, to be read
    }


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_systemd_takes_every_line(unit: Path, tmp_path: Path) -> None:
    text = re.sub(r"(?m)^(Exec\w+=)\S*/afterword", r"\g<1>/bin/true", unit.read_text())
    installed = tmp_path / "afterword.service"
    installed.write_text(re.sub(r"(?m)^Documentation=.*\n", "", text))
    done = analyze("verify", "--man=no", str(installed))
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_every_line_is_explained_in_plain_words(unit: Path) -> None:
    lines = unit.read_text().splitlines()
    bare = [
        line
        for before, line in pairwise(lines)
        if "=" in line and not line.startswith("#") and not before.startswith("#")
    ]
    assert bare == []


def test_the_unit_that_init_writes_starts_this_installation() -> None:
    text = unit_text("/home/sam/my tools/afterword run --config '/home/sam/100%/config.toml'")
    assert "\nExecStart=/home/sam/my tools/afterword run --config '/home/sam/100%%/config.toml'\n" in text
    assert "\nExecReload=/home/sam/my tools/afterword check --offline --config" in text
    assert "\nExecReload=/bin/kill -HUP $MAINPID\n" in text
