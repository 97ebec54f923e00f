"""Records to rows and back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from afterword.records import (
    Address,
    Contact,
    Correspondence,
    Dossier,
    Label,
    Party,
    Place,
    Reason,
    Skip,
    Stage,
    Thread,
    Verdict,
)


def address_to_json(address: Address | None) -> list[str] | None:
    """An address as [name, addr-spec]."""
    return [address.name, address.address] if address else None


def address_from_json(value: list[str] | None) -> Address | None:
    """The address behind [name, addr-spec]."""
    return Address(*value) if value else None


def message_row(mail: Correspondence, verdict: Verdict | None, error: str, now: datetime) -> dict[str, Any]:
    """A row of `messages`; `verdict` is None for the owner's own mail and for mail that could not be judged."""
    evidence = verdict.evidence if verdict else None
    return {
        "account": mail.place.account,
        "folder": mail.place.folder,
        "uidvalidity": mail.place.uidvalidity,
        "uid": mail.place.uid,
        "fingerprint": mail.fingerprint,
        "message_id": mail.message_id,
        "thread": list(mail.thread),
        "date": mail.date,
        "subject": mail.subject,
        "sender": address_to_json(mail.sender),
        "recipients": [address_to_json(address) for address in mail.recipients],
        "label": mail.label,
        "score": verdict.score if verdict else None,
        "hold": bool(verdict and verdict.hold),
        "evidence": evidence.sentence if evidence else "",
        "evidence_start": evidence.start if evidence else -1,
        "evidence_end": evidence.end if evidence else -1,
        "outgoing": mail.outgoing,
        "draft": mail.draft,
        "automated": mail.automated,
        "asks_advice": mail.asks_advice,
        "person": mail.person,
        "role": mail.role,
        "company": mail.company,
        "requisition": mail.requisition,
        "error": error,
        "examined_at": now,
    }


def correspondence_of(row: RowMapping) -> Correspondence:
    """The mail that a row of `messages` remembers."""
    return Correspondence(
        place=Place(row["account"], row["folder"], row["uidvalidity"], row["uid"]),
        fingerprint=row["fingerprint"],
        message_id=row["message_id"],
        thread=tuple(row["thread"]),
        date=row["date"],
        subject=row["subject"],
        sender=address_from_json(row["sender"]),
        recipients=tuple(Address(*pair) for pair in row["recipients"]),
        label=Label(row["label"]) if row["label"] else None,
        outgoing=row["outgoing"],
        draft=row["draft"],
        automated=row["automated"],
        asks_advice=row["asks_advice"],
        person=row["person"],
        role=row["role"],
        company=row["company"],
        requisition=row["requisition"],
    )


def dossier_to_json(dossier: Dossier) -> dict[str, Any]:
    """A dossier as JSON can hold it."""
    place = dossier.place
    contact = dossier.contact
    return {
        "fingerprint": dossier.fingerprint,
        "place": [place.account, place.folder, place.uidvalidity, place.uid],
        "date": dossier.date.astimezone(UTC).isoformat(),
        "party": dossier.party,
        "stage": dossier.stage,
        "reasons": list(dossier.reasons),
        "feedback_given": dossier.feedback_given,
        "no_feedback_policy": dossier.no_feedback_policy,
        "role": dossier.role,
        "company": dossier.company,
        "contact": [contact.name, contact.address, contact.source] if contact else None,
        "thread": [dossier.thread.message_id, list(dossier.thread.references), dossier.thread.subject],
        "language": dossier.language,
        "application": dossier.application,
        "obstacles": [list(pair) for pair in dossier.obstacles],
        "answers_request": dossier.answers_request,
    }


def dossier_from_json(value: Mapping[str, Any]) -> Dossier:
    """The dossier that `dossier_to_json` wrote."""
    message_id, references, subject = value["thread"]
    return Dossier(
        fingerprint=value["fingerprint"],
        place=Place(*value["place"]),
        date=datetime.fromisoformat(value["date"]),
        party=Party(value["party"]),
        stage=Stage(value["stage"]),
        reasons=tuple(Reason(reason) for reason in value["reasons"]),
        feedback_given=value["feedback_given"],
        no_feedback_policy=value["no_feedback_policy"],
        role=value["role"],
        company=value["company"],
        contact=Contact(*value["contact"]) if value["contact"] else None,
        thread=Thread(message_id, tuple(references), subject),
        language=value["language"],
        application=value["application"],
        obstacles=tuple((Skip(key), why) for key, why in value["obstacles"]),
        answers_request=value.get("answers_request", False),
    )
