"""What happens round a pass, at worst: one draft for each rejection, an edited draft left alone, a deleted one gone for good."""

import shutil
from collections.abc import Callable

import pytest

from afterword.records import ScanReport
from tests.faults.mailroom import Mailroom
from tests.faults.processes import Nursery
from tests.faults.table import FaultTable
from tests.faults.test_line import Once
from tests.servers.rogue import Fault, Wire

ROUNDS = 5


def without(capability: str) -> Callable[[bytes], bytes]:
    """A rewriting of what the server says that leaves out one of its capabilities."""
    return lambda octets: octets.replace(f" {capability}".encode(), b"")


def test_a_reply_lost_after_a_committed_append(open_room: Callable[..., Mailroom], table: FaultTable) -> None:
    room = open_room(rejections=3)
    for committed in (1, 2, 3):
        with Wire(room.lab.server.plain_port, choose=Once(Fault.LOST_REPLY, "APPEND")) as wire:
            room.scan(wire.port, timeout="1s")
        assert room.answered().total() == committed, "the server had committed it"
    table.add("reply lost after every APPEND", room.settle())


def test_a_server_without_uidplus(open_room: Callable[..., Mailroom], table: FaultTable) -> None:
    room = open_room()
    for capability in ("UIDPLUS", "LITERAL+", "ESEARCH", "ID"):
        room.deliver_rejection()
        rewrite = without(capability)
        with Wire(
            room.lab.server.plain_port, rewrite=rewrite, choose=Once(Fault.LOST_REPLY, "APPEND")
        ) as wire:
            room.scan(wire.port, timeout="1s")
        with Wire(room.lab.server.plain_port, rewrite=rewrite) as wire:
            assert isinstance(room.scan(wire.port), ScanReport)
        table.add(f"no {capability}, and the reply to APPEND lost", room.drafts_for_each())


@pytest.mark.parametrize("second", ["ledger", "other"], ids=["one ledger", "separate ledgers"])
def test_two_daemons_on_one_mailbox(
    second: str,
    open_room: Callable[..., Mailroom],
    nursery: Nursery,
    second_nursery: Nursery,
    table: FaultTable,
) -> None:
    room = open_room(rejections=0)
    configs = (room.write_config(), room.write_config(second))
    for _ in range(ROUNDS):
        room.deliver_rejection()
        room.deliver_rejection()
        for each, config in zip((nursery, second_nursery), configs, strict=True):
            each.begin(config)
        ends = [each.end() for each in (nursery, second_nursery)]
        assert [end.code for end in ends] == [0, 0]
        room.drafts_for_each()
        table.add(
            f"two daemons at once, {'one ledger' if second == 'ledger' else 'separate ledgers'}",
            room.drafts_for_each(second),
        )


def test_a_ledger_restored_from_yesterday(open_room: Callable[..., Mailroom], table: FaultTable) -> None:
    room = open_room(rejections=1)
    room.settle()
    path = room.home / "ledger.db"
    shutil.copy(path, room.home / "yesterday.db")
    room.deliver_rejection()
    room.settle()
    shutil.copy(room.home / "yesterday.db", path)
    table.add("ledger restored from yesterday", room.settle())


def test_a_ledger_lost(open_room: Callable[..., Mailroom], table: FaultTable) -> None:
    room = open_room()
    room.settle()
    (room.home / "ledger.db").unlink()
    table.add("ledger lost", room.settle())


def test_uidvalidity_changed(open_room: Callable[..., Mailroom], table: FaultTable) -> None:
    room = open_room()
    room.settle()
    for folder in ("INBOX", "Drafts"):
        room.renumber(folder)
        room.deliver_rejection()
        table.add(f"UIDVALIDITY of {folder} changed", room.settle())


def test_uidvalidity_changed_with_the_ledger_lost(
    open_room: Callable[..., Mailroom], table: FaultTable
) -> None:
    room = open_room()
    room.settle()
    room.renumber("INBOX")
    (room.home / "ledger.db").unlink()
    table.add("UIDVALIDITY changed and the ledger lost", room.settle())


@pytest.mark.parametrize("message_id", ["kept", "renewed"])
@pytest.mark.parametrize("trouble", ["none", "ledger lost", "uidvalidity"])
def test_an_edited_draft_is_byte_identical_afterwards(
    message_id: str, trouble: str, open_room: Callable[..., Mailroom], table: FaultTable
) -> None:
    room = open_room(rejections=1)
    room.settle()
    number = room.expected[0]
    uid, octets = room.draft_to(number)
    edited = octets.replace(b"\r\n\r\n", b"\r\n\r\nDear Dana, these are my own words.\r\n\r\n", 1)
    if message_id == "renewed":
        edited = edited.replace(b"Message-ID: <", b"Message-ID: <edited.", 1)
    assert edited != octets
    client = room.lab.client
    client.select_folder("Drafts")
    client.delete_messages([uid])
    client.expunge()
    client.unselect_folder()
    client.append("Drafts", edited, ["\\Draft", "\\Seen"])
    if trouble == "ledger lost":
        (room.home / "ledger.db").unlink()
    if trouble == "uidvalidity":
        room.renumber("INBOX")
        room.renumber("Drafts")
    report = room.scan()
    assert isinstance(report, ScanReport)
    assert report.drafted == 0
    assert room.draft_to(number)[1] == edited
    table.add(f"draft edited, Message-ID {message_id}; {trouble}", room.answered().total())


@pytest.mark.parametrize(
    "way", ["expunged", "into Trash", "into Trash, ledger lost", "expunged, UIDVALIDITY changed"]
)
def test_a_deleted_draft_never_returns(way: str, open_room: Callable[..., Mailroom]) -> None:
    room = open_room(rejections=1)
    room.settle()
    uid, octets = room.draft_to(room.expected[0])
    client = room.lab.client
    client.select_folder("Drafts")
    client.delete_messages([uid])
    client.expunge()
    client.unselect_folder()
    if "Trash" in way:
        client.append("Trash", octets, ["\\Seen"])
    if "ledger lost" in way:
        (room.home / "ledger.db").unlink()
    if "UIDVALIDITY" in way:
        room.renumber("INBOX")
    for _ in range(2):
        assert isinstance(room.scan(), ScanReport)
        assert room.answered() == {}
