"""afterword journal: list, search, show, export, delete."""

import csv
import io
import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from afterword.ledger import Ledger
from afterword.records import Lesson, Stage, Theme
from tests.cli.command import Answer, afterword

KEYS = ["date", "account", "company", "role", "person", "stage", "source", "message_id", "text", "themes"]
TODAY = datetime.now(UTC).replace(microsecond=0)


def lesson(number: int, days: float, **changes: object) -> Lesson:
    fields: dict[str, object] = {
        "fingerprint": f"<m{number}@brightforge.example>",
        "account": "local",
        "date": TODAY - timedelta(days=days),
        "company": "Brightforge",
        "role": "Backend Engineer",
        "person": "Dana Whitlock",
        "stage": Stage.INTERVIEW,
        "source": "reply",
        "message_id": f"<m{number}@brightforge.example>",
        "text": "Your answers were too long.\nWork on your SQL.",
        "themes": (
            Theme("interview_performance", "Your answers were too long."),
            Theme("skill", "Work on your SQL."),
        ),
        "request": "<r@mail.example>",
    }
    return Lesson(**(fields | changes))  # type: ignore[arg-type]  # a test's own fields


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "config.toml"
    path.write_text(
        '[owner]\nname = "Sam Rivera"\naddresses = ["sam@mail.example"]\n'
        f'[[account]]\nname = "local"\n[account.maildir]\npath = "{tmp_path}"\n'
        f'[state]\nurl = "sqlite:///{tmp_path / "ledger.db"}"\n'
    )
    monkeypatch.setenv("AFTERWORD_CONFIG", str(path))
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    old = {
        "company": "Fernhill",
        "text": "=HYPERLINK(evil) Your SQL was thin.",
        "themes": (Theme("skill", "Your SQL was thin."),),
    }
    ledger.aftermath.add_lesson(lesson(1, 100, **old))
    ledger.aftermath.add_lesson(lesson(2, 5))
    ledger.aftermath.add_lesson(lesson(3, 4, advice=False, text="", themes=()))
    ledger.close()
    yield path


def keys_shown(answer: Answer) -> list[str]:
    return [row.split("\t")[0] for row in answer.out.splitlines() if "\t" in row]


def test_the_rows_have_the_keys_of_the_contract_and_only_advice_is_among_them(config: Path) -> None:
    rows = afterword("journal", "--json").rows
    assert [list(row) for row in rows] == [KEYS, KEYS]
    assert rows[1]["themes"][1] == {"theme": "skill", "sentence": "Work on your SQL."}
    assert (rows[1]["stage"], rows[1]["source"]) == ("interview", "reply")


def test_since_tells_what_recurs_in_that_time(config: Path) -> None:
    answer = afterword("journal", "--since", "30d")
    assert len(keys_shown(answer)) == 1
    assert "   1  interview performance: Your answers were too long." in answer.out
    assert len(afterword("journal", "--since", "30d", "--json").rows) == 1


def test_a_search_needs_every_word(config: Path) -> None:
    assert [row["company"] for row in afterword("journal", "search", "sql", "fernhill", "--json").rows] == [
        "Fernhill"
    ]
    assert afterword("journal", "search", "sql", "nowhere", "--json").rows == []


def test_an_entry_is_shown_by_its_short_name_or_its_message_id(config: Path) -> None:
    first = keys_shown(afterword("journal"))[0]
    assert "Your SQL was thin." in afterword("journal", "show", first).out
    assert (
        afterword("journal", "show", "<m2@brightforge.example>", "--json").rows[0]["company"] == "Brightforge"
    )
    assert afterword("journal", "show", "nothing").code == 2


def test_the_export_holds_every_entry_in_each_format(config: Path, tmp_path: Path) -> None:
    assert [row["company"] for row in json.loads(afterword("journal", "export").out)] == [
        "Fernhill",
        "Brightforge",
    ]
    table = list(csv.DictReader(io.StringIO(afterword("journal", "export", "--format", "csv").out)))
    assert [row["company"] for row in table] == ["Fernhill", "Brightforge"]
    target = tmp_path / "journal.md"
    afterword("journal", "export", "--format", "markdown", "-o", str(target))
    assert "## What recurs\n\n- skill: 2\n- interview performance: 1\n" in target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert afterword("journal", "export", "--format", "xml").code == 2


def test_a_mail_writes_no_formula_into_a_spreadsheet(config: Path) -> None:
    table = list(csv.DictReader(io.StringIO(afterword("journal", "export", "--format", "csv").out)))
    assert table[0]["text"].startswith("'=HYPERLINK")


def test_one_entry_or_all_of_them_can_be_deleted_and_leave_no_word_in_the_file(
    config: Path, tmp_path: Path
) -> None:
    first = keys_shown(afterword("journal"))[0]
    assert afterword("journal", "delete", first, "--yes").out == "1 deleted\n"
    assert b"HYPERLINK" not in (tmp_path / "ledger.db").read_bytes()
    assert len(afterword("journal", "--json").rows) == 1
    assert afterword("journal", "delete", "--all", "--yes").code == 0
    assert afterword("journal", "--json").rows == []
    assert afterword("journal", "delete", "--yes").code == 2


def test_the_configuration_may_be_named_before_or_behind_the_subcommand(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERWORD_CONFIG", "/nowhere.toml")
    assert len(afterword("journal", "search", "sql", "--config", str(config), "--json").rows) == 2
    assert len(afterword("journal", "--config", str(config), "search", "sql", "--json").rows) == 2
