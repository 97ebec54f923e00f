"""Every rule of the etiquette: what breaks it in each language, and what only looks as if it did."""

import tomllib
from importlib.resources import files

import pytest

from afterword.etiquette import LANGUAGES, RULES, check
from afterword.records import Contact, Letter, Skip
from tests.builders import dossier
from tests.letters.breaches import BREACHES, letter


def broken(body: str, language: str = "en", kind: Letter = Letter.COMPANY, **known: object) -> set[str]:
    """The rules that a letter breaks as an answer to a rejection of which `known` is known."""
    known = {"language": language} | known
    return {found.rule for found in check(body, letter=kind, dossier=dossier(**known), language=language)}


def banned_words() -> list[tuple[str, str, str]]:
    rows = []
    for language in LANGUAGES:
        text = files("afterword.etiquette").joinpath(f"{language}.toml").read_text(encoding="utf-8")
        for rule, words in tomllib.loads(text)["banned"].items():
            rows += [(language, rule, word) for word in words]
    return rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_good_letter_breaks_no_rule(language: str) -> None:
    assert broken(letter(language), language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", BREACHES)
def test_each_rule_has_a_letter_that_breaks_it_and_no_other(rule: str, language: str) -> None:
    assert broken(letter(language, **BREACHES[rule][language]), language) == {rule}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "known",
    [
        {"no_feedback_policy": True},
        {"feedback_given": True},
        {"obstacles": ((Skip.ALREADY_ASKED, "asked in March"),)},
    ],
)
def test_asking_where_it_has_no_place_breaks_that_rule_and_no_other(
    language: str, known: dict[str, object]
) -> None:
    assert broken(letter(language), language, **known) == {"asks_only_where_it_works"}


def test_asking_nobody_is_asking_where_it_cannot_work() -> None:
    assert broken(letter("en", greeting="Hello,"), contact=None) == {"asks_only_where_it_works"}


def test_the_breaches_cover_all_thirteen_rules() -> None:
    assert len(RULES) == 13
    assert {*BREACHES, "asks_only_where_it_works"} == set(RULES)


@pytest.mark.parametrize(("language", "rule", "word"), banned_words())
def test_every_banned_word_is_found_by_its_rule(language: str, rule: str, word: str) -> None:
    body = letter(language, more=f"— {word.replace('*', '')} —")
    assert rule in broken(body, language)


@pytest.mark.parametrize(
    "harmless",
    ["manager", "engagement", "storage", "tracer", "encourage", "reissue"],
)
def test_a_banned_word_inside_another_word_is_no_breach(harmless: str) -> None:
    assert "no_law" not in broken(letter("en", more=f"I liked the {harmless}."))


@pytest.mark.parametrize(
    ("language", "role"),
    [("en", "Legal Counsel"), ("en", "Visa Analyst"), ("en", "Race Engineer"), ("de", "Rechtsanwalt (m/w/d)"),
     ("fr", "Juriste et avocat"), ("es", "Abogado laboralista")],
)  # fmt: skip
def test_the_name_of_a_role_is_no_talk_of_law(language: str, role: str) -> None:
    assert broken(letter(language, more=f"{role}."), language, role=role) == set()
    assert broken(letter(language, more=f"{role}."), language, role="Analyst") != set()


def test_the_name_of_a_company_is_no_talk_of_traits() -> None:
    assert broken(letter("en", more="I wish Age Concern well."), company="Age Concern") == set()


@pytest.mark.parametrize(
    "role", ["Advice", "thank you", "future", "I understand", "learning", "if not", "Hi", "regards"]
)
def test_a_role_that_is_called_like_what_a_rule_wants_to_find_hides_nothing(role: str) -> None:
    assert broken(letter("en"), role=role) == set()


def test_an_abbreviation_in_a_role_ends_no_sentence() -> None:
    body = letter("en", thanks="About the Sr. Analyst role, I thank you; thanks.")
    assert broken(body, role="Sr. Analyst") == set()
    assert broken(body, role="") == {"thanks_first"}


def test_a_letter_has_at_most_120_words_with_the_closing_phrase_and_without_the_signature() -> None:
    thanks = "Hi Dana,\n\nThank you. {}\n\n{}\n\nKind regards,\nSam Rivera\n"
    half = "and " * 58
    assert broken(thanks.format(half, half), kind=Letter.THANKS) == set()
    assert broken(thanks.format(half, half + "so"), kind=Letter.THANKS) == {"length"}


def test_a_paragraph_is_short() -> None:
    thanks = "Hi Dana,\n\nThank you. {}\n\nKind regards,\nSam Rivera\n"
    assert broken(thanks.format("and " * 78), kind=Letter.THANKS) == set()
    assert broken(thanks.format("and " * 79), kind=Letter.THANKS) == {"length"}


def test_a_thank_you_for_feedback_has_at_most_60_words() -> None:
    thanks = "Hi Dana,\n\nThank you for your words. {}\n\nKind regards,\nSam Rivera\n"
    assert broken(thanks.format("I will use them. " * 13), kind=Letter.FEEDBACK_THANKS) == set()
    assert broken(thanks.format("I will use them. " * 14), kind=Letter.FEEDBACK_THANKS) == {"length"}


