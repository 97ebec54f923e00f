"""A scenario: the mail that lies in a small mailbox, when passes look at it, and the drafts that a person would expect.

Each is a TOML file in `mailboxes/` with raw RFC 5322 mails. What a scenario does not set is the plainest thing: Sam
Rivera's mailbox, drafts that appear at once, nothing skipped.
"""

import tomllib
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from afterword.config import Config
from afterword.records import Letter, Skip

FOLDER = Path(__file__).parent / "mailboxes"
FolderName = Literal["INBOX", "Sent", "Archive", "Drafts", "Trash"]


class Part(BaseModel):
    """A misspelt key must not pass for an expectation that holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Mail(Part):
    """A mail as it lies in one or more folders from pass number `before` on; `arrived` is its Date unless set."""

    folder: FolderName | tuple[FolderName, ...] = "INBOX"
    before: int = 1
    arrived: datetime | None = None
    raw: str

    @property
    def folders(self) -> tuple[FolderName, ...]:
        return (self.folder,) if isinstance(self.folder, str) else self.folder

    @property
    def octets(self) -> bytes:
        return self.raw.replace("\n", "\r\n").encode()

    @property
    def taken_in(self) -> datetime:
        """When the server took it in."""
        return self.arrived or parsedate_to_datetime(message_from_string(self.raw)["Date"])

    def later(self, by: timedelta) -> "Mail":
        """The same mail, written and taken in that much later."""
        moment = self.taken_in + by
        lines = self.raw.splitlines(keepends=True)
        dated = [
            f"Date: {moment:%a, %d %b %Y %H:%M:%S %z}\n" if line.startswith("Date:") else line
            for line in lines
        ]
        return self.model_copy(update={"arrived": moment, "raw": "".join(dated)})


class Event(Part):
    """What happens before a pass; without `id` it happens to every mail in the folder, in Drafts to Afterword's own."""

    what: Literal["lose ledger", "renumber", "delete", "move"]
    folder: FolderName = "INBOX"
    id: str = ""
    to: FolderName = "Trash"


class Pass(Part):
    """When a pass runs, and what its report says."""

    at: datetime
    events: tuple[Event, ...] = ()
    config: dict[str, Any] = Field({}, description="Settings that the owner has changed by then")
    drafted: int = 0
    waiting: int = 0
    skipped: dict[Skip, int] = {}
    errors: int = 0
    overtaken: int = Field(0, description="Drafts that status points out, since better news followed")


class ExpectedDraft(Part):
    """A draft that lies in Drafts after the last pass; `omits` are words that must not occur anywhere in it."""

    to: str
    letter: Letter
    in_reply_to: str
    references: tuple[str, ...]
    subject: str
    greeting: str
    keyword: str = ""
    contains: tuple[str, ...] = ()
    omits: tuple[str, ...] = ()


class Scenario(Part):
    """One small mailbox and what is promised of it.

    `forgettable` marks one whose draft was expunged: lost together with the ledger, it cannot be known.
    """

    promise: str
    forgettable: bool = False
    config: dict[str, Any] = {}
    rules: str = ""
    mail: tuple[Mail, ...]
    passes: tuple[Pass, ...] = Field(alias="pass", min_length=1)
    draft: tuple[ExpectedDraft, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> "Scenario":
        if not self.draft and not any(
            each.skipped or each.waiting or not each.drafted for each in self.passes
        ):
            raise ValueError("say what is expected: a draft, or why there is none")
        return self

    def configuration(
        self, rules: Path, changed: dict[str, Any], place: dict[str, Any] | None = None
    ) -> Config:
        """The owner's configuration at a pass; `rules` is where the rule file is written."""
        table: dict[str, Any] = {
            "owner": {"name": "Sam Rivera", "addresses": ["sam@rivera.example"]},
            "account": [{"name": "personal", "maildir": {"path": "/nowhere"}} | (place or {})],
            "letters": {"delay": "0"},
        }
        for name, section in [*self.config.items(), *changed.items()]:
            if name == "account":
                table["account"] = [table["account"][0] | section]
            else:
                table[name] = table.get(name, {}) | section
        if self.rules:
            rules.write_text(self.rules, encoding="utf-8")
            table["rules"] = {"files": [str(rules)]}
        return Config.model_validate(table)


def scenarios() -> list[str]:
    """The names of all scenarios."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load_scenario(name: str) -> Scenario:
    """The scenario of that name."""
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return Scenario.model_validate(table)


def aware(moment: datetime) -> datetime:
    """A moment of a scenario in UTC."""
    return moment.astimezone(UTC)
