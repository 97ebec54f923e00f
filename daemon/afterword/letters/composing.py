"""Writes the letter: which wording, what may stand in it, and the Draft with what the etiquette says of it; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from afterword.etiquette import check
from afterword.etiquette.names import fit_company, fit_person, fit_role
from afterword.letters.envelope import (
    Envelope,
    message_id_for,
    one_line,
    quotation,
    reply_subject,
    sealed,
    threading_of,
    usable_address,
)
from afterword.letters.greetings import greeting_for
from afterword.letters.templates import TemplateFault, Templates, Wording, stem_of
from afterword.records import Address, Dossier, Draft, Finding, Letter, Party, Plan, Stage

T = TypeVar("T")
Pick = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Author:
    """Who signs: `address` is in From, `signature` (the name where it is empty) under the letter.

    `quote` puts the answered mail's text below it.
    """

    name: str
    address: str
    signature: str
    quote: bool = False


def compose(plan: Plan, author: Author, now: datetime, templates: Templates, *, quoted: str = "") -> Draft:
    """The draft that `plan` calls for, dated `now`; `quoted` is the answered mail's text, used only if the author quotes.

    No mail makes it raise: what is wrong is among the draft's findings, and a draft with findings must not be put
    anywhere. ValueError for a plan that calls for no letter, which is a mistake of the caller.
    """
    if plan.letter is None:
        raise ValueError("the plan calls for no letter")
    dossier, letter = plan.dossier, plan.letter
    wording = chosen_wording(templates, letter, dossier)
    body, findings = _judged(wording, letter, dossier, author, templates.waived)
    envelope = _addressed(dossier, author, now)
    if author.quote and quoted:
        body = f"{body}\n{quotation(quoted)}"
    return Draft(
        message_id=envelope.message_id,
        fingerprint=dossier.fingerprint,
        recipient=envelope.recipient or Address("", ""),
        subject=envelope.subject,
        in_reply_to=envelope.in_reply_to,
        references=envelope.references,
        letter=letter,
        language=dossier.language,
        wording=wording.name if wording else "",
        body=body,
        octets=sealed(envelope, body),
        findings=findings + _unaddressed(envelope),
    )


def chosen_wording(templates: Templates, letter: Letter, dossier: Dossier) -> Wording | None:
    """One of the wordings, always the same for the same mail; None where there are none in its language."""
    wordings = templates.wordings.get((dossier.language, stem_of(letter, dossier.stage)), ())
    return _chosen(wordings, dossier.fingerprint, "wording") if wordings else None


def variables_for(dossier: Dossier, author: Author, pick: Pick) -> dict[str, object]:
    """What a template may use; of the mail only names, and only such as look like names.

    The company is named to nobody but itself: what a recruiter's mail names may be the agency or its client.
    """
    return {
        "greeting": greeting_for(dossier.language, dossier.contact.name if dossier.contact else ""),
        "signature": "\n".join(one_line(line) for line in (author.signature or author.name).splitlines()),
        "role": fit_role(dossier.role),
        "company": fit_company(dossier.company) if dossier.party is Party.COMPANY else "",
        "met": dossier.stage is not Stage.APPLICATION,
        "pick": pick,
    }


def _judged(
    wording: Wording | None, letter: Letter, dossier: Dossier, author: Author, waived: frozenset[str]
) -> tuple[str, tuple[Finding, ...]]:
    """The letter with what the etiquette says of it."""
    # The signature is the owner's own and no part of what is judged; without it none can be taken for the letter.
    unsigned = replace(author, name="", signature="")
    try:
        body, judged = _written(wording, dossier, author), _written(wording, dossier, unsigned)
    except TemplateFault as fault:
        return "", (Finding("no_placeholder", f"cannot be filled in: {fault}"),)
    return body, check(judged, letter=letter, dossier=dossier, language=dossier.language, waived=waived)


def _written(wording: Wording | None, dossier: Dossier, author: Author) -> str:
    """The letter, "" where there is none in the mail's language (which the etiquette then says)."""
    return wording.render(variables_for(dossier, author, _picker(dossier.fingerprint))) if wording else ""


def _chosen(choices: Sequence[T], fingerprint: str, use: str) -> T:
    """One of `choices` by a stable hash, so that a letter is the same on every machine and in every run."""
    digest = sha256(f"{use}\0{fingerprint}".encode("utf-8", "replace")).digest()
    return choices[int.from_bytes(digest[:8]) % len(choices)]


def _picker(fingerprint: str) -> Pick:
    """`pick` of a template: each call in a letter is a choice of its own."""
    calls = iter(range(1_000_000))
    return lambda *choices: _chosen(choices, fingerprint, f"pick {next(calls)}")


def _addressed(dossier: Dossier, author: Author, now: datetime) -> Envelope:
    contact = dossier.contact
    in_reply_to, references = threading_of(dossier.thread)
    return Envelope(
        sender=usable_address(Address(author.name, author.address)),
        recipient=usable_address(Address(fit_person(contact.name), contact.address)) if contact else None,
        subject=reply_subject(dossier.thread.subject),
        date=now,
        message_id=message_id_for(dossier.fingerprint, author.address),
        in_reply_to=in_reply_to,
        references=references,
    )


def _unaddressed(envelope: Envelope) -> tuple[Finding, ...]:
    """A letter that cannot be addressed must not lie in Drafts as if it could be sent."""
    missing = [("recipient", envelope.recipient), ("sender", envelope.sender)]
    return tuple(
        Finding("asks_only_where_it_works", f"the {who}'s address cannot be used")
        for who, address in missing
        if address is None
    )
