"""Forgetting: what is removed is gone from the file, and nothing is answered twice because of it."""

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from afterword.config import load_config
from afterword.errors import ConfigError
from afterword.ledger import Ledger
from afterword.mailbox.maildir import MaildirMailbox
from tests.cli.command import afterword
from tests.mailbox.labs import MaildirLab
from tests.scan.passes import NOW, drafts, mail
from tests.scan.passes import one_pass as pass_over

UNASKED = (
    "Hi Sam,\n\nThank you for interviewing for the Backend Engineer position at Brightforge. Unfortunately we will not be moving forward. "
    "Your answers in the whiteboard round were too general; practise your design skills.\n\nKind regards,\nDana Whitlock\nBrightforge\n"
)
FIRST = "<m1@brightforge.example>"


@pytest.fixture
def files(tmp_path: Path) -> MaildirLab:
    """A Maildir with one rejection that holds advice, and one that does not."""
    lab = MaildirLab(tmp_path / "Mail", plusplus=True)
    lab.deliver("INBOX", mail(1, UNASKED), NOW)
    other = {"From_": "Lee Moss <lee@tideway.example>", "Subject": "Your application for Diver"}
    lab.deliver(
        "INBOX",
        mail(
            2,
            "Dear Sam,\n\nWe regret that we will not be moving forward with your application.\n\nLee",
            **other,
        ),
        NOW,
    )
    return lab


@pytest.fixture
def config(files: MaildirLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "config.toml"
    path.write_text(
        '[owner]\nname = "Sam Rivera"\naddresses = ["sam@mail.example"]\n'
        f'[[account]]\nname = "local"\n[account.maildir]\npath = "{files.root}"\n[letters]\ndelay = "0"\n'
        f'[state]\nurl = "sqlite:///{tmp_path / "ledger.db"}"\n'
    )
    monkeypatch.setenv("AFTERWORD_CONFIG", str(path))
    assert afterword("scan").code == 0
    yield path


def octets(config: Path) -> bytes:
    """Everything that lies beside the ledger."""
    return b"".join(
        file.read_bytes() for file in config.parent.iterdir() if file.is_file() and file != config
    )


def test_what_is_kept_lies_in_one_file_that_only_its_owner_can_read(config: Path) -> None:
    beside = [file.name for file in config.parent.iterdir() if file.is_file() and file != config]
    assert beside == ["ledger.db"]
    assert stat.S_IMODE((config.parent / "ledger.db").stat().st_mode) == 0o600


def test_of_a_forgotten_case_only_its_message_id_stays_and_it_is_not_answered_anew(
    config: Path, files: MaildirLab
) -> None:
    assert b"whiteboard" in octets(config)
    assert afterword("forget", FIRST, "--yes").code == 0
    assert FIRST.encode() in octets(config)
    for word in (b"whiteboard", b"Dana", b"Brightforge", b"Backend"):
        assert word not in octets(config)
    assert b"lee@tideway.example" in octets(config)
    for draft in drafts(files.mailbox):
        files.delete("Drafts", str(draft["Message-ID"]))
    assert afterword("scan", "--since", "90d", "--json").rows[0]["drafted"] == 0
    assert afterword("journal", "--json").rows == []


def test_a_forgotten_account_leaves_nothing(config: Path) -> None:
    assert afterword("forget", "--account", "local", "--yes").code == 0
    assert not any(word in octets(config) for word in (b"whiteboard", b"lee@tideway.example", FIRST.encode()))
    assert afterword("status", "--json").rows[0]["last_pass"] is None


def test_everything_takes_the_personal_model_too(config: Path) -> None:
    model = config.parent / "personal-model.json"
    model.write_text("{}")
    assert afterword("forget", "--everything", "--yes").code == 0
    assert not model.exists()
    assert FIRST.encode() not in octets(config)


def test_a_forgotten_correction_takes_the_model_that_learnt_from_it(config: Path) -> None:
    model = config.parent / "personal-model.json"
    model.write_text("{}")
    afterword("forget", "<m2@brightforge.example>", "--yes")
    assert model.exists()
    assert afterword("correct", FIRST, "--not-rejection").code == 0
    afterword("forget", FIRST, "--yes")
    assert not model.exists()


def test_what_is_not_known_or_not_named_is_told(config: Path) -> None:
    assert afterword("forget", "<nobody@nowhere.example>", "--yes").code == 2
    assert afterword("forget", "--account", "work", "--yes").code == 2
    assert afterword("forget", "--yes").code == 2
    assert afterword("forget", FIRST, "--everything", "--yes").code == 2


def test_the_owner_is_asked_first(config: Path) -> None:
    answer = afterword("forget", "--everything", stdin=b"n\n")
    assert answer.code != 0
    assert FIRST.encode() in octets(config)


def test_a_correction_by_message_id_or_by_file_is_acted_on_by_the_next_pass(
    config: Path, files: MaildirLab, tmp_path: Path
) -> None:
    assert "next pass" in afterword("correct", FIRST, "--not-rejection").out
    assert "said before" in afterword("correct", FIRST, "--not-rejection").out
    file = tmp_path / "second.eml"
    other = {"From_": "Lee Moss <lee@tideway.example>"}
    file.write_bytes(mail(2, **other))
    assert afterword("correct", str(file), "--not-rejection").code == 0
    file.unlink()
    assert len(drafts(files.mailbox)) == 2
    assert afterword("scan").code == 0
    assert drafts(files.mailbox) == []
    assert afterword("correct", "<nobody@nowhere.example>", "--rejection").code == 2
    assert afterword("correct", FIRST).code == 2


def test_what_is_older_than_the_owner_wants_to_keep_ends_by_itself(config: Path, files: MaildirLab) -> None:
    settings = load_config(config)
    keep = settings.retention.model_copy(update={"mail": timedelta(days=400), "journal": timedelta(days=30)})
    settings = settings.model_copy(update={"retention": keep})
    ledger = Ledger.open(settings.state.url)
    pass_over(MaildirMailbox("local", files.root), ledger, settings, later=timedelta(days=40))
    assert (ledger.aftermath.lessons(), len(ledger.cases())) == ([], 2)
    pass_over(MaildirMailbox("local", files.root), ledger, settings, later=timedelta(days=420))
    assert ledger.cases() == []
    ledger.close()
    assert not any(word in octets(config) for word in (b"whiteboard", b"Brightforge"))


def test_a_limit_at_which_a_mail_could_be_answered_twice_is_refused(config: Path) -> None:
    config.write_text(config.read_text() + '[retention]\nmail = "100d"\n')
    with pytest.raises(ConfigError) as fault:
        load_config(config)
    assert 'at least "270d"' in str(fault.value.problems)
