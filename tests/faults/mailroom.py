"""A mailbox on a real server with rejections in it, and passes over it as `afterword scan` makes them: what must hold after any fault."""

import os
import random
import subprocess
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import compat32
from functools import cache
from pathlib import Path
from typing import Any

from afterword.accounts import craft_for, open_mailbox
from afterword.config import Account, Config
from afterword.errors import AfterwordError
from afterword.ledger import Ledger, State
from afterword.records import ScanReport
from afterword.scan import Craft, scan
from afterword_models import load
from tests.mailbox.labs import ServerLab, message_id_in
from tests.scan.passes import REJECTED, mail
from tests.servers.base import PASSWORD
from tests.servers.dovecot import Dovecot

FIRST = ("Ada", "Beth", "Cora", "Dana", "Edith", "Flora", "Greta", "Hanna", "Irene", "Jana", "Karla", "Lena")
LAST = ("Whitlock", "Lowry", "Marsh", "Ansel", "Brook", "Corby", "Dunmore", "Elling", "Farrow", "Garrick")
SOUNDS = (
    "bra",
    "ken",
    "tol",
    "mir",
    "dor",
    "sel",
    "van",
    "lum",
    "per",
    "gri",
    "hol",
    "nes",
    "fal",
    "rud",
    "wen",
    "tam",
)
OTHERS = (
    ("Lunch on Friday?", "Hi Sam,\n\nshall we have lunch on Friday at noon?\n\nBeth\n"),
    ("Your invoice", "Dear customer,\n\nplease find the invoice of this month attached.\n\nThe accounts team\n"),
)  # fmt: skip


def company_of(number: int) -> str:
    """A made-up company, a different one for each number below 65,536."""
    return "".join(SOUNDS[number >> shift & 15] for shift in (12, 8, 4, 0)).capitalize()


def rejection(number: int) -> bytes:
    """A rejection by a company of its own; its Message-ID is `<m{number}@brightforge.example>`."""
    company = company_of(number)
    person = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"
    text = REJECTED.replace("Brightforge", company).replace("Dana Whitlock", person)
    address = f"{person.split()[0].lower()}@{company.lower()}.example"
    return mail(number, text, days=2, From_=f"{person} <{address}>")


def other(number: int) -> bytes:
    """A mail that is about something else."""
    subject, text = OTHERS[number % len(OTHERS)]
    return mail(number, text, days=2, Subject=subject, From_="Beth Lowry <beth@friends.example>")


SECRET = "AFTERWORD_TEST_PASSWORD"  # the environment variable that the passes, and the processes beside them, find it in


@cache
def craft() -> Craft:
    """What every mailroom's passes judge and write with; templates are compiled once."""
    config = Config.model_validate(
        {
            "owner": {"name": "Sam Rivera", "addresses": ["sam@mail.example"]},
            "account": [{"name": "personal", "maildir": {"path": "/nowhere"}}],
            "letters": {"delay": "0"},
        }
    )
    return craft_for(config, config.account[0], load())


