"""Paths to mail: files, mboxes, Maildirs, folders, standard input."""

import io
import os
from pathlib import Path

import pytest

from afterword.errors import UnreadableMail
from afterword.parse import OCTET_LIMIT
from afterword.sources import iter_mail, read_octets

MAIL = b"From: dana@initech.example\nSubject: News\n\ntext\n"
ENVELOPE = b"From dana@initech.example Tue May  5 10:22:07 2026\n"


def mails(path: str | Path) -> dict[str, bytes | UnreadableMail]:
    return dict(iter_mail(str(path)))


def assert_unreadable(path: str | Path, words: str) -> None:
    found = mails(path)
    assert list(found) == [str(path)]
    error = found[str(path)]
    assert isinstance(error, UnreadableMail)
    assert words in error.message
    assert error.advice


def test_a_file_is_a_mail(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(MAIL)
    assert mails(tmp_path / "one.eml") == {str(tmp_path / "one.eml"): MAIL}
    assert read_octets(str(tmp_path / "one.eml")) == MAIL


def test_the_mails_of_an_mbox_are_numbered_from_one(tmp_path: Path) -> None:
    box = tmp_path / "box.mbox"
    box.write_bytes(
        ENVELOPE
        + MAIL
        + b">From here on\n>>From there\n\n"
        + ENVELOPE
        + MAIL
        + b"\nFrom now on, no envelope\n\n"
    )
    first = MAIL + b"From here on\n>From there\n"
    second = MAIL + b"\nFrom now on, no envelope\n"
    assert mails(box) == {f"{box}#1": first, f"{box}#2": second}
    assert mails(f"{box}#2") == {f"{box}#2": second}


def test_an_mbox_has_no_mail_of_a_number_beyond_its_last(tmp_path: Path) -> None:
    (tmp_path / "box.mbox").write_bytes(ENVELOPE + MAIL)
    assert_unreadable(tmp_path / "box.mbox#2", "has no mail of that number")
    assert_unreadable(tmp_path / "none.mbox#1", "No such file")


def test_a_file_whose_name_looks_numbered_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mail#1").write_bytes(MAIL)
    assert mails(tmp_path / "mail#1") == {str(tmp_path / "mail#1"): MAIL}


def test_a_broken_mail_in_an_mbox_does_not_hide_the_next(tmp_path: Path) -> None:
    box = tmp_path / "box.mbox"
    box.write_bytes(ENVELOPE + b"no header at all\n\n" + ENVELOPE + MAIL)
    found = mails(box)
    assert isinstance(found[f"{box}#1"], UnreadableMail)
    assert found[f"{box}#2"] == MAIL.removesuffix(b"\n")


def test_an_eml_file_with_an_envelope_line_is_one_mail(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(ENVELOPE + MAIL)
    assert list(mails(tmp_path / "one.eml")) == [str(tmp_path / "one.eml")]


def test_a_maildir_gives_what_lies_in_cur_and_new_of_it_and_its_subfolders(tmp_path: Path) -> None:
    for folder in ("", ".Archive"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / folder / part).mkdir(parents=True)
            (tmp_path / folder / part / "1.host:2,S").write_bytes(MAIL)
    (tmp_path / "subscriptions").write_text("Archive")
    assert list(mails(tmp_path)) == [
        str(tmp_path / name / "1.host:2,S") for name in ("cur", "new", ".Archive/cur", ".Archive/new")
    ]


def test_a_folder_gives_its_eml_files_sorted_with_those_of_the_folders_in_it(tmp_path: Path) -> None:
    for name in ("b.eml", "a.EML", "sub/c.eml", "notes.txt", "._b.eml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(MAIL)
    assert list(mails(tmp_path)) == [str(tmp_path / name) for name in ("a.EML", "b.eml", "sub/c.eml")]


def test_a_pipe_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "waits.eml")
    assert_unreadable(tmp_path, "holds no mail")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (bytes(range(256)) * 50, "no header field"),
        (b"Dear Sam,\n\nno header.", "no header field"),
    ],
)
def test_a_file_that_is_no_mail_says_why(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.eml").write_bytes(content)
    assert_unreadable(tmp_path / "x.eml", words)


def test_a_path_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert_unreadable(tmp_path / "missing.eml", "No such file")
    assert_unreadable("a\0b", "cannot be read")
    assert isinstance(read_octets(str(tmp_path)), UnreadableMail)


@pytest.mark.parametrize("box", [False, True])
def test_standard_input_is_a_mail_or_an_mbox(monkeypatch: pytest.MonkeyPatch, box: bool) -> None:
    octets = (ENVELOPE + MAIL + b"\n") * 2 if box else MAIL
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(octets)))
    assert mails("-") == ({"-#1": MAIL, "-#2": MAIL} if box else {"-": MAIL})


def test_a_huge_mail_is_cut_off(tmp_path: Path) -> None:
    huge = MAIL + b"x" * (2 * OCTET_LIMIT)
    (tmp_path / "huge.eml").write_bytes(huge)
    (tmp_path / "huge.mbox").write_bytes(ENVELOPE + huge + b"\n\n" + ENVELOPE + MAIL)
    assert [len(octets) for octets in mails(tmp_path / "huge.eml").values() if isinstance(octets, bytes)] == [
        OCTET_LIMIT
    ]
    first, second = mails(tmp_path / "huge.mbox").values()
    assert isinstance(first, bytes)
    assert len(first) == OCTET_LIMIT
    assert second == MAIL.removesuffix(b"\n")
