"""A good letter in each language, in parts, and for each rule the change that breaks this rule and no other."""

# fmt: off - each sentence on a line of its own, as long as it is
GOOD = {
    "en": {
        "greeting": "Hi Dana,",
        "thanks": "Thank you for letting me know.",
        "accepts": "I accept the decision.",
        "request": "What advice would you give me for future interviews?",
        "close": "It would be for my own learning, and I understand if not.",
        "more": "",
        "closing": "Kind regards,",
    },
    "de": {
        "greeting": "Guten Tag Dana Whitlock,",
        "thanks": "vielen Dank für Ihre Nachricht.",
        "accepts": "Ich akzeptiere die Entscheidung.",
        "request": "Welchen Rat würden Sie mir für künftige Gespräche geben?",
        "close": "Ich möchte daraus lernen; wenn nicht, ist das in Ordnung.",
        "more": "",
        "closing": "Mit freundlichen Grüßen",
    },
    "fr": {
        "greeting": "Bonjour Dana Whitlock,",
        "thanks": "Merci pour votre message.",
        "accepts": "J'accepte votre décision.",
        "request": "Quel conseil me donneriez-vous pour mes prochains entretiens ?",
        "close": "C'est pour apprendre, et je comprendrai que vous ne puissiez pas répondre.",
        "more": "",
        "closing": "Bien cordialement,",
    },
    "es": {
        "greeting": "Hola, Dana:",
        "thanks": "Muchas gracias por su mensaje.",
        "accepts": "Acepto la decisión.",
        "request": "¿Qué consejo me daría para futuras entrevistas?",
        "close": "Es para aprender, y si no puede, lo comprendo.",
        "more": "",
        "closing": "Un cordial saludo,",
    },
}

BREACHES = {
    "thanks_first": {
        "en": {"thanks": "I have read your message."},
        "de": {"thanks": "ich habe Ihre Nachricht gelesen."},
        "fr": {"thanks": "J'ai lu votre message."},
        "es": {"thanks": "He leído su mensaje."},
    },
    "accepts_first": {
        "en": {"accepts": "The decision is clear to me."},
        "de": {"accepts": "Die Entscheidung ist mir klar."},
        "fr": {"accepts": "Votre décision est claire pour moi."},
        "es": {"accepts": "La decisión me ha quedado clara."},
    },
    "length": {
        "en": {"more": "I liked the people and the place. " * 16},
        "de": {"more": "Ich mag die Leute und das Haus. " * 16},
        "fr": {"more": "Je garde un bon souvenir des gens et de la maison. " * 12},
        "es": {"more": "Me gustaron las personas y el lugar. " * 16},
    },
    "looks_forward": {
        "en": {"request": "What advice would you have had for my interview?"},
        "de": {"request": "Welchen Rat hätten Sie zu meinem Gespräch gehabt?"},
        "fr": {"request": "Quel conseil auriez-vous eu pour mon entretien ?"},
        "es": {"request": "¿Qué consejo habría tenido para mi entrevista?"},
    },
    "easy_way_out": {
        "en": {"close": "It would be for my own learning."},
        "de": {"close": "Ich möchte daraus lernen."},
        "fr": {"close": "C'est pour apprendre."},
        "es": {"close": "Es para aprender."},
    },
    "listens": {
        "en": {"close": "I understand if not."},
        "de": {"close": "Wenn nicht, ist das in Ordnung."},
        "fr": {"close": "Je comprendrai que vous ne puissiez pas répondre."},
        "es": {"close": "Si no puede, lo comprendo."},
    },
    "no_why": {
        "en": {"more": "I do not know what went wrong."},
        "de": {"more": "Ich frage mich, woran es lag."},
        "fr": {"more": "Je me demande pourquoi."},
        "es": {"more": "No sé por qué."},
    },
    "no_comparison": {
        "en": {"more": "I am sure that the other candidates were good."},
        "de": {"more": "Sicher waren die anderen Bewerberinnen gut."},
        "fr": {"more": "Je suis certain que les autres candidats sont bons."},
        "es": {"more": "Seguro que los otros candidatos son buenos."},
    },
    "no_law": {
        "en": {"more": "My age has not been a topic."},
        "de": {"more": "Mein Alter war nicht das Thema."},
        "fr": {"more": "Mon âge n'a pas été un sujet."},
        "es": {"more": "Mi edad no ha sido un tema."},
    },
    "no_placeholder": {
        "en": {"accepts": "I accept the decision of [name]."},
        "de": {"accepts": "Ich akzeptiere die Entscheidung von [Name]."},
        "fr": {"accepts": "J'accepte la décision de [nom]."},
        "es": {"accepts": "Acepto la decisión de [nombre]."},
    },
    "nothing_foreign": {
        "en": {"more": "This is my page: https://sam.example/cv."},
        "de": {"more": "Hier ist meine Seite: https://sam.example/cv."},
        "fr": {"more": "Voici ma page : https://sam.example/cv."},
        "es": {"more": "Esta es mi página: https://sam.example/cv."},
    },
    "same_language": {
        "en": {"greeting": "Bonjour Dana,"},
        "de": {"greeting": "Hello Dana Whitlock,"},
        "fr": {"greeting": "Hello Dana Whitlock,"},
        "es": {"greeting": "Hello Dana,"},
    },
}
# fmt: on


def letter(language: str, **changes: str) -> str:
    """The good letter with some of its parts changed."""
    parts = GOOD[language] | changes
    first = f"{parts['thanks']} {parts['accepts']}"
    second = f"{parts['request']} {parts['close']}"
    paragraphs = [parts["greeting"], first, second, parts["more"].strip()]
    return "\n\n".join(part for part in paragraphs if part) + f"\n\n{parts['closing']}\nSam Rivera\n"
