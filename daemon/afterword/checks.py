"""What `check` tries: each thing a pass needs, one after the other, so that one fault never hides the next."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from afterword.accounts import open_mailbox, secret_for
from afterword.config import Account, Config, load_config
from afterword.digest import check_post
from afterword.errors import AfterwordError, ConfigError, UntrustedCertificate, UserError
from afterword.folders import find_folders
from afterword.ledger import Ledger, file_of
from afterword.letters import check_templates, load_templates
from afterword.locking import running_daemon
from afterword.mailbox.imap import ImapMailbox
from afterword.mailbox.protocol import Mailbox
from afterword.status import statuses
from afterword_models import load
from afterword_rules import load_rules, run_examples

SOON = timedelta(days=10)  # a certificate that ends sooner should have been renewed by now
LEEWAY = timedelta(minutes=5)  # how far two clocks may differ
WANTED = {
    "IDLE": "new mail is seen at the next pass",
    "UIDPLUS": "a draft is searched for after it was written",
    "SPECIAL-USE": "folders are found by their names",
}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: `exit_code` is 0 when it holds; `message` says what was found, `advice` what to do.

    With `note` it holds, and there is something to know.
    """

    name: str
    message: str
    exit_code: int = 0
    advice: str = ""
    problems: tuple[str, ...] = ()
    note: bool = False


def run_checks(path: Path, *, offline: bool = False) -> Iterator[CheckResult]:
    """Every check in turn; `offline` leaves out those that need a server or a secret.

    Without a configuration that holds there is nothing else to try.
    """
    try:
        config = load_config(path)
    except ConfigError as error:
        yield fault("config", error)
        return
    yield CheckResult("config", f"{path} holds, {len(config.account)} account(s)")
    yield attempt("permissions", lambda: _permissions(path, config))
    yield attempt("ledger", lambda: _ledger(config))
    yield attempt("model", _model)
    yield attempt("rules", lambda: _rules(config))
    yield attempt("templates", lambda: _templates(config))
    yield attempt("clock", lambda: _clock(config, datetime.now(UTC)))
    if not offline:
        for account in config.account:
            yield from _account_checks(account)
        if config.digest:
            yield attempt("digest", lambda: check_post(config))
    yield _service(config)


def attempt(name: str, trial: Callable[[], str]) -> CheckResult:
    """Run one check and turn its error, if any, into a line."""
    try:
        return CheckResult(name, trial())
    except AfterwordError as error:
        return fault(name, error)


def fault(name: str, error: AfterwordError) -> CheckResult:
    """A check that failed."""
    problems = error.problems if isinstance(error, ConfigError) else ()
    return CheckResult(name, error.message, error.exit_code, error.advice, problems)


def _permissions(path: Path, config: Config) -> str:
    """Who can write the configuration decides what is run and written; who can read the ledger reads about mail."""
    own = [path, *config.rules.files, *([config.letters.templates] if config.letters.templates else [])]
    ledger = file_of(config.state.url)
    found = [(each, 0o002, "changed") for each in own] + [(ledger, 0o077, "read")]
    open_ = [
        (each, verb)
        for each, bits, verb in found
        if each.exists() and stat.S_IMODE(each.stat().st_mode) & bits
    ]
    if open_:
        raise ConfigError(
            "others have rights that they should not have:",
            [f"{each} can be {verb} by others" for each, verb in open_],
            f"Run: chmod go-rwx {' '.join(str(each) for each, _ in open_)}",
        )
    return "nobody else can change the configuration, or read the ledger"


def _ledger(config: Config) -> str:
    ledger = Ledger.open(config.state.url)
    count = len(ledger.cases())
    ledger.close()
    return f"{config.state.url} can be written, {count} rejections on record"


def _model() -> str:
    return f"the classifier is loaded, version {load().version}"


def _rules(config: Config) -> str:
    book = load_rules(config.rules.files)
    failed = [result for result in run_examples(book) if not result.passed]
    if failed:
        problems = [f"{result.rule}: {result.because}" for result in failed]
        raise ConfigError("examples beside the rules fail", problems, "Run: afterword rules test")
    return f"{len(book.rules)} rules hold, {len(config.rules.files)} file(s) of your own"


def _templates(config: Config) -> str:
    templates = load_templates(config.letters.templates, waived=frozenset(config.letters.waive))
    findings = check_templates(templates)
    if findings:
        problems = [f"{name}: {finding.rule} ({finding.words})" for name, finding in findings]
        raise ConfigError(
            "templates break the etiquette", problems, "Mend them, or waive a rule in [letters]."
        )
    waived = f"; WAIVED: {', '.join(config.letters.waive)}" if config.letters.waive else ""
    return f"every letter keeps the etiquette{waived}"


