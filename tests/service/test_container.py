"""The container's files, as far as they can be held to their word without a container: what is copied builds, and what it runs runs."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.service.daemon import account, maildir, write_config

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "packaging" / "Containerfile").read_text()


def copied(into: Path) -> None:
    """What the first stage copies, where it copies it."""
    for words in re.findall(r"(?m)^COPY (?!--from)(.+)$", TEXT):
        *sources, target = words.split()
        for source in sources:
            place = into / target / source if target.endswith("/") else into / target
            place.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / source).is_dir() else shutil.copy)(ROOT / source, place)


def test_what_is_copied_builds_a_whole_wheel(tmp_path: Path) -> None:
    copied(tmp_path)
    assert (tmp_path / "requirements.lock").is_file()
    build = [sys.executable, "-m", "build", "--quiet", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    subprocess.run(build, cwd=tmp_path, check=True, timeout=100)
    (wheel,) = (tmp_path / "dist").iterdir()
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = (ROOT / "daemon/afterword", ROOT / "rules/afterword_rules", ROOT / "models/afterword_models")
    wanted = {
        f"{source.name}/{path.relative_to(source)}"
        for source in sources
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - names == set()


def test_its_health_check_holds_after_a_pass_by_somebody_without_a_home(tmp_path: Path) -> None:
    config = write_config(tmp_path, account("home", maildir(tmp_path / "Mail")))
    config.write_text(re.sub(r"(?m)^\[state\]\nurl = .*$", "", config.read_text()))
    program = Path(sys.executable).with_name("afterword")
    environment = {
        "AFTERWORD_CONFIG": str(config),
        "XDG_STATE_HOME": str(tmp_path / "lib"),
        "HOME": "/nonexistent",
    }
    (health,) = re.findall(r'HEALTHCHECK .*CMD \["\S*/afterword", "(\w+)"\]', TEXT)
    for command in ("scan", health):
        done = subprocess.run(
            [program, command], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "lib" / "afterword" / "ledger.db").is_file()
