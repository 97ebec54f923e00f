"""A day in the life of the daemon, between a real server, a provider and an owner: everything that goes wrong on one day of a year goes wrong on this one."""

import re
import resource
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32
from pathlib import Path
from typing import Any

import pytest

from afterword.oauth import Tokens
from tests.configs import OVER_TLS
from tests.faults.mailroom import other, rejection
from tests.mailbox.labs import ServerLab
from tests.servers.authority import CLIENT_ID, Authority
from tests.servers.base import PASSWORD
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import Postbox, start
from tests.service.daemon import Daemon
from tests.service.hasty import AUTHORITY, CLOCK, KEYRING

pytestmark = pytest.mark.timeout(300)  # the day itself takes half a minute, on a machine that is not busy

TODAY = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
CONFIG = (
    OVER_TLS
    + """username = "{personal}"
password_command = "cat {password}"

[[account]]
name = "work"
[account.imap]
host = "localhost"
port = {port}
ca_file = "{ca_file}"
username = "{work}"
auth = "oauth2"
provider = "microsoft"
client_id = "{client_id}"

[letters]
delay = "0"

[digest]
at = "18:00"
host = "localhost"
port = {smtp_port}
ca_file = "{smtp_ca_file}"
username = "sam"
password_env = "SMTP_PASSWORD"

[state]
url = "sqlite:///{state}"
"""
)


# What went wrong, and words by which the letter that tells of it is known.
CAUSES = {
    "the server cannot be reached": "cannot be reached (Connection refused)",
    "the sign-in is no longer renewed": "Renewing the sign-in of localhost is refused (invalid_grant)",
    "the login is refused": "localhost refuses the login",
    "the disk is full": "The ledger cannot be used: disk I/O error",
    "letters.delay does not hold": "letters.delay: write a number and a unit",
}


class Day:
    """The stage: a server with two mailboxes, a provider, the owner's postbox, and the daemon."""

    def __init__(
        self, folder: Path, server: Dovecot, authority: Authority, postbox: Postbox, me: str
    ) -> None:
        self.server, self.authority, self.postbox = server, authority, postbox
        self.users = {"personal": me, "work": authority.user}
        self.clock, self.keyring, self.password = (folder / name for name in ("clock", "keyring", "password"))
        self.password.write_text(PASSWORD)
        self.sign_in()
        self.path = folder / "config.toml"
        self.path.write_text(
            CONFIG.format(
                **self.users,
                port=server.tls_port,
                ca_file=server.ca_file,
                password=self.password,
                client_id=CLIENT_ID,
                smtp_port=postbox.port,
                smtp_ca_file=postbox.ca_file,
                state=folder / "ledger.db",
            )
        )
        self.expected: dict[str, list[str]] = {"personal": [], "work": []}
        self.late = ""  # the part of the day after which a rejection was still not answered
        self.turn(5)
        environment = {CLOCK: self.clock, AUTHORITY: authority.url, KEYRING: self.keyring, "REQUESTS_CA_BUNDLE": authority.ca_file}  # fmt: skip
        self.daemon = Daemon(
            self.path,
            "tests.service.hasty",
            **{name: str(value) for name, value in environment.items()},
            PYTHON_KEYRING_BACKEND="tests.service.hasty.FileKeyring",
            SMTP_PASSWORD=PASSWORD,
            TZ="UTC",
        )
        self.daemon.until_event("started")

    # --- time

    def turn(self, hour: int) -> None:
        """It is so late."""
        self.set_clock(TODAY.replace(hour=hour))

    def set_clock(self, now: datetime) -> None:
        """It is this time of the day."""
        self.now = now
        put(self.clock, now.isoformat())

    def ten_minutes(self, times: int = 1) -> None:
        """Time passes, and with it what the schedule has in it."""
        for _ in range(times):
            self.set_clock(self.now + timedelta(minutes=10))
            before = self.count("time has passed")
            self.daemon.process.send_signal(signal.SIGUSR1)
            self.daemon.until(lambda before=before: self.count("time has passed") > before)

    def count(self, event: str) -> int:
        """How often the log has a line."""
        return sum(row["event"] == event for row in self.daemon.events)

    # --- mail

    def turn_down(self, *accounts: str) -> None:
        """A rejection comes in."""
        for account in accounts:
            number = sum(map(len, self.expected.values())) + 1
            self.server.drop(self.users[account], rejection(number))
            self.expected[account].append(f"<m{number}@brightforge.example>")

    def answered(self, account: str) -> list[str]:
        """What the drafts answer, one by one."""
        drafts = self.server.in_folder(self.users[account], "Drafts")
        return sorted(str(message_from_bytes(octets, policy=compat32)["In-Reply-To"]) for octets in drafts)

    def all_answered(self, part: str) -> None:
        """By now every rejection has its draft."""
        if not self.late and any(self.answered(name) != sorted(ids) for name, ids in self.expected.items()):
            self.late = part

    # --- what the owner does, and the provider

    def sign_in(self, **token: Any) -> None:
        """Tokens of a new sign-in; `token` changes the access token."""
        self.authority.withdrawn = False
        self.authority.refresh = f"of {time.monotonic_ns()}"
        tokens = Tokens(self.authority.jwt(**token), self.authority.refresh, time.time() + 3600)
        put(self.keyring, tokens.as_json())

    def withdraw(self) -> None:
        """The consent ends, and with it what is in the keyring."""
        self.authority.withdrawn = True
        put(self.keyring, Tokens("none", "none", 0).as_json())

    def reload(self, event: str) -> None:
        """SIGHUP, and what the log has to say of it."""
        before = self.count(event)
        self.daemon.hang_up()
        self.daemon.until(lambda: self.count(event) > before)


