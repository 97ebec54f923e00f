"""The owner says in the mail program that a mail was judged wrongly."""

from datetime import timedelta
from pathlib import Path

import pytest

from afterword.corrections import NO_REJECTION, overruled
from afterword.ledger import Ledger, State
from afterword.outcomes import left_to_owner
from afterword.records import Fate, Label
from tests.builders import verdict
from tests.lessons.labs import folder_named, mark, move, rewrite, send
from tests.mailbox.labs import Lab, MaildirLab
from tests.scan.passes import NOW, config, drafts, mail, one_pass

MISSED = "Hi Sam,\n\nWe had many wonderful people to choose from, and loved meeting you.\n\nBest of luck,\nDana Whitlock\nBrightforge\n"
REJECTION, NO = "Afterword/Rejection", "Afterword/Not a rejection"


def states(ledger: Ledger) -> list[State]:
    return [case.state for case in ledger.cases()]


def say(lab: Lab, where: str, number: int = 1) -> None:
    """Move a mail into one of the folders for corrections."""
    folder = folder_named(lab, where)
    lab.create(folder)
    move(lab, "INBOX", folder, f"<m{number}@brightforge.example>")


def test_a_false_draft_that_lies_there_as_written_goes_to_the_trash_and_stays_there(
    lab: Lab, ledger: Ledger
) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    say(lab, NO)
    one_pass(lab.mailbox, ledger)
    one_pass(lab.mailbox, ledger)
    assert drafts(lab.mailbox) == []
    (withdrawn,) = drafts(lab.mailbox, "Trash")
    assert withdrawn["In-Reply-To"] == "<m1@brightforge.example>"
    assert states(ledger) == [State.WITHDRAWN]
    assert [seen.fate for seen in ledger.aftermath.sightings().values()] == [Fate.WITHDRAWN]


