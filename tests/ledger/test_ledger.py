"""The ledger remembers each mail once, each rejection once, and writes nothing in a rehearsal."""

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from afterword.errors import UserError
from afterword.ledger import Case, Cursor, Examined, Ledger, PassRow, State, book, store
from afterword.ledger.codec import dossier_from_json, dossier_to_json
from afterword.ledger.tables import metadata
from afterword.records import Label, Party, Reason, Skip, Stage
from tests.builders import NOW, correspondence, dossier, place, plan, verdict


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state' / 'ledger.db'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = Ledger.open(url)
    yield opened
    opened.close()


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def record(ledger: Ledger, *uids: int, folder: str = "INBOX", label: Label = Label.REJECTION) -> None:
    examined = [
        Examined(
            correspondence(place=place(uid, folder), fingerprint=f"<{uid}>", label=label), verdict(label)
        )
        for uid in uids
    ]
    ledger.record(examined, Cursor("personal", folder, 7, max(uids)), NOW)


def test_nobody_else_can_read_it(ledger: Ledger, url: str) -> None:
    assert stat.S_IMODE(path_of(url).stat().st_mode) == 0o600
    assert stat.S_IMODE(path_of(url).parent.stat().st_mode) & 0o077 == 0


def test_the_migrations_lead_to_the_tables_as_they_are(ledger: Ledger, url: str) -> None:
    with ledger._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_revision_is_the_one_that_is_opened_without_a_migration() -> None:
    script = ScriptDirectory(str(Path(store.__file__).parent / "migrations"))
    assert script.get_current_head() == store.HEAD


def test_opening_it_again_keeps_what_is_in_it(ledger: Ledger, url: str) -> None:
    record(ledger, 1)
    again = Ledger.open(url)
    assert again.cursor("personal", "INBOX") == Cursor("personal", "INBOX", 7, 1)
    again.close()


def test_a_place_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError) as caught:
        Ledger.open(f"sqlite:///{tmp_path / 'file' / 'ledger.db'}")
    assert "permissions" in caught.value.advice


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("this is not a database, it is a letter to a friend" * 100)
    with pytest.raises(UserError, match="cannot be opened"):
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")


def test_only_mail_that_was_not_seen_is_unseen(ledger: Ledger) -> None:
    record(ledger, 1, 3)
    assert ledger.unseen("personal", "INBOX", 7, (1, 2, 3, 4)) == (2, 4)
    assert ledger.unseen("personal", "INBOX", 8, (1, 2)) == (1, 2)
    assert ledger.unseen("other", "INBOX", 7, (1,)) == (1,)


def test_what_is_recorded_twice_is_there_once(ledger: Ledger) -> None:
    record(ledger, 1)
    record(ledger, 1)
    assert len(ledger.correspondence(NOW - timedelta(days=1))) == 1


def test_correspondence_comes_back_as_it_was(ledger: Ledger) -> None:
    mail = correspondence(
        thread=("<a@x.example>",), outgoing=True, asks_advice=True, role="Cook", requisition="R-1"
    )
    ledger.record([Examined(mail, None)], Cursor("personal", "Sent", 7, 1), NOW)
    assert ledger.correspondence(NOW - timedelta(days=1)) == [mail]


def test_what_robots_write_about_other_things_is_not_correspondence(ledger: Ledger) -> None:
    advert = correspondence(label=Label.OTHER, automated=True)
    ledger.record([Examined(advert, verdict(Label.OTHER))], Cursor("personal", "INBOX", 7, 1), NOW)
    assert ledger.correspondence(NOW - timedelta(days=1)) == []


def test_a_rejection_in_a_watched_folder_waits_for_a_plan_until_it_has_a_case(ledger: Ledger) -> None:
    record(ledger, 1)
    assert ledger.unplanned("personal", ["INBOX"]) == [place(1)]
    ledger.add_case(Case(plan(dossier=dossier(fingerprint="<1>")), State.WAITING), NOW)
    assert ledger.unplanned("personal", ["INBOX"]) == []


def test_a_rejection_that_lies_only_in_an_unwatched_folder_is_not_planned_for(ledger: Ledger) -> None:
    record(ledger, 1, folder="Archive")
    assert ledger.unplanned("personal", ["INBOX"]) == []


