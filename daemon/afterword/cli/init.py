"""`init`: from an address to a configuration that works, step by step; every step can be answered by a flag."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from afterword.cli import show
from afterword.cli.app import app, complain
from afterword.cli.demonstrate import letter_of
from afterword.cli.dialog import Dialog
from afterword.cli.mail import ConfigOption
from afterword.cli.passing import show_report
from afterword.config import Config, config_path
from afterword.errors import AfterwordError, LoginRefused, MissingFolder, UserError
from afterword.records import Result, ScanReport
from afterword.setup import keeping, unit, writing
from afterword.setup.answers import Answers, DigestAnswers, ServerAnswers
from afterword.setup.lookup import DnsResolver
from afterword.setup.providers import ImapServer, Provider, SmtpServer, find_provider

REACH = timedelta(days=90)  # how far back the trial looks
SHOWN = 3  # letters of the trial that are shown whole
LOGIN_TRIES = 3  # typed passwords; providers lock an account after more


@dataclass(slots=True)
class Wishes:
    """What the flags said; None is for what they left open."""

    host: str | None
    port: int | None
    security: str | None
    ca_file: Path | None
    username: str | None
    password_command: str | None
    password_keyring: str | None
    password_file: Path | None
    password_env: str | None
    password_stdin: bool
    drafts: str | None
    client_id: str | None
    digest: str | None
    smtp_host: str | None
    folder: Path  # where the configuration will lie; a password that is kept in a file lies beside it
    undo: list[Callable[[], None]] = field(default_factory=list)  # takes stored secrets back when init fails


@app.command()
def init(
    config: ConfigOption = None,
    name: Annotated[str | None, typer.Option("--name", help="Your name, as it stands in From")] = None,
    address: Annotated[
        list[str] | None, typer.Option("--address", help="An address at which you apply; may be repeated")
    ] = None,
    account: Annotated[str, typer.Option("--account", help="Short name of the account")] = "personal",
    host: Annotated[
        str | None, typer.Option("--host", help="IMAP server, where your provider is not known")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Its port: 993 for tls, 143 for starttls")
    ] = None,
    security: Annotated[str | None, typer.Option("--security", help="tls, starttls, or none")] = None,
    ca_file: Annotated[
        Path | None, typer.Option("--ca-file", help="The certificate authority of a server of your own")
    ] = None,
    username: Annotated[
        str | None, typer.Option("--username", help="Login name; the address when left out")
    ] = None,
    password_command: Annotated[
        str | None, typer.Option("--password-command", help="A command that prints the password")
    ] = None,
    password_keyring: Annotated[
        str | None, typer.Option("--password-keyring", help="Service name in the system keyring")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="A file of mode 0600 that holds the password")
    ] = None,
    password_env: Annotated[
        str | None, typer.Option("--password-env", help="An environment variable that holds the password")
    ] = None,
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Read the password from standard input and keep it as told"),
    ] = False,
    maildir: Annotated[
        Path | None, typer.Option("--maildir", help="A local Maildir instead of a server")
    ] = None,
    drafts: Annotated[
        str | None, typer.Option("--drafts", help="Folder for drafts, where it is not found by itself")
    ] = None,
    client_id: Annotated[
        str | None,
        typer.Option(
            "--client-id", help="The application that you registered, where the provider wants OAuth 2.0"
        ),
    ] = None,
    digest: Annotated[
        str | None, typer.Option("--digest", help="A summary by mail to yourself: day, week, or none")
    ] = None,
    smtp_host: Annotated[
        str | None, typer.Option("--smtp-host", help="SMTP server for it, where your provider is not known")
    ] = None,
    trial: Annotated[
        bool | None, typer.Option("--trial/--no-trial", help="Show what it would have drafted in 90 days")
    ] = None,
    service: Annotated[
        bool | None, typer.Option("--service/--no-service", help="Install and start the user service")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: flags and defaults decide")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a configuration that is there")] = False,
) -> None:
    """Write a configuration: asks, looks up your provider, tests the login, shows what it would have drafted."""
    path = config_path(config)
    writing.refuse_to_overwrite(path, force=force)
    dialog = Dialog(silent=yes)
    wishes = Wishes(
        host, port, security, ca_file, username, password_command, password_keyring, password_file,
        password_env, password_stdin, drafts, client_id, digest, smtp_host, path.parent,
    )  # fmt: skip
    try:
        answers = _who(dialog, name, address, account)
        answers = replace(answers, maildir=maildir) if maildir else _server(dialog, wishes, answers)
        answers, text, settings = _working(dialog, wishes, answers, path)
        opened = not _signs_in_later(dialog, answers)
        if opened and dialog.confirm(
            "Look at the last 90 days and show what it would have drafted?", trial, default=True
        ):
            _trial(settings)
        writing.write(path, text)
    except BaseException:
        for undo in wishes.undo:
            undo()
        raise
    show.line(f"The configuration is written to {path}")
    if not opened:
        show.line(f"Next: afterword auth login {account}, then afterword check")
        return
    _service(dialog, path, service, usual=path == config_path())
    show.line("Next: afterword check, then afterword scan; afterword run watches from then on.")


def _who(dialog: Dialog, name: str | None, addresses: list[str] | None, account: str) -> Answers:
    asked = dialog.ask("Your name", "--name", name)
    return Answers(asked, tuple(addresses or [dialog.ask("Your mail address", "--address", None)]), account)


# --- the server and its secret


def _server(dialog: Dialog, wishes: Wishes, answers: Answers) -> Answers:
    address = answers.addresses[0]
    provider = None if wishes.host else find_provider(address, DnsResolver())
    server = _confirmed(dialog, wishes, provider, address)
    username = dialog.ask("User name", "--username", wishes.username, address)
    if provider:
        _explain(provider)
    if provider and provider.secret == "oauth2" and not _said(wishes):  # noqa: S105 - the kind of secret, not one
        secret = _token(dialog, wishes, provider)
    else:
        secret = _secret(dialog, wishes, username, answers.account)
    found = ServerAnswers(server, username, secret, wishes.ca_file, wishes.drafts or "")
    digest = _digest(dialog, wishes, provider, found, answers.account)
    return replace(answers, server=found, digest=digest)


def _token(dialog: Dialog, wishes: Wishes, provider: Provider) -> dict[str, str]:
    """The keys of an account that signs in; the token itself comes with the sign-in."""
    question = "Client ID of the application that you registered (docs/oauth.md says how)"
    client_id = dialog.ask(question, "--client-id", wishes.client_id)
    return {"auth": "oauth2", "provider": provider.oauth, "client_id": client_id}


def _digest(
    dialog: Dialog, wishes: Wishes, provider: Provider | None, account: ServerAnswers, name: str
) -> DigestAnswers | None:
    """A summary by mail, if it is wanted; with the account's password or its sign-in."""
    known = provider.smtp if provider else None
    if wishes.digest is None and (dialog.silent or known is None):
        return None
    every = wishes.digest or dialog.choose(
        "A summary by mail to yourself",
        "--digest",
        {"day": "once a day", "week": "once a week", "none": "never"},
        "week",
    )
    if every not in ("day", "week", "none"):
        raise UserError(f"There is no digest {every!r}.", "Write --digest day, week, or none.")
    if every == "none":
        return None
    if wishes.smtp_host or known is None:
        known = SmtpServer(host=dialog.ask("SMTP server", "--smtp-host", wishes.smtp_host))
    if account.signs_in:
        return DigestAnswers(every, known, "", {"account": name}, account.ca_file)
    return DigestAnswers(every, known, account.username, account.secret, account.ca_file)


