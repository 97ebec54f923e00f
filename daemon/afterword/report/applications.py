"""From remembered mail to applications: which mails are about one, how far it came, how it ended; pure.

What joins two mails is what `dossier.applications.link` says. Everything is laid out so that some ten thousand mails take seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from afterword.dossier.applications import Identity, identity_of, is_alone, link
from afterword.dossier.organisations import squash
from afterword.records import Correspondence, Dossier, Label, Reason, Stage

# Mails that prove that there is an application; an alert, or a recruiter's first word, proves none.
PROOF = frozenset(
    {
        Label.ACKNOWLEDGEMENT,
        Label.INTERVIEW,
        Label.ASSESSMENT,
        Label.OFFER,
        Label.STATUS_UPDATE,
        Label.REJECTION,
    }
)
ANSWERS = frozenset({Label.INTERVIEW, Label.ASSESSMENT, Label.OFFER, Label.REJECTION})
PAIRS = 400  # nameless mails of one organisation that are compared with each other


class Reached(StrEnum):
    """How far an application came."""

    APPLICATION = "application"
    ASSESSMENT = "assessment"
    INTERVIEW = "interview"
    FINAL = "final"
    OFFER = "offer"


class Ending(StrEnum):
    """What the mailbox shows of its end."""

    REJECTED = "rejected"
    OFFERED = "offered"
    OPEN = "no decision seen"


@dataclass(frozen=True, slots=True)
class Application:
    """One application; `waited` is from the first sign of it to the first answer, None where only the answer was seen.

    `stage` and `reasons` are of its rejection, None and () where there is none.
    """

    company: str
    role: str
    began: datetime
    reached: Reached
    ending: Ending
    waited: timedelta | None
    stage: Stage | None = None
    reasons: tuple[Reason, ...] = ()


def applications_of(mails: Iterable[Correspondence], dossiers: Sequence[Dossier]) -> list[Application]:
    """The applications that the mails show, the oldest first; `dossiers` are those of the rejections among them."""
    kept = _each_once(mail for mail in mails if not mail.draft and (mail.outgoing or mail.label))
    by_mail = {dossier.fingerprint: dossier for dossier in dossiers}
    found = [
        _application(group, [by_mail[each.fingerprint] for each in group if _turns_down(each, by_mail)])
        for group in _groups(kept)
        if any(mail.label in PROOF for mail in group)
    ]
    return sorted(found, key=lambda each: (each.began, each.company, each.role))


def _turns_down(mail: Correspondence, dossiers: Mapping[str, Dossier]) -> bool:
    """Whether a mail is a rejection of which more is known; other mail may have a case too."""
    return mail.label is Label.REJECTION and mail.fingerprint in dossiers


def _each_once(mails: Iterable[Correspondence]) -> list[Correspondence]:
    """A mail that lies in several folders is one."""
    return list({mail.fingerprint: mail for mail in mails}.values())


def _application(mails: Sequence[Correspondence], dossiers: Sequence[Dossier]) -> Application:
    told = sorted((mail for mail in mails if mail.label in PROOF), key=lambda mail: mail.date)
    first = min(mail.date for mail in mails)
    answer = next((mail.date for mail in told if mail.label in ANSWERS), None)
    ending = _ending(told)
    last = max(dossiers, key=lambda each: each.date, default=None)
    known: list[tuple[str, str]] = [(each.company, each.role) for each in dossiers]
    known += [(mail.company, mail.role) for mail in told]
    company = next((name for name, _ in known if name), "")
    role = next((name for _, name in known if name), "")
    reasons = dict.fromkeys(reason for each in dossiers for reason in each.reasons)
    if len(reasons) > 1:
        reasons.pop(Reason.UNSTATED, None)
    rejected = ending is Ending.REJECTED and last is not None
    return Application(
        company=company or _domain(told[-1]),
        role=role,
        began=first,
        reached=_reached(told, dossiers),
        ending=ending,
        waited=answer - first if answer and answer > first else None,
        stage=last.stage if rejected and last else None,
        reasons=tuple(reasons) if rejected else (),
    )


def _ending(told: Sequence[Correspondence]) -> Ending:
    """The last word on it."""
    for mail in reversed(told):
        if mail.label is Label.REJECTION:
            return Ending.REJECTED
        if mail.label is Label.OFFER:
            return Ending.OFFERED
    return Ending.OPEN


def _reached(told: Sequence[Correspondence], dossiers: Sequence[Dossier]) -> Reached:
    labels = {mail.label for mail in told}
    stages = {dossier.stage for dossier in dossiers}
    if Label.OFFER in labels:
        return Reached.OFFER
    if Stage.FINAL in stages:
        return Reached.FINAL
    if Label.INTERVIEW in labels or Stage.INTERVIEW in stages:
        return Reached.INTERVIEW
    return Reached.ASSESSMENT if Label.ASSESSMENT in labels else Reached.APPLICATION


def _domain(mail: Correspondence) -> str:
    return mail.sender.domain if mail.sender else "unknown"


# --- which mails are about one application


class _Unions:
    """Disjoint sets of mail numbers."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, one: int) -> int:
        while self._parent[one] != one:
            self._parent[one] = self._parent[self._parent[one]]
            one = self._parent[one]
        return one

    def join(self, one: int, other: int) -> None:
        self._parent[self.root(other)] = self.root(one)


