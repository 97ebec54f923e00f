"""The language of a mail decides in which the letter is written."""

import pytest

from afterword.dossier.language import language_of


@pytest.mark.parametrize(("text", "language"), [
    ("Sorry, it's a no. Best, Dana", "en"), ("Hi Sam, we went with someone else.", "en"), ("Leider nein. Viele Grüße", "de"), ("Désolé, c'est non. Bien à vous", "fr"),
    ("Lo siento, no ha podido ser. Un saludo", "es"),
    ("Sehr geehrte Frau Rivera, leider müssen wir Ihnen mitteilen, dass wir uns für eine andere Person entschieden haben.", "de"),
    ("Bonjour, nous avons le regret de vous informer que votre candidature n'a pas été retenue.", "fr"),
    ("Estimada Sam: le agradecemos su interés, pero hemos decidido continuar con otra persona.", "es"),
    ("Beste Sam, helaas hebben we besloten om niet met jou verder te gaan.", "nl"), ("Cara Sam, purtroppo abbiamo deciso di non proseguire con la sua candidatura.", "it"),
    ("Prezada Sam, infelizmente decidimos não avançar com a sua candidatura para a vaga.", "pt"),
])  # fmt: skip
def test_a_mail_of_a_few_words_is_enough(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "No.", "12345 --- ###", "Не подходите, извините", "ご応募ありがとうございました", "Rejected"]
)
def test_an_unclear_language_stays_unknown(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Hej Sam, tyvärr har vi valt att gå vidare med en annan kandidat för tjänsten.",
        "Szanowna Pani, niestety nie zdecydowaliśmy się na dalszy udział w procesie.",
    ],
)
def test_a_language_without_letters_is_never_taken_for_one_that_has_them(text: str) -> None:
    assert language_of(text) not in {"en", "de", "fr", "es"}
