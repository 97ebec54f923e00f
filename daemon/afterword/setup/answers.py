"""What `init` has learnt, as the keys of a configuration; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterword.sample import Filled
from afterword.setup.providers import ImapServer, SmtpServer


@dataclass(frozen=True, slots=True)
class ServerAnswers:
    """An IMAP account; `secret` are the keys that say where the password or token comes from, never one itself."""

    server: ImapServer
    username: str
    secret: Mapping[str, str]
    ca_file: Path | None = None
    drafts: str = ""

    def keys(self) -> dict[str, Any]:
        """Keys of [account.imap]; what has its default is left out."""
        keys: dict[str, Any] = {
            "host": self.server.host,
            "port": self.server.port,
            "security": self.server.security,
        }
        if self.ca_file:
            keys["ca_file"] = str(self.ca_file)
        keys |= {"username": self.username, **self.secret}
        return keys | ({"drafts": self.drafts} if self.drafts else {})

    @property
    def signs_in(self) -> bool:
        """Whether a sign-in in the browser comes before the first login."""
        return self.secret.get("auth") == "oauth2"


@dataclass(frozen=True, slots=True)
class DigestAnswers:
    """A digest through the provider's own server, with the account's own password or sign-in; the latter has its user name."""

    every: str
    server: SmtpServer
    username: str
    secret: Mapping[str, str]
    ca_file: Path | None = None

    def keys(self) -> dict[str, Any]:
        """Keys of [digest]."""
        keys: dict[str, Any] = {
            "every": self.every,
            "host": self.server.host,
            "port": self.server.port,
            "security": self.server.security,
        }
        if self.ca_file:
            keys["ca_file"] = str(self.ca_file)
        return keys | ({"username": self.username} if self.username else {}) | {**self.secret}


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything that the file needs; exactly one of `server` and `maildir` is set."""

    name: str
    addresses: tuple[str, ...]
    account: str = "personal"
    server: ServerAnswers | None = None
    maildir: Path | None = None
    digest: DigestAnswers | None = None

    def filled(self) -> Filled:
        """(table, key) -> value, as the writer of configurations takes it."""
        keys: dict[tuple[str, str], Any] = {
            ("owner", "name"): self.name,
            ("owner", "addresses"): list(self.addresses),
            ("account", "name"): self.account,
        }
        if self.server:
            keys |= {("account.imap", key): value for key, value in self.server.keys().items()}
        if self.maildir:
            keys["account.maildir", "path"] = str(self.maildir)
        if self.digest:
            keys |= {("digest", key): value for key, value in self.digest.keys().items()}
        return keys
