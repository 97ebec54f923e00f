"""What became of a draft: only what the mailbox shows."""

from datetime import timedelta

from afterword.ledger import Ledger
from afterword.records import Fate, Sighting
from tests.lessons.labs import move, rewrite, send
from tests.mailbox.labs import Lab
from tests.scan.passes import NOW, SAM, drafts, mail, one_pass

LATER = timedelta(hours=1)


def drafted(lab: Lab, ledger: Ledger):  # type: ignore[no-untyped-def]  # an EmailMessage
    """The one draft that answers Dana's rejection."""
    lab.deliver("INBOX", mail(1), NOW)
    one_pass(lab.mailbox, ledger)
    (draft,) = drafts(lab.mailbox)
    return draft


def seen(lab: Lab, ledger: Ledger, later: timedelta = LATER) -> Sighting:
    """What the ledger knows of the draft after one more pass."""
    one_pass(lab.mailbox, ledger, later=later)
    (sighting,) = ledger.aftermath.sightings().values()
    return sighting


def test_a_draft_that_lies_there_as_written_is_untouched(lab: Lab, ledger: Ledger) -> None:
    drafted(lab, ledger)
    assert seen(lab, ledger).fate is Fate.UNTOUCHED


def test_a_draft_whose_text_was_changed_is_edited(lab: Lab, ledger: Ledger) -> None:
    rewrite(lab, drafted(lab, ledger), text="Hi Dana,\n\nThank you. Any advice?\n\nSam\n")
    assert seen(lab, ledger).fate is Fate.EDITED


def test_a_draft_that_was_only_saved_anew_is_untouched(lab: Lab, ledger: Ledger) -> None:
    rewrite(lab, drafted(lab, ledger))
    assert seen(lab, ledger).fate is Fate.UNTOUCHED


def test_a_draft_saved_under_another_message_id_is_edited(lab: Lab, ledger: Ledger) -> None:
    rewrite(lab, drafted(lab, ledger), message_id="<new@mail.example>", text="Hi Dana,\n\nThanks.\n")
    assert seen(lab, ledger).fate is Fate.EDITED


def test_a_draft_that_was_sent_is_found_by_its_message_id(lab: Lab, ledger: Ledger) -> None:
    draft = drafted(lab, ledger)
    message_id = str(draft["Message-ID"])
    send(lab, draft)
    sighting = seen(lab, ledger)
    assert (sighting.fate, sighting.sent_id, sighting.asked) == (Fate.SENT, message_id, True)


def test_a_draft_that_was_sent_under_another_message_id_is_found_by_what_it_answers_and_to_whom(
    lab: Lab, ledger: Ledger
) -> None:
    draft = drafted(lab, ledger)
    draft.replace_header("Date", "Fri, 01 Jan 2100 10:00:00 +0000")
    send(lab, draft, message_id="<changed@mail.example>")
    sighting = seen(lab, ledger)
    assert (sighting.fate, sighting.sent_id) == (Fate.SENT, "<changed@mail.example>")


def test_a_letter_from_which_the_request_was_struck_out_asked_for_nothing(lab: Lab, ledger: Ledger) -> None:
    send(lab, drafted(lab, ledger), text="Hi Dana,\n\nThank you for letting me know.\n\nSam\n")
    sighting = seen(lab, ledger)
    assert (sighting.fate, sighting.asked) == (Fate.SENT, False)


def test_a_draft_in_the_trash_is_deleted(lab: Lab, ledger: Ledger) -> None:
    draft = drafted(lab, ledger)
    move(lab, "Drafts", "Trash", str(draft["Message-ID"]))
    assert seen(lab, ledger).fate is Fate.DELETED


def test_a_draft_that_is_gone_is_deleted_and_does_not_come_back(lab: Lab, ledger: Ledger) -> None:
    lab.delete("Drafts", str(drafted(lab, ledger)["Message-ID"]))
    assert seen(lab, ledger).fate is Fate.DELETED
    assert drafts(lab.mailbox) == []


def test_a_draft_that_was_on_its_way_to_sent_is_sent_after_all(lab: Lab, ledger: Ledger) -> None:
    draft = drafted(lab, ledger)
    lab.delete("Drafts", str(draft["Message-ID"]))
    assert seen(lab, ledger).fate is Fate.DELETED
    lab.deliver("Sent", draft.as_bytes(), NOW, seen=True)
    assert seen(lab, ledger, 2 * LATER).fate is Fate.SENT


def test_a_letter_to_somebody_else_in_the_same_thread_is_not_the_draft(lab: Lab, ledger: Ledger) -> None:
    drafted(lab, ledger)
    lab.deliver(
        "Sent",
        mail(
            9,
            "Can you believe it?",
            days=-0.01,
            From_=SAM,
            To="Lee Moss <lee@friends.example>",
            In_Reply_To="<m1@brightforge.example>",
        ),
        NOW,
    )
    assert seen(lab, ledger).fate is Fate.UNTOUCHED


def test_what_was_seen_of_a_sent_letter_stays(lab: Lab, ledger: Ledger) -> None:
    draft = drafted(lab, ledger)
    message_id = str(draft["Message-ID"])
    send(lab, draft)
    first = seen(lab, ledger)
    lab.delete("Sent", message_id)
    assert seen(lab, ledger, 2 * LATER) == first
