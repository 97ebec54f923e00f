"""The person whose mailbox it is, as the dossier needs to know them."""

from dataclasses import dataclass

from afterword.records import Address


@dataclass(frozen=True, slots=True)
class Owner:
    """`authserv_ids` are the names under which the owner's own server writes Authentication-Results (RFC 8601).

    When there are none, a name counts that shares the organisational domain of one of the owner's addresses or of `host`, the server
    that keeps the mail, or that the provider behind it is known to use.
    """

    name: str
    addresses: tuple[str, ...]
    authserv_ids: tuple[str, ...] = ()
    host: str = ""

    @property
    def homes(self) -> tuple[str, ...]:
        """The domains at which the owner receives mail."""
        return (*(address.rpartition("@")[2] for address in self.addresses), self.host)

    def is_mine(self, address: Address | None) -> bool:
        """Whether an address is the owner's, whatever its case and whatever stands behind a plus sign."""
        return address is not None and _plain(address.address) in {_plain(mine) for mine in self.addresses}

    def bears_my_name(self, address: Address) -> bool:
        """Whether a display name is the owner's, as on an address that forwards to the owner; in any order of its words."""
        return bool(self.name) and _words(address.name) == _words(self.name)


def _plain(address: str) -> str:
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _words(name: str) -> list[str]:
    return sorted(name.casefold().replace(",", " ").split())
