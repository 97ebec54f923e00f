"""A whole season on a real server: journal, status and report agree with the script, number by number."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from afterword.accounts import craft_for
from afterword.config import Config, load_config
from afterword.ledger import Ledger
from afterword.scan import scan
from afterword_models import load
from tests.cli.command import afterword
from tests.configs import OVER_TLS
from tests.lessons.labs import move, rewritten
from tests.lessons.season import (
    ACK,
    ADVICE,
    ANSWER_AFTER,
    APPLIED,
    DAYS,
    DECLINED,
    DELETED,
    EDITED,
    FINAL,
    GRANT,
    INVITE,
    LEFT,
    MET,
    NO,
    OFFER,
    REASONS,
    RENAMED,
    REWORDED,
    ROBOT,
    TEST,
    UNASKED,
    UNSAID,
    Expected,
    Story,
)  # fmt: skip
from tests.mailbox.labs import ServerLab
from tests.servers.base import PASSWORD
from tests.servers.dovecot import Dovecot

TODAY = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
START = TODAY - timedelta(days=DAYS)
OWNER = "Sam Rivera <sam@mail.example>"
NOT, YES = "Afterword/Not a rejection", "Afterword/Rejection"
WORDS = {"ack": ACK, "invite": INVITE, "test": TEST, "offer": OFFER, "robot": ROBOT, "unsaid": UNSAID}
GRANT_ID = "<grant@harrow.example>"
CONFIG = (
    OVER_TLS
    + """username = "{user}"
