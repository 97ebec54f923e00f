"""What mail programs and people put round a letter: attribution lines, forwarding marks, closings, by language.

The attribution lines of more languages come from mail-parser-reply's tables, which its maintainers keep up to date. Its
parser is not used: it took 0.76 seconds for 3,000 line feeds, and cuts a letter off at any line that begins with a hyphen.
"""

import re

from mailparser_reply.constants import MAIL_LANGUAGES  # type: ignore[import-untyped]  # it ships no annotations

# Every pattern below is matched against one line, or against a few joined ones, of at most this many characters.
LINE_LIMIT = 400

WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|geschrieben|a écrit|écrivait|escribió|schreef|geschreven|escreveu|ha scritto|scrisse)\b",
    re.IGNORECASE,
)
# The word that opens an attribution which has been wrapped over lines.
ATTRIBUTION_OPENER = re.compile(
    r"(?:On|Am|Le|El|Op|Em|Il|A|Den|Dnia|Dne|At|Quoting|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|(?:Mo|Tu|We|Th|Fr|Sa|Su|Di|Mi|Do|So)\w{0,8},?) \S"
)
DATED = re.compile(r"\d[./-]\d|\d:\d\d|\b(?:19|20)\d\d\b|@")
OTHER_ATTRIBUTIONS = tuple(
    re.compile(str(patterns["wrote_header"]), re.IGNORECASE)
    for language, patterns in MAIL_LANGUAGES.items()
    if "wrote_header" in patterns and language in ("cs", "da", "ja", "ko", "pl", "sv", "zh")
)

ORIGINAL_MARK = re.compile(
    r"[-_]{2,} ?(?:Original (?:Message|Appointment)|Urspr(?:ü|ue)ngliche (?:Nachricht|Mail)|Original-?Nachricht|Message d.origine"
    r"|Mensaje original|Oorspronkelijk bericht|Mensagem original|Messaggio originale|Reply message) ?[-_]{2,}",
    re.IGNORECASE,
)
FORWARD_MARK = re.compile(
    r"[-_]{2,} ?(?:Forwarded (?:Message|by .{1,80})|Weitergeleitete Nachricht|Message transf[ée]r[ée]|Mensaje reenviado"
    r"|Doorgestuurd bericht|Mensagem (?:encaminhada|reencaminhada)|Messaggio inoltrato) ?[-_]{2,}"
    r"|(?:Begin forwarded message|Anfang der weitergeleiteten (?:Nachricht|E-Mail)|Début du message (?:transféré|réexpédié)"
    r"|Inicio del mensaje reenviado|Begin doorgestuurd bericht|Início da mensagem (?:encaminhada|reencaminhada)"
    r"|Inizio messaggio inoltrato) ?:",
    re.IGNORECASE,
)
RULE = re.compile(r"[-_=*~—]{5,}")

# The header of a mail as programs copy it above what they quote; the kinds tell it from a list of appointments.
HEADER_LINES = {
    "from": re.compile(
        r"[*_]{0,2}(?:From|Von|De|Da|Van|Från|Fra|Od|Expéditeur|Mittente)[*_]{0,2} ?:", re.IGNORECASE
    ),
    "date": re.compile(
        r"[*_]{0,2}(?:Sent|Date|Gesendet|Datum|Envoyé(?: le)?|Enviado(?: el| em)?|Fecha|Data|Inviato|Verzonden|Skickat|Sendt|Wysłano)"
        r"[*_]{0,2} ?:",
        re.IGNORECASE,
    ),
    "to": re.compile(r"[*_]{0,2}(?:To|An|À|A|Para|Aan|Till|Til|Do|Destinataire)[*_]{0,2} ?:", re.IGNORECASE),
    "subject": re.compile(
        r"[*_]{0,2}(?:Subject|Betreff|Betr|Objet|Asunto|Assunto|Oggetto|Onderwerp|Ämne|Emne|Temat)[*_]{0,2} ?:",
        re.IGNORECASE,
    ),
    "copy": re.compile(
        r"[*_]{0,2}(?:Cc|Kopie|Copie|Cci|Importance|Wichtigkeit|Reply-To)[*_]{0,2} ?:", re.IGNORECASE
    ),
}

