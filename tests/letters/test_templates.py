"""Templates: the shipped ones, the owner's in their place, and what is wrong with them told at once."""

from pathlib import Path

import pytest

from afterword.errors import ConfigError
from afterword.etiquette import LANGUAGES
from afterword.letters import Author, check_templates, compose, load_templates
from afterword.records import Letter
from tests.builders import NOW, dossier, plan

AUTHOR = Author("Sam Rivera", "sam@mail.example", "Sam Rivera")
MINE = """{{ greeting }}

Thank you for telling me{% if role %} about the {{ role }} role{% endif %}. I accept it.

If you can, what advice would you give me for future interviews? I want to learn.

{{ pick("Kind regards,", "All the best,") }}
{{ signature }}
"""


def own(tmp_path: Path, text: str, place: str = "en/company.txt.j2") -> Path:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text(text, encoding="utf-8")
    return tmp_path


def problems(folder: Path | None, waived: frozenset[str] = frozenset()) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_templates(folder, waived=waived)
    assert caught.value.exit_code == 2
    return list(caught.value.problems)


def test_every_shipped_wording_keeps_the_etiquette() -> None:
    assert check_templates(load_templates()) == ()


def test_there_are_four_wordings_of_each_letter_in_english_and_three_in_every_other_language() -> None:
    for (language, _), wordings in load_templates().wordings.items():
        assert len(wordings) >= (4 if language == "en" else 3)
    assert {language for language, _ in load_templates().wordings} == set(LANGUAGES)


def test_the_owners_template_takes_the_place_of_the_shipped_one_and_of_no_other(tmp_path: Path) -> None:
    shipped, mixed = load_templates(), load_templates(own(tmp_path, MINE))
    draft = compose(plan(), AUTHOR, NOW, mixed)
    assert draft.body.startswith(
        "Hi Dana,\n\nThank you for telling me about the Backend Engineer role. I accept it."
    )
    assert draft.findings == ()
    others = [key for key in shipped.wordings if key != ("en", "company")]
    names = [[wording.name for wording in mixed.wordings[key]] for key in others]
    assert names == [[wording.name for wording in shipped.wordings[key]] for key in others]


def test_a_file_without_blocks_is_one_wording_and_each_block_is_one(tmp_path: Path) -> None:
    one = load_templates(own(tmp_path, MINE)).wordings["en", "company"]
    assert [wording.name for wording in one] == ["company"]
    both = "".join(f"{{% block {name} %}}\n{MINE}{{% endblock %}}\n" for name in ("first", "second"))
    two = load_templates(own(tmp_path, both)).wordings["en", "company"]
    assert [wording.name for wording in two] == ["company/first", "company/second"]


def test_the_owners_template_is_held_to_the_etiquette(tmp_path: Path) -> None:
    rude = MINE.replace("I accept it.", "Why was I not chosen?")
    templates = load_templates(own(tmp_path, rude))
    found = {(name, finding.rule) for name, finding in check_templates(templates)}
    assert ("en/company", "no_why") in found
    assert "no_why" in {finding.rule for finding in compose(plan(), AUTHOR, NOW, templates).findings}


def test_every_phrase_that_may_be_picked_is_looked_at(tmp_path: Path) -> None:
    sly = MINE.replace('"All the best,"', '"All the best,", "Yours,", "Why was I not chosen? Regards,"')
    assert "no_why" in {finding.rule for _, finding in check_templates(load_templates(own(tmp_path, sly)))}


def test_a_rule_can_be_waived_by_name(tmp_path: Path) -> None:
    rude = MINE.replace("I accept it.", "I accept it; no need to explain.")
    folder = own(tmp_path, rude)
    assert {finding.rule for _, finding in check_templates(load_templates(folder))} == {
        "no_why",
        "easy_way_out",
    }
    waived = frozenset({"no_why", "easy_way_out"})
    assert check_templates(load_templates(folder, waived=waived)) == ()
    assert compose(plan(), AUTHOR, NOW, load_templates(folder, waived=waived)).findings == ()


def test_a_waived_rule_that_there_is_not_is_told_with_the_nearest() -> None:
    assert problems(None, frozenset({"no_whi"})) == [
        "letters.waive: there is no rule 'no_whi'; did you mean no_why?"
    ]


@pytest.mark.parametrize(
    ("place", "text", "told"),
    [
        ("en/company.txt.j2", "{{ greeting", "company.txt.j2:1: "),
        ("en/company.txt.j2", MINE.replace("role }}", "rolle }}"), "unknown variable 'rolle'; did you mean role?"),
        ("en/company.txt.j2", "Hello\n{% block a %}x{% endblock %}", "there is text outside the blocks"),
        ("en/company.txt.j2", "x" * 60_000, "has 60000 characters"),
        ("en/compnay.txt.j2", MINE, "there is no such letter; did you mean company.txt.j2?"),
        ("en/company.j2", MINE, "there is no such letter; did you mean company.txt.j2?"),
        ("it/company.txt.j2", MINE, "letters lie in"),
        ("company.txt.j2", MINE, "letters lie in"),
    ],
)  # fmt: skip
def test_a_template_that_does_not_hold_is_told(tmp_path: Path, place: str, text: str, told: str) -> None:
    found = problems(own(tmp_path, text, place))
    assert len(found) == 1
    assert told in found[0]
    assert str(tmp_path) in found[0]


def test_all_faults_of_all_templates_are_told_at_once(tmp_path: Path) -> None:
    own(tmp_path, "{{ greeting", "en/company.txt.j2")
    own(tmp_path, "{{ nmae }}", "de/thanks.txt.j2")
    assert len(problems(tmp_path, frozenset({"nothing"}))) == 3


def test_a_folder_that_is_not_there_and_a_file_that_is_no_utf8_are_told(tmp_path: Path) -> None:
    assert "is no folder" in problems(tmp_path / "nowhere")[0]
    own(tmp_path, "")
    (tmp_path / "en" / "company.txt.j2").write_bytes(b"Gr\xfc\xdfe")
    assert "is not UTF-8" in problems(tmp_path)[0]


@pytest.mark.parametrize(
    "wrong",
    ["{{ 1 / 0 }}", "{{ greeting.__class__.__mro__ }}", "{{ role.x.y }}", "{{ pick() }}", "{{ range(10**9) }}", "{% include 'x' %}", "{{ role + 1 }}", "{{ greeting() }}"],
)  # fmt: skip
def test_a_template_that_cannot_be_filled_in_gives_a_finding_and_raises_nothing(
    tmp_path: Path, wrong: str
) -> None:
    templates = load_templates(own(tmp_path, MINE + wrong))
    assert "no_placeholder" in {finding.rule for _, finding in check_templates(templates)}
    draft = compose(plan(), AUTHOR, NOW, templates)
    assert [finding.rule for finding in draft.findings] == ["no_placeholder"]
    assert draft.body == ""


def test_what_a_mail_says_is_never_run_as_a_template(tmp_path: Path) -> None:
    templates = load_templates(own(tmp_path, MINE.replace("{{ role }}", "{{ role }} ({{ company }})")))
    draft = compose(plan(dossier=dossier(role="{{ 7 * 7 }}", company="{% raise %}")), AUTHOR, NOW, templates)
    assert "49" not in draft.body
    assert "{" not in draft.body


def test_letters_of_each_kind_and_language_differ_from_each_other() -> None:
    templates = load_templates()
    bodies = {
        compose(plan(dossier=dossier(language=language), letter=letter), AUTHOR, NOW, templates).body
        for language in LANGUAGES
        for letter in Letter
    }
    assert len(bodies) == len(LANGUAGES) * len(Letter)