def _groups(mails: Sequence[Correspondence]) -> list[list[Correspondence]]:
    """Mails by application."""
    identities = [identity_of(mail) for mail in mails]
    unions = _Unions(len(mails))
    by_id: dict[str, int] = {}
    for number, identity in enumerate(identities):
        for each in identity.ids:
            unions.join(by_id.setdefault(each, number), number)
    for bucket in _by_organisation(identities):
        _join_within(bucket, identities, unions)
    groups: defaultdict[int, list[Correspondence]] = defaultdict(list)
    for number, mail in enumerate(mails):
        groups[unions.root(number)].append(mail)
    return list(groups.values())


def _by_organisation(identities: Sequence[Identity]) -> list[list[int]]:
    """Numbers of mails that may be of one organisation: names of which one begins with the other, as `fits` has it, go together."""
    named: defaultdict[str, set[int]] = defaultdict(set)
    for number, identity in enumerate(identities):
        labels = (squash(each.partition(".")[0]) for each in identity.organisations)
        for name in {identity.company, *labels} - {""}:
            named[name].add(number)
    buckets: list[list[int]] = []
    head, current = "", set[int]()
    for name in sorted(named):
        if not (head and len(head) >= 3 and name.startswith(head)):
            buckets.append(sorted(current))
            head, current = name, set()
        current |= named[name]
    return [*buckets, sorted(current)]


def _join_within(bucket: Sequence[int], identities: Sequence[Identity], unions: _Unions) -> None:
    """Join the mails of one organisation: those of one role at once, then the different roles and the mails that name none."""
    by_role: dict[tuple[str, str], int] = {}
    chosen: list[int] = []
    for number in bucket:
        identity = identities[number]
        key = (identity.role, ",".join(sorted(identity.organisations)) or identity.company)
        if identity.role and key in by_role:
            unions.join(by_role[key], number)
        else:
            by_role[key] = number
            chosen.append(number)
    chosen = chosen[:PAIRS]
    everything = [identities[number] for number in chosen]
    alone = {number: is_alone(identities[number], everything) for number in chosen}
    for place, one in enumerate(chosen):
        for other in chosen[place + 1 :]:
            pair = identities[one], identities[other]
            if not _are_strangers(*pair) and link(*pair, alone=alone[one] and alone[other]):
                unions.join(one, other)


def _are_strangers(one: Identity, other: Identity) -> bool:
    """Whether two mails come from different domains and name different companies, however alike these begin ("North", "Northbeck")."""
    apart = one.organisations and other.organisations and one.organisations.isdisjoint(other.organisations)
    return bool(apart and one.company and other.company and one.company != other.company)
