"""Plays a scenario on a mailbox, with everything real but the calendar, and tells what came of it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from afterword.accounts import author_of, owner_of
from afterword.config import Config
from afterword.ledger import Ledger, State
from afterword.letters import Templates, load_templates
from afterword.records import Letter, ScanReport, Skip
from afterword.scan import Craft, scan
from afterword_models import load
from afterword_rules import RuleBook, load_rules
from tests.mailbox.labs import Lab, message_id_in
from tests.scenarios.scenario import Event, Pass, Scenario, aware


@dataclass
class Player:
    """One scenario under way on one mailbox."""

    scenario: Scenario
    lab: Lab
    folder: Path
    ledgers: int = 1
    letters: dict[str, Letter] = field(default_factory=dict)
    overtaken: int = 0

    def deliver(self, number: int) -> None:
        """Put the mail there that has come since the pass before pass `number`."""
        for mail in self.scenario.mail:
            if mail.before == number:
                for folder in mail.folders:
                    self.lab.deliver(folder, mail.octets, mail.taken_in)

    def happen(self, one: Pass) -> None:
        """What the owner, the server or bad luck does before a pass."""
        for event in one.events:
            self._let(event)

    def run(self, one: Pass) -> ScanReport:
        """One pass."""
        config = self.scenario.configuration(self.folder / "rules.toml", one.config)
        account = config.account[0].model_copy(update={"name": self.lab.mailbox.account})
        with self._ledger() as ledger:
            report = scan(account, self.lab.mailbox, ledger, craft(config), now=aware(one.at))
            self.overtaken = sum(case.plan.skip == Skip.SUPERSEDED for case in ledger.cases(State.DRAFTED))
            self.letters |= {case.message_id: case.plan.letter for case in ledger.cases() if case.plan.letter}
        return report

    def lose_ledger(self) -> None:
        """The next pass starts with an empty one."""
        self.ledgers += 1

    def drafts(self) -> list[EmailMessage]:
        """What lies in Drafts and was not there from the beginning, in the order of its recipients."""
        begun = {message_id_in(mail.octets) for mail in self.scenario.mail if "Drafts" in mail.folders}
        mailbox = self.lab.mailbox
        raws = mailbox.fetch("Drafts", mailbox.uids("Drafts"))
        found = [cast(EmailMessage, message_from_bytes(raw.octets, policy=default)) for raw in raws]
        return sorted((each for each in found if each["Message-ID"] not in begun), key=_by_recipient)

    def flags(self) -> dict[str, Counter[Any]]:
        """The flags of everything outside Drafts."""
        folders = ("INBOX", "Sent", "Archive", "Trash")
        return {folder: Counter(self.lab.flags(folder).items()) for folder in folders}

    @contextmanager
    def _ledger(self) -> Iterator[Ledger]:
        path = self.folder / f"ledger-{self.ledgers}.db"
        if not path.exists():
            path.write_bytes(empty_ledger())
        ledger = Ledger.open(f"sqlite:///{path}")
        try:
            yield ledger
        finally:
            ledger.close()

    def _let(self, event: Event) -> None:
        match event.what:
            case "lose ledger":
                self.lose_ledger()
            case "renumber":
                self.lab.renumber(event.folder)
            case "delete" | "move":
                mailbox = self.lab.mailbox
                raws = list(mailbox.fetch(event.folder, mailbox.uids(event.folder)))
                ours = {draft["Message-ID"] for draft in self.drafts()}
                wanted = {event.id} if event.id else ours if event.folder == "Drafts" else None
                chosen = [raw for raw in raws if wanted is None or message_id_in(raw.octets) in wanted]
                assert chosen, f"there is nothing to {event.what} in {event.folder}"
                for raw in chosen:
                    if event.what == "move":
                        self.lab.deliver(event.to, raw.octets, raw.internal_date)
                    self.lab.delete(event.folder, message_id_in(raw.octets))


@cache
def empty_ledger() -> bytes:
    """What a new ledger holds; to make one takes longer than a whole pass."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        Ledger.open(f"sqlite:///{path}").close()
        return path.read_bytes()


@cache
def templates() -> Templates:
    """The shipped letters, read once."""
    return load_templates()


def craft(config: Config) -> Craft:
    """As `craft_for`, with everything that is the same in every scenario read only once."""
    account = config.account[0]
    return Craft(
        judge=load(),
        rules=load_rules(config.rules.files) if config.rules.files else default_rules(),
        templates=templates(),
        owner=owner_of(config.owner, account),
        author=author_of(config.owner, quote=config.letters.quote),
        letters=config.letters,
    )


@cache
def default_rules() -> RuleBook:
    """The default rules, read once."""
    return load_rules(())


def _by_recipient(draft: EmailMessage) -> str:
    return str(draft["To"]) + str(draft["In-Reply-To"])
