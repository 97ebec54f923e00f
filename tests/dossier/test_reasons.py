"""Why an application was turned down: what the classifier read, and what single sentences say in so many words."""

import pytest

from afterword.dossier.reasons import gives_feedback, reasons_of, states
from afterword.records import Facets, Reason


def test_what_is_said_in_so_many_words_counts_beside_what_the_classifier_read() -> None:
    read = Facets(reasons=(Reason.OTHER_CANDIDATE,))
    found = reasons_of(
        ["We have gone with another candidate.", "The role goes to an internal candidate."], read
    )
    assert found == (Reason.INTERNAL_CANDIDATE, Reason.OTHER_CANDIDATE)


def test_unstated_stands_alone() -> None:
    assert reasons_of(["We wish you well."], Facets()) == (Reason.UNSTATED,)
    assert Reason.UNSTATED not in reasons_of(["You are overqualified."], Facets())


def test_that_the_role_fell_away_is_for_the_classifier_to_read_since_other_roles_open_and_close_in_many_a_mail() -> (
    None
):
    hope = ["We will write to you should a position open up that has not been filled."]
    assert reasons_of(hope, Facets()) == (Reason.UNSTATED,)
    assert reasons_of(hope, Facets(reasons=(Reason.ROLE_CLOSED,))) == (Reason.ROLE_CLOSED,)


def test_nobody_is_over_and_underqualified() -> None:
    both = Facets(reasons=(Reason.OVERQUALIFIED, Reason.UNDERQUALIFIED))
    assert reasons_of(["You are overqualified for this role."], both) == (Reason.OVERQUALIFIED,)
    assert reasons_of(["You lacked hands-on experience with SQL."], both) == (Reason.UNDERQUALIFIED,)
    assert len(reasons_of(["It is a no."], both)) == 1


@pytest.mark.parametrize(
    "sentence",
    ["We do not have a role to offer you.", "We don't have news yet.", "It does not fit our plans."],
)
def test_what_the_company_has_not_is_no_lack_of_the_reader(sentence: str) -> None:
    assert not states(sentence, Reason.UNDERQUALIFIED)


def test_a_stated_policy_is_no_feedback() -> None:
    assert gives_feedback(["Your answers were too general."])
    assert not gives_feedback(["We are not able to give individual feedback."])
