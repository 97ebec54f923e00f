"""A job search of sixty applications in 120 days, written down as a script: what comes in on which day, and what the owner does.

The script knows how everything ends; what Afterword tells at the end is compared with it, number by number.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

DAYS = 120
COMPANIES = (
    (
        "Alderquay Barkwell Cindermoor Dunhollow Emberlane Fallowby Gableton Harthwick Inkberrow Junipera Kestrelby Larkhampton Mossgrove "
        "Nettlecombe Oakrise Pinnacroft Quillmere Rookstead Saltmarsh Thornbury Umberley Vexford Willowmere Yarrowdale Zephyrhall Applecross "
        "Bluestack Copperfen Driftwell Elmsworth Foxglen Greywater Hollowpine Ivorybank Jasperfield Knollview Limegate Meadowcot Northbeck "
        "Orchardly Peatland Quartzhill Rivermint Silverthaw Tarnside Upwater Velvetoak Windrush Yewbarrow Zincfield Amberwick Brambleton "
        "Cloverdell Dovecroft Eaglemont Fernhurst Goldenash Heathrow-Lane Islemoor Jadebrook"
    )
    .replace("-", "")
    .split()
)
ROLES = [
    "Backend Engineer",
    "Data Analyst",
    "Product Manager",
    "Financial Controller",
    "Mechanical Engineer",
    "Technical Writer",
]
PEOPLE = ["Dana Whitlock", "Lee Moss", "Grace Tilden", "Omar Quill", "Petra Lindqvist", "Hugo Vance"]

ACK = "Dear Sam,\n\nThank you for applying for the {role} position at {company}. We have received your application and will review it carefully.\n\nKind regards,\n{person}\n{company}\n"
INVITE = "Dear Sam,\n\nThank you for your application for the {role} position at {company}. We would like to invite you to an interview next Tuesday at 10:00. Please let us know whether that suits you.\n\nKind regards,\n{person}\n{company}\n"
TEST = "Dear Sam,\n\nAs the next step in your application for the {role} position at {company}, please complete our online assessment within five days. The test takes about 60 minutes.\n\nKind regards,\n{person}\n{company}\n"
OFFER = "Dear Sam,\n\nCongratulations! We are delighted to offer you the {role} position at {company}. Please find the terms of the offer and the employment contract attached.\n\nKind regards,\n{person}\n{company}\n"
NO = "Dear Sam,\n\n{opening} for the {role} position at {company}. Unfortunately, we have decided not to move forward with your application. {reason}\n\nWe wish you all the best.\n\nKind regards,\n{person}\n{company}\n"
APPLIED = "Thank you for applying"
MET = "Thank you for coming in for an interview"
FINAL = "Thank you for joining us for the final round of interviews"
ROBOT = "Dear Sam,\n\nThank you for applying for the {role} position at {company}. Unfortunately, we will not be moving forward with your application.\n\nThis is an automated message, please do not reply.\n\n{company}\n"
UNSAID = "Hi Sam,\n\nWe had many wonderful people to choose from for {role}, and enjoyed reading about you. Have a lovely autumn.\n\n{person}\n{company}\n"
GRANT = "Dear Sam,\n\nThank you for your proposal on trams. Unfortunately, your application was not successful in this round and we are unable to take it forward. We wish you all the best.\n\nMina Harrow\nThe Harrow Fund\n"

REASONS = {
    "unstated": "",
    "overqualified": "You are overqualified for this role.",
    "internal_candidate": "The role goes to an internal candidate.",
    "role_closed": "The position has been cancelled.",
}
ADVICE = {
    "interview_performance": "Happy to help. Your answers in the interview were rather long.",
    "skill": "Of course. You lacked hands-on experience with Kubernetes.",
    "communication": "Gladly. My advice would be to be more concise.",
    "portfolio": "Sure. Your portfolio was a little thin, so add more finished work.",
}
DECLINED = "Dear Sam,\n\nThank you for your kind note. I am afraid that we cannot give individual feedback.\n\n{person}\n"
UNASKED = ("skill", "You lacked hands-on experience with SQL, so work on that.")

SENT, RENAMED, REWORDED, DELETED, EDITED, LEFT = "sent", "renamed", "reworded", "deleted", "edited", "left"


@dataclass
class Story:
    """One application: `steps` are (day after the application, kind of mail), the acknowledgement first.

    `stage` and `reason` are of the rejection, `does` is what the owner does with the draft, `answer` the theme of the answer, "declined" or "".
    """

    number: int
    steps: list[tuple[int, str]]
    reached: str = "application"
    stage: str = ""
    reason: str = ""
    does: str = ""
    answer: str = ""
    unasked: bool = False
    corrected: bool = False

    @property
    def company(self) -> str:
        return COMPANIES[self.number]

    @property
    def role(self) -> str:
        return ROLES[self.number % len(ROLES)]

    @property
    def person(self) -> str:
        return PEOPLE[self.number % len(PEOPLE)]

    @property
    def began(self) -> int:
        """The day of the season on which it began."""
        return (self.number * 7) % 70

    @property
    def stated(self) -> str:
        """The reason that the rejection states; advice to work on something says that it was wanting."""
        return "underqualified" if self.unasked else self.reason

    @property
    def ending(self) -> str:
        return "rejected" if self.stage else "offered" if self.reached == "offer" else "no decision seen"

    @property
    def waited(self) -> int | None:
        """Days from the acknowledgement to the first mail that says something."""
        return self.steps[1][0] if len(self.steps) > 1 else None

    @property
    def asks(self) -> bool:
        """Whether the draft asks for advice: not where advice was given, nor where the role fell away before anybody met."""
        return (
            bool(self.does)
            and not self.unasked
            and not (self.reason == "role_closed" and self.stage == "application")
        )

    @property
    def requested(self) -> bool:
        return self.asks and self.does in (SENT, RENAMED)


def stories() -> list[Story]:
    """The sixty applications."""
    reasons = list(REASONS)
    deeds = [SENT, RENAMED, SENT, DELETED, LEFT, SENT, EDITED, REWORDED]
    answers = ["interview_performance", "", "declined", "skill", "", "communication", "", "portfolio"]
    found: list[Story] = []

    def add(count: int, **made: object) -> None:
        for turn in range(count):
            story = Story(
                len(found), **{key: value(turn) if callable(value) else value for key, value in made.items()}
            )
            found.append(story)

    add(11, steps=lambda turn: [(0, "ack")])
    add(
        16,
        steps=lambda turn: [(0, "ack"), (5 + turn, "no")],
        stage="application",
        reason=lambda turn: reasons[turn % 4],
        does=lambda turn: deeds[turn % 8],
    )
    add(8, steps=lambda turn: [(0, "ack"), (9, "robot")], stage="application", reason="unstated")
    add(
        12,
        steps=lambda turn: [(0, "ack"), (6, "invite"), (16 + turn, "no")],
        reached="interview",
        stage="interview",
        reason=lambda turn: reasons[turn % 3],
        does=lambda turn: deeds[turn % 8],
        unasked=lambda turn: turn in (4, 8, 9),
    )
    add(
        4,
        steps=lambda turn: [(0, "ack"), (8, "invite"), (22, "no")],
        reached="final",
        stage="final",
        reason="internal_candidate",
        does=SENT,
    )
    add(
        4,
        steps=lambda turn: [(0, "ack"), (4, "test"), (12, "no")],
        reached="assessment",
        stage="application",
        reason="unstated",
        does=LEFT,
    )
    add(2, steps=lambda turn: [(0, "ack"), (7, "invite"), (20, "offer")], reached="offer")
    add(2, steps=lambda turn: [(0, "ack"), (10, "invite")], reached="interview")
    add(
        1,
        steps=lambda turn: [(0, "ack"), (11, "unsaid")],
        stage="application",
        reason="unstated",
        does=SENT,
        corrected=True,
    )
    for place, story in enumerate(story for story in found if story.requested):
        story.answer = answers[place % len(answers)]
    return found


@dataclass
class Expected:
    """What has to come out, counted from the script alone."""

    stories: list[Story] = field(default_factory=stories)

    @property
    def fates(self) -> dict[str, int]:
        """What became of the drafts; the one about the grant was withdrawn, and thanks for advice still lie there."""
        names = {
            SENT: "sent",
            RENAMED: "sent",
            REWORDED: "sent",
            DELETED: "deleted",
            EDITED: "edited",
            LEFT: "untouched",
        }
        counts = Counter(names[story.does] for story in self.stories if story.does)
        counts["untouched"] += self.advice
        return {name: counts[name] for name in ("untouched", "edited", "sent", "deleted")} | {"withdrawn": 1}

    @property
    def requests(self) -> int:
        return sum(story.requested for story in self.stories)

    @property
    def answers(self) -> int:
        return sum(bool(story.answer) for story in self.stories)

    @property
    def advice(self) -> int:
        return sum(story.answer in ADVICE for story in self.stories)

    @property
    def flows(self) -> dict[tuple[str, str], int]:
        return dict(Counter((story.reached, story.ending) for story in self.stories))

    @property
    def rejections(self) -> dict[tuple[str, str], int]:
        return dict(Counter((story.stage, story.stated) for story in self.stories if story.stage))

    @property
    def waits(self) -> dict[str, float]:
        return {story.company: float(story.waited) for story in self.stories if story.waited is not None}

    @property
    def journal(self) -> list[tuple[str, str, str]]:
        """(company, source, theme) of every entry."""
        told = [(story.company, "reply", story.answer) for story in self.stories if story.answer in ADVICE]
        told += [(story.company, "rejection", UNASKED[0]) for story in self.stories if story.unasked]
        return sorted(told)


ANSWER_AFTER = timedelta(days=3)