def test_a_rejection_that_moved_meanwhile_is_named_at_every_place(ledger: Ledger) -> None:
    record(ledger, 1)
    record(ledger, 1, folder="Archive")
    assert ledger.unplanned("personal", ["INBOX"]) == [place(1), place(1, "Archive")]


def test_the_owners_own_mail_is_never_planned_for(ledger: Ledger) -> None:
    own = correspondence(outgoing=True)
    ledger.record([Examined(own, verdict())], Cursor("personal", "INBOX", 7, 1), NOW)
    assert ledger.unplanned("personal", ["INBOX"]) == []


def test_a_rejection_gets_one_case_whoever_comes_second(ledger: Ledger) -> None:
    assert ledger.add_case(Case(plan(), State.WAITING, "<d@x>", b"one"), NOW)
    assert not ledger.add_case(Case(plan(), State.SKIPPED, "<d@x>", b"two"), NOW)
    (case,) = ledger.cases()
    assert (case.state, case.octets) == (State.WAITING, b"one")


def test_a_case_comes_back_as_it_was(ledger: Ledger) -> None:
    stored = Case(
        plan(skip=Skip.NO_CONTACT, keyword="$Afterword"), State.WAITING, "<d@x>", b"letter", "", NOW
    )
    ledger.add_case(stored, NOW)
    assert ledger.cases(State.WAITING, account="personal") == [stored]
    assert ledger.cases(account="other") == []


def test_only_one_of_two_movers_moves_a_case(ledger: Ledger) -> None:
    ledger.add_case(Case(plan(), State.WAITING), NOW)
    fingerprint = plan().dossier.fingerprint
    assert ledger.move_case(fingerprint, [State.WAITING], State.INTENDED, NOW)
    assert not ledger.move_case(fingerprint, [State.WAITING], State.INTENDED, NOW)


def test_the_last_good_pass_is_not_the_last_pass(ledger: Ledger) -> None:
    ledger.add_pass(PassRow("personal", NOW, 1.5, examined=3))
    ledger.add_pass(PassRow("personal", NOW + timedelta(minutes=10), 0.1, failure="no network"))
    last, good = ledger.last_pass("personal"), ledger.last_pass("personal", good=True)
    assert last and last.failure == "no network"
    assert good and good.examined == 3
    assert ledger.last_pass("other") is None


def test_a_rehearsal_sees_everything_and_changes_nothing(ledger: Ledger, url: str) -> None:
    record(ledger, 1)
    before = path_of(url).read_bytes()
    files = sorted(path_of(url).parent.iterdir())
    rehearsal = Ledger.rehearse(url)
    record(rehearsal, 2)
    assert rehearsal.unseen("personal", "INBOX", 7, (1, 2, 3)) == (3,)
    rehearsal.close()
    assert path_of(url).read_bytes() == before
    assert sorted(path_of(url).parent.iterdir()) == files


def test_a_rehearsal_without_a_ledger_makes_none(url: str) -> None:
    rehearsal = Ledger.rehearse(url)
    record(rehearsal, 1)
    rehearsal.close()
    assert not path_of(url).parent.exists()


@given(
    st.builds(
        dossier,
        party=st.sampled_from(Party),
        stage=st.sampled_from(Stage),
        reasons=st.lists(st.sampled_from(Reason)).map(tuple),
        role=st.text(),
        company=st.text(),
        contact=st.none(),
        obstacles=st.lists(st.tuples(st.sampled_from(Skip), st.text())).map(tuple),
    )
)
def test_any_dossier_survives_the_ledger(original) -> None:  # type: ignore[no-untyped-def]  # built by hypothesis
    assert dossier_from_json(dossier_to_json(original)) == original


def test_of_passes_that_are_forgotten_the_beginning_of_trouble_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By it the owner is told once of an account, however long it fails and however many others do not."""
    monkeypatch.setattr(book, "PASSES", 5)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    good, first = PassRow("old", NOW, 1.0), PassRow("old", NOW + timedelta(minutes=10), 1.0, failure="away")
    for row in (good, first):
        ledger.add_pass(row)
    for number in range(2, 12):
        moment = NOW + timedelta(minutes=10 * number)
        ledger.add_pass(PassRow("old", moment, 1.0, failure="away"))
        ledger.add_pass(PassRow("new", moment, 1.0))
    assert ledger.failing("old")[0] == first
    assert ledger.last_pass("old", good=True) == good
    assert 3 < len(ledger.failing("old")) < 8
    ledger.close()