password_env = "AFTERWORD_TEST_PASSWORD"
[letters]
delay = "24h"
[state]
url = "sqlite:///{state}"
"""
)


class Play:
    """The script on the stage: a day at a time, mail comes in, the owner acts, Afterword makes a pass."""

    def __init__(self, lab: ServerLab, config: Config, script: Expected) -> None:
        self.lab, self.config, self.script = lab, config, script
        self.ledger = Ledger.open(config.state.url)
        self.craft = craft_for(config, config.account[0], load())
        self.done: set[int] = set()
        self.answers: list[tuple[datetime, bytes]] = []

    def run(self) -> None:
        """All of the days."""
        for folder in ("Afterword", YES, NOT):
            self.lab.create(folder)
        for day in range(DAYS + 1):
            now = START + timedelta(days=day)
            self.arrive(day, now)
            if day % 3 == 0 or day == DAYS:
                self.act(now)
                scan(
                    self.config.account[0],
                    self.lab.mailbox,
                    self.ledger,
                    self.craft,
                    now=now + timedelta(hours=2),
                )
        self.ledger.close()

    def arrive(self, day: int, now: datetime) -> None:
        """The mail of a day."""
        for story in self.script.stories:
            for step, (after, kind) in enumerate(story.steps):
                if story.began + after == day:
                    self.lab.deliver("INBOX", mail(story, step, kind, now), now)
        for when, octets in [each for each in self.answers if each[0] <= now]:
            self.lab.deliver("INBOX", octets, when)
            self.answers.remove((when, octets))
        if day == 30:
            headers = {
                "From": "Mina Harrow <mina@harrow.example>",
                "Subject": "Your application to the Harrow Fund",
                "Message-ID": GRANT_ID,
            }
            self.lab.deliver("INBOX", written(GRANT, headers, now), now)

    def act(self, now: datetime) -> None:
        """What the owner does when they look: drafts are dealt with once, and mistakes are put right."""
        by_id = {f"<no{story.number}@{domain(story)}>": story for story in self.script.stories}
        for raw in list(self.lab.mailbox.fetch("Drafts", self.lab.mailbox.uids("Drafts"))):
            draft = message_from_bytes(raw.octets, policy=default)
            if draft["In-Reply-To"] == GRANT_ID:
                move(self.lab, "INBOX", NOT, GRANT_ID)
                continue
            story = by_id.get(str(draft["In-Reply-To"]))  # thanks for advice are left for another day
            if story and story.number not in self.done:
                self.done.add(story.number)
                self.deal_with(draft, story, now)
        for story in self.script.stories:
            last = story.began + story.steps[-1][0]
            if story.corrected and START + timedelta(days=last + 2) <= now and story.number not in self.done:
                self.done.add(-story.number)
                if self.lab.mailbox.find("INBOX", "Message-ID", f"<no{story.number}@{domain(story)}>"):
                    move(self.lab, "INBOX", YES, f"<no{story.number}@{domain(story)}>")

    def deal_with(self, draft: EmailMessage, story: Story, now: datetime) -> None:
        """What the script says about one draft."""
        original = str(draft["Message-ID"])
        if story.does == LEFT:
            return
        if story.does == DELETED:
            move(self.lab, "Drafts", "Trash", original)
            return
        if story.does == EDITED:
            self.lab.deliver(
                "Drafts", rewritten(draft, "", "Hello,\n\nI shall think about what to write.\n"), now
            )
        else:
            renamed = f"<sent{story.number}@mail.example>" if story.does == RENAMED else ""
            text = "Hello,\n\nThank you for letting me know.\n\nSam\n" if story.does == REWORDED else ""
            draft.replace_header("Date", format_datetime(now))
            self.lab.deliver("Sent", rewritten(draft, renamed, text), now, seen=True)
            if story.answer:
                when = now + ANSWER_AFTER
                self.answers.append((when, answer(story, str(draft["Message-ID"]), when)))
        self.remove_first(original)

    def remove_first(self, message_id: str) -> None:
        """Of the drafts with a Message-ID the oldest goes, as when a mail program saves anew or sends."""
        client = self.lab.client
        client.select_folder("Drafts")
        client.delete_messages([min(client.search(["HEADER", "Message-ID", message_id]))])
        client.expunge()
        client.unselect_folder()


def domain(story: Story) -> str:
    return f"{story.company.lower()}.example"


def mail(story: Story, step: int, kind: str, now: datetime) -> bytes:
    """One mail of a story."""
    opening = {"application": APPLIED, "interview": MET, "final": FINAL}.get(story.stage, APPLIED)
    reason = UNASKED[1] if story.unasked else REASONS.get(story.reason, "")
    text = WORDS.get(kind, NO).format(
        company=story.company, role=story.role, person=story.person, opening=opening, reason=reason
    )
    names = {0: "ack"} | {number: f"step{number}" for number in (1, 2)}
    decides = kind in ("no", "robot", "unsaid")
    local = (
        "no-reply"
        if kind == "robot" or (step == 0 and "robot" in dict(map(reversed, story.steps)))
        else "talent"
    )
    sender = (
        f"{story.company} <{local}@{domain(story)}>"
        if local == "no-reply"
        else f"{story.person} <{story.person.split()[0].lower()}@{domain(story)}>"
    )
    headers = {
        "From": sender,
        "Subject": f"Your application for {story.role} at {story.company}",
        "Message-ID": f"<{f'no{story.number}' if decides else f'{names[step]}{story.number}'}@{domain(story)}>",
    }
    return written(text, headers, now)


def answer(story: Story, request: str, when: datetime) -> bytes:
    """What comes back to a request."""
    words = (
        f"Hi Sam,\n\n{ADVICE[story.answer]}\n\nBest,\n{story.person}\n"
        if story.answer in ADVICE
        else DECLINED.format(person=story.person)
    )
    headers = {
        "From": f"{story.person} <{story.person.split()[0].lower()}@{domain(story)}>",
        "Subject": f"Re: Your application for {story.role} at {story.company}",
        "Message-ID": f"<answer{story.number}@{domain(story)}>",
        "In-Reply-To": request,
        "References": request,
    }
    return written(words, headers, when)


def written(text: str, headers: dict[str, str], now: datetime) -> bytes:
    message = EmailMessage(policy=default.clone(linesep="\r\n"))
    for name, value in (headers | {"To": OWNER, "Date": format_datetime(now)}).items():
        message[name] = value
    message.set_content(text, cte="quoted-printable")
    assert parsedate_to_datetime(str(message["Date"])) == now
    return message.as_bytes()


@pytest.fixture(scope="module")
def played(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Expected, Path]]:
    """The season, played once; the script and the configuration."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AFTERWORD_TEST_PASSWORD", PASSWORD)
        folder = tmp_path_factory.mktemp("season")
        lab = ServerLab(dovecot)
        path = folder / "config.toml"
        path.write_text(
            CONFIG.format(
                port=dovecot.tls_port, ca_file=dovecot.ca_file, user=lab.user, state=folder / "ledger.db"
            )
        )
        script = Expected()
        Play(lab, load_config(path), script).run()
        yield script, path
        lab.close()


