"""Role, company and requisition number as a mail writes them; left empty unless the mail is clear."""

import re
from collections.abc import Iterable

from afterword.dossier.facets import is_of_agency
from afterword.dossier.organisations import (
    NAME_LIMIT,
    fits,
    is_freemail,
    is_tracking_system,
    organisation_of,
    sounds_like_tracking,
    squash,
)
from afterword.dossier.people import clean, is_robot, person_name, signature_lines
from afterword.records import Message

ROLE_LIMIT = 80
COMPANY_LIMIT = 60
SUBJECT_LIMIT = 500  # characters of a subject that are looked at
POST = (
    r"(?:position|role|post|opening|vacancy|job|opportunity|internship|apprenticeship|traineeship|placement)"
)
NAME = r"[^\n.,;:!?()\[\]{}<>|\"“”„]{2,80}?"
END = r"(?=\s*(?:$|[\n.,;:!?()\[\]{}<>|\"“”„–—]|\bat\b|\bwith\b|\bin (?:our|the|[A-Z])|\bbased\b|\band\b|\bon\b|\bhere\b|\bbut\b|\bhas\b|\bhave\b|\bis\b|\bwas\b|\bwe\b|\bI\b|\bthis\b|\bthat\b|\bwhich\b|\bafter\b|\bthe\b|\bto\b|\bfor\b| - | \| ))"
# A title in capitals, which needs no more around it than what it is for.
TITLE = r"(?-i:[A-Z][\w&/'’+-]*(?: (?:of|and|&|in|[A-Z][\w&/'’+-]*)){0,5})"
TEXT_PATTERNS = tuple(
    re.compile(source, re.IGNORECASE | re.MULTILINE)
    for source in (
        rf"\b(?:position|role|post|opening|vacancy|job|internship|title) (?:of|as) (?:an? |our |the )?[\"“]?(?P<role>{NAME})[\"”]?{END}",
        rf"(?=\b(?:for|in|regarding|about|to|fill|of|as|at|on) (?:the|our|an?|this) [\"“]?(?P<role>{NAME})[\"”]? {POST}\b)",
        rf"\b(?:apply|applying|application|applied|interest|interview(?:ing|ed)?|candidacy|considered|candidate) (?:for|as|in) (?:the |our |an? )?{POST}:? [\"“]?(?P<role>{NAME})[\"”]?{END}",
        rf"\b(?:apply|applying|applied|application|applications|interview(?:ing|ed)?|candidacy|interviews) (?:for|as|to be) (?:the |our |an? |your )?[\"“]?(?P<role>[A-Z][^\n.,;:!?()\[\]{{}}<>|\"“”„]{{2,70}}?)[\"”]?{END}",
        rf"\b(?:with you|you|forward|ahead|further|else|somebody|someone|person|candidates?|applicants?|offer|job) (?:for|as|of) (?:the |our |an? )?[\"“]?(?P<role>{NAME})[\"”]?{END}",
        rf"\b(?:the|our|an?|your) (?P<role>{TITLE}) (?:{POST}|offer|seat)\b",
        rf"\b(?:for|as) (?:the |our |an? )?(?P<role>{TITLE})(?=\s*(?:$|[\n.,;!?)]|\bbecause\b|\bsince\b|\bas\b))",
        rf"(?<!\berfahrung )\b(?:als|stelle als|position als|bewerbung als) (?P<role>[A-ZÄÖÜ]{NAME})(?=\s*(?:$|[\n.,;:!?()\[\]<>|\"“”]|\bbei\b|\bin\b|\bund\b|\bfür\b|\b(?:im|am|an|sowie|entgegen|entschieden|leider|haben|hat|besetzt|m/w/d|zu)\b))",
        rf"\b(?:stelle|position|funktion|rolle) (?:des|der|eines|einer|als|\"|„) ?[\"„]?(?P<role>[A-ZÄÖÜ]{NAME})(?=\s*(?:$|[\n.,;:!?()\[\]<>|\"“”]|\bbei\b|\bin\b|\bund\b|\bfür\b|\b(?:im|am|an|sowie|entschieden|leider|haben|hat|besetzt|zu)\b))",
        rf"\b(?:poste|offre|emploi|fonction|candidature au poste|candidature pour le poste) (?:de |d['’]|: ?|« ?)(?P<role>{NAME})(?=\s*(?:$|[\n.,;:!?()\[\]<>|\"“”»]|\bau sein\b|\bchez\b|\bet\b|\bau\b|\bà\b|\bdans\b|\bn['’]|\best\b|\ba\b|\bnous\b|\bque\b))",
        rf"\b(?:puesto|vacante|posición|plaza|cargo|oferta|candidatura al puesto) (?:de |para |: ?|« ?|\")(?P<role>{NAME})(?=\s*(?:$|[\n.,;:!?()\[\]<>|\"“”»]|\ben\b|\by\b|\bque\b|\bha\b|\bno\b|\bcon\b|\bdentro\b|\bhemos\b|\bse\b))",
    )
)
SUBJECT_PATTERNS = tuple(
    re.compile(source, re.IGNORECASE)
    for source in (
        r"\b(?:application|applying|applied|candidacy|interview|interviews|decision|update|outcome|feedback|shortlisting)(?: \w+){0,2} (?:for|regarding|about|as|on) (?:the |our |your |an? )?(?:(?:position|role|post|job) of )?(?P<role>[^:|–—\n]{3,80}?)(?: (?:position|role|post|vacancy|job))?(?: (?:at|with|in|@) .*| ?[-–—|:(\[].*|, .*)?$",
        r"\b(?:bewerbung|bewerbungsverfahren|gespräch) (?:als|um die stelle als|für die stelle als|auf die stelle als) (?P<role>[^:|–—\n]{3,80}?)(?: (?:bei|in) .*| ?[-–—|:(\[].*|, .*)?$",
        r"\b(?:candidature|poste)(?: \w+){0,2} (?:de |d['’]|: )(?P<role>[^:|–—\n]{3,80}?)(?: (?:chez|à) .*| ?[-–—|:(\[].*|, .*)?$",
        r"\b(?:candidatura|puesto|vacante|proceso)(?: \w+){0,2} (?:de |para |: )(?P<role>[^:|–—\n]{3,80}?)(?: en .*| ?[-–—|:(\[].*|, .*)?$",
    )
)
GERMAN = re.compile(
    r"\b(?:Stelle|Position|Einstellung) als (?P<role>[A-ZÄÖÜ][a-zäöüß]{3,30}(?<!zeit)(?<!vertretung))(?=[.,\n]| (?:ist|nicht|leider|wurde|haben|an|bei)\b)"
)
# The words in which titles of roles end or begin, so that "the second stage" is never taken for one.
HEAD = re.compile(
    r"(?:engineer|developer|manager|analyst|designer|architect|consultant|assistant|officer|director|lead|head|nurse|teacher|technician|"
    r"specialist|coordinator|co-ordinator|administrator|scientist|researcher|lecturer|professor|fellow|accountant|controller|auditor|associate|"
    r"executive|representative|recruiter|intern|trainee|apprentice|planner|editor|writer|copywriter|journalist|translator|producer|chef|cook|barista|driver|"
    r"operator|mechanic|electrician|plumber|carpenter|welder|clerk|cashier|receptionist|librarian|archivist|curator|counsel|lawyer|paralegal|"
    r"solicitor|doctor|physician|pharmacist|therapist|physiotherapist|psychologist|carer|caregiver|midwife|paramedic|tutor|trainer|coach|instructor|supervisor|"
    r"foreman|buyer|merchandiser|marketer|strategist|owner|master|partner|advisor|adviser|agent|broker|trader|underwriter|inspector|surveyor|"
    r"estimator|programmer|tester|administrator|chief|president|secretary|treasurer|steward|host|waiter|waitress|gardener|guard|cleaner|porter|artist|"
    r"constable|ecologist|handler|performer|contractor|setter|joiner|hairdresser|florist|brewer|roofer|physicist|chemist|biologist|geologist|hydrologist|"
    r"metallurgist|statistician|economist|actuary|dentist|dietitian|surgeon|radiographer|dispatcher|scheduler|adjuster|examiner|bartender|housekeeper|dancer|actor|"
    r"animator|photographer|musician|conductor|pilot|worker|ranger|keeper|warden|postdoc|doctorate|phd|scholar|investigator|practitioner|evangelist|"
    r"ingenieur|ingenieurin|entwickler|entwicklerin|leiter|leiterin|referent|referentin|sachbearbeiter|sachbearbeiterin|kaufmann|kauffrau|mitarbeiter|mitarbeiterin|"
    r"berater|beraterin|assistenz|assistentin|pfleger|pflegerin|pflegefachkraft|erzieher|erzieherin|lehrer|lehrerin|techniker|technikerin|mechaniker|elektriker|"
    r"elektroniker|fachkraft|fachinformatiker|buchhalter|buchhalterin|koch|köchin|redakteur|redakteurin|analyst|analystin|werkstudent|werkstudentin|praktikant|praktikantin|"
    r"trainee|auszubildende|auszubildender|volontär|volontärin|disponent|disponentin|kraftfahrer|architekt|architektin|projektmanager|projektmanagerin|produktmanager|produktmanagerin|"
    r"contrôleu(?:r|se)|ingénieure?|développeu(?:r|se)|chargée?|responsable|assistante?|conseill(?:er|ère)|chef(?:fe)?|directeur|directrice|technicien(?:ne)?|infirmi(?:er|ère)|"
    r"comptable|gestionnaire|consultante?|professeure?|enseignante?|rédacteur|rédactrice|vendeu(?:r|se)|attachée?|coordinateur|coordinatrice|juriste|acheteu(?:r|se)|"
    r"ingenier[oa]|desarrollador[a]?|analista|gerente|jef[ea]|director[a]?|técnic[oa]|coordinador[a]?|asistente|administrativ[oa]|consultor[a]?|diseñador[a]?|"
    r"enfermer[oa]|profesor[a]?|docente|contador[a]?|contable|redactor[a]?|ejecutiv[oa]|especialista|encargad[oa]|auxiliar|dependient[ea]|comercial|becari[oa]|"
    r"medewerker|adviseur|beleidsmedewerker|verpleegkundige|docent|ontwikkelaar|projectleider|analista|desenvolvedor[a]?|gestor[a]?|engenheir[oa]|coordenador[a]?|"
    r"sviluppat(?:ore|rice)|impiegat[oa]|ingegnere|addett[oa]|responsabile|infermier[ae]|operat(?:ore|rice)|sre|qa|devops|cto|cfo)",
    re.IGNORECASE,
)
NOT_A_ROLE = re.compile(
    r"\b(?:this|that|these|your|my|his|her|their|it|any|other|another|same|next|first|second|third|final|last|available|current|vacant|"
    r"open|relevant|suitable|hiring|interview(?:s|ing)?|application|applications|process|future|candidates?|applicants?|position|role|job|vacancy|you|we|us|our|opportunity|"
    r"moving|taking|hearing|being|which|who|what|following|below|above|advertised|time|stage|round|month|week|year|interest|someone|somebody|update|news|outcome|result)\b",
    re.IGNORECASE,
)
# Where a sentence goes on behind a title that it does not set off.
GOES_ON = re.compile(
    r"\s+(?:wird|werden|wurde|wurden|ist|sind|war|waren|bekommt|erhält|erhielt|entfällt|entfallen|nicht|leider|daher|nun|jetzt|heute|gestern|aus|"
    r"können|konnten|müssen|einstellen|anbieten|absagen|teilgenommen|zurück\w+|beworben|internally|further|any|anymore|not|goes|went|will|would|must|can|cannot|may|because|since|from|with|as|"
    r"est|sera|été|ne|n['’]\w+|será|fue|è|foi|wordt)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
# Words that are titles only together with others.
COMMON = frozenset(
    ["manager", "assistant", "engineer", "officer", "director", "lead", "head", "specialist", "coordinator", "associate", "executive", "agent", "fellow",
     "partner", "owner", "trainer", "worker", "fachkraft", "mitarbeiter", "mitarbeiterin", "leiter", "leiterin", "leitung", "phd", "postdoc", "doctorate", "responsable", "chef", "jefe", "jefa"]
)  # fmt: skip
GENDER_MARK = re.compile(
    r"\s*[(\[]?\b[mwfdxhg](?:\s?[/|]\s?[mwfdxhg]){1,3}\b[)\]]?|\s*\((?:all genders|gn|w\*m\*d)\)",
    re.IGNORECASE,
)
REQUISITION = re.compile(
    r"(?:\b(?:req(?:uisition)?|ref(?:erence|erenz)?|job|vacancy|position|posting|kennziffer|stellen-?id)\b[ .:#]*(?:id|no|nr|number|nummer)?[ .:#]*|#|\()((?=[A-Z0-9/_-]*\d)[A-Z0-9][A-Z0-9/_-]{2,19})\b",
    re.IGNORECASE,
)
TEAM_WORDS = re.compile(
    r"[\s,–—-]*\b(?:career opportunity|careers?|hiring|recruiting|recruitment|recruiters?|jobs?|talent(?: acquisition)?|people|hr|human resources|team|karriere|"
    r"bewerbung(?:en)?|bewerbermanagement|personalbüro|carrières|recrutement|reclutamiento|recrutamento|selezione|werving|vacatures|dotation|risorse umane|recursos humanos|ressources humaines|casting|graduates?(?: programme)?|early careers|rh|rrhh|selección|empleo|notifications?|no-?reply|via .*|applications?|candidate experience|personalabteilung|recruiting-?team)\b[\s–—-]*",
    re.IGNORECASE,
)
LOOSE_END = re.compile(
    r"^(?:at|for|the team at|werken bij|the|your|ihr|from|bei|chez)\s+|\s+(?:and|&|of|de|du|des|und|y|the|der|et|x \w+)$|[\[\]]",
    re.IGNORECASE,
)
COMPANY_PATTERNS = tuple(
    re.compile(source)
    for source in (
        r"\b(?:position|role|post|opening|vacancy|job|team|interview|interviewing|opportunity|working|work|here|career|candidacy|application|applying|applied) (?:here )?(?:at|with|to|to join) (?P<company>[A-ZÄÖÜÉ][\w&'’+-]*(?:\.[\w&'’+-]+)*(?: (?:&|and|of|de|du|des|und|y|the|[A-ZÄÖÜÉ0-9][\w&'’+-]*(?:\.[\w&'’+-]+)*)){0,4})",
        r"\b(?:interest in|interest in joining|joining|on behalf of|choosing|considering|from) (?P<company>[A-ZÄÖÜÉ][\w&'’+-]*(?:\.[\w&'’+-]+)*(?: (?:&|and|of|de|du|des|und|y|[A-ZÄÖÜÉ0-9][\w&'’+-]*(?:\.[\w&'’+-]+)*)){0,4})",
        r"\b(?:bei|bei der|bei den|chez|en) (?P<company>[A-ZÄÖÜÉ][\w&'’+-]*(?:\.[\w&'’+-]+)*(?: (?:&|und|et|y|de|du|des|der|[A-ZÄÖÜÉ0-9][\w&'’+-]*(?:\.[\w&'’+-]+)*)){0,4})",
    )
)
# What stands in small letters inside the names of companies.
INSIDE_NAMES = frozenset(["&", "of", "and", "und", "et", "y", "de", "du", "des", "der", "the"])
NAME_WORD = re.compile(r"[^\W_]+|&")
ADDRESS_LIKE = re.compile(r"\S*(?:@|://|www\.)\S*")
# Where a portal names the employer that it writes for.
_NAME = r"[A-ZÄÖÜÉ][\w&'’-]*(?: (?:&|[A-ZÄÖÜÉ0-9][\w&'’-]*))*"
EMPLOYER = re.compile(
    rf"\b(?:on behalf of|(?:[Cc]ompany|[Ee]mployer|[Cc]lient|Unternehmen|Arbeitgeber|[Ee]mpresa|[Ee]ntreprise):|at|bei|chez) (?:the )?(?P<name>{_NAME})"
    rf"|(?P<teller>{_NAME}) has (?:told|asked|informed) us\b"
)


def role_of(message: Message) -> str:
    """The title of the role: where the text names it, else where the subject does, else ""."""
    found = [
        *_captures(TEXT_PATTERNS, message.text[:4000]),
        *_captures(SUBJECT_PATTERNS, bare_subject(message.subject)),
    ]
    whole = (role for text in found if (role := _role(text)) and _is_whole(role, message.text[:4000]))
    return next(whole, "") or _bare_title(message.subject) or _german(message.text[:4000])


def _is_whole(role: str, text: str) -> bool:
    """Whether a title is not the mere beginning of a longer one, nor a common noun such as "manager"."""
    goes_on = re.search(rf"\b{re.escape(role)} (?:für|en [a-z]|I{{1,3}}\b)", text)
    return not goes_on and (" " in role or (role[0].isupper() and role.casefold() not in COMMON))


def _german(text: str) -> str:
    """What a position in German is called in so many words, whether or not the title is a known one."""
    match = GERMAN.search(text)
    return match["role"] if match else ""


def _captures(patterns: tuple[re.Pattern[str], ...], text: str) -> list[str]:
    return [match["role"] for pattern in patterns for match in pattern.finditer(text[:4000])]


def _role(text: str) -> str:
    """A captured text if it is a title: short, with the word of an occupation in it, and nothing that no title has."""
    role = GENDER_MARK.sub("", clean(text, 200)).strip(" -–—,;:'’\"“”„«»*/")
    role = GOES_ON.sub(
        "",
        LEADING.sub(
            "",
            re.sub(
                r"^(?:ref(?:erence|erenz)?\.?:?\s+)?[A-Z]{0,3}-?\d[\w/.-]*\s+", "", role, flags=re.IGNORECASE
            ),
        ),
    )
    role = re.sub(r"\b(\w{3,}ent)en\b", r"\1", role)  # "die Stelle des Referenten"
    role = re.sub(
        r"\s+(?:team|geführt|position|role|post|vacancy|job|stelle|contract|assignment|booking|search|mandate)$",
        "",
        role,
        flags=re.IGNORECASE,
    )
    if (
        not 3 <= len(role) <= ROLE_LIMIT
        or len(role.split()) > 9
        or NOT_A_ROLE.search(role)
        or re.search(r"[{}<>@=]|https?:|www\.|^(?:at|with|in|for|to|from) |&$", role)
    ):
        return ""
    return (
        role
        if re.search(rf"\b{HEAD.pattern}(?:s|n|en|in|innen)?\b", role, re.IGNORECASE) or _is_compound(role)
        else ""
    )


LEADING = re.compile(
    r"^(?:.*\b(?:bewerbung (?:auf|als|um)|bewerbung|absage|rejection|mission|mandat|kandidatuur als|vacature|vaga de|plaza de|puesto de|vacante de|poste de|hiring manager for|applying for|"
    r"application for|interview for|candidature|candidatura|als)\s+)?[\"“„]?(?:(?:the|our|an?|die|der|das|le|la|el)\s+)?",
    re.IGNORECASE,
)


def _is_compound(role: str) -> bool:
    """German titles are one word: Projektleiter, Softwareentwicklerin."""
    return bool(re.search(rf"\w{HEAD.pattern}(?:in|innen)?\b", role, re.IGNORECASE))


def _bare_title(subject: str) -> str:
    """A subject that is nothing but a title, or a title and what it is about behind a mark."""
    whole = bare_subject(subject)
    for part in re.split(r"\s+[-–—|@]\s+|:\s+|\s*[|]\s*", whole):
        found = re.sub(r"\s*[(\[].*$|,.*$| at .*$", "", part)
        role = _role(re.sub(r" (?:application|interview|offer|decision)$", "", found))
        if (
            role
            and len(role.split()) <= 6
            and role[0].isupper()
            and re.search(rf"{HEAD.pattern}(?:in)?$", role, re.IGNORECASE)
            and role.casefold() not in COMMON
            and (role.split()[-1][0].isupper() or HEAD.match(role) or whole.startswith(role))
        ):
            return role
    return ""


def bare_subject(subject: str) -> str:
    """A subject without the prefixes of replies and forwards."""
    return re.sub(
        r"^(?:\s*(?:re|aw|sv|antw|vs|fwd?|wg|tr|rv|res|rif|r|enc)\s*(?:\[\d+\])?\s*:)+\s*",
        "",
        subject[:SUBJECT_LIMIT],
        flags=re.IGNORECASE,
    ).strip()


def company_of(message: Message) -> str:
    """The company's name: one that is written and fits the sender's domain, or one that is written in two places.

    An agency's own name is none: it turns people down for its clients.
    """
    company = _company_written(message)
    # Asked last, since it costs more than all the rest and most mail names no company.
    return "" if company and is_of_agency(message) else company


def _company_written(message: Message) -> str:
    sender = message.sender
    domain = sender.domain if sender else ""
    display = _display_company(message)
    portal = sender is None or is_tracking_system(domain) or is_freemail(domain)
    if sender and not portal:
        own = organisation_of(domain)
        if not is_robot(sender):
            return named_after(own, message) or _fitting(own, message)
        if not sounds_like_tracking(domain):
            return "" if _writes_for_another(message, own) else named_after(own, message)
    if fits(display, organisation_of(domain)):
        return ""  # the tracking system's own name
    body = squash(f"{message.subject} {message.text[:3000]} {message.signature}")
    if display and len(squash(display)) >= 3 and squash(display) in body:
        return display
    return _written_twice(message) if portal else ""


def _fitting(organisation: str, message: Message) -> str:
    """The first name in a mail that may be the domain's, where none is made of the same letters."""
    names = written_names(message)
    text = f"{message.subject[:SUBJECT_LIMIT]}\n{message.text[:4000]}"
    if any(_run(organisation, name) for name in names):
        return ""
    return next((name for name in names if fits(name, organisation) and _stands_alone(name, text)), "")


def _written_twice(message: Message) -> str:
    written = written_names(message)
    keys = [squash(name) for name in written]
    pairs = zip(written, keys, strict=True)
    return next((name for name, key in pairs if keys.count(key) >= 2 and not person_name(name)), "")


def named_after(organisation: str, message: Message) -> str:
    """The name of which the domain is made, wherever it is written and as it is: capitalised words in a row that are the label together.

    The display name or a line of the signature may say more ("Hallberg Maschinenbau GmbH"). A person's own name is no company's.
    """
    display = message.sender.name if message.sender else ""
    if squash(organisation.partition(".")[0]) in map(squash, person_name(display).split()):
        return ""
    text = f"{message.subject[:SUBJECT_LIMIT]}\n{message.text[:4000]}\n{message.signature[:600]}"
    for lines in ([display], signature_lines(message), [text]):
        parts = _parts(lines) if lines != [text] else [_run(organisation, text)]
        named = [name for name in _fit_names(parts) if _run(organisation, name)]
        if named:
            whole = [
                name if _is_in_capitals(name) else _run(organisation, name)
                for name in named
                if name.startswith(_run(organisation, name))
            ]
            found = max(whole, key=len, default="")  # what stands in front of it may be part of it or not
            return found if _stands_alone(found, text) else ""
    return ""


def _is_in_capitals(name: str) -> bool:
    """Whether it is a name and not a sentence that begins with one."""
    return ". " not in name and all(
        word in INSIDE_NAMES or word[0].isupper() or word[0].isdigit() for word in name.split()
    )


def _stands_alone(name: str, text: str) -> bool:
    """Whether a name is nowhere part of a longer one: no capitalised word stands behind it, nor one in front of it within a sentence."""
    word = re.escape(name)
    return not re.search(rf"\b{word} [A-ZÄÖÜÉ]|[a-zà-ÿ] [A-ZÄÖÜÉ][\w-]+ {word}\b", text)


def _run(organisation: str, text: str) -> str:
    """The words in a row, on one line, that make up the label of a domain; addresses and links in the text are no names."""
    label = squash(organisation.partition(".")[0])
    for line in ADDRESS_LIKE.sub(" ", text).splitlines() if len(label) >= 3 else ():
        words = list(NAME_WORD.finditer(line))
        for number, first in enumerate(words):
            joined = ""
            for last in words[number : number + NAME_LIMIT]:
                joined += squash(last[0])
                if joined == label and first[0][0].isupper():
                    return line[first.start() : last.end()]
                if not label.startswith(joined):
                    break
    return ""


def _writes_for_another(message: Message, organisation: str) -> bool:
    """Whether a machine's mail speaks of another organisation than its own as the one that has the job, or of its own nowhere."""
    if message.sender and re.search(r"\bvia\b", message.sender.name):
        return True
    text = f"{message.subject[:SUBJECT_LIMIT]}\n{message.text[:4000]}\n{message.signature[:600]}"
    others = (match["name"] or match["teller"] for match in EMPLOYER.finditer(text))
    return any(not fits(name, organisation) for name in others) or not _run(organisation, text)


def _display_company(message: Message) -> str:
    display = clean(message.sender.name if message.sender else "", COMPANY_LIMIT)
    return "" if person_name(display) else LOOSE_END.sub("", TEAM_WORDS.sub(" ", display).strip(" ,-–—@|"))


def written_names(message: Message) -> list[str]:
    """Every stretch of the mail that may be a company's name, in order of how much it may be trusted."""
    text = f"{bare_subject(message.subject)}\n{message.text[:4000]}"
    captured = [
        match["company"].rstrip(".,'’ -") for pattern in COMPANY_PATTERNS for match in pattern.finditer(text)
    ]
    parts = re.split(r"\s[-–—|]\s|: | at | bei | chez | en | with | to ", bare_subject(message.subject))
    return _fit_names(
        [
            _display_company(message),
            *_parts(signature_lines(message)),
            *captured,
            *(TEAM_WORDS.sub(" ", part) for part in parts),
        ]
    )


def _parts(lines: Iterable[str]) -> list[str]:
    """What the lines in which a sender names themselves may call the company."""
    return [
        TEAM_WORDS.sub(" ", part).strip(" ,-–—")
        for line in lines
        for part in re.split(r"[,|·•–—()]|\s-\s|\b(?:at|von|from|bei|chez|de la part de|namens)\b", line)
    ]


def _fit_names(found: Iterable[str]) -> list[str]:
    """The stretches without loose ends, if they have the length and the signs of a name."""
    bare = [LOOSE_END.sub("", name.strip()) for name in found]
    cleaned = [re.sub(r"['’]s$", "", clean(name, COMPANY_LIMIT)).strip(" .,!?\"'") for name in bare]
    return [
        name
        for name in cleaned
        if len(name) >= 2
        and len(name.split()) <= NAME_LIMIT
        and re.search(r"\w", name)
        and not re.search(r"[{}<>@=/\\]|https?:", name)
    ]


def requisition_of(message: Message) -> str:
    """The number under which the company keeps the vacancy, in capitals; "" when there is none."""
    match = REQUISITION.search(message.subject[:SUBJECT_LIMIT]) or REQUISITION.search(message.text[:3000])
    return match[1].upper() if match else ""


def role_key(role: str) -> str:
    """A role as it is compared: letters and digits, no mark of gender or level of decoration."""
    return " ".join(re.findall(r"[^\W_]+", GENDER_MARK.sub("", role).casefold()))
