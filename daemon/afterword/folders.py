"""Which folders of an account are watched, read for context, and written to."""

from dataclasses import dataclass

from afterword.config import Account
from afterword.errors import MissingFolder
from afterword.mailbox.protocol import Mailbox
from afterword.mailbox.special import resolve, resolve_optional


@dataclass(frozen=True, slots=True)
class Folders:
    """Full names; `sent`, `archive` and `trash` are "" where the mailbox has none."""

    watched: tuple[str, ...]
    context: tuple[str, ...]
    drafts: str
    sent: str
    trash: str

    @property
    def examined(self) -> tuple[str, ...]:
        """Every folder that is read, each once: what gives context first, so that a rejection finds it known."""
        names = (self.sent, self.drafts, *self.context, *self.watched)
        return tuple(dict.fromkeys(name for name in names if name))

    def is_own(self, folder: str) -> bool:
        """Whether a folder holds the owner's own mail."""
        return folder in (self.sent, self.drafts)


def find_folders(mailbox: Mailbox, account: Account) -> Folders:
    """Resolve every folder name; MissingFolder names the first that is not there."""
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
    )
