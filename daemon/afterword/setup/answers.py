"""What `init` has learnt, as the keys of a configuration; pure."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from afterword.sample import Filled
from afterword.setup.providers import ImapServer


@dataclass(frozen=True, slots=True)
class ServerAnswers:
    """An IMAP account; `secret` is the key of the password's source and its value, never a password."""

    server: ImapServer
    username: str
    secret: tuple[str, str]
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
        keys |= {"username": self.username, self.secret[0]: self.secret[1]}
        return keys | ({"drafts": self.drafts} if self.drafts else {})


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything that the file needs; exactly one of `server` and `maildir` is set."""

    name: str
    addresses: tuple[str, ...]
    account: str = "personal"
    server: ServerAnswers | None = None
    maildir: Path | None = None
    more: dict[tuple[str, str], Any] = field(default_factory=dict)

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
        return keys | self.more
