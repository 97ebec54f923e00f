"""A season of mail for the tests of whole passes, and one pass over it with everything real but the calendar."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from typing import Any

from afterword.accounts import craft_for
from afterword.config import Config
from afterword.ledger import Ledger
from afterword.mailbox.protocol import Mailbox
from afterword.mailbox.special import resolve
from afterword.records import ScanReport
from afterword.scan import scan
from afterword_models import load

NOW = datetime.now(UTC).replace(microsecond=0)
SAM = "Sam Rivera <sam@mail.example>"
DANA = "Dana Whitlock <dana@brightforge.example>"
REJECTED = """\
Hi Sam,

Thank you for applying for the Backend Engineer position at Brightforge. Unfortunately, we have decided not to move forward with your application.

Kind regards,
Dana Whitlock
Brightforge
"""


def config(delay: str = "0", **letters: str) -> Config:
    """A configuration with one account, which the passes here do not open by themselves."""
    return Config.model_validate(
        {
            "owner": {"name": "Sam Rivera", "addresses": ["sam@mail.example"]},
            "account": [{"name": "personal", "maildir": {"path": "/nowhere"}}],
            "letters": {"delay": delay, **letters},
        }
    )


def mail(number: int, text: str = REJECTED, *, days: float = 1, **headers: str) -> bytes:
    """A mail `days` old; header names have underscores for dashes, `From_` is From."""
    message = EmailMessage(policy=default.clone(linesep="\r\n"))
    fields = {
        "From": DANA,
        "To": SAM,
        "Subject": "Your application for Backend Engineer",
        "Message-ID": f"<m{number}@brightforge.example>",
        "Date": format_datetime(NOW - timedelta(days=days)),
    } | {name.rstrip("_").replace("_", "-"): value for name, value in headers.items()}
    for name, value in fields.items():
        message[name] = value
    message.set_content(text, cte="quoted-printable")
    return message.as_bytes()


def one_pass(
    mailbox: Mailbox,
    ledger: Ledger,
    settings: Config | None = None,
    *,
    later: timedelta = timedelta(0),
    **options: Any,
) -> ScanReport:
    """One pass, `later` than now."""
    settings = settings or config()
    account = settings.account[0].model_copy(update={"name": mailbox.account})
    return scan(account, mailbox, ledger, craft_for(settings, account, load()), now=NOW + later, **options)


def drafts(mailbox: Mailbox, folder: str = "Drafts") -> list[Any]:
    """What lies in Drafts, or in another special-use folder, as the standard library's parser reads it."""
    folder = resolve(mailbox.folders(), f"\\{folder.lower()}", "", mailbox.account)
    raws = mailbox.fetch(folder, mailbox.uids(folder))
    return [message_from_bytes(raw.octets, policy=default) for raw in raws]
