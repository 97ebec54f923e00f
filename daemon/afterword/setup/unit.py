"""The user service: written, switched on, or explained where there is no systemd for users."""

import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from platformdirs import user_config_path

from afterword.errors import UserError

UNIT = "afterword.service"
TIMEOUT = 60  # seconds; the start itself waits for READY=1


def unit_path() -> Path:
    """Where systemd looks for the units of a user."""
    return user_config_path("systemd") / "user" / UNIT


def systemd_for_users() -> bool:
    """Whether a systemd of this user is running."""
    return shutil.which("systemctl") is not None and _systemctl("show-environment").returncode == 0


def command_line(config: Path, *, usual: bool) -> str:
    """How this very installation is started; `usual` when the configuration lies where it is looked for anyway."""
    script = Path(sys.executable).with_name("afterword")
    words = [str(script)] if script.is_file() else [sys.executable, "-m", "afterword"]
    return shlex.join([*words, "run", *([] if usual else ["--config", str(config.absolute())])])


def unit_text(command: str) -> str:
    """The shipped unit with the command of this installation; UserError when the installation lacks it."""
    shipped = Path(sysconfig.get_path("data")) / "share" / "afterword" / UNIT
    try:
        text = shipped.read_text(encoding="utf-8")
    except OSError:
        raise UserError(
            f"The unit {shipped} is missing.", "Install Afterword again from its wheel."
        ) from None
    escaped = command.replace("%", "%%").replace("$", "$$")
    check = escaped.replace(" run", " check --offline", 1)
    text = re.sub(r"^ExecStart=.*$", lambda _: f"ExecStart={escaped}", text, flags=re.MULTILINE)
    return re.sub(r"^ExecReload=.*check.*$", lambda _: f"ExecReload={check}", text, flags=re.MULTILINE)


def install(command: str) -> str:
    """Write the unit and start it; the command to look at it. UserError with systemd's own words when it refuses."""
    path = unit_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(unit_text(command), encoding="utf-8")
    for words in (("daemon-reload",), ("enable", "--now", UNIT)):
        done = _systemctl(*words)
        if done.returncode:
            raise UserError(
                f"systemctl --user {' '.join(words)} failed: {done.stderr.strip()[:300]}",
                f"Look with: systemctl --user status {UNIT}",
            )
    return f"systemctl --user status {UNIT}"


def _systemctl(*words: str) -> subprocess.CompletedProcess[str]:
    # A fixed program with fixed words; nothing of the person's input is among them.
    return subprocess.run(  # noqa: S603
        ["systemctl", "--user", *words],  # noqa: S607 - found by PATH, as in a shell
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
