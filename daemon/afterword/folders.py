"""Which folders of an account are watched, read for context, and written to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from afterword.config import Account, Corrections
from afterword.errors import MissingFolder
from afterword.mailbox.protocol import Folder, Mailbox
from afterword.mailbox.special import resolve, resolve_optional


@dataclass(frozen=True, slots=True)
class Folders:
    """Full names; `sent`, `archive` and `trash` are "" where the mailbox has none."""

    watched: tuple[str, ...]
    context: tuple[str, ...]
    drafts: str
    sent: str
    trash: str
    corrections: tuple[
        tuple[str, bool], ...
    ] = ()  # folders by which the owner says what is a rejection, and what is none

    @property
    def examined(self) -> tuple[str, ...]:
        """Every folder that is read, each once: what gives context first, so that a rejection finds it known."""
        names = (
            self.sent,
            self.drafts,
            *self.context,
            *self.watched,
            *(name for name, _ in self.corrections),
        )
        return tuple(dict.fromkeys(name for name in names if name))

    def is_own(self, folder: str) -> bool:
        """Whether a folder holds the owner's own mail."""
        return folder in (self.sent, self.drafts)


def find_folders(mailbox: Mailbox, account: Account, said: Corrections | None = None) -> Folders:
    """Resolve every folder name; MissingFolder names the first that is not there. Those for corrections (`said`) need not be."""
    listed = mailbox.folders()
    settings = account.mailbox
    names = {folder.name for folder in listed}
    for wanted in (*settings.folders, *settings.context_folders):
        if wanted not in names and wanted.upper() != "INBOX":
            raise MissingFolder(
                f"Account {account.name}: there is no folder {wanted!r}.",
                f"Folders found: {', '.join(sorted(names))}. Write one of them into `folders`.",
            )
    archive = resolve_optional(listed, "\\archive", settings.archive, account.name)
    return Folders(
        watched=settings.folders,
        context=tuple(name for name in (archive, *settings.context_folders) if name),
        drafts=resolve(listed, "\\drafts", settings.drafts, account.name),
        sent=resolve_optional(listed, "\\sent", settings.sent, account.name),
        trash=resolve_optional(listed, "\\trash", settings.trash, account.name),
        corrections=_for_corrections(listed, said) if said else (),
    )


def _for_corrections(listed: Sequence[Folder], said: Corrections) -> tuple[tuple[str, bool], ...]:
    """Those that the owner has made, under their full names on this server, whatever its prefix and delimiter."""
    wanted = {_path(said.rejection): True, _path(said.not_rejection): False}
    return tuple(
        (folder.name, wanted[_path(folder.name)]) for folder in listed if _path(folder.name) in wanted
    )


def _path(name: str) -> tuple[str, ...]:
    parts = tuple(part.casefold() for part in re.split(r"[/.]", name))
    return parts[1:] if len(parts) > 1 and parts[0] == "inbox" else parts
