"""Small mailboxes with the drafts that a person would expect, on files and on a real server alike."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.mailbox.labs import Lab, open_lab
from tests.scenarios.player import Player
from tests.scenarios.scenario import ExpectedDraft, Pass, load_scenario, scenarios

HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}


@pytest.fixture(params=["maildir++", "dovecot"])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    with open_lab(request.param, request, tmp_path) as opened:
        yield opened


@pytest.fixture
def desk() -> Iterator[Path]:
    """A folder for ledger and rules; in memory where there is one, since every commit is synced to the disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize("name", scenarios())
def test_scenario(name: str, lab: Lab, desk: Path) -> None:
    scenario = load_scenario(name)
    player = Player(scenario, lab, desk)
    for number, one in enumerate(scenario.passes, 1):
        player.deliver(number)
        # What happens before the pass is the owner's doing; the pass itself must leave no trace.
        player.happen(one)
        before = player.flags()
        report = player.run(one)
        told = (report.drafted, report.waiting, dict(report.skipped), report.errors)
        assert told == (one.drafted, one.waiting, one.skipped, one.errors), (
            f"pass {number}: {scenario.promise}"
        )
        assert player.overtaken == one.overtaken
        assert player.flags() == before
    found = player.drafts()
    expected = sorted(scenario.draft, key=lambda draft: draft.to + draft.in_reply_to)
    assert [draft["To"] for draft in found] == [draft.to for draft in expected], scenario.promise
    for draft, wanted in zip(found, expected, strict=True):
        assert_is(draft, wanted, player)
    assert_stays_so(player, scenario.passes[-1])


def assert_is(draft: EmailMessage, wanted: ExpectedDraft, player: Player) -> None:
    """The draft says what is expected, and holds what is promised of every draft."""
    text = draft.get_content().replace("\r\n", "\n")
    assert player.letters[draft["Message-ID"]] == wanted.letter
    assert (draft["In-Reply-To"] or "") == wanted.in_reply_to
    assert tuple(str(draft["References"] or "").split()) == wanted.references
    assert draft["Subject"] == wanted.subject
    assert text.splitlines()[0] == wanted.greeting
    for words in wanted.contains:
        assert words in text
    for words in wanted.omits:
        assert words.casefold() not in draft.as_string().casefold()
        assert words.casefold() not in text.casefold()
    assert {*draft.keys(), "In-Reply-To", "References"} == {*HEADERS, "In-Reply-To", "References"}
    assert not re.search(r"afterword|mailer|user-agent|python", draft.as_string(), re.IGNORECASE)
    letter = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    assert letter.count("?") <= 1
    assert len(letter.split()) <= 140
    assert letter.rstrip().endswith("Sam Rivera")
    keywords = {wanted.keyword} - {""} if player.lab.has_keywords else set()
    assert player.lab.flags("Drafts")[draft["Message-ID"]] == {"\\draft", "\\seen", *keywords}


def assert_stays_so(player: Player, last: Pass) -> None:
    """Later passes add nothing and change nothing, not even when the ledger is lost meanwhile."""
    once = [draft.as_bytes() for draft in player.drafts()]
    for lost in (False, True):
        if lost and player.scenario.forgettable:
            return
        if lost:
            player.lose_ledger()
        again = player.run(last.model_copy(update={"at": last.at + timedelta(hours=1)}))
        assert again.drafted == 0
        assert [draft.as_bytes() for draft in player.drafts()] == once