CLOSING = re.compile(
    r"(?:"
    # English
    r"(?:(?:with |my |many |thanks (?:and|&) |all my )?(?:kind(?:est)?|best|warm(?:est)?|sincere|many)(?: (?:and|&) \w+)? regards"
    r"|(?:thanks (?:and|&) )?regards|(?:with )?(?:all )?(?:the )?(?:very )?best(?: wishes)?(?: for the future)?"
    r"|(?:(?:yours )?(?:very )?(?:sincerely|truly|faithfully|cordially|respectfully|warmly|gratefully)(?: yours)?)"
    r"|cheers|thanks(?: again)?(?: so much)?|thank you(?: again)?(?: so much)?|many thanks|with (?:gratitude|appreciation|thanks)"
    r"|take care|good luck)"
    # German
    r"|(?:mit )?(?:(?:ganz |sehr )?(?:freundliche[nm]?|beste[nm]?|herzliche[nm]?|liebe[nm]?|viele[n]?|schöne[nm]?|sonnige[nm]?)"
    r"(?: und \w{1,15})? )?(?:gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss))(?: (?:aus|von|nach) \w{1,25})?"
    r"|mfg|lg|vg|bg|hochachtungsvoll|herzlichst|(?:ihre?|alles) (?:gute|beste)"
    # French
    r"|(?:bien |très )?cordialement|sincèrement|bien à vous|respectueusement|(?:(?:sincères|meilleures|cordiales) )?salutations"
    r"(?: distinguées| cordiales)?"
    # Spanish, Portuguese, Italian
    r"|(?:un |reciba un |muchos )?(?:cordial(?:es)? |afectuosos? )?saludos?(?: cordial(?:es)?)?|(?:muy )?atentamente|cordialmente"
    r"|atenciosamente|att|(?:(?:com os |os )?(?:melhores |meus )?cumprimentos)|saudações|abraços?"
    r"|(?:(?:un )?(?:cordiali?|distinti|cari) )?salut[oi]|in fede"
    # Dutch
    r"|(?:met )?(?:(?:vriendelijke|hartelijke|beste|warme) )?groet(?:en|jes)?|mvg|hoogachtend"
    r")",
    re.IGNORECASE,
)
# A closing with the name behind it on the same line: "Best regards, Dana Whitlock".
CLOSING_AND_NAME = re.compile(rf"(?P<closing>{CLOSING.pattern}),[ ]?(?P<name>\w.*)", re.IGNORECASE)

SENT_FROM = re.compile(
    r"(?:Sent from (?:my|Outlook|Mail|Yahoo|Proton)|Get Outlook for|Gesendet (?:von|mit)|Von meinem \S+ gesendet|Diese Nachricht wurde von meinem"
    r"|Envoyé (?:de|depuis)|Enviado desde|Enviado do|Inviato da|Verstuurd vanaf|Verzonden (?:vanaf|met))\b.{0,80}",
    re.IGNORECASE,
)
# A line with one of these says something; it is no line of a signature. "your" and "Ihr" are, in "Your Talent Team".
SAYS_SOMETHING = re.compile(
    r"\b(?:[Ww]e|[Yy]ou|I|are|was|not|have|has|[Ww]ir|Sie|ich|nicht|haben|wird|[Nn]ous|[Vv]ous|je|avons|nosotros|usted|hemos"
    r"|[Ww]ij|niet|hebben|[Nn]ós|você|não|abbiamo|[Uu]nfortunately|[Ll]eider|[Mm]alheureusement|[Ll]amentablemente|[Hh]elaas"
    r"|[Ii]nfelizmente|[Pp]urtroppo)\b"
)
