"""`explain` and `preview` on the mails of scenarios: the same decision that the pass has made, with every key of the contract."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import afterword
from tests.mailbox.labs import MaildirLab
from tests.scenarios.scenario import Scenario, load_scenario

KEYS = {
    "label", "score", "evidence", "party", "stage", "reasons", "feedback_given", "no_feedback_policy", "contact", "rule", "action",
    "why", "letter", "etiquette", "draft", "role", "company",
}  # fmt: skip


class Desk:
    """A scenario on files, moved in time so that its last pass is now, with a configuration for the command line."""

    def __init__(self, name: str, folder: Path) -> None:
        self.scenario: Scenario = load_scenario(name)
        self.folder = folder
        late = datetime.now(UTC) - self.scenario.passes[-1].at
        self.mails = [mail.later(late) for mail in self.scenario.mail]
        self.lab = MaildirLab(folder / "Mail", plusplus=True)
        for number, mail in enumerate(self.mails):
            (folder / f"{number}.eml").write_bytes(mail.octets)
            for place in mail.folders:
                self.lab.deliver(place, mail.octets, mail.taken_in)
        self.config = folder / "config.toml"
        self.config.write_text(
            f'[owner]\nname = "Sam Rivera"\naddresses = ["sam@rivera.example"]\n'
            f'[[account]]\nname = "personal"\n[account.maildir]\npath = "{folder}/Mail"\n'
            f'[letters]\ndelay = "0"\n[state]\nurl = "sqlite:///{folder}/ledger.db"\n'
        )

    def scan(self) -> dict[str, Any]:
        (row,) = afterword("scan", "--config", str(self.config), "--json").rows
        return row

    def explain(self, number: int, *, configured: bool = True) -> dict[str, Any]:
        arguments = ["--config", str(self.config)] if configured else []
        answer = afterword("explain", str(self.folder / f"{number}.eml"), "--json", *arguments)
        assert answer.code == 0
        return json.loads(answer.out)

    def drafts(self) -> list[str]:
        return [file.read_text(encoding="utf-8") for file in self.lab.files("Drafts")]


@pytest.fixture(autouse=True)
def nobodys_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No configuration of whoever runs the tests."""
    monkeypatch.setenv("AFTERWORD_CONFIG", "")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    yield


# scenario, number of the mail, and what has to be told of it
CASES: list[tuple[str, int, dict[str, Any]]] = [
    ("company-after-interview", 2, {
        "label": "rejection", "party": "company", "stage": "interview", "feedback_given": False, "no_feedback_policy": False,
        "action": "draft", "letter": "company", "role": "Product Designer", "rule": "Company, after an interview",
        "contact": {"name": "Ines Okafor", "address": "ines.okafor@fernhill.example", "source": "from"},
    }),
    ("robot-and-person-who-invited", 1, {
        "stage": "interview", "action": "draft", "letter": "company", "company": "Oakmere",
        "contact": {"name": "Grace Lind", "address": "grace.lind@oakmere.example", "source": "earlier_mail"},
    }),
    ("robot-and-nobody", 0, {"label": "rejection", "action": "skip", "contact": None, "letter": None, "draft": None}),
    ("robot-and-personal-note", 0, {"label": "rejection", "action": "skip", "skip": "same_application", "draft": None}),
    ("robot-and-personal-note", 1, {"action": "draft", "letter": "company", "reasons": ["other_candidate"]}),
    ("two-roles-one-person", 0, {"action": "draft", "letter": "company"}),
    ("two-roles-one-person", 1, {"action": "skip", "skip": "already_asked", "draft": None}),
    ("no-feedback-policy", 0, {"no_feedback_policy": True, "letter": "thanks", "rule": "No feedback is given"}),
    ("feedback-in-the-rejection", 0, {"feedback_given": True, "letter": "feedback_thanks"}),
    ("role-fell-away", 0, {"reasons": ["role_closed"], "stage": "application", "letter": "thanks"}),
    ("reply-to-of-the-company", 0, {
        "contact": {"name": "Priya Raman", "address": "priya.raman@larkfield.example", "source": "reply_to"},
    }),
    ("signature-address", 0, {
        "contact": {"name": "Priya Raman", "address": "priya.raman@larkfield.example", "source": "signature"},
    }),
    ("other-mail-is-left-alone", 1, {"label": "interview", "action": "skip", "party": None, "contact": None, "draft": None}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "number", "told"), CASES, ids=[f"{name}-{number}" for name, number, _ in CASES]
)
def test_a_mail_is_explained_as_the_pass_decided(
    name: str, number: int, told: dict[str, Any], tmp_path: Path
) -> None:
    desk = Desk(name, tmp_path)
    expected = Counted(desk.scenario)
    row = desk.scan()
    assert (row["drafted"], row["skipped"]) == (expected.drafted, expected.skipped)
    desk.scan()  # the drafts are known as mail by now, and still it is told how they came to be
    explained = desk.explain(number)
    assert set(explained) >= KEYS
    assert {key: explained[key] for key in told} == told
    assert explained["evidence"] or explained["label"] != "rejection"
    assert explained["why"]
    assert explained["etiquette"] == []
    preview = afterword("preview", str(tmp_path / f"{number}.eml"), "--config", str(desk.config)).out
    if explained["draft"] is None:
        assert preview == f"No draft: {explained['why']}\n"
    else:
        assert explained["draft"] in desk.drafts()
        assert message_from_string(preview, policy=default)["Message-ID"] in explained["draft"]


class Counted:
    """What the passes of a scenario come to together."""

    def __init__(self, scenario: Scenario) -> None:
        self.drafted = sum(one.drafted for one in scenario.passes)
        self.skipped: dict[str, int] = {}
        for one in scenario.passes:
            for skip, count in one.skipped.items():
                self.skipped[skip.value] = self.skipped.get(skip.value, 0) + count


def test_without_a_configuration_no_earlier_mail_is_known(tmp_path: Path) -> None:
    desk = Desk("robot-and-person-who-invited", tmp_path)
    alone = desk.explain(1, configured=False)
    assert (alone["stage"], alone["contact"], alone["draft"]) == ("application", None, None)
    assert "robot" in alone["why"]


def test_feedback_alone_is_believed_to_have_been_asked_for(tmp_path: Path) -> None:
    desk = Desk("feedback-after-a-request", tmp_path)
    alone = desk.explain(2, configured=False)
    assert (alone["label"], alone["letter"], alone["party"]) == ("feedback", "feedback_thanks", None)
