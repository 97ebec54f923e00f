"""What a person does in a mail program, by hand, on any kind of mailbox."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any

from tests.mailbox.labs import Lab, MaildirLab, MemoryLab, ServerLab, message_id_in
from tests.scan.passes import NOW


def send(
    lab: Lab, draft: EmailMessage, *, message_id: str = "", text: str = "", when: datetime = NOW
) -> None:
    """Send a draft as a mail program does: a copy in Sent, maybe under a Message-ID of its own, and the draft is gone."""
    original = str(draft["Message-ID"])
    lab.deliver("Sent", rewritten(draft, message_id, text), when, seen=True)
    lab.delete("Drafts", original)


def rewrite(lab: Lab, draft: EmailMessage, *, message_id: str = "", text: str = "") -> None:
    """Save a draft anew as a mail program does: another message in Drafts, and the old one is gone."""
    original = str(draft["Message-ID"])
    if message_id:
        lab.deliver("Drafts", rewritten(draft, message_id, text))
        lab.delete("Drafts", original)
    else:
        lab.delete("Drafts", original)
        lab.deliver("Drafts", rewritten(draft, message_id, text))


def rewritten(draft: EmailMessage, message_id: str, text: str) -> bytes:
    """The draft with another Message-ID or text."""
    if message_id:
        draft.replace_header("Message-ID", message_id)
    if text:
        draft.set_content(text)
    return draft.as_bytes()


def move(lab: Lab, source: str, target: str, message_id: str) -> None:
    """Move a mail from one folder to another."""
    octets = octets_of(lab, source, message_id)
    lab.deliver(target, octets, NOW)
    lab.delete(source, message_id)


def octets_of(lab: Lab, folder: str, message_id: str) -> bytes:
    """A mail as it lies there."""
    mailbox: Any = lab.mailbox
    folder = lab.named(folder)
    raws = mailbox.fetch(folder, mailbox.uids(folder))
    return next(raw.octets for raw in raws if message_id_in(raw.octets) == message_id)


def mark(lab: Lab, folder: str, message_id: str, keyword: str) -> None:
    """Put a keyword on a mail; a Maildir has none."""
    if isinstance(lab, MemoryLab):
        for mail in lab.mailbox.store[folder].messages.values():
            if message_id_in(mail.octets) == message_id:
                mail.flags.add(keyword)
    elif isinstance(lab, ServerLab):
        lab.client.select_folder(lab.named(folder))
        lab.client.add_flags(lab.client.search(["HEADER", "Message-ID", message_id]), [keyword])
        lab.client.close_folder()
    else:
        raise TypeError("a Maildir keeps no keywords")


def folder_named(lab: Lab, name: str) -> str:
    """How a nested folder is called there: Maildir++ has dots where others have slashes, on files and behind Courier."""
    dots = isinstance(lab, MaildirLab) or (isinstance(lab, ServerLab) and lab.server.prefix)
    return name.replace("/", ".") if dots else name
