"""Floors under the names that the dossier finds in the hand-written rejections; `make eval` measures the facets, and writes all of it down."""

from functools import cache
from typing import Any

import pytest

from afterword_models import load
from tests.models.scripts import script

dossiers = script("dossiers")


@cache
def figures() -> dict[str, Any]:
    mails = dossiers.annotated_rejections()
    verdicts = load().judge_all([dossiers.message_of(mail) for mail in mails])
    return dict(
        dossiers.name_figures(
            [dossiers.opened(mail, said.facets) for mail, said in zip(mails, verdicts, strict=True)]
        )
    )


def test_there_are_enough_annotated_mails() -> None:
    assert len(dossiers.annotated_rejections()) >= 150


@pytest.mark.parametrize(
    ("name", "precision", "coverage"),
    [("contact", 0.98, 0.66), ("role", 0.94, 0.30), ("company", 0.91, 0.27)],
)
def test_a_name_that_is_found_is_as_often_right_as_it_was_measured(
    name: str, precision: float, coverage: float
) -> None:
    found = figures()[name]
    assert found.precision >= precision, found.wrong
    assert found.coverage >= coverage