def _confirmed(dialog: Dialog, wishes: Wishes, provider: Provider | None, address: str) -> ImapServer:
    """The server by flags, by our list, or by DNS; a name from DNS in another domain has to be confirmed (RFC 6186)."""
    known = provider.imap if provider else None
    if provider and not provider.vouched_for(address.rpartition("@")[2].lower()):
        _ask_whether_foreign(dialog, provider.imap.host)
    host = dialog.ask("IMAP server", "--host", wishes.host, known.host if known else None)
    security = wishes.security or (known.security if known else "tls")
    usual = 993 if security == "tls" else 143
    port = wishes.port or (known.port if known and not wishes.security else usual)
    return ImapServer.model_validate({"host": host, "port": port, "security": security})


def _ask_whether_foreign(dialog: Dialog, host: str) -> None:
    if not dialog.confirm(f"DNS names {host} for this domain. Is that your provider's?", None, default=False):
        raise UserError(
            f"DNS names {host}, which is not in the address's own domain.",
            "If that is your provider's server, say so with --host.",
        )


def _explain(provider: Provider) -> None:
    show.line(f"{provider.name}: {provider.imap.host}, port {provider.imap.port}")
    show.line(f"  {provider.advice}")
    if provider.page:
        show.line(f"  {provider.page}")


def _said(wishes: Wishes) -> bool:
    return bool(
        wishes.password_command or wishes.password_keyring or wishes.password_file or wishes.password_env
    )


def _secret(dialog: Dialog, wishes: Wishes, username: str, account: str) -> dict[str, str]:
    """Where the password is found from now on, as a key of the configuration; it is stored if need be."""
    if wishes.password_command:
        return {"password_command": wishes.password_command}
    if wishes.password_env:
        return {"password_env": wishes.password_env}
    typed = typer.get_text_stream("stdin").readline().rstrip("\r\n") if wishes.password_stdin else None
    if wishes.password_keyring:
        if typed is not None:
            wishes.undo.append(keeping.keep_in_keyring(wishes.password_keyring, username, typed))
        return {"password_keyring": wishes.password_keyring}
    if wishes.password_file and typed is None and wishes.password_file.exists():
        return {"password_file": str(wishes.password_file.absolute())}
    return _stored(dialog, wishes, username, account, typed)