def test_the_script_has_sixty_applications_and_every_kind_of_event(played: tuple[Expected, Path]) -> None:
    script, _ = played
    assert len(script.stories) == 60
    assert max(story.began + story.steps[-1][0] for story in script.stories) < DAYS - 7
    assert min(script.fates.values()) >= 1
    assert script.requests > script.answers > script.advice > 5


def test_the_status_agrees(played: tuple[Expected, Path]) -> None:
    script, config = played
    (row,) = afterword("status", "--config", str(config), "--json").rows
    assert row["drafts"] == script.fates
    assert (row["requests"], row["answers"], row["advice"]) == (
        script.requests,
        script.answers,
        script.advice,
    )
    assert (row["errors"], row["waiting"], row["held"]) == (0, [], [])


def test_the_journal_agrees(played: tuple[Expected, Path]) -> None:
    script, config = played
    rows = afterword("journal", "--config", str(config), "--json").rows
    assert sorted((row["company"], row["source"]) for row in rows) == [entry[:2] for entry in script.journal]
    themes = {row["company"]: {each["theme"] for each in row["themes"]} for row in rows}
    assert [entry for entry in script.journal if entry[2] not in themes[entry[0]]] == []
    roles = {story.company: (story.role, story.stage) for story in script.stories}
    assert [(row["role"], row["stage"]) for row in rows] == [roles[row["company"]] for row in rows]


def test_the_report_agrees(played: tuple[Expected, Path]) -> None:
    script, config = played
    target = config.with_name("report.html")
    assert afterword("report", "--config", str(config), "-o", str(target)).code == 0
    page = HTMLParser(target.read_text())
    tiles = [int(tile.css_first("b").text()) for tile in page.css(".tiles li")]
    met = sum(story.reached in ("interview", "final", "offer") for story in script.stories)
    rejected = sum(bool(story.stage) for story in script.stories)
    assert tiles == [60, met, rejected, 2, script.requests, script.answers]
    names = {"application": "application only", "final": "final round"}
    flows = {
        (names.get(reached, reached), ending): count for (reached, ending), count in script.flows.items()
    }
    assert {row[:2]: int(row[2]) for row in table(page, "flow")} == flows
    reasons = {
        (stage, reason.replace("_", " ")): count for (stage, reason), count in script.rejections.items()
    }
    assert {row[:2]: int(row[2]) for row in table(page, "rejections")} == reasons
    assert {row[0]: float(row[1]) for row in table(page, "waits")} == script.waits
    assert [row[1] for row in table(page, "rates")] == [
        str(each) for each in (script.requests, script.answers, script.advice)
    ]
    counts = {row[0].replace(" ", "_"): int(row[1]) for row in table(page, "themes")}
    for theme in ADVICE:
        assert counts[theme] == sum(entry[2] == theme for entry in script.journal)


def test_the_honest_rate_has_its_interval(played: tuple[Expected, Path]) -> None:
    script, config = played
    target = config.with_name("rates.html")
    afterword("report", "--config", str(config), "-o", str(target))
    (_, _, words) = table(HTMLParser(target.read_text()), "rates")[2]
    rate, low, high = (int(each) for each in re.findall(r"(\d+)%", words))
    assert rate == round(100 * script.advice / script.requests)
    assert low < rate < high


def table(page: HTMLParser, name: str) -> list[tuple[str, ...]]:
    """The rows of a chart's table."""
    return [tuple(cell.text() for cell in row.css("td")) for row in page.css(f"#{name} tbody tr")]
