"""The configuration: what holds, and what is said when it does not."""

from datetime import timedelta
from pathlib import Path

import pytest

from afterword.config import Config, config_path, load_config, parse_duration
from afterword.errors import ConfigError
from afterword.sample import sample

GOOD = """
[owner]
name = "Sam Rivera"
addresses = ["sam@example.org"]

[[account]]
name = "personal"
[account.imap]
host = "imap.example.org"
username = "sam@example.org"
password_env = "SECRET"
"""


def load(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def problems(tmp_path: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert caught.value.exit_code == 2
    return caught.value.problems


def test_the_smallest_configuration_has_the_documented_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, GOOD)
    imap = config.account[0].imap
    assert imap and (imap.port, imap.security, imap.folders) == (993, "tls", ("INBOX",))
    assert config.letters.delay == timedelta(hours=24)
    assert config.letters.application_stage == "ask"
    assert config.letters.max_age == timedelta(days=90)
    assert config.schedule.every == timedelta(minutes=10)


def test_the_sample_holds_and_is_the_schemas_own_output(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "config.example.toml"
    assert example.read_text(encoding="utf-8") == sample()
    assert load(tmp_path, sample()).account[0].name == "personal"


def test_every_key_of_the_sample_holds_when_it_is_switched_on(tmp_path: Path) -> None:
    on = [
        line.removeprefix("# ")
        if line.startswith("# ") and (" = " in line or line.startswith("# ["))
        else line
        for line in sample().splitlines()
    ]
    only_one_secret = [
        line
        for line in on
        if not line.startswith(("password_keyring", "password_file", "password_env", "token_command"))
    ]
    without_maildir = "\n".join(only_one_secret).split("# A local mailbox")[0]
    rest = "\n".join(only_one_secret).split("[letters]")[1]
    config = load(tmp_path, without_maildir.replace("/path/ca.pem", str(tmp_path)) + "\n[letters]" + rest)
    assert config.schedule.cron == ""


def test_all_faults_are_told_at_once_each_with_its_key(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        GOOD.replace("[owner]", "[owner]\nnme = 1").replace("993", "x")
        + '[letters]\ndelay = "soon"\napplication_stage = "beg"\n',
    )
    text = "\n".join(found)
    assert len(found) == 3
    assert "owner.nme: unknown key; did you mean name?" in text
    assert "letters.delay: write a number and a unit" in text
    assert "letters.application_stage" in text


def test_an_unknown_key_far_from_any_known_one_lists_the_known_ones(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, GOOD + "xyzzy = 1\n")
    assert problem.startswith("account.1.imap.xyzzy: unknown key; known keys here: host, port, security")


def test_keys_of_the_second_account_are_counted_from_one(tmp_path: Path) -> None:
    second = '[[account]]\nname = "two"\n[account.maildir]\nspool = "~/Mail"\n'
    found = "\n".join(problems(tmp_path, GOOD + second))
    assert "account.2.maildir.spool: unknown key" in found
    assert "account.2.maildir.path: missing" in found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('password_env = "SECRET"', ""), "exactly one of password_command"),
        (
            ('password_env = "SECRET"', 'password_env = "A"\npassword_command = "b"'),
            "password_command and password_env",
        ),
        (
            ('password_env = "SECRET"', 'auth = "oauth2"'),
            "exactly one of provider, token_command (found: none)",
        ),
        (('password_env = "SECRET"', 'auth = "oauth2"\nprovider = "google"'), "needs client_id"),
        (
            ('password_env = "SECRET"', 'auth = "oauth2"\ntoken_command = "t"\npassword_env = "A"'),
            'password_env does not go with auth = "oauth2"',
        ),
        (
            ('password_env = "SECRET"', 'password_env = "A"\ntoken_command = "t"'),
            'token_command does not go with auth = "password"',
        ),
        (('host = "imap.example.org"', 'host = "imap.example.org"\nsecurity = "none"'), "only for localhost"),
        (('"sam@example.org"]', '"Sam <sam@example.org>"]'), "bare mail address"),
        (
            ("[account.imap]", "[account.maildir]\npath = '/x'\n[account.imap]"),
            "exactly one of [account.imap]",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    assert told in "\n".join(problems(tmp_path, GOOD.replace(*change)))


def test_no_password_can_be_written_into_the_file(tmp_path: Path) -> None:
    assert "account.1.imap.password: unknown key" in problems(tmp_path, GOOD + 'password = "hunter2"\n')[0]
    assert "hunter2" not in "".join(problems(tmp_path, GOOD + 'password = "hunter2"\n'))


def test_two_accounts_of_one_name_are_refused(tmp_path: Path) -> None:
    twin = GOOD.split("[[account]]")[1]
    assert "name of its own" in problems(tmp_path, GOOD + "[[account]]" + twin)[0]


def test_a_cron_line_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "cron: five fields" in problems(tmp_path, GOOD + '[schedule]\ncron = "often"\n')[0]


def test_text_that_is_no_toml_names_the_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="line 2"):
        load(tmp_path, "[owner]\nname = = 1")


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no configuration at .*nowhere\.toml"):
        load_config(tmp_path / "nowhere.toml")


def test_the_file_is_the_one_given_then_the_environments_then_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("AFTERWORD_CONFIG", raising=False)
    assert config_path() == tmp_path / "afterword" / "config.toml"
    monkeypatch.setenv("AFTERWORD_CONFIG", "/etc/afterword.toml")
    assert config_path() == Path("/etc/afterword.toml")
    assert config_path(Path("mine.toml")) == Path("mine.toml")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0", timedelta(0)),
        ("90d", timedelta(days=90)),
        ("10m", timedelta(minutes=10)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_durations_are_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "10", "d", "-1d", "1 fortnight", "1.5h"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="number and a unit"):
        parse_duration(text)
