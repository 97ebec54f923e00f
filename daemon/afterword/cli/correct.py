"""`afterword correct`, `afterword learn` and `afterword forget`: the owner's word, what is made of it, and how it all goes away."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from afterword.cli import show
from afterword.cli.app import app
from afterword.cli.mail import AccountOption, ConfigOption, JsonOption
from afterword.config import config_path, load_config
from afterword.errors import UserError

if TYPE_CHECKING:
    from afterword.learning import Mistakes


@app.command()
def correct(
    mail: Annotated[
        str, typer.Argument(metavar="MAIL", help="A Message-ID that status or scan shows, or an .eml file")
    ],
    rejection: Annotated[bool, typer.Option("--rejection/--not-rejection", help="What the mail is")],
    account: AccountOption = "",
    config: ConfigOption = None,
) -> None:
    """Say that a mail is a rejection, or that it is none; the next pass acts on it."""
    from afterword.correcting import correct_mail

    settings = load_config(config_path(config))
    new = correct_mail(settings, mail, rejection, account, datetime.now(UTC))
    show.line("taken; the next pass acts on it" if new else "that was said before")


@app.command()
def learn(
    reset: Annotated[bool, typer.Option("--reset", help="Back to the shipped classifier")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a personal model on your corrections; it is kept only if it is for the better."""
    from afterword import learning

    settings = load_config(config_path(config))
    if reset:
        there = learning.reset(settings)
        show.line("back to the shipped classifier" if there else "there was no personal model")
        return
    learnt = learning.learn(settings)
    if as_json:
        show.json_line(
            {"corrections": learnt.corrections, "kept": learnt.kept, "why": learnt.why}
            | {"sample": _mistakes(*learnt.sample), "own": _mistakes(*learnt.own)}
        )
        return
    show.line(f"{'kept' if learnt.kept else 'not kept'}: {learnt.why}")
    for name, (before, after) in (("your corrections", learnt.own), ("other mail", learnt.sample)):
        show.line(f"{name:>18}  {before.mails} mails, {before.both} mistakes before, {after.both} after")
    if learnt.kept:
        show.line(
            "scan and explain use it from now on, a running daemon from its next start; back: afterword learn --reset"
        )


def _mistakes(before: "Mistakes", after: "Mistakes") -> dict[str, int]:
    """The mistakes in a row of JSON."""
    return {
        "mails": before.mails,
        "false_alarms_before": before.false_alarms,
        "false_alarms_after": after.false_alarms,
        "misses_before": before.misses,
        "misses_after": after.misses,
    }


@app.command()
def forget(
    case: Annotated[
        str, typer.Argument(metavar="[CASE]", help="Message-ID of a rejection or of its draft")
    ] = "",
    account: Annotated[str, typer.Option("--account", help="All of this account")] = "",
    everything: Annotated[
        bool, typer.Option("--everything", help="All accounts, and the personal model")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    config: ConfigOption = None,
) -> None:
    """Remove what is kept of a case, an account, or everything; the mailbox is not touched."""
    from afterword import forgetting

    if sum(map(bool, (case, account, everything))) != 1:
        raise UserError("Name one case, one account, or write --everything.", "afterword forget --help")
    settings = load_config(config_path(config))
    if not yes:
        what = "everything" if everything else f"the account {account}" if account else "this case"
        typer.confirm(f"Forget {what} for good?", abort=True)
    if everything:
        forgetting.forget_everything(settings)
    elif account:
        forgetting.forget_account(settings, account)
    else:
        forgetting.forget_case(settings, case)
    show.line("forgotten")
