"""The language of a mail, by the small words that every text in it has."""

import re
from collections import Counter

WORDS = {
    "en": "the and to of you your for we our with have has this that is are will not in on at as be it from was were been i unfortunately sorry thank thanks best regards hi dear application it but if would no they role position job went someone time all hope",
    "de": "der die das und sie wir ihre ihr ihnen für mit nicht ist ein eine einen uns auf von zu den dem haben haben sich im wurde leider als du dein dir dich ich bei leider viele grüße freundlichen danke bewerbung stelle hallo nein es aber liebe schade",
    "fr": "le la les et vous nous votre notre pour avec ne pas est une un des du en que qui sur dans à au ce cette avons nos été je tu malheureusement désolé désolée candidature cordialement merci bonjour poste bien mais",
    "es": "el la los las y que de para con no es una un del en su nuestro usted tu se por hemos te al lo como este esta ha gracias lamentablemente lamento lamentamos gracias candidatura saludo saludos hola puesto proceso siento pero mi",
    "nl": "de het een en van je u wij we ons onze voor met niet is dat dit hebben op te jouw uw zijn om bij ook hebt heeft aan",
    "pt": "o a os as e que de para com não é uma um do da em sua nosso você se por foi ao pela no na seu obrigado obrigada à",
    "it": "il lo la i gli le e che di per con non è una un del della in sua nostro si da abbiamo la sono ti suo per grazie al",
    "sv": "och att det som en på är av för med till den har inte om vi du din ditt dig ett kan",
    "da": "og at det som en på er af for med til den har ikke om vi du din dit dig et kan vil",
    "no": "og at det som en på er av for med til den har ikke om vi du din ditt deg et kan vil",
    "pl": "i w na z do nie się że jest to dla od po za oraz nasz pan pani państwa przez jak",
    "fi": "ja on ei että se oli olemme sinun kanssa mutta tai kun niin ovat tämä myös",
    "cs": "a se v na že je to pro s z do od by jsme vás vám nebo jako ale",
    "hu": "a az és hogy nem egy is meg van ez az önt ön vagy kell volt",
    "ro": "și de la în a cu pe pentru nu este că o un vă am dumneavoastră sau din",
    "tr": "ve bir bu için ile de da çok olarak ne var mı siz size bizim değil",
}
STOP_WORDS = {language: frozenset(words.split()) for language, words in WORDS.items()}
WORD = re.compile(r"[^\W\d_]+")
FOREIGN_SCRIPT = re.compile(
    r"[\u0370-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


def language_of(text: str) -> str:
    """An ISO 639-1 code, or "" when the text is too short or too mixed to tell."""
    text = text[:6000]
    if len(FOREIGN_SCRIPT.findall(text)) > len(text) / 10:
        return ""
    counts = Counter(word.casefold() for word in WORD.findall(text))
    scores = {
        language: sum(count for word, count in counts.items() if word in words)
        for language, words in STOP_WORDS.items()
    }
    (best, most), (_, second) = Counter(scores).most_common(2)
    if most < 2 or most < 1.15 * second:
        return ""
    return best