def test_a_fourth_paragraph_and_a_second_request_are_too_much() -> None:
    assert broken(letter("en", more="All the good to you.\n\nAnd more of the same.")) == {"length"}
    assert broken(letter("en", more="Could you also write to me about the team?")) == {"length"}
    assert broken(letter("en", more="Please tell me about the team.")) == {"length"}


def test_feedback_is_said_once_at_most() -> None:
    assert broken(letter("en", more="Your feedback counts.")) == set()
    assert broken(letter("en", more="Your feedback on my feedback counts.")) == {"looks_forward"}


def test_a_recruiter_is_asked_for_candour() -> None:
    assert broken(letter("en"), kind=Letter.RECRUITER) == {"listens"}
    assert broken(letter("en", more="Candid words are welcome."), kind=Letter.RECRUITER) == set()


@pytest.mark.parametrize("kind", [Letter.THANKS, Letter.FEEDBACK_THANKS])
def test_a_letter_that_only_thanks_asks_nothing(kind: Letter) -> None:
    assert broken(letter("en"), kind=kind) == {"asks_only_where_it_works"}
    assert broken(letter("en", request="", close=""), kind=kind) == set()


@pytest.mark.parametrize(
    "greeting",
    [
        "Dear ,",
        "Hi ,",
        "Hello [name],",
        "Hi Robert,",
        "Dear Hiring Team,",
        "Dear Ms Whitlock,",
        "Dear {{ name }},",
    ],
)
def test_a_greeting_names_nobody_whose_name_the_mail_does_not_support(greeting: str) -> None:
    assert broken(letter("en", greeting=greeting)) == {"no_placeholder"}


@pytest.mark.parametrize("greeting", ["Hello,", "Hi Dana,", "Dear Dana Whitlock,", "Good morning Dana,"])
def test_a_greeting_by_a_name_that_is_known_or_by_none_is_well(greeting: str) -> None:
    assert broken(letter("en", greeting=greeting)) == set()


def test_a_name_with_an_accent_or_apostrophe_is_known_again() -> None:
    contact = Contact("Zoë O’Hara", "zoe@brightforge.example", "from")
    assert broken(letter("en", greeting="Hi Zoë O'Hara,"), contact=contact) == set()


@pytest.mark.parametrize(
    "left", ["TODO", "{{ role }}", "{% if role %}", "<name>", "[company]", "XXX", "Company", "____"]
)
def test_what_was_never_filled_in_is_found(left: str) -> None:
    assert "no_placeholder" in broken(letter("en", more=f"I liked {left} a lot."))


def test_the_word_company_is_a_placeholder_only_where_it_stands_for_a_name() -> None:
    assert broken(letter("en", more="It is a good company.")) == set()
    assert broken(letter("en", more="I liked Company Secretary."), role="Company Secretary") == set()


@pytest.mark.parametrize(
    "foreign",
    [
        "www.evil.example",
        "http://evil.example",
        "evil.example",
        "sam@evil.example",
        "\u202egood",
        "a\u200bb",
        "a\x07b",
        "\u2066a",
    ],
)
def test_links_addresses_and_hidden_characters_are_foreign(foreign: str) -> None:
    assert broken(letter("en", more=f"I liked {foreign} a lot.")) == {"nothing_foreign"}


def test_the_signature_is_the_owners_own_affair() -> None:
    body = letter("en") + "Visa and legal advice, since 1999\nhttps://sam.example <sam@example.org>\n"
    assert broken(body) == set()


def test_what_asks_or_goes_on_below_the_closing_phrase_is_no_signature() -> None:
    assert "no_why" in broken(letter("en") + "PS: Why was I not chosen?\n")
    assert "no_law" in broken(letter("en") + "and one more thing " * 20 + "about my age\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("other", LANGUAGES)
def test_a_letter_in_another_language_than_the_mail_is_found(language: str, other: str) -> None:
    found = broken(letter(other), language)
    assert ("same_language" in found) == (language != other)


def test_a_letter_of_a_language_that_the_mail_is_not_in_is_found() -> None:
    findings = check(letter("en"), letter=Letter.COMPANY, dossier=dossier(language="de"), language="en")
    assert [found.rule for found in findings] == ["same_language"]


@pytest.mark.parametrize("language", ["it", "", "x" * 100])
def test_a_language_without_letters_has_that_one_finding(language: str) -> None:
    found = check(letter("en"), letter=Letter.COMPANY, dossier=None, language=language)
    assert [finding.rule for finding in found] == ["same_language"]


def test_a_letter_can_be_checked_without_a_dossier() -> None:
    body = letter("en", greeting="Hi Robert,")
    assert check(body, letter=Letter.COMPANY, dossier=None, language="en") == ()


@pytest.mark.parametrize("rule", BREACHES)
def test_a_waived_rule_is_not_looked_at(rule: str) -> None:
    body = letter("en", **BREACHES[rule]["en"])
    waived = frozenset({rule})
    assert check(body, letter=Letter.COMPANY, dossier=dossier(), language="en", waived=waived) == ()


def test_an_empty_letter_does_not_thank() -> None:
    assert "thanks_first" in broken("")


def test_a_huge_letter_is_judged_in_a_moment() -> None:
    assert "length" in broken(letter("en", more="why (a " * 60_000))
