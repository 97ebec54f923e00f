"""Which folder is Drafts, Sent, Archive or Trash; pure."""

import re
from collections.abc import Sequence

from afterword.errors import MissingFolder
from afterword.mailbox.protocol import Folder

# Names that mail programs and providers give where a server has no SPECIAL-USE (RFC 6154). Compared on the last
# component of the name, ignoring case.
NAMES = {
    "\\drafts": (
        "drafts", "draft", "entwürfe", "entwurf", "brouillons", "brouillon", "borradores", "borrador", "bozze", "concepten",
        "rascunhos", "esborranys", "kladder", "utkast", "luonnokset", "szkice", "robocze", "koncepty", "piszkozatok",
        "taslaklar", "черновики", "чернетки", "πρόχειρα", "下書き", "草稿", "草稿箱", "임시보관함",
    ),
    "\\sent": (
        "sent", "sent items", "sent mail", "sent messages", "gesendet", "gesendete objekte", "gesendete elemente", "envoyés",
        "éléments envoyés", "messages envoyés", "enviados", "elementos enviados", "inviati", "posta inviata", "posta inviata",
        "verzonden", "verzonden items", "itens enviados", "sendt", "skickat", "lähetetyt", "wysłane", "odeslaná pošta",
        "elküldött elemek", "отправленные", "надіслані", "送信済み", "已发送",
    ),
    "\\archive": (
        "archive", "archives", "archiv", "archivo", "archivio", "archief", "arquivo", "arkiv", "arkisto", "archiwum", "архив",
    ),
    "\\trash": (
        "trash", "deleted items", "deleted messages", "bin", "papierkorb", "gelöschte objekte", "gelöschte elemente", "corbeille",
        "éléments supprimés", "papelera", "elementos eliminados", "cestino", "posta eliminata", "prullenbak", "lixeira",
        "itens excluídos", "papirkurv", "papperskorgen", "roskakori", "kosz", "корзина",
    ),
}  # fmt: skip


def resolve(folders: Sequence[Folder], use: str, configured: str, account: str) -> str:
    """The folder for a special use such as `\\drafts`; MissingFolder when there is none, for it is never created."""
    found = resolve_optional(folders, use, configured, account)
    if found:
        return found
    key = use.lstrip("\\")
    raise MissingFolder(
        f"Account {account}: no {key} folder was found.",
        f'Folders found: {_listed(folders)}. Name the right one in the configuration: {key} = "…".',
    )


def resolve_optional(folders: Sequence[Folder], use: str, configured: str, account: str) -> str:
    """The same, but "" when nothing is configured and nothing found.

    What is configured wins and has to exist; then the server's special use, whatever its case; then a well-known name, if
    exactly one folder bears one, or exactly one of those that lie highest (Drafts, not Backup/Drafts).
    """
    if configured:
        if configured in {folder.name for folder in folders}:
            return configured
        raise MissingFolder(
            f"Account {account}: the configured folder {configured!r} does not exist.",
            f"Folders found: {_listed(folders)}.",
        )
    marked = [folder.name for folder in folders if use in folder.uses]
    if marked:
        return marked[0]
    paths = {folder.name: re.split(r"[/.]", folder.name) for folder in folders}
    named = [name for name, path in paths.items() if path[-1].strip().lower() in NAMES[use]]
    highest = min((len(paths[name]) for name in named), default=0)
    nearest = [name for name in named if len(paths[name]) == highest]
    return nearest[0] if len(nearest) == 1 else ""


def _listed(folders: Sequence[Folder]) -> str:
    return ", ".join(sorted(folder.name for folder in folders)) or "none"
