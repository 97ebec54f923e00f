"""The owner's own letters are recognised by what they ask, so that nobody is asked twice, ledger or no ledger."""

import pytest

from afterword.dossier.advice import asks_for_advice
from afterword.dossier.facets import sentences_of
from afterword.letters import load_templates
from afterword.records import Letter

TEMPLATES = list(load_templates().all())


def bodies(asking: bool) -> list[tuple[str, str]]:
    found = []
    for language, stem, wording in TEMPLATES:
        if (stem.partition("-")[0] in {Letter.RECRUITER, Letter.COMPANY}) is asking:
            for turn in range(3):
                variables = {
                    "greeting": "Hello,", "signature": "Sam Rivera", "role": "", "company": "", "met": True,
                    "pick": lambda *choices, turn=turn: choices[turn % len(choices)],
                }  # fmt: skip
                found.append((f"{language} {stem}", wording.render(variables)))
    return found


@pytest.mark.parametrize(("name", "body"), bodies(asking=True))
def test_every_wording_that_asks_is_seen_to_ask(name: str, body: str) -> None:
    assert asks_for_advice(sentences_of(body)), body


@pytest.mark.parametrize(("name", "body"), bodies(asking=False))
def test_no_wording_that_only_thanks_is_seen_to_ask(name: str, body: str) -> None:
    assert not asks_for_advice(sentences_of(body)), body