def put(path: Path, text: str) -> None:
    """Write a file in one step: the daemon may look at any instant."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text)
    new.replace(path)


def play(day: Day) -> None:
    """From five in the morning to the evening."""
    day.turn_down("personal", "work")
    day.ten_minutes()
    day.all_answered("an ordinary morning")

    day.turn(6)
    day.server.halt()
    day.turn_down("personal", "work")
    day.ten_minutes()
    day.server.resume()
    day.ten_minutes()
    day.all_answered("the server was started anew")

    day.turn(7)
    day.server.halt()
    day.turn_down("personal", "work")
    day.ten_minutes(4)
    day.server.resume()
    day.ten_minutes()
    day.all_answered("the server was away for forty minutes")

    day.turn(9)
    day.sign_in(exp=int(time.time()) - 60)
    day.turn_down("work")
    day.ten_minutes()
    day.all_answered("a token had ended")

    day.turn(10)
    day.withdraw()
    day.turn_down("work")
    day.ten_minutes(4)
    day.sign_in()
    day.ten_minutes()
    day.all_answered("the consent was withdrawn, and given again")

    day.turn(11)
    day.password.write_text("changed-elsewhere")
    day.turn_down("personal")
    day.ten_minutes(4)
    day.password.write_text(PASSWORD)
    day.reload("reloaded")
    day.ten_minutes()
    day.all_answered("the password was changed")

    day.turn(13)
    room = resource.prlimit(day.daemon.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    day.turn_down("personal", "work")
    day.ten_minutes(5)
    resource.prlimit(day.daemon.process.pid, resource.RLIMIT_FSIZE, room)
    day.ten_minutes()
    day.all_answered("the disk was full")

    day.turn(15)
    good = day.path.read_text()
    day.path.write_text(good.replace('delay = "0"', 'delay = "soon"'))
    day.reload("the new configuration is refused")
    day.turn_down("personal", "work")
    day.ten_minutes(2)
    day.reload("the new configuration is refused")
    day.ten_minutes(2)
    day.all_answered("the new configuration was broken")
    day.path.write_text(good)
    day.reload("reloaded")

    day.turn(18)
    day.ten_minutes(3)
    day.daemon.terminate()


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """The day, played once, on a server that nobody else is on."""
    folder = tmp_path_factory.mktemp("day")
    server = Dovecot()
    (folder / "smtp").mkdir()
    postbox, smtp = start("tls", folder / "smtp")
    labs = [ServerLab(server) for _ in range(2)]
    for lab in labs:
        lab.deliver("INBOX", other(99))
        lab.close()
    try:
        with Authority(labs[1].user) as authority:
            played = Day(folder, server, authority, postbox, labs[0].user)
            with played.daemon:
                play(played)
                yield played
    finally:
        smtp.stop()
        server.stop()


def test_no_rejection_is_missed_and_none_is_answered_twice(day: Day) -> None:
    assert {name: day.answered(name) for name in day.users} == {
        name: sorted(ids) for name, ids in day.expected.items()
    }


def test_none_has_to_wait_for_longer_than_the_fault(day: Day) -> None:
    assert day.late == ""


def test_nothing_crashed(day: Day) -> None:
    assert day.daemon.process.returncode == 0
    assert "Traceback" not in day.daemon.log
    assert "unexpected" not in day.daemon.log
    assert {row["event"] for row in day.daemon.events} & {"thread ended", "scheduler"} == set()
    assert day.count("started") == day.count("ended") == 1


def test_the_owner_is_told_once_of_each_thing_that_needs_a_hand_and_of_nothing_else(day: Day) -> None:
    assert sorted(troubles(day.postbox)) == [
        ("Account personal has not been looked at", "the login is refused"),
        ("Account personal has not been looked at", "the server cannot be reached"),
        ("Account work has not been looked at", "the server cannot be reached"),
        ("Account work has not been looked at", "the sign-in is no longer renewed"),
        ("Nothing can be put on record", "the disk is full"),
        ("The new configuration is refused, and the old one goes on", "letters.delay does not hold"),
    ]


def test_each_of_them_says_what_to_do(day: Day) -> None:
    text = " ".join(body(message) for message in day.postbox.messages)
    for advice in (
        "Sign in again: afterword auth login",
        "Many providers want an app password here",
        "systemctl --user reload afterword",
        "Check the free space",
    ):
        assert advice in text


def test_every_draft_is_in_one_digest_the_first_of_which_was_left_over_from_the_day_before(day: Day) -> None:
    subjects = [str(message["Subject"]) for message in day.postbox.messages]
    drafts = sum(map(len, day.expected.values()))
    told = [subject for subject in subjects if "draft" in subject]
    assert told == ["Afterword: 2 drafts to read", f"Afterword: {drafts - 2} drafts to read"]


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part
    return str(part.get_content())


def troubles(postbox: Postbox) -> list[tuple[str, str]]:
    """What was told that needs a hand, without the time of day, and why."""
    lines = [
        line.removeprefix("  - ")
        for message in postbox.messages
        for line in body(message).partition("Needs a hand")[2].partition("What is wrong")[0].splitlines()
        if line.startswith("  - ")
    ]
    return [
        (re.split(r" \(?since ", line)[0], next(name for name, words in CAUSES.items() if words in line))
        for line in lines
    ]
