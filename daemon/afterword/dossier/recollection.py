"""The remembered mails, laid out so that those of one application are found without looking through all of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import overload

from afterword.dossier.applications import Identity, Link, identity_of, is_alone, link
from afterword.dossier.organisations import fits
from afterword.records import Correspondence

Related = Sequence[tuple[Correspondence, Link]]


class Recollection(Sequence[Correspondence]):
    """Remembered mails and an index over them. It takes 10 µs a mail to make, so make it once for many rejections."""

    def __init__(self, mails: Iterable[Correspondence]) -> None:
        self._mails = tuple(mails)
        self._identities = tuple(map(identity_of, self._mails))
        self._by_id: defaultdict[str, list[int]] = defaultdict(list)
        self._by_organisation: defaultdict[str, list[int]] = defaultdict(list)
        self._by_company: defaultdict[str, list[int]] = defaultdict(list)
        for number, identity in enumerate(self._identities):
            for each in identity.ids:
                self._by_id[each].append(number)
            for organisation in identity.organisations:
                self._by_organisation[organisation].append(number)
            if identity.company:
                self._by_company[identity.company].append(number)
        self.outgoing = tuple(mail for mail in self._mails if mail.outgoing)

    @classmethod
    def of(cls, mails: Sequence[Correspondence]) -> "Recollection":
        """The mails themselves if they are one already."""
        return mails if isinstance(mails, cls) else cls(mails)

    @overload
    def __getitem__(self, index: int) -> Correspondence: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Correspondence, ...]: ...
    def __getitem__(self, index: int | slice) -> Correspondence | tuple[Correspondence, ...]:
        return self._mails[index]

    def __len__(self) -> int:
        return len(self._mails)

    def related_to(self, identity: Identity, fingerprint: str) -> Related:
        """The mails of the same application in the order in which they were given, the rejection itself left out."""
        numbers = sorted(
            self._same_organisation(identity).union(*(self._by_id.get(each, ()) for each in identity.ids))
        )
        alone = is_alone(identity, (self._identities[number] for number in numbers))
        linked = (
            (self._mails[number], link(self._identities[number], identity, alone=alone)) for number in numbers
        )
        return [(mail, joined) for mail, joined in linked if joined and mail.fingerprint != fingerprint]

    def _same_organisation(self, identity: Identity) -> set[int]:
        """Numbers of the mails whose organisation may be that of `identity`; `link` has the last word."""
        organisations = set(identity.organisations)
        companies = {identity.company} - {""}
        if identity.company:
            organisations |= {each for each in self._by_organisation if fits(identity.company, each)}
        companies |= {
            each for each in self._by_company if any(fits(each, own) for own in identity.organisations)
        }
        return {number for each in organisations for number in self._by_organisation.get(each, ())} | {
            number for each in companies for number in self._by_company.get(each, ())
        }
