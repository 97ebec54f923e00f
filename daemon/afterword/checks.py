"""What `check` tries: each thing a pass needs, one after the other, so that one fault never hides the next."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from afterword.accounts import open_mailbox, secret_for
from afterword.config import Account, Config, load_config
from afterword.errors import AfterwordError, ConfigError
from afterword.folders import find_folders
from afterword.ledger import Ledger
from afterword.letters import check_templates, load_templates
from afterword.mailbox.protocol import Mailbox
from afterword_models import load
from afterword_rules import load_rules, run_examples


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: `exit_code` is 0 when it holds; `message` says what was found, `advice` what to do."""

    name: str
    message: str
    exit_code: int = 0
    advice: str = ""
    problems: tuple[str, ...] = ()


def run_checks(path: Path) -> Iterator[CheckResult]:
    """Every check in turn. Without a configuration that holds there is nothing else to try."""
    try:
        config = load_config(path)
    except ConfigError as error:
        yield fault("config", error)
        return
    yield CheckResult("config", f"{path} holds, {len(config.account)} account(s)")
    yield attempt("ledger", lambda: _ledger(config))
    yield attempt("model", _model)
    yield attempt("rules", lambda: _rules(config))
    yield attempt("templates", lambda: _templates(config))
    for account in config.account:
        yield from _account_checks(account)


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
    except AfterwordError as error:
        yield fault(f"{name}, login", error)
        return
    with mailbox:
        yield CheckResult(f"{name}, login", "the mailbox is open")
        yield attempt(f"{name}, folders", lambda: _folders(mailbox, account))


def _folders(mailbox: Mailbox, account: Account) -> str:
    folders = find_folders(mailbox, account)
    return (
        f"watched {', '.join(folders.watched)}; drafts {folders.drafts}; sent {folders.sent or '(none)'}; "
        f"trash {folders.trash or '(none)'}; context {', '.join(folders.context) or '(none)'}"
    )