class Mailroom:
    """One mailbox, its ledgers, and what is expected of it."""

    def __init__(self, server: Dovecot, home: Path, rejections: int = 2, others: int = 1) -> None:
        self.lab = ServerLab(server)
        os.environ[SECRET] = PASSWORD
        self._closed = False
        self.home = home
        self.expected: list[int] = []
        self.flags_before: dict[str, frozenset[str]] = {}
        self._flags = random.Random(7)
        self._next = 1
        for _ in range(rejections):
            self.deliver_rejection()
        for _ in range(others):
            self.deliver(other(self._number()))

    def close(self) -> None:
        """Let go of the connections, of which a server gives out only so many, and leave no secret behind."""
        if not self._closed:
            self._closed = True
            os.environ.pop(SECRET, None)
            self.lab.close()

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    @property
    def last(self) -> int:
        """The number of the mail delivered last."""
        return self._next - 1

    @staticmethod
    def account_of(user: str, port: int) -> Account:
        """The account of any user on the server."""
        imap = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "username": user,
            "password_env": SECRET,
        }
        return Account.model_validate({"name": "personal", "imap": imap})

    def deliver_rejection(self) -> None:
        number = self._number()
        self.expected.append(number)
        self.deliver(rejection(number))

    def deliver_other(self) -> None:
        self.deliver(other(self._number()))

    def deliver(self, octets: bytes) -> None:
        seen = self._flags.random() < 0.5
        self.flags_before[message_id_in(octets)] = frozenset({"\\seen"} if seen else ())
        self.lab.deliver("INBOX", octets, datetime.now(UTC), seen=seen)

    def config(self, port: int | None = None, ledger: str = "ledger", timeout: str = "10s") -> Config:
        """The configuration of the account, over a port that may be a proxy's."""
        return Config.model_validate(self.settings(port, ledger, timeout))

    def settings(self, port: int | None, ledger: str, timeout: str) -> dict[str, Any]:
        return {
            "owner": {"name": "Sam Rivera", "addresses": ["sam@mail.example"]},
            "account": [
                {
                    "name": "personal",
                    "imap": {
                        "host": "127.0.0.1",
                        "port": port or self.lab.server.plain_port,
                        "security": "none",
                        "username": self.lab.user,
                        "password_env": SECRET,
                        "timeout": timeout,
                    },
                }
            ],
            "letters": {"delay": "0"},
            "schedule": {"every": "1h"},
            "state": {"url": self.url(ledger)},
        }

    def write_config(self, ledger: str = "ledger", port: int | None = None) -> Path:
        """The same as a file, for a process of its own."""
        path = self.home / f"{ledger}.toml"
        table = self.settings(port, ledger, "10s")
        account = table["account"][0]
        rows = ["[owner]", 'name = "Sam Rivera"', 'addresses = ["sam@mail.example"]', "[[account]]"]
        rows += ['name = "personal"', "[account.imap]"]
        rows += [f"{key} = {value!r}" for key, value in account["imap"].items()]
        rows += [
            "[letters]",
            'delay = "0"',
            "[schedule]",
            'every = "1h"',
            "[state]",
            f'url = "{self.url(ledger)}"',
        ]
        path.write_text("\n".join(rows) + "\n")
        return path

    def url(self, ledger: str = "ledger") -> str:
        return f"sqlite:///{self.home / ledger}.db"

    def scan(
        self, port: int | None = None, ledger: str = "ledger", timeout: str = "10s"
    ) -> ScanReport | AfterwordError:
        """One pass, with the report or the error that it ended with."""
        config = self.config(port, ledger, timeout)
        (account,) = config.account
        opened = Ledger.open(self.url(ledger))
        try:
            with open_mailbox(account) as mailbox:
                return scan(account, mailbox, opened, craft(), now=datetime.now(UTC))
        except AfterwordError as error:
            return error
        finally:
            opened.close()

    def settle(self, ledger: str = "ledger") -> int:
        """A pass without faults; the drafts that lie there for each rejection, which must be one."""
        report = self.scan(ledger=ledger)
        assert isinstance(report, ScanReport), report
        return self.drafts_for_each(ledger)

    def drafts_for_each(self, ledger: str = "ledger") -> int:
        """1, after every rejection was found answered by one draft, nothing else being there, and nothing pending."""
        found = self.answered()
        expected = {f"<m{number}@brightforge.example>" for number in self.expected}
        wrong = {name: found[name] for name in expected | set(found) if found[name] != (name in expected)}
        assert wrong == {}, (
            f"{len(wrong)} not answered by one draft, {self.told_of(sorted(wrong)[:5], ledger)}"
        )
        assert self.pending(ledger) == []
        return 1

    def renumber(self, folder: str) -> None:
        """Give a folder another UIDVALIDITY, as a restore of the server does."""
        server = self.lab.server
        client = self.lab.client
        client.select_folder(folder, readonly=True)
        epoch = client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"]
        client.unselect_folder()
        command = [
            "doveadm",
            "-c",
            str(server.home / "dovecot.conf"),
            "mailbox",
            "update",
            "-u",
            self.lab.user,
        ]
        subprocess.run([*command, "--uid-validity", str(epoch + 1), folder], check=True, capture_output=True)

    def answered(self) -> Counter[str]:
        """How many drafts answer each Message-ID."""
        client = self.lab.client
        client.select_folder("Drafts", readonly=True)
        fetched = client.fetch(client.search(), ["BODY.PEEK[HEADER]"])
        client.unselect_folder()
        headers = [message_from_bytes(facts[b"BODY[HEADER]"], policy=compat32) for facts in fetched.values()]
        return Counter(str(header["In-Reply-To"]) for header in headers)

    def draft_to(self, number: int) -> tuple[int, bytes]:
        """(UID, octets) of the draft that answers a rejection."""
        client = self.lab.client
        client.select_folder("Drafts", readonly=True)
        (uid,) = client.search(["HEADER", "In-Reply-To", f"<m{number}@brightforge.example>"])
        octets: bytes = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
        client.unselect_folder()
        return uid, octets

    def unreadable(self, ledger: str = "ledger") -> int:
        """How many mails were given up."""
        opened = Ledger.open(self.url(ledger))
        try:
            return opened.unreadable("personal")
        finally:
            opened.close()

    def told_of(self, names: list[str], ledger: str) -> list[str]:
        """What the ledger says of some rejections."""
        opened = Ledger.open(self.url(ledger))
        try:
            cases = {case.plan.dossier.fingerprint: case for case in opened.cases()}
        finally:
            opened.close()
        return [
            f"{name}: {cases[name].state} {cases[name].plan.why}" if name in cases else f"{name}: no case"
            for name in names
        ]

    def pending(self, ledger: str = "ledger") -> list[Any]:
        opened = Ledger.open(self.url(ledger))
        try:
            return opened.cases(State.WAITING, State.INTENDED, State.FAILED)
        finally:
            opened.close()


__all__ = ["Mailroom", "company_of", "message_id_in", "other", "rejection"]
