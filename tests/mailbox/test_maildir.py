"""What is particular about mail in files."""

import os
from pathlib import Path

import pytest

from afterword.errors import Unreachable
from afterword.mailbox.maildir import MaildirMailbox
from tests.mailbox.labs import MaildirLab, mail


@pytest.fixture
def lab(tmp_path: Path) -> MaildirLab:
    return MaildirLab(tmp_path / "Mail", plusplus=True)


def make(path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True)


def test_a_folder_without_maildirs_is_refused_with_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as caught:
        MaildirMailbox("local", tmp_path)
    assert "cur, new and tmp" in caught.value.advice


def test_nested_maildirs_are_found_in_both_styles_of_mbsync(tmp_path: Path) -> None:
    for name in ("Inbox", "Work/Applications", "Lists/.python"):
        make(tmp_path / name)
    names = {folder.name for folder in MaildirMailbox("local", tmp_path).folders()}
    assert names == {"INBOX", "Work/Applications", "Lists/python"}


def test_a_uid_stays_when_a_mail_program_sets_flags_and_moves_the_file(lab: MaildirLab) -> None:
    lab.deliver("INBOX", mail(1))
    before = lab.mailbox.uids("INBOX")
    (file,) = lab.files("INBOX")
    file.rename(lab.path("INBOX") / "cur" / f"{file.name}:2,RS")
    assert lab.mailbox.uids("INBOX") == before
    assert len(list(lab.mailbox.fetch("INBOX", before))) == 1


def test_reading_moves_no_file(lab: MaildirLab) -> None:
    lab.deliver("INBOX", mail(1))
    before = [(file, file.stat().st_mtime_ns) for file in lab.files("INBOX")]
    list(lab.mailbox.fetch("INBOX", lab.mailbox.uids("INBOX")))
    assert [(file, file.stat().st_mtime_ns) for file in lab.files("INBOX")] == before


def test_a_symbolic_link_is_not_followed_out_of_the_mailbox(lab: MaildirLab, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(mail(9))
    (lab.path("INBOX") / "cur" / "1700000001.x:2,S").symlink_to(secret)
    assert lab.mailbox.uids("INBOX") == ()


def test_a_pipe_among_the_mail_does_not_hang_the_reader(lab: MaildirLab) -> None:
    os.mkfifo(lab.path("INBOX") / "cur" / "1700000002.x:2,S")
    assert lab.mailbox.uids("INBOX") == ()


def test_a_draft_is_never_seen_half_written(lab: MaildirLab) -> None:
    lab.mailbox.append_draft("Drafts", mail(1))
    assert [file.parent.name for file in lab.files("Drafts")] == ["cur"]
    assert lab.files("Drafts")[0].name.endswith(":2,DS")
