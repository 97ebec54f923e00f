"""The user service: put in place and started, with systemd's own words when it refuses."""

from pathlib import Path

import pytest

from afterword.errors import UserError
from afterword.setup import unit

SYSTEMCTL = """\
#!/bin/sh
echo "$*" >> "{said}"
case "$*" in *"{refuse}"*) echo "Failed to start: it is refused" >&2; exit 1 ;; esac
"""


def systemctl(folder: Path, monkeypatch: pytest.MonkeyPatch, refuse: str = "nothing at all") -> Path:
    """A systemctl that notes what it is told; the path of its notes."""
    said = folder / "said"
    program = folder / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(SYSTEMCTL.format(said=said, refuse=refuse))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    return said


def test_it_is_put_in_place_and_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = systemctl(tmp_path, monkeypatch)
    look = unit.install("/opt/afterword run")
    text = (tmp_path / "config" / "systemd" / "user" / "afterword.service").read_text()
    assert "\nExecStart=/opt/afterword run\n" in text
    assert said.read_text().splitlines() == ["--user daemon-reload", "--user enable --now afterword.service"]
    assert look == "systemctl --user status afterword.service"


def test_what_systemd_refuses_is_told_in_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemctl(tmp_path, monkeypatch, refuse="enable")
    with pytest.raises(UserError) as caught:
        unit.install("/opt/afterword run")
    assert "it is refused" in caught.value.message
    assert "systemctl --user status" in caught.value.advice


def test_where_no_systemd_runs_for_users_nothing_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemctl(tmp_path, monkeypatch, refuse="show-environment")
    assert not unit.systemd_for_users()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not unit.systemd_for_users()


def test_a_configuration_in_an_odd_place_is_named(tmp_path: Path) -> None:
    path = tmp_path / "my config.toml"
    assert unit.command_line(path, usual=False).endswith(f"run --config '{path}'")
    assert unit.command_line(path, usual=True).endswith("run")
