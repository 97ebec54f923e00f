"""classify, explain, preview, evaluate, demo, rules: commands that need no account."""

import json
import mailbox
import re
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from tests.cli.command import afterword
from tests.scan.passes import REJECTED, mail

LABELS = {
    "rejection", "acknowledgement", "interview", "assessment", "offer", "status_update", "outreach", "job_alert", "feedback", "other",
}  # fmt: skip
LUNCH = mail(2, "Shall we have lunch on Friday?\n", Subject="Lunch", From_="Rosa <rosa@mail.example>")


@pytest.fixture
def rejection(tmp_path: Path) -> Path:
    path = tmp_path / "rejection.eml"
    path.write_bytes(mail(1))
    return path


def test_classify_says_what_a_file_is_and_by_which_sentence(rejection: Path) -> None:
    answer = afterword("classify", str(rejection), "--json")
    (row,) = answer.rows
    assert answer.code == 0
    assert set(row) >= {"path", "message_id", "label", "score", "scores", "evidence", "hold"}
    assert (row["path"], row["message_id"], row["label"]) == (
        str(rejection),
        "<m1@brightforge.example>",
        "rejection",
    )
    assert set(row["scores"]) == LABELS
    assert abs(sum(row["scores"].values()) - 1) < 1e-3
    assert row["score"] == row["scores"]["rejection"]
    assert row["evidence"] == "Unfortunately, we have decided not to move forward with your application."


def test_classify_takes_an_mbox_and_counts_its_mails(tmp_path: Path) -> None:
    path = tmp_path / "mails.mbox"
    box = mailbox.mbox(path)
    for octets in (mail(1), LUNCH):
        box.add(octets)
    box.close()
    rows = afterword("classify", str(path), "--json").rows
    assert [(row["path"], row["label"]) for row in rows] == [
        (f"{path}#1", "rejection"),
        (f"{path}#2", "other"),
    ]


def test_classify_takes_a_maildir_and_a_folder_of_files(tmp_path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / part).mkdir(parents=True)
    (tmp_path / "Mail" / "cur" / "1.x:2,S").write_bytes(mail(1))
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "a.eml").write_bytes(LUNCH)
    rows = afterword("classify", str(tmp_path / "Mail"), str(tmp_path / "loose"), "--json").rows
    assert [row["label"] for row in rows] == ["rejection", "other"]


def test_classify_reads_standard_input() -> None:
    (row,) = afterword("classify", "-", "--json", stdin=mail(1)).rows
    assert (row["path"], row["label"]) == ("-", "rejection")


def test_what_cannot_be_read_is_an_error_line_and_the_rest_is_still_judged(
    tmp_path: Path, rejection: Path
) -> None:
    junk = tmp_path / "junk.eml"
    junk.write_bytes(b"\x00\x01\x02\xff" * 50)
    answer = afterword("classify", str(tmp_path / "missing.eml"), str(junk), str(rejection), "--json")
    assert answer.code == 1
    assert [set(row) for row in answer.rows[:2]] == [{"path", "error"}] * 2
    assert answer.rows[2]["label"] == "rejection"


def test_without_json_a_line_a_mail_is_printed(rejection: Path) -> None:
    answer = afterword("classify", str(rejection))
    assert re.match(r"rejection\t[01]\.\d{3}\t", answer.out)
    assert answer.out.count("\n") == 1


def test_explain_tells_the_whole_decision(rejection: Path) -> None:
    (row,) = afterword("explain", str(rejection), "--json").rows
    assert set(row) >= {
        "label", "score", "evidence", "party", "stage", "reasons", "feedback_given", "no_feedback_policy", "contact", "rule", "action",
        "why", "letter", "etiquette", "draft", "role", "company",
    }  # fmt: skip
    assert row["contact"] == {
        "name": "Dana Whitlock",
        "address": "dana@brightforge.example",
        "source": "from",
    }
    assert (row["party"], row["stage"], row["role"], row["company"]) == (
        "company",
        "application",
        "Backend Engineer",
        "Brightforge",
    )
    assert (row["action"], row["letter"], row["etiquette"]) == ("draft", "company", [])
    assert (
        message_from_string(row["draft"], policy=default)["To"] == "Dana Whitlock <dana@brightforge.example>"
    )


