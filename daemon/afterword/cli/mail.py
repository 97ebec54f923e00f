"""Commands on mail in files: classify, explain, preview. No account is needed and nothing is written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from afterword.cli import show
from afterword.cli.app import app
from afterword.config import Config, config_path, load_config
from afterword.records import Evidence, Verdict

PathsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH…", help="An .eml file, an mbox, a Maildir, a folder of .eml, or - for standard input"
    ),
]
PathArgument = Annotated[str, typer.Argument(metavar="PATH", help="An .eml file, or - for standard input")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line, nothing else")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Configuration file", dir_okay=False)]
AccountOption = Annotated[str, typer.Option("--account", help="Name of the account; the first when left out")]


@app.command()
def classify(paths: PathsArgument, as_json: JsonOption = False) -> None:
    """Say what each mail is, how sure, and by which sentence."""
    failures: list[str] = []
    verdicts = _judged(paths, failures, as_json=as_json)
    if as_json:
        for path, message_id, verdict in verdicts:
            show.json_line({"path": path, "message_id": message_id, **verdict_json(verdict)})
    else:
        show.table(
            ("label", "score", "mail", "deciding sentence"),
            (_cells(path, each) for path, _, each in verdicts),
        )
    if failures:
        raise typer.Exit(1)


def _judged(paths: list[str], failures: list[str], *, as_json: bool) -> Iterator[tuple[str, str, Verdict]]:
    """(path, Message-ID, verdict) of what can be read; the rest is told at once and added to `failures`."""
    from afterword.judging import judge_paths

    for path, message, judged in judge_paths(paths):
        if isinstance(judged, Verdict):
            yield path, message.message_id if message else "", judged
            continue
        failures.append(path)
        if as_json:
            show.json_line({"path": path, "error": judged.message})
        else:
            typer.echo(f"{show.plain(path)}: {judged.message}", err=True)


def _cells(path: str, verdict: Verdict) -> tuple[str, str, str, str]:
    sentence = verdict.evidence.sentence if verdict.evidence else ""
    return f"{verdict.label}{' (hold)' if verdict.hold else ''}", f"{verdict.score:.3f}", path, sentence


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """The keys of the contract, and where the deciding sentence stands in the text."""
    evidence = verdict.evidence or Evidence("", -1, -1)
    return {
        "label": verdict.label,
        "score": round(verdict.score, 6),
        "scores": {label: round(score, 6) for label, score in verdict.scores.items()},
        "evidence": evidence.sentence,
        "evidence_span": [evidence.start, evidence.end],
        "hold": verdict.hold,
    }


@app.command()
def explain(
    path: PathArgument, config: ConfigOption = None, account: AccountOption = "", as_json: JsonOption = False
) -> None:
    """Show the whole decision for one mail: verdict, facts, every rule, the letter and its recipient."""
    from afterword.explaining import explain_mail

    explained = explain_mail(path, maybe_config(config), account)
    if as_json:
        show.json_line(explained.as_json())
        return
    for key, value in explained.as_lines():
        show.line(f"{key:>20}  {value}")
    for step in explained.plan.trace:
        show.line(f"{'rule':>20}  {'matched' if step.matched else 'no     '} {step.rule}: {step.because}")
    if explained.draft:
        show.heading("draft")
        show.line(explained.draft_text())


@app.command()
def preview(path: PathArgument, config: ConfigOption = None, account: AccountOption = "") -> None:
    """Print the draft as RFC 5322 text, or why there is none."""
    from afterword.explaining import explain_mail

    explained = explain_mail(path, maybe_config(config), account)
    show.line(explained.draft_text() if explained.draft else f"No draft: {explained.plan.why}")


def maybe_config(given: Path | None) -> Config | None:
    """The configuration that is named or that lies at its usual place; these commands do without one."""
    path = config_path(given)
    return load_config(path) if given or path.is_file() else None