def _clock(config: Config, now: datetime) -> str:
    """Delays and ages are counted by the clock; one that was set back shows in the ledger."""
    ledger = Ledger.open(config.state.url)
    rows = [row for account in config.account if (row := ledger.last_pass(account.name))]
    ledger.close()
    ahead = max((row.started_at for row in rows), default=now) - now
    if ahead > LEEWAY:
        raise UserError(
            f"the clock is behind: a pass is on record {ahead.total_seconds() / 60:.0f} minutes ahead of it",
            "Set the clock: timedatectl set-ntp true",
        )
    return f"it is {now.astimezone():%Y-%m-%d %H:%M %Z}"


def _account_checks(account: Account) -> Iterator[CheckResult]:
    name = f"account {account.name}"
    if account.imap:
        imap = account.imap
        secret = attempt(f"{name}, secret", lambda: "found" if secret_for(imap) else "")
        yield secret
        if secret.exit_code:
            return
    try:
        mailbox = open_mailbox(account)
    except UntrustedCertificate as error:
        yield fault(f"{name}, TLS", error)
        return
    except AfterwordError as error:
        yield fault(f"{name}, login", error)
        return
    with mailbox:
        yield CheckResult(f"{name}, login", "the mailbox is open")
        if isinstance(mailbox, ImapMailbox):
            yield from _session_checks(name, mailbox)
        yield attempt(f"{name}, folders", lambda: _folders(mailbox, account))
        yield attempt(f"{name}, clock", lambda: _server_clock(mailbox, account, datetime.now(UTC)))


def _session_checks(name: str, mailbox: ImapMailbox) -> Iterator[CheckResult]:
    session = mailbox.session()
    until = session.certificate_until
    if not session.tls:
        yield CheckResult(f"{name}, TLS", "none; the line does not leave this machine", note=True)
    elif until and until - datetime.now(UTC) < SOON:
        yield CheckResult(
            f"{name}, TLS",
            f"{session.tls}; the certificate ends on {until:%Y-%m-%d}",
            advice="Whoever keeps the server should renew it now.",
            note=True,
        )
    else:
        yield CheckResult(
            f"{name}, TLS", f"{session.tls}, verified{f' until {until:%Y-%m-%d}' if until else ''}"
        )
    lacking = [f"without {word}, {so}" for word, so in WANTED.items() if word not in session.capabilities]
    have = ", ".join(word for word in WANTED if word in session.capabilities)
    yield CheckResult(
        f"{name}, capabilities", "; ".join([*([have] if have else []), *lacking]), note=bool(lacking)
    )


def _server_clock(mailbox: Mailbox, account: Account, now: datetime) -> str:
    """The server stamps what it takes in; a newest mail from the future means that the two clocks differ."""
    folder = account.mailbox.folders[0]
    found = mailbox.uids(folder, since=(now - timedelta(days=1)).date())
    newest = max((raw.internal_date for raw in mailbox.fetch(folder, found[-1:])), default=now)
    if newest - now > LEEWAY:
        raise UserError(
            f"the newest mail was taken in {(newest - now).total_seconds() / 60:.0f} minutes from now",
            "Set the clock: timedatectl set-ntp true. If it is right, the server's is not.",
        )
    return "agrees with the mailbox"


def _folders(mailbox: Mailbox, account: Account) -> str:
    folders = find_folders(mailbox, account)
    return (
        f"watched {', '.join(folders.watched)}; drafts {folders.drafts}; sent {folders.sent or '(none)'}; "
        f"trash {folders.trash or '(none)'}; context {', '.join(folders.context) or '(none)'}"
    )


def _service(config: Config) -> CheckResult:
    """Whether a daemon watches with this ledger, and whether it keeps its schedule."""
    holder = running_daemon(config.state.url)
    if not holder:
        advice = "Start it: systemctl --user enable --now afterword, or by hand: afterword run"
        return CheckResult("service", "no daemon is running", advice=advice, note=True)
    late = [row.account for row in statuses(config, datetime.now(UTC)) if row.late]
    if late:
        return CheckResult(
            "service",
            f"the daemon (process {holder}) is late with {', '.join(late)}",
            1,
            "Look into its log: journalctl --user -u afterword, and start it anew.",
        )
    return CheckResult("service", f"the daemon is running (process {holder})")
