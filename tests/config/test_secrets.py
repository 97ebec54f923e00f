"""Where a password comes from, and that it shows nowhere."""

from pathlib import Path

import pytest

from afterword.config import Imap
from afterword.errors import SecretError
from afterword.secrets import password_for
from tests.keyrings import MemoryKeyring, using

SECRET = "correct-horse-battery"


def settings(**source: str) -> Imap:
    return Imap(host="imap.example.org", username="sam", **source)  # type: ignore[arg-type]  # one password source


def complaint(**source: str) -> SecretError:
    with pytest.raises(SecretError) as caught:
        password_for(settings(**source))
    assert SECRET not in caught.value.message + caught.value.advice
    assert caught.value.advice
    assert caught.value.exit_code == 2
    return caught.value


def test_a_command_prints_it(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    file.write_text(f"{SECRET}\nsecond line\n")
    assert password_for(settings(password_command=f"cat '{file}'")) == SECRET


def test_a_command_runs_without_a_shell(tmp_path: Path) -> None:
    assert password_for(settings(password_command=f"echo {SECRET} ; touch {tmp_path}/owned")).startswith(
        SECRET
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["false", "no-such-program-anywhere", "sh -c 'echo \"", "true"])
def test_a_command_that_fails_is_told_without_its_output(command: str) -> None:
    complaint(password_command=command)


def test_a_file_holds_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    assert password_for(settings(password_file=str(file))) == SECRET


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(0o644)
    assert "chmod 600" in complaint(password_file=str(file)).advice


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "nowhere" in complaint(password_file=str(tmp_path / "nowhere")).message


def test_systemds_credentials_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "imap-password").write_text(SECRET)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert password_for(settings(password_file="imap-password")) == SECRET


def test_the_environment_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAP_PASSWORD", SECRET)
    assert password_for(settings(password_env="IMAP_PASSWORD")) == SECRET
    monkeypatch.delenv("IMAP_PASSWORD")
    assert "IMAP_PASSWORD" in complaint(password_env="IMAP_PASSWORD").message


def test_the_keyring_holds_it() -> None:
    with using(MemoryKeyring(afterword={"sam": SECRET})):
        assert password_for(settings(password_keyring="afterword")) == SECRET
        assert "keyring set" in complaint(password_keyring="elsewhere").advice