def test_a_false_draft_that_was_edited_is_left_alone(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    rewrite(lab, drafts(lab.mailbox)[0], text="My own words.")
    say(lab, NO)
    one_pass(lab.mailbox, ledger)
    assert [draft.get_content().strip() for draft in drafts(lab.mailbox)] == ["My own words."]
    assert drafts(lab.mailbox, "Trash") == []


def test_a_draft_that_cannot_be_moved_is_named_in_the_status(
    lab: Lab, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    say(lab, NO)
    monkeypatch.setattr(type(lab.mailbox), "move_draft", lambda *_: False)
    one_pass(lab.mailbox, ledger)
    left = left_to_owner(ledger.cases(), ledger.aftermath.sightings(), ledger.aftermath.corrected())
    assert [case.plan.dossier.fingerprint for case in left] == ["<m1@brightforge.example>"]
    lab.delete("Drafts", str(drafts(lab.mailbox)[0]["Message-ID"]))
    one_pass(lab.mailbox, ledger)
    assert left_to_owner(ledger.cases(), ledger.aftermath.sightings(), ledger.aftermath.corrected()) == ()


def test_a_draft_found_again_after_the_ledger_was_lost_is_never_moved(
    lab: Lab, ledger: Ledger, tmp_path: Path
) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    fresh = Ledger.open(f"sqlite:///{tmp_path / 'fresh.db'}")
    one_pass(lab.mailbox, fresh)
    say(lab, NO)
    one_pass(lab.mailbox, fresh)
    fresh.close()
    assert (len(drafts(lab.mailbox)), drafts(lab.mailbox, "Trash")) == (1, [])


def test_a_false_draft_that_was_sent_is_left_alone(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    send(lab, drafts(lab.mailbox)[0])
    say(lab, NO)
    one_pass(lab.mailbox, ledger)
    assert (len(drafts(lab.mailbox, "Sent")), drafts(lab.mailbox, "Trash")) == (1, [])


def test_other_mail_in_drafts_is_never_moved_nor_expunged(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("Drafts", mail(50, "Half a thought", From_="Sam Rivera <sam@mail.example>"), NOW)
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    before = lab.flags("Drafts")["<m50@brightforge.example>"]
    say(lab, NO)
    one_pass(lab.mailbox, ledger)
    assert lab.flags("Drafts") == {"<m50@brightforge.example>": before}


def test_a_letter_that_still_waits_is_dropped(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("INBOX", mail(1, days=0), NOW)
    one_pass(lab.mailbox, ledger, config("24h"))
    say(lab, NO)
    report = one_pass(lab.mailbox, ledger, config("0"))
    assert (report.drafted, drafts(lab.mailbox)) == (0, [])
    assert [case.plan.why for case in ledger.cases()] == [NO_REJECTION]


def test_a_missed_rejection_gets_its_draft(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("INBOX", mail(1, MISSED, Subject="It was lovely"), NOW)
    assert one_pass(lab.mailbox, ledger).drafted == 0
    say(lab, REJECTION)
    assert one_pass(lab.mailbox, ledger).drafted == 1
    assert one_pass(lab.mailbox, ledger).drafted == 0
    assert [draft["In-Reply-To"] for draft in drafts(lab.mailbox)] == ["<m1@brightforge.example>"]


def test_a_mail_filed_there_before_afterword_ever_saw_it_gets_its_draft(lab: Lab, ledger: Ledger) -> None:
    folder = folder_named(lab, REJECTION)
    lab.create(folder)
    lab.deliver(folder, mail(1, MISSED, Subject="It was lovely"), NOW)
    assert one_pass(lab.mailbox, ledger).drafted == 1


def test_the_owner_may_change_their_mind(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("INBOX", mail(1, days=0), NOW)
    one_pass(lab.mailbox, ledger, config("24h"))
    say(lab, NO)
    one_pass(lab.mailbox, ledger)
    target = folder_named(lab, REJECTION)
    lab.create(target)
    move(lab, folder_named(lab, NO), target, "<m1@brightforge.example>")
    assert one_pass(lab.mailbox, ledger, later=timedelta(minutes=10)).drafted == 1


def test_the_owners_word_outlives_another_look_at_the_mail(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    say(lab, NO)
    one_pass(lab.mailbox, ledger)
    move(lab, folder_named(lab, NO), "INBOX", "<m1@brightforge.example>")
    report = one_pass(lab.mailbox, ledger)
    assert (report.labels.get("rejection", 0), drafts(lab.mailbox)) == (0, [])


def test_a_keyword_says_the_same_as_a_folder(lab: Lab, ledger: Ledger) -> None:
    if isinstance(lab, MaildirLab):
        assert lab.mailbox.marked("INBOX", "$AfterwordRejection") == ()
        return
    lab.deliver("INBOX", mail(1), NOW)
    lab.deliver("INBOX", mail(2, MISSED, Subject="Lovely", From_="Lee Moss <lee@tideway.example>"), NOW)
    one_pass(lab.mailbox, ledger)
    mark(lab, "INBOX", "<m1@brightforge.example>", "$AfterwordNotRejection")
    mark(lab, "INBOX", "<m2@brightforge.example>", "$AfterwordRejection")
    one_pass(lab.mailbox, ledger)
    assert [draft["In-Reply-To"] for draft in drafts(lab.mailbox)] == ["<m2@brightforge.example>"]
    assert {each.fingerprint: each.rejection for each in ledger.aftermath.corrections()} == {
        "<m1@brightforge.example>": False,
        "<m2@brightforge.example>": True,
    }


def test_a_dry_run_moves_nothing(lab: Lab, ledger: Ledger) -> None:
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    say(lab, NO)
    rehearsal = Ledger.rehearse(str(ledger._engine.url))
    one_pass(lab.mailbox, rehearsal, dry_run=True)
    rehearsal.close()
    assert (len(drafts(lab.mailbox)), drafts(lab.mailbox, "Trash")) == (1, [])


@pytest.mark.parametrize("rejection", [True, False])
def test_the_owners_word_is_certain_and_is_never_held(rejection: bool) -> None:
    said = overruled(verdict(Label.REJECTION, 0.6, hold=True), rejection)
    assert (said.label is Label.REJECTION) is rejection
    assert not said.hold
    assert said.scores["rejection"] == float(rejection)
    assert sum(said.scores.values()) == pytest.approx(1)


def test_without_a_word_of_the_owner_the_verdict_stands() -> None:
    said = verdict(hold=True)
    assert overruled(said, None) is said
