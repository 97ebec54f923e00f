"""Keyrings for tests: one that keeps things in memory, and the lack of any."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import PasswordDeleteError


class MemoryKeyring(KeyringBackend):
    """Keeps its entries as long as it lives."""

    priority: Any = 1

    def __init__(self, **entries: dict[str, str]) -> None:
        super().__init__()
        self.entries = {
            (service, user): secret for service, users in entries.items() for user, secret in users.items()
        }

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("no such entry")


@contextmanager
def using(backend: KeyringBackend) -> Iterator[KeyringBackend]:
    """Let `keyring` use a backend for a while."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def none_at_all() -> KeyringBackend:
    """A machine without a keyring."""
    backend: KeyringBackend = fail.Keyring()
    return backend
