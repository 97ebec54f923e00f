"""A correction given on the command line: the mail is found by its Message-ID, or comes in a file."""

from datetime import datetime
from pathlib import Path

from afterword.accounts import open_mailbox
from afterword.config import Account, Config
from afterword.corrections import correction_of
from afterword.errors import UnreadableMail, UserError
from afterword.judging import raw_of
from afterword.ledger import Ledger
from afterword.ledgers import writing
from afterword.parse import parse
from afterword.records import Message
from afterword.sources import iter_mail


def correct_mail(config: Config, mail: str, rejection: bool, account: str, now: datetime) -> bool:
    """Take the owner's word on one mail; False when it was said before.

    A file needs no server. A Message-ID is looked up where the mail was last seen. UserError when the mail is not known.
    """
    with writing(config) as ledger:
        if Path(mail).is_file():
            message = _in_file(mail)
            name = account or _account_of(ledger, message) or config.account[0].name
        else:
            message = _in_mailbox(config, ledger, mail)
            name = message.place.account
        return ledger.aftermath.correct(correction_of(message, rejection, name, now))


def _in_file(path: str) -> Message:
    found = next((raw for _, raw in iter_mail(path)), None)
    if found is None or isinstance(found, UnreadableMail):
        raise UserError(f"{path} holds no mail.", "Name an .eml file, or a Message-ID.")
    return parse(raw_of(found))


def _account_of(ledger: Ledger, message: Message) -> str:
    return next((place.account for place in ledger.aftermath.places(fingerprint=message.fingerprint)), "")


def _in_mailbox(config: Config, ledger: Ledger, message_id: str) -> Message:
    places = ledger.aftermath.places(message_id=message_id)
    for place in places:
        with open_mailbox(_named(config, place.account)) as mailbox:
            if mailbox.examine(place.folder).uidvalidity != place.uidvalidity:
                continue
            for raw in mailbox.fetch(place.folder, [place.uid]):
                return parse(raw)
    if places:
        raise UserError(
            "The mail is no longer where it was seen.",
            "Save it as an .eml file and name that, or run a scan first.",
        )
    raise UserError(
        f"No mail {message_id!r} is known.", "afterword status --json shows the Message-IDs of held mail."
    )


def _named(config: Config, name: str) -> Account:
    for account in config.account:
        if account.name == name:
            return account
    raise UserError(
        f"The account {name!r} is no longer configured.", "Name the mail as an .eml file instead."
    )