def test_explain_of_other_mail_has_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "lunch.eml"
    path.write_bytes(LUNCH)
    (row,) = afterword("explain", str(path), "--json").rows
    assert (row["label"], row["action"], row["draft"], row["contact"]) == ("other", "skip", None, None)


def test_explain_for_a_person_shows_every_rule_that_was_tried(rejection: Path) -> None:
    answer = afterword("explain", str(rejection))
    assert "matched" in answer.out
    assert "Hi Dana," in answer.out


def test_preview_prints_the_draft_as_rfc_5322(rejection: Path) -> None:
    draft = message_from_string(afterword("preview", str(rejection)).out, policy=default)
    assert draft["In-Reply-To"] == "<m1@brightforge.example>"
    assert draft.get_content().startswith("Hi Dana,")


def test_preview_says_why_there_is_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "robot.eml"
    path.write_bytes(mail(1, From_="Jobs <no-reply@talentgate.example>"))
    assert afterword("preview", str(path)).out.startswith("No draft: ")


def test_a_mail_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "evil.eml"
    path.write_bytes(mail(1, REJECTED.replace("Unfortunately", "\x1b[2J\x07Unfortunately")))
    assert "\x1b" not in afterword("classify", str(path)).out + afterword("explain", str(path)).out


def test_evaluate_counts_by_label(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"subject": "Your application", "from": "a@b.example", "body": REJECTED, "label": "rejection"},
        {"subject": "Lunch", "from": "", "body": "Shall we have lunch on Friday?", "label": "other"},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    (report,) = afterword("evaluate", str(path), "--json").rows
    assert report["labels"]["rejection"]["precision"][0] == 1.0
    assert report["labels"]["rejection"]["recall"][1] < 1.0
    assert report["confusion"] == {"rejection": {"rejection": 1}, "other": {"other": 1}}
    assert "rejection: precision" in afterword("evaluate", str(path)).out


def test_evaluate_names_the_line_that_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"body": "x", "label": "rejection"}\n{"body": "x", "label": "no such label"}\n')
    answer = afterword("evaluate", str(path))
    assert answer.code == 2
    assert "rows.jsonl:2" in answer.err


def test_the_demo_shows_every_letter_several_wordings_and_what_is_left_alone(tmp_path: Path) -> None:
    answer = afterword("demo", "--keep", str(tmp_path / "demo"))
    assert answer.code == 0
    drafted = re.findall(r"^drafted: (\w+)", answer.out, re.MULTILINE)
    assert len(drafted) >= 8
    assert set(drafted) == {"recruiter", "company", "thanks", "feedback_thanks"}
    letters = re.findall(r"^To: .*\n(?:.*\n)*?\n(?:.*\n)\n(.*)\n", answer.out, re.MULTILINE)
    assert len({" ".join(first.split()[:4]) for first in letters}) >= 5
    for reason in (
        "no_contact",
        "already_answered",
        "too_old",
        "unverified_sender",
        "same_application",
        "language",
    ):
        assert f"skipped: {reason}" in answer.out
    assert "0 drafted" in answer.out.split("second pass adds nothing")[1]


def test_the_default_rules_hold_and_their_examples_pass() -> None:
    assert afterword("rules", "check").code == 0
    answer = afterword("rules", "test")
    assert answer.code == 0
    assert ", 0 failed" in answer.out


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], ["scan", "--since", "soon"], ["classify"], ["no-such-command"]]
)
def test_wrong_usage_is_told_in_a_line_with_exit_code_two(arguments: list[str]) -> None:
    answer = afterword(*arguments)
    assert answer.code == 2
    assert answer.err.startswith("afterword: ")
