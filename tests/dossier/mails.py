"""Mail for the dossier's tests: parsed messages, with everything filled in that a test does not care about."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from afterword.dossier import Owner, open_dossier, remember
from afterword.records import Address, Correspondence, Dossier, Facets, Label, Message
from tests.builders import DANA, NOW, place, verdict

SAM = Address("Sam Rivera", "sam@mail.example")
OWNER = Owner("Sam Rivera", ("sam@mail.example",))
JORDAN = Address("Jordan Lee", "jordan.lee@brightforge.example")
ROBOT = Address("Brightforge Careers", "no-reply@talentgate.example")
TEXT = (
    "Hi Sam,\n\nThank you for applying for the Backend Engineer position at Brightforge. Unfortunately, we have decided "
    "not to move forward with your application.\n\nAll the best,\nDana Whitlock"
)
BY_ROBOT = (
    "Dear Sam,\n\nThank you for applying for the Backend Engineer position at Brightforge. Unfortunately, we have decided "
    "not to move forward with your application.\n\nThe Brightforge team"
)


def mail(**changes: Any) -> Message:
    """Dana's rejection of Sam, or what a test makes of it; `days` moves it in time, `uid` names it."""
    uid = changes.pop("uid", 1)
    date = NOW + timedelta(days=changes.pop("days", 0))
    base = Message(
        place=place(uid),
        message_id=f"<m{uid}@brightforge.example>",
        fingerprint=f"<m{uid}@brightforge.example>",
        date=date,
        subject="Your application for Backend Engineer at Brightforge",
        sender=DANA,
        to=(SAM,),
        text=TEXT,
    )
    return replace(base, **changes)


def by_robot(**changes: Any) -> Message:
    """The same rejection as a tracking system sends it."""
    return mail(**{"sender": ROBOT, "text": BY_ROBOT} | changes)


def opened(
    message: Message, *earlier: Correspondence, owner: Owner = OWNER, facets: Facets | None = None
) -> Dossier:
    """The dossier of a rejection in which the classifier has found nothing beside no, unless `facets` says otherwise."""
    judged = replace(verdict(), facets=facets or Facets())
    return open_dossier(message, judged, earlier, owner, now=NOW + timedelta(days=200))


def reasons(dossier: Dossier) -> list[str]:
    """The names of what is in the way, without the words."""
    return [str(skip) for skip, _ in dossier.obstacles]


def received(message: Message, label: Label) -> Correspondence:
    """A mail as it is remembered."""
    return remember(message, label, OWNER)


def invitation(**changes: Any) -> Correspondence:
    """Dana's invitation to an interview, ten days before."""
    text = "Hi Sam,\n\nI would like to invite you to an interview for the Backend Engineer position at Brightforge.\n\nDana Whitlock"
    return received(
        mail(**{"uid": 50, "days": -10, "subject": "Interview for Backend Engineer", "text": text} | changes),
        Label.INTERVIEW,
    )


def sent(text: str, **changes: Any) -> Correspondence:
    """A mail by Sam to Dana."""
    message = mail(
        **{
            "uid": 90,
            "sender": SAM,
            "to": (DANA,),
            "text": text,
            "subject": "Re: Your application",
            "days": 1,
        }
        | changes
    )
    return remember(message, None, OWNER, sent=True)


VAGUE = {
    "subject": "Your application",
    "text": "Hi Sam,\n\nunfortunately it is a no from us this time.\n\nDana Whitlock",
}


def other_role(role: str = "Data Analyst", **changes: Any) -> Message:
    """Jordan's rejection of Sam for another role at the same company."""
    text = TEXT.replace("Backend Engineer", role).replace("Dana Whitlock", "Jordan Lee")
    return mail(
        **{"uid": 2, "sender": JORDAN, "subject": f"Your application for {role} at Brightforge", "text": text}
        | changes
    )
