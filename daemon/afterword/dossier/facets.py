"""Whether a mail comes from an agency, and whether an invitation is to the last round: what the classifier leaves to the dossier."""

import re
from collections.abc import Sequence

from afterword.dossier.expressions import expressions
from afterword.dossier.organisations import fits, is_freemail, is_tracking_system, lexicon, organisation_of
from afterword.records import Facets, Message, Party, Stage

LIMIT = 12_000  # characters of a text that are looked at
PLACE_OF_JOB = re.compile(
    r"\b(?:at|with|to|join|joining|in|bei|bei der|beim|chez|en|naar) (?P<name>[A-ZÄÖÜÉ][\w&'’.-]*(?: [\w&'’.-]+){0,2})"
)
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n(?=[-*•])")


def sentences_of(text: str) -> list[str]:
    """The sentences of a text on one line each, bounded in number and length; typographic apostrophes made plain."""
    parts = SENTENCE.split(text[:LIMIT].replace("’", "'"))
    return [" ".join(part.split())[:1000] for part in parts[:200] if part.strip()]


def says(sentences: Sequence[str], table: str, key: str) -> bool:
    """Whether any sentence matches a key of facets.toml."""
    found = expressions("afterword.dossier", "facets.toml")[table][key]
    return any(found.search(sentence) for sentence in sentences)


def party_of(message: Message, facets: Facets) -> Party:
    """Who turned the application down: an agency by its name, or by what the mail says unless the sender's own organisation has the job."""
    told = facets.party is Party.RECRUITER or speaks_as_agency(message)
    agency = (told and not has_the_job(message)) or calls_itself_agency(message)
    return Party.RECRUITER if agency else Party.COMPANY


def speaks_as_agency(message: Message) -> bool:
    """Whether the mail speaks of a client, or its domain ends as those of agencies do."""
    domain = organisation_of(message.sender.domain) if message.sender else ""
    ends = domain.partition(".")[0].endswith(tuple(lexicon()["agencies"]["ending"]))
    return ends or says(sentences_of(message.text[:4000]), "party", "recruiter")


def has_the_job(message: Message) -> bool:
    """Whether the mail speaks of the sender's own organisation as the place of the job ("at Brightforge"); an agency speaks of another."""
    organisation = organisation_of(message.sender.domain) if message.sender else ""
    if not organisation or is_freemail(organisation) or is_tracking_system(organisation):
        return False
    text = f"{message.subject[:500]}\n{message.text[:LIMIT]}"
    return any(
        fits(" ".join(words[:count]), organisation)
        for match in PLACE_OF_JOB.finditer(text)
        for words in [match["name"].split()]
        for count in range(1, len(words) + 1)
    )


def is_of_agency(message: Message) -> bool:
    """Whether any mail, judged or not, comes from an agency: by its sender, or since it speaks of a client."""
    return calls_itself_agency(message) or speaks_as_agency(message)


def calls_itself_agency(message: Message) -> bool:
    """Whether display name, signature, the end of the text or the domain hold a word of an agency; a talent team's are none."""
    sender = message.sender
    names = " ".join(
        [sender.name if sender else "", message.signature[:2000], message.text[-400:]]
    ).casefold()
    domain = organisation_of(sender.domain) if sender else ""
    words = lexicon()["agencies"]
    return any(part in domain.replace("-", "") for part in words["domain"]) or any(
        re.search(rf"\b{re.escape(name)}", names) for name in words["name"]
    )


def stage_of(sentences: Sequence[str], facets: Facets) -> Stage:
    """How far it went: what the classifier reads in the whole, or further where single sentences say so in so many words."""
    thanked = any(says([each], "stage", "thanks") and says([each], "stage", "final") for each in sentences)
    if thanked or facets.stage is Stage.FINAL:
        return Stage.FINAL
    return Stage.INTERVIEW if says(sentences, "stage", "interview") else facets.stage


def is_last_round(subject: str) -> bool:
    """Whether the subject of an invitation speaks of the last round."""
    return says([subject], "stage", "final")
