"""Each rule of the etiquette has a letter that breaks it, in each language."""

from dataclasses import replace

import pytest

from afterword.etiquette import RULES, check
from afterword.records import Letter
from tests.builders import dossier

GOOD = {
    "en": "Hi Dana,\n\nThank you for letting me know. I accept the decision.\n\nIf you have a moment, what advice would you give me for future interviews? "
    "It would be for my own learning, and I understand if not.\n\nKind regards,\nSam Rivera\n",
    "de": "Guten Tag Dana Whitlock,\n\nvielen Dank für Ihre Nachricht. Ich akzeptiere die Entscheidung.\n\nFalls Sie einen Moment haben: Welchen Rat würden Sie mir "
    "für künftige Gespräche geben? Ich möchte daraus lernen und habe Verständnis, wenn es nicht geht.\n\nFreundliche Grüße\nSam Rivera\n",
    "fr": "Bonjour,\n\nMerci pour votre message. J'accepte votre décision.\n\nSi vous avez un instant, quel conseil me donneriez-vous pour mes prochains "
    "entretiens ? C'est pour apprendre, et je comprendrais que ce ne soit pas possible.\n\nCordialement,\nSam Rivera\n",
    "es": "Hola, Dana:\n\nGracias por tu mensaje. Acepto la decisión.\n\nSi tienes un momento, ¿qué consejo me darías para futuras entrevistas? "
    "Es para aprender, y entiendo si no es posible.\n\nUn saludo,\nSam Rivera\n",
}
BREACHES = {
    "thanks_first": {"en": ("Thank you for letting me know. ", ""), "de": ("vielen Dank für Ihre Nachricht. ", ""),
                     "fr": ("Merci pour votre message. ", ""), "es": ("Gracias por tu mensaje. ", "")},
    "no_why": {"en": ("what advice would you give me for future interviews?", "why was I not chosen for future interviews?"),
               "de": ("Welchen Rat würden Sie mir für künftige Gespräche geben?", "Warum wurde ich nicht genommen, auch für künftige Gespräche?"),
               "fr": ("quel conseil me donneriez-vous pour mes prochains entretiens ?", "pourquoi ma candidature n'a-t-elle pas été retenue ?"),
               "es": ("¿qué consejo me darías para futuras entrevistas?", "¿por qué no fui seleccionado para futuras entrevistas?")},
    "no_law": {"en": ("I accept the decision.", "I accept the decision, says my lawyer."), "de": ("Ich akzeptiere die Entscheidung.", "Ich akzeptiere die Entscheidung, sagt mein Anwalt."),
               "fr": ("J'accepte votre décision.", "J'accepte votre décision, dit mon avocat."), "es": ("Acepto la decisión.", "Acepto la decisión, dice mi abogado.")},
    "no_comparison": {"en": ("I accept the decision.", "I accept that the other candidates were better."),
                      "de": ("Ich akzeptiere die Entscheidung.", "Ich akzeptiere, dass andere Bewerber besser waren."),
                      "fr": ("J'accepte votre décision.", "J'accepte que les autres candidats soient meilleurs."),
                      "es": ("Acepto la decisión.", "Acepto que los otros candidatos eran mejores.")},
    "no_placeholder": {"en": ("Hi Dana,", "Dear [Name],"), "de": ("Guten Tag Dana Whitlock,", "Guten Tag {{name}},"), "fr": ("Bonjour,", "Bonjour [Nom],"), "es": ("Hola, Dana:", "Hola, [Nombre]:")},
}  # fmt: skip


def findings(body: str, language: str, **changes: object) -> set[str]:
    known = dossier(language=language, **changes)
    return {finding.rule for finding in check(body, letter=Letter.COMPANY, dossier=known, language=language)}


@pytest.mark.parametrize("language", list(GOOD))
def test_a_good_letter_has_no_findings(language: str) -> None:
    assert findings(GOOD[language], language) == set()


@pytest.mark.parametrize("language", list(GOOD))
@pytest.mark.parametrize("rule", list(BREACHES))
def test_a_breach_is_found_in_every_language(rule: str, language: str) -> None:
    old, new = BREACHES[rule][language]
    assert old in GOOD[language]
    assert rule in findings(GOOD[language].replace(old, new), language)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("accepts_first", " I accept the decision.", " I hope you will reconsider."),
        ("length", "Kind regards,", "word " * 130 + "\n\nKind regards,"),
        (
            "length",
            "I understand if not.",
            "I understand if not. And who else might know? Could you tell them?",
        ),
        ("looks_forward", "future interviews", "that feedback on my feedback"),
        ("easy_way_out", "If you have a moment, what", "You must tell me as soon as possible: what"),
        ("listens", " It would be for my own learning, and", " And"),
        ("same_language", GOOD["en"], GOOD["de"]),
    ],
)
def test_each_other_rule_has_a_letter_that_breaks_it(rule: str, old: str, new: str) -> None:
    assert rule in findings(GOOD["en"].replace(old, new), "en")


def test_nothing_is_asked_where_a_policy_or_advice_is_stated() -> None:
    assert "asks_only_where_it_works" in findings(GOOD["en"], "en", no_feedback_policy=True)
    assert "asks_only_where_it_works" in findings(GOOD["en"], "en", feedback_given=True)
    assert "asks_only_where_it_works" in findings(GOOD["en"], "en", contact=None)


@pytest.mark.parametrize("role", ["Legal Counsel", "Visa Analyst", "Race Engineer"])
def test_a_role_that_sounds_like_a_banned_word_is_no_breach(role: str) -> None:
    letter = GOOD["en"].replace("letting me know", f"letting me know about the {role} role")
    assert findings(letter, "en", role=role) == set()


def test_a_word_inside_another_is_no_breach() -> None:
    letter = GOOD["en"].replace("letting me know", "letting me know, and for the engagement of your manager")
    assert findings(letter, "en") == set()


def test_a_name_that_the_mail_does_not_support_is_found() -> None:
    letter = GOOD["en"].replace("Hi Dana,", "Hi Robert,")
    assert findings(letter, "en") != set()


def test_a_waived_rule_is_not_looked_at() -> None:
    body = GOOD["en"].replace("Thank you for letting me know. ", "")
    known = replace(dossier(), language="en")
    assert check(body, letter=Letter.COMPANY, dossier=known, language="en", waived=frozenset(RULES)) == ()
