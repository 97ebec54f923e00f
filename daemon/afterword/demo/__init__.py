"""A made-up mailbox, on which the whole job can be seen without an account."""

import os
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

OWNER = "Sam Rivera <sam.rivera@mail.example>"
FOLDERS = ("", ".Sent", ".Drafts", ".Archive", ".Trash")

CONFIG = """\
[owner]
name = "Sam Rivera"
addresses = ["sam.rivera@mail.example"]
signature = "Sam Rivera"

[[account]]
name = "demo"
[account.maildir]
path = {path}

[letters]
delay = "0"

[state]
url = {url}
"""


def build(folder: Path, now: datetime) -> Path:
    """Write the mailbox `Mail` and a configuration for it into an empty folder; the configuration's path.

    Dates lie in the 160 days before `now`, so that the same mailbox is as fresh on any day. The same `now` gives the same bytes.
    """
    root = folder / "Mail"
    for name in FOLDERS:
        for part in ("cur", "new", "tmp"):
            (root / name / part).mkdir(parents=True)
    mails = tomllib.loads(files(__name__).joinpath("mails.toml").read_text(encoding="utf-8"))["mail"]
    for number, mail in enumerate(mails):
        when = (now - timedelta(days=mail["days"], minutes=7 * number)).replace(microsecond=0)
        file = root / mail.get("folder", "") / "cur" / f"{int(when.timestamp())}.{number:03}.demo:2,S"
        file.write_bytes(message_bytes(mail, when))
        os.utime(file, (when.timestamp(), when.timestamp()))
    config = folder / "config.toml"
    config.write_text(
        CONFIG.format(path=_toml(root), url=_toml(f"sqlite:///{folder / 'ledger.db'}")), encoding="utf-8"
    )
    return config


def message_bytes(mail: Mapping[str, Any], when: datetime) -> bytes:
    """One mail of the data file in RFC 5322 form."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(mail["from"])
    message["To"] = _address(mail.get("to", OWNER))
    message["Subject"] = mail["subject"]
    message["Date"] = format_datetime(when.astimezone(UTC))
    message["Message-ID"] = f"<{mail['id']}>"
    for name, value in mail.get("headers", {}).items():
        message[name] = value
    charset = mail.get("charset", "utf-8")
    if "text" in mail:
        message.set_content(mail["text"], charset=charset, cte=mail.get("cte", "quoted-printable"))
    if "html" in mail and "text" in mail:
        message.add_alternative(mail["html"], subtype="html", charset=charset, cte="quoted-printable")
        message.set_boundary("=_" + sha256(mail["id"].encode()).hexdigest()[:24])
    elif "html" in mail:
        message.set_content(mail["html"], subtype="html", charset=charset, cte=mail.get("cte", "base64"))
    return bytes(message)


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(name, addr_spec=address)


def _toml(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
