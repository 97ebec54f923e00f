"""A summary as mail: plain text, and the same as HTML."""

from email.message import EmailMessage
from email.utils import formataddr, formatdate
from importlib.resources import files

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from afterword.config import Config
from afterword.digest.gathering import Summary

TEMPLATES = ("digest.txt.j2", "digest.html.j2")
ENVIRONMENT = ImmutableSandboxedEnvironment(
    loader=DictLoader({name: (files(__package__) / name).read_text(encoding="utf-8") for name in TEMPLATES}),
    autoescape=lambda name: (
        name is not None and ".html" in name
    ),  # names in a rejection are written by strangers
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def letter_to_owner(summary: Summary, config: Config, message_id: str) -> EmailMessage:
    """The mail, from the owner to the owner; it says of itself that a program wrote it (RFC 3834)."""
    address = config.digest_address
    message = EmailMessage()
    message["From"] = formataddr(("Afterword", address))
    message["To"] = formataddr((config.owner.name, address))
    message["Subject"] = summary.subject
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    text, html = (ENVIRONMENT.get_template(name).render(summary=summary) for name in TEMPLATES)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message
