"""`init` as a script runs it, and as a person answers it, against a real server."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from afterword.config import load_config
from tests.cli.command import Answer, afterword
from tests.keyrings import MemoryKeyring, none_at_all, using
from tests.mailbox.labs import ServerLab
from tests.scan.passes import NOW, drafts, mail
from tests.servers.base import PASSWORD


@pytest.fixture
def lab(dovecot_lab: ServerLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServerLab]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with using(none_at_all()):
        yield dovecot_lab


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "xdg" / "afterword" / "config.toml"


def flags(lab: ServerLab, *more: str) -> list[str]:
    return [
        "init", "--yes", "--name", "Sam Rivera", "--address", "sam@mail.example", "--host", "localhost",
        "--port", str(lab.server.tls_port), "--ca-file", str(lab.server.ca_file), "--username", lab.user,
        *more,
    ]  # fmt: skip


def with_password(lab: ServerLab, *more: str, password: str = PASSWORD) -> Answer:
    return afterword(*flags(lab, "--password-stdin", *more), stdin=f"{password}\n".encode())


def test_a_script_gets_a_configuration_that_works(lab: ServerLab, config: Path) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    answer = with_password(lab)
    assert answer.code == 0, answer.err
    assert afterword("scan").code == 0
    assert len(drafts(lab.mailbox)) == 1


def test_it_says_which_folders_it_found_and_what_it_would_have_drafted(lab: ServerLab) -> None:
    lab.deliver("INBOX", mail(1, days=5), NOW)
    answer = with_password(lab)
    assert "watched      INBOX" in answer.out
    assert "drafts       Drafts" in answer.out
    assert "would be drafted: company\tdana@brightforge.example" in answer.out
    assert "Hi Dana," in answer.out
    assert drafts(lab.mailbox) == []


def test_the_password_lies_in_a_file_of_its_own_and_nowhere_else(
    lab: ServerLab, config: Path, tmp_path: Path
) -> None:
    answer = with_password(lab)
    file = config.with_name("personal.password")
    assert file.read_text() == PASSWORD + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert PASSWORD not in answer.out + answer.err
    holding = [
        path for path in tmp_path.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()
    ]
    assert holding == [file]


def test_the_written_file_explains_every_key(lab: ServerLab, config: Path) -> None:
    with_password(lab, "--no-trial")
    text = config.read_text()
    assert "# Login name, mostly the mail address" in text
    assert f'username = "{lab.user}"' in text
    assert '# delay = "24h"' in text
    imap = load_config(config).account[0].imap
    assert imap and imap.port == lab.server.tls_port


def test_a_configuration_that_is_there_stays_there(lab: ServerLab, config: Path) -> None:
    config.parent.mkdir(parents=True)
    config.write_text("mine")
    answer = with_password(lab)
    assert answer.code == 2
    assert "--force" in answer.err
    assert config.read_text() == "mine"


def test_told_to_it_replaces_the_configuration_and_keeps_the_old_one(lab: ServerLab, config: Path) -> None:
    config.parent.mkdir(parents=True)
    config.write_text("mine")
    assert with_password(lab, "--force", "--no-trial").code == 0
    assert load_config(config)
    assert config.with_name("config.toml.old").read_text() == "mine"


def test_a_refused_login_leaves_nothing_behind(lab: ServerLab, config: Path) -> None:
    answer = with_password(lab, password="wrong-horse")
    assert answer.code == 3
    assert "refuses the login" in answer.err
    assert not config.exists()
    assert not config.with_name("personal.password").exists()


def test_where_there_is_a_keyring_it_keeps_the_password(lab: ServerLab, config: Path) -> None:
    backend = MemoryKeyring()
    with using(backend):
        assert with_password(lab, "--no-trial").code == 0
    assert backend.entries == {("afterword", lab.user): PASSWORD}
    assert 'password_keyring = "afterword"' in config.read_text()
    assert not config.with_name("personal.password").exists()


def test_a_refused_login_takes_the_password_out_of_the_keyring_again(lab: ServerLab) -> None:
    backend = MemoryKeyring()
    with using(backend):
        assert with_password(lab, password="wrong-horse").code == 3
    assert backend.entries == {}


def test_without_a_password_it_says_how_to_give_one(lab: ServerLab) -> None:
    answer = afterword(*flags(lab))
    assert answer.code == 2
    assert "--password-stdin" in answer.err


def test_what_cannot_be_asked_is_named_with_its_flag() -> None:
    answer = afterword("init", "--yes", "--name", "Sam Rivera")
    assert answer.code == 2
    assert "--address" in answer.err


@pytest.mark.parametrize("source", ["command", "env", "file"])
def test_the_password_may_be_kept_elsewhere(
    source: str, lab: ServerLab, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "secret"
    kept.write_text(PASSWORD)
    kept.chmod(0o600)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    value = {"command": f"cat {kept}", "env": "MAIL_PASSWORD", "file": str(kept)}[source]
    answer = afterword(*flags(lab, f"--password-{source}", value, "--no-trial"))
    assert answer.code == 0, answer.err
    assert f'password_{source} = "{value}"' in config.read_text()
    assert kept.read_text() == PASSWORD


def outlook(*more: str) -> Answer:
    return afterword("init", "--yes", "--name", "Sam Rivera", "--address", "sam@outlook.com", *more)


def test_an_outlook_address_is_told_that_passwords_are_not_taken(config: Path) -> None:
    answer = outlook()
    assert answer.code == 2
    assert "Microsoft takes no password from programs" in answer.out
    assert "--client-id" in answer.err


def test_where_one_signs_in_the_configuration_says_so_and_the_sign_in_comes_next(
    lab: ServerLab, config: Path
) -> None:
    answer = outlook("--client-id", "0000-made-up")
    assert answer.code == 0, answer.err
    assert "Next: afterword auth login personal" in answer.out
    imap = load_config(config).account[0].imap
    assert imap and (imap.auth, imap.provider, imap.client_id) == ("oauth2", "microsoft", "0000-made-up")
    assert imap.host == "outlook.office365.com"


def test_a_digest_is_written_down_with_the_accounts_own_secret(lab: ServerLab, config: Path) -> None:
    answer = with_password(lab, "--no-trial", "--digest", "week", "--smtp-host", "smtp.mail.example")
    assert answer.code == 0, answer.err
    settings = load_config(config)
    assert settings.digest and settings.digest.every == "week"
    assert settings.digest.host == "smtp.mail.example"
    assert settings.digest.password_file == str(config.with_name("personal.password"))
    assert settings.digest_address == "sam@mail.example"


def test_where_one_signs_in_the_digest_needs_no_password_either(lab: ServerLab, config: Path) -> None:
    answer = outlook("--client-id", "0000-made-up", "--digest", "week")
    assert answer.code == 0, answer.err
    settings = load_config(config)
    assert settings.digest and settings.digest.account == "personal"
    assert settings.digest.host == "smtp-mail.outlook.com"
    assert settings.digest_sign_in is settings.account[0].imap


def test_a_digest_that_there_is_not_is_a_usage_error(lab: ServerLab) -> None:
    assert "--digest day, week, or none" in with_password(lab, "--digest", "month").err


def test_a_person_answers_question_by_question(lab: ServerLab, config: Path) -> None:
    lab.deliver("INBOX", mail(1, days=5), NOW)
    file = config.with_name("mine.password")
    file.parent.mkdir(parents=True)
    file.write_text(PASSWORD)
    file.chmod(0o600)
    answers = ["Sam Rivera", "sam@mail.example", lab.user, "command", f"cat {file}", "y"]
    answer = afterword(
        "init", "--host", "localhost", "--port", str(lab.server.tls_port), "--ca-file", str(lab.server.ca_file),
        "--no-service", stdin="\n".join(answers).encode() + b"\n",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "would be drafted" in answer.out
    assert load_config(config).owner.name == "Sam Rivera"


def test_a_maildir_needs_no_server(tmp_path: Path, lab: ServerLab, config: Path) -> None:
    for folder in ("INBOX", "Drafts"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / "Mail" / folder / part).mkdir(parents=True)
    answer = afterword(
        "init",
        "--yes",
        "--name",
        "Sam Rivera",
        "--address",
        "sam@mail.example",
        "--maildir",
        str(tmp_path / "Mail"),
    )
    assert answer.code == 0, answer.err
    assert load_config(config).account[0].maildir
