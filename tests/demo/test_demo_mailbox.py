"""The mailbox of the demo is real mail, and the same every time."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from afterword.config import load_config
from afterword.demo import build

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def mails(folder: Path) -> list[Message]:
    files = sorted(folder.glob("Mail/**/*.demo:2,S"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


def test_it_holds_about_forty_mails_each_with_an_id_of_its_own(tmp_path: Path) -> None:
    build(tmp_path, NOW)
    ids = Counter(mail["Message-ID"] for mail in mails(tmp_path))
    assert 38 <= ids.total() <= 50
    assert max(ids.values()) == 1


def test_every_mail_parses_and_lies_in_the_past(tmp_path: Path) -> None:
    build(tmp_path, NOW)
    for mail in mails(tmp_path):
        assert not mail.defects
        assert NOW - timedelta(days=160) < parsedate_to_datetime(mail["Date"]) < NOW


def test_every_domain_is_made_up(tmp_path: Path) -> None:
    build(tmp_path, NOW)
    for mail in mails(tmp_path):
        assert mail["From"].addresses[0].domain.endswith(".example")


def test_its_configuration_holds(tmp_path: Path) -> None:
    config = load_config(build(tmp_path, NOW))
    assert config.account[0].name == "demo"
    assert config.letters.delay == timedelta(0)


def test_the_same_moment_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        build(tmp_path / name, NOW)
    one, two = (
        {file.name: file.read_bytes() for file in (tmp_path / name).glob("Mail/**/*.demo:2,S")}
        for name in ("one", "two")
    )
    assert one == two