def _stored(dialog: Dialog, wishes: Wishes, username: str, account: str, typed: str | None) -> dict[str, str]:
    keyring_works = keeping.keyring_works()
    choices = {"keyring": "the system keyring"} if keyring_works else {}
    choices |= {"file": "a file that only you can read", "command": "a command of yours prints it"}
    where = "file" if wishes.password_file else ""
    where = where or dialog.choose("Keep the password in", "--password-file", choices, next(iter(choices)))
    if where == "command":
        return {"password_command": dialog.ask("The command", "--password-command", None)}
    if typed is None and dialog.silent:
        raise UserError(
            "No password is given.",
            "Say where it is (--password-command, --password-keyring, --password-file, --password-env), "
            "or give it on standard input with --password-stdin.",
        )
    secret = typed if typed is not None else dialog.hidden("Password (is not shown)")
    if where == "keyring":
        wishes.undo.append(keeping.keep_in_keyring(keeping.SERVICE, username, secret))
        return {"password_keyring": keeping.SERVICE}
    path = wishes.password_file or wishes.folder / f"{account}.password"
    wishes.undo.append(keeping.keep_in_file(path, secret))
    return {"password_file": str(path.absolute())}


# --- trying it


def _working(dialog: Dialog, wishes: Wishes, answers: Answers, path: Path) -> tuple[Answers, str, Config]:
    """Answers that open the mailbox and find its folders; a mistyped password or an unknown folder is asked again."""
    tries = 1
    while True:
        text = writing.written(answers.filled())
        settings = writing.as_config(text, path)
        if answers.server and answers.server.signs_in:
            if not dialog.silent:
                _sign_in(settings)
                _open(settings)
            return answers, text, settings
        try:
            _open(settings)
        except LoginRefused as error:
            if dialog.silent or tries == LOGIN_TRIES or answers.server is None:
                raise
            complain(error)
            tries += 1
            secret = _stored(dialog, wishes, answers.server.username, answers.account, None)
            digest = replace(answers.digest, secret=secret) if answers.digest else None
            answers = replace(answers, server=replace(answers.server, secret=secret), digest=digest)
        except MissingFolder as error:
            if dialog.silent or answers.server is None or answers.server.drafts:
                raise
            complain(error)
            drafts = dialog.ask("Folder for drafts", "--drafts", None)
            answers = replace(answers, server=replace(answers.server, drafts=drafts))
        else:
            return answers, text, settings


def _signs_in_later(dialog: Dialog, answers: Answers) -> bool:
    """Whether nobody is there to sign in now."""
    return dialog.silent and answers.server is not None and answers.server.signs_in


def _sign_in(settings: Config) -> None:
    """The browser's turn; the tokens are in the keyring afterwards."""
    from afterword.cli.auth import sign_in_here

    imap = settings.account[0].imap
    if imap:
        sign_in_here(imap, posts=settings.digest_sign_in is not None)


def _open(settings: Config) -> None:
    """Log in and say which folders are used for what."""
    from afterword.accounts import open_mailbox
    from afterword.folders import find_folders

    account = settings.account[0]
    with open_mailbox(account) as mailbox:
        folders = find_folders(mailbox, account)
        count = len(mailbox.folders())
    show.line(f"The mailbox is open: {count} folders")
    for use, names in (
        ("watched", folders.watched),
        ("drafts", (folders.drafts,)),
        ("sent mail", (folders.sent,)),
        ("earlier mail", folders.context),
        ("deleted mail", (folders.trash,)),
    ):
        show.line(f"  {use:<13}{', '.join(name for name in names if name) or '(none found)'}")


def _trial(settings: Config) -> None:
    """A dry run: what would have been drafted, and a few of the letters as they would stand in Drafts."""
    from afterword.passes import one_pass_each

    with show.progress_bar() as bar:
        results = list(one_pass_each(settings, since=REACH, dry_run=True, progress=bar))
    for account, report in results:
        if isinstance(report, AfterwordError):
            complain(report, account=account)
        else:
            show_report(report, dry_run=True)
            _letters(report)
    show.line("Nothing was written to the mailbox.")


def _letters(report: ScanReport) -> None:
    written = [outcome.octets for outcome in report.outcomes if outcome.result is Result.DRAFTED]
    for octets in written[:SHOWN]:
        show.letter(letter_of(octets))
    if len(written) > SHOWN:
        show.line(f"... and {len(written) - SHOWN} more: afterword scan --dry-run")


def _service(dialog: Dialog, path: Path, wanted: bool | None, *, usual: bool) -> None:
    """The user service, where systemd runs for users; a scripted run installs it only when told to."""
    if wanted is False or (wanted is None and (dialog.silent or not unit.systemd_for_users())):
        return
    if not dialog.confirm("Install and start the user service?", wanted, default=True):
        return
    look = unit.install(unit.command_line(path, usual=usual))
    show.line(f"The service is running. Look at it with: {look}")
    show.line("It ends when you log out, unless you allow it to stay: loginctl enable-linger")
