"""What every mailbox promises: one suite for memory, files and three real servers."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from afterword.errors import MissingFolder
from afterword.mailbox.maildir import MaildirMailbox
from afterword.mailbox.special import resolve, resolve_optional
from afterword.records import Place
from tests.mailbox.labs import SERVERS, Lab, mail, open_lab

KINDS = ["memory", "maildir++", "sibling maildirs", *SERVERS]


@pytest.fixture(params=KINDS)
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    with open_lab(request.param, request, tmp_path) as opened:
        yield opened


def octets_in(lab: Lab, folder: str) -> list[bytes]:
    name = lab.named(folder)
    return [raw.octets for raw in lab.mailbox.fetch(name, lab.mailbox.uids(name))]


def test_every_folder_is_listed(lab: Lab) -> None:
    names = {folder.name for folder in lab.mailbox.folders()}
    assert names == {lab.named(folder) for folder in ("INBOX", "Drafts", "Sent", "Archive", "Trash")}


@pytest.mark.parametrize("use", ["drafts", "sent", "archive", "trash"])
def test_special_folders_are_found_by_use_or_name(lab: Lab, use: str) -> None:
    folders = lab.mailbox.folders()
    assert (
        resolve(folders, f"\\{use}", "", "a")
        == resolve_optional(folders, f"\\{use}", "", "a")
        == lab.named(use.capitalize())
    )


def test_an_empty_folder_has_no_uids(lab: Lab) -> None:
    assert lab.mailbox.examine("INBOX").exists == 0
    assert lab.mailbox.uids("INBOX") == ()


def test_mail_comes_back_byte_for_byte_with_crlf(lab: Lab) -> None:
    sent = mail(1, "Grüße, señor\r\n.\r\n\r\nlast line\r\n".encode())
    lab.deliver("INBOX", sent)
    assert octets_in(lab, "INBOX") == [sent]


def test_bytes_that_are_no_text_come_back_too(lab: Lab) -> None:
    sent = mail(1, bytes(byte for byte in range(1, 256) if byte not in b"\r\n") + b"\r\n")
    lab.deliver("INBOX", sent)
    assert octets_in(lab, "INBOX") == [sent]


def test_messages_come_in_the_order_asked_for(lab: Lab) -> None:
    for number in range(5):
        lab.deliver("INBOX", mail(number))
    backwards = lab.mailbox.uids("INBOX")[::-1]
    fetched = [raw.place.uid for raw in lab.mailbox.fetch("INBOX", backwards)]
    assert fetched == list(backwards)


def test_a_place_names_account_folder_and_epoch(lab: Lab) -> None:
    lab.deliver("INBOX", mail(1))
    (raw,) = lab.mailbox.fetch("INBOX", lab.mailbox.uids("INBOX"))
    assert (raw.place.account, raw.place.folder) == (lab.mailbox.account, "INBOX")
    assert raw.place.uidvalidity == lab.mailbox.examine("INBOX").uidvalidity
    assert raw.size > 0


def test_the_internal_date_is_the_servers_and_aware(lab: Lab) -> None:
    when = datetime(2026, 10, 1, 12, 30, tzinfo=UTC)
    lab.deliver("INBOX", mail(1), when)
    (raw,) = lab.mailbox.fetch("INBOX", lab.mailbox.uids("INBOX"))
    assert raw.internal_date == when


def test_since_leaves_older_mail_out(lab: Lab) -> None:
    lab.deliver("INBOX", mail(1), datetime(2026, 9, 1, 12, tzinfo=UTC))
    lab.deliver("INBOX", mail(2), datetime(2026, 10, 1, 12, tzinfo=UTC))
    (uid,) = lab.mailbox.uids("INBOX", since=date(2026, 9, 15))
    (raw,) = lab.mailbox.fetch("INBOX", [uid])
    assert b"Subject: Mail 2" in raw.octets


def test_what_came_after_a_uid_is_among_the_answer(lab: Lab) -> None:
    lab.deliver("INBOX", mail(1))
    before = lab.mailbox.uids("INBOX")
    lab.deliver("INBOX", mail(2))
    new = set(lab.mailbox.uids("INBOX", after=max(before))) - set(before)
    assert len(new) == 1


def test_the_status_of_a_folder_that_is_open_tells_what_has_come_since(lab: Lab) -> None:
    lab.deliver("INBOX", mail(1))
    before = lab.mailbox.examine("INBOX")
    list(lab.mailbox.fetch("INBOX", [1]))
    lab.deliver("INBOX", mail(2))
    after = lab.mailbox.status("INBOX")
    assert (after.exists, after.uidvalidity) == (before.exists + 1, before.uidvalidity)


def test_a_message_that_is_gone_is_left_out(lab: Lab) -> None:
    lab.deliver("INBOX", mail(1))
    lab.deliver("INBOX", mail(2))
    uids = lab.mailbox.uids("INBOX")
    lab.delete("INBOX", "<m1@brightforge.example>")
    assert [b"Mail 2" in raw.octets for raw in lab.mailbox.fetch("INBOX", uids)] == [True]


def test_reading_leaves_every_flag_as_it_was(lab: Lab) -> None:
    lab.deliver("INBOX", mail(1))
    lab.deliver("INBOX", mail(2), seen=True)
    before = lab.flags("INBOX")
    lab.mailbox.examine("INBOX")
    octets_in(lab, "INBOX")
    lab.mailbox.find("INBOX", "Message-ID", "<m1@brightforge.example>")
    assert lab.flags("INBOX") == before


def test_mail_is_found_by_message_id_and_by_in_reply_to(lab: Lab) -> None:
    lab.deliver("Sent", mail(1, In_Reply_To="<asked@x.example>"))
    lab.deliver("Sent", mail(2))
    uids = lab.mailbox.find(lab.named("Sent"), "Message-ID", "<m2@brightforge.example>")
    assert [b"Mail 2" in raw.octets for raw in lab.mailbox.fetch(lab.named("Sent"), uids)] == [True]
    assert len(lab.mailbox.find(lab.named("Sent"), "In-Reply-To", "<asked@x.example>")) == 1
    assert lab.mailbox.find(lab.named("Sent"), "Message-ID", "<nobody@x.example>") == ()


def test_a_draft_is_appended_as_draft_and_seen_byte_for_byte(lab: Lab) -> None:
    draft = mail(7, b"Dear Dana,\r\n\r\nthank you.\r\n")
    lab.mailbox.append_draft(lab.named("Drafts"), draft)
    assert octets_in(lab, "Drafts") == [draft]
    assert lab.flags("Drafts") == {"<m7@brightforge.example>": frozenset({"\\draft", "\\seen"})}


def test_a_draft_just_appended_is_found(lab: Lab) -> None:
    assert lab.mailbox.find(lab.named("Drafts"), "Message-ID", "<m7@brightforge.example>") == ()
    lab.mailbox.append_draft(lab.named("Drafts"), mail(7))
    assert len(lab.mailbox.find(lab.named("Drafts"), "Message-ID", "<m7@brightforge.example>")) == 1


def test_a_draft_is_moved_with_its_flags_and_nothing_else_moves(lab: Lab) -> None:
    drafts, trash = lab.named("Drafts"), lab.named("Trash")
    lab.mailbox.append_draft(drafts, mail(7))
    lab.mailbox.append_draft(drafts, mail(8))
    (uid,) = lab.mailbox.find(drafts, "Message-ID", "<m7@brightforge.example>")
    place = Place(lab.mailbox.account, drafts, lab.mailbox.examine(drafts).uidvalidity, uid)
    if not lab.can_move:
        assert not lab.mailbox.move_draft(place, trash)
        assert len(lab.flags("Drafts")) == 2
        return
    assert lab.mailbox.move_draft(place, trash)
    assert lab.flags("Trash") == {"<m7@brightforge.example>": frozenset({"\\draft", "\\seen"})}
    assert set(lab.flags("Drafts")) == {"<m8@brightforge.example>"}
    assert not lab.mailbox.move_draft(place, trash)


def test_a_draft_of_another_epoch_of_the_folder_is_not_moved(lab: Lab) -> None:
    drafts = lab.named("Drafts")
    lab.mailbox.append_draft(drafts, mail(7))
    (uid,) = lab.mailbox.uids(drafts)
    state = lab.mailbox.examine(drafts)
    if isinstance(lab.mailbox, MaildirMailbox):
        uid += 1  # a Maildir has one epoch; its numbers are of names, and this one nobody bears
    place = Place(lab.mailbox.account, drafts, state.uidvalidity + 1, uid)
    assert not lab.mailbox.move_draft(place, lab.named("Trash"))
    assert len(lab.mailbox.uids(drafts)) == 1


def test_of_a_huge_mail_only_the_beginning_is_read(lab: Lab) -> None:
    lab.deliver("INBOX", mail(1, b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 20_000))
    (raw,) = lab.mailbox.fetch("INBOX", lab.mailbox.uids("INBOX"))
    assert raw.size > 1_400_000
    assert len(raw.octets) <= 1_100_000


@pytest.mark.parametrize("name", ["Bewerbungen 2026", "Entwürfe", "日本", "A&B"])
def test_folder_names_of_any_language_are_read_back(lab: Lab, name: str) -> None:
    lab.create(name)
    lab.deliver(name, mail(1))
    assert lab.named(name) in {folder.name for folder in lab.mailbox.folders()}
    assert len(octets_in(lab, name)) == 1


def test_a_missing_folder_is_named(lab: Lab) -> None:
    with pytest.raises(MissingFolder, match="Nowhere"):
        lab.mailbox.examine("Nowhere")
    with pytest.raises(MissingFolder, match="Nowhere"):
        lab.mailbox.append_draft("Nowhere", mail(1))


def test_many_mails_come_in_batches_and_none_is_lost(lab: Lab) -> None:
    for number in range(230):
        lab.deliver("INBOX", mail(number))
    assert len(octets_in(lab, "INBOX")) == 230
