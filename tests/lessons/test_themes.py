"""What sentences are about, in four languages."""

import pytest

from afterword.themes import ACTIONABLE, is_actionable, themes_of

BEARS = [
    ("Your answers in the panel got rather long.", {"interview_performance"}),
    ("The presentation felt a little rushed.", {"interview_performance"}),
    ("You would benefit from more practice with live coding.", {"interview_performance"}),
    ("We missed deeper experience with Terraform.", {"skill"}),
    ("Your French was not quite strong enough for our customers.", {"skill"}),
    ("Try to be more concise.", {"communication"}),
    ("I would suggest explaining your decisions more clearly.", {"communication"}),
    ("Your portfolio could show more finished work.", {"portfolio"}),
    ("A tip: tailor your cover letter more to the role.", {"portfolio"}),
    ("The salary you named was above our budget.", {"salary"}),
    ("You applied rather late in the process; next time apply earlier.", {"timing"}),
    ("We felt that you were overqualified.", {"overqualified"}),
    ("In the end we appointed an internal candidate.", {"internal_candidate"}),
    ("Ihnen fehlte praktische Erfahrung mit Kubernetes.", {"skill"}),
    ("Im Gespräch wirkten Sie etwas nervös.", {"interview_performance"}),
    ("Ihr Lebenslauf ist zu lang.", {"portfolio"}),
    ("Ihre Gehaltsvorstellung lag über unserem Budget.", {"salary"}),
    ("Il vous manque un peu d'expérience en management.", {"skill"}),
    ("Vos réponses en entretien étaient trop longues.", {"interview_performance"}),
    ("Votre lettre de motivation gagnerait à être plus courte.", {"portfolio"}),
    ("Te faltó más experiencia con Python.", {"skill"}),
    ("En la entrevista, tus respuestas fueron poco concretas.", {"interview_performance"}),
    ("Tu portafolio necesita más proyectos.", {"portfolio"}),
]
BARE = [
    "Thank you for taking the time to interview with us.",
    "We wish you all the best in your job search.",
    "Unfortunately we cannot give individual feedback.",
    "We will keep your CV on file.",
    "I hope that you are well.",
    "Wir wünschen Ihnen für Ihren weiteren Weg alles Gute.",
    "Nous vous souhaitons bonne chance.",
    "Gracias por tu interés en la entrevista.",
    "Thank you so much for your kind words.",
]


@pytest.mark.parametrize(("sentence", "themes"), BEARS)
def test_a_sentence_has_its_themes(sentence: str, themes: set[str]) -> None:
    found = themes_of(f"Hi Sam,\n\n{sentence}\n\nDana")
    assert themes <= {each.theme for each in found}
    assert {each.sentence for each in found if each.theme in themes} <= {sentence, *sentence.split("; ")}


@pytest.mark.parametrize("sentence", BARE)
def test_courtesies_have_none(sentence: str) -> None:
    assert not is_actionable(themes_of(sentence))


def test_praise_before_a_but_is_nothing_to_work_on() -> None:
    (theme,) = themes_of("Your SQL was solid, but your portfolio was a little thin.")
    assert theme.theme == "portfolio"


def test_each_theme_stands_once_with_its_first_sentence() -> None:
    found = themes_of("You lacked experience with SQL. You lacked experience with Java.")
    assert [(each.theme, each.sentence) for each in found if each.theme == "skill"] == [
        ("skill", "You lacked experience with SQL.")
    ]


def test_advice_that_no_theme_fits_is_general() -> None:
    assert [each.theme for each in themes_of("My one piece of advice is to smile now and then.")] == [
        "general"
    ]


def test_hostile_text_costs_no_more_than_other_text() -> None:
    themes_of("your answers " * 20_000)
    themes_of("a" * 300_000)


def test_the_names_of_themes_are_known() -> None:
    assert ACTIONABLE == ("interview_performance", "skill", "communication", "portfolio", "salary", "timing")
