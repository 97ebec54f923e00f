"""From the configuration to open mailboxes and the craft that every account shares."""

from collections.abc import Callable
from typing import TypeVar

from afterword.config import Account, Config, Imap
from afterword.config import Owner as OwnerSection
from afterword.dossier import Owner
from afterword.errors import LoginRefused
from afterword.letters import Author, load_templates
from afterword.mailbox.dialling import ImapSettings
from afterword.mailbox.imap import ImapMailbox
from afterword.mailbox.login import AccessToken
from afterword.mailbox.maildir import MaildirMailbox
from afterword.mailbox.protocol import Mailbox
from afterword.oauth import access_token
from afterword.scan import Craft
from afterword.secrets import password_for
from afterword_models import Judge
from afterword_rules import load_rules

Opened = TypeVar("Opened")


def open_mailbox(account: Account) -> Mailbox:
    """A mailbox ready for use; ConnectError, SecretError or UserError says why there is none."""
    if account.maildir:
        return MaildirMailbox(account.name, account.maildir.path)
    imap = account.imap
    if imap is None:
        raise ValueError("an account needs a mailbox")  # the configuration has refused such an account
    settings = ImapSettings(
        host=imap.host,
        port=imap.port,
        security=imap.security,
        ca_file=imap.ca_file,
        username=imap.username,
        timeout=imap.timeout.total_seconds(),
    )
    return with_secret(imap, lambda secret: ImapMailbox.connect(account.name, settings, secret))


def with_secret(imap: Imap, connect: Callable[[str | AccessToken], Opened]) -> Opened:
    """What `connect` opens with the account's secret; a token that the server refuses is renewed once."""
    secret = secret_for(imap)
    try:
        return connect(secret)
    except LoginRefused:
        if not isinstance(secret, AccessToken):
            raise
        renewed = AccessToken(access_token(imap, rejected=secret.value))
        if renewed == secret:
            raise
        try:
            return connect(renewed)
        except LoginRefused as error:
            error.tries = 2
            raise


def secret_for(imap: Imap) -> str | AccessToken:
    """What an account logs in with; SecretError says why there is none."""
    return AccessToken(access_token(imap)) if imap.auth == "oauth2" else password_for(imap)


def owner_of(section: OwnerSection, account: Account) -> Owner:
    """The person as the dossier knows them."""
    host = account.imap.host if account.imap else ""
    return Owner(section.name, section.addresses, account.authserv_ids, host)


def author_of(section: OwnerSection, *, quote: bool = False) -> Author:
    """The person as letters are signed."""
    return Author(section.name, section.addresses[0], section.signature or section.name, quote)


def craft_for(config: Config, account: Account, judge: Judge) -> Craft:
    """Everything a pass over an account needs beside the mailbox; RulesError or UserError when it does not hold."""
    return Craft(
        judge=judge,
        rules=load_rules(config.rules.files),
        templates=load_templates(config.letters.templates, waived=frozenset(config.letters.waive)),
        owner=owner_of(config.owner, account),
        author=author_of(config.owner, quote=config.letters.quote),
        letters=config.letters,
        corrections=config.corrections,
        retention=config.retention,
    )
