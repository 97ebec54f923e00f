"""Signing in: auth login."""

import os
import webbrowser
from typing import Annotated

import typer

from afterword.accounts import open_mailbox
from afterword.cli import show
from afterword.cli.app import auth_app
from afterword.cli.mail import ConfigOption
from afterword.config import Account, Config, Imap, config_path, load_config
from afterword.errors import UserError
from afterword.oauth import prepare
from afterword.signin import sign_in, sign_in_elsewhere

CLIENT_SECRET = "AFTERWORD_CLIENT_SECRET"  # noqa: S105 - the name of a variable


@auth_app.callback()
def auth() -> None:
    """Sign in to a provider that wants OAuth 2.0."""


@auth_app.command("login")
def login(
    account: Annotated[str, typer.Argument(help="Name of the account in the configuration")],
    config: ConfigOption = None,
    device: Annotated[
        bool, typer.Option("--device", help="Enter a code on another device instead of using a browser here")
    ] = False,
) -> None:
    """Sign in to Google or Microsoft, keep the tokens in the keyring, and try the login."""
    settings = load_config(config_path(config))
    chosen, imap = _account(settings, account)
    posts = imap is settings.digest_sign_in
    if device:
        prepare(imap)
        sign_in_elsewhere(imap, _client_secret(imap), _show_code, posts=posts)
    else:
        sign_in_here(imap, posts=posts)
    with open_mailbox(chosen):
        show.line(f"{account}: signed in, and {imap.host} takes the login. The tokens are in the keyring.")


def sign_in_here(imap: Imap, *, posts: bool) -> None:
    """Sign in with a browser on this machine; `posts` where the digest is handed in with it."""
    prepare(imap)
    sign_in(imap, _client_secret(imap), _open_page, posts=posts)


def _account(config: Config, name: str) -> tuple[Account, Imap]:
    for account in config.account:
        if account.name == name and account.imap:
            return account, account.imap
    known = ", ".join(account.name for account in config.account if account.imap) or "none"
    raise UserError(f"There is no IMAP account named {name!r}.", f"Accounts: {known}.")


def _client_secret(imap: Imap) -> str:
    """Google gives installed apps a secret of their own (RFC 8252, section 8.5: it proves nothing); Microsoft gives none."""
    if imap.provider != "google":
        return ""
    given = os.environ.get(CLIENT_SECRET)
    return given if given is not None else typer.prompt("Client secret", hide_input=True, err=True)


def _open_page(page: str) -> None:
    show.line(f"Sign in on this page: {page}")
    webbrowser.open(page)


def _show_code(page: str, code: str) -> None:
    show.line(f"Open {page} on any device and enter the code {code}")
