"""What a server may offer beyond IMAP4rev1 and what is worth taking; without it, the plain command does.

- ESEARCH (RFC 4731): UIDs come as ranges. A plain answer of more than 150,000 UIDs is longer than the longest line that imaplib reads.
- LITERAL+ (RFC 7888): a draft goes out with its command, so that nothing can come between search and APPEND but one journey of the line.
- MOVE (RFC 6851): a draft is withdrawn in one step. Without it nothing is moved: COPY, STORE and EXPUNGE can end half way.
- ID (RFC 2971): some providers (NetEase) refuse to open a folder for a client that has not said its name.

CONDSTORE and QRESYNC (RFC 7162) tell of changed flags and removed mails. Neither means anything here: what is new is known from
UIDNEXT, which every server tells. COMPRESS=DEFLATE (RFC 4978) is not taken: passes are short, and a mail is read once.

IMAPClient has no public call for the first two, so its own way of sending a command is used.

IDLE (RFC 2177) is IMAPClient's, but for what comes in one piece with the server's consent: see `told_with_consent`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from imapclient.imapclient import _literal

UNASKED = 4096  # octets of a literal that no server breaks the connection over instead of refusing it (as for LITERAL-)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def introduce(client: IMAPClient) -> None:
    """Say who is calling, where the server asks for it; what it answers means nothing."""
    if client.has_capability("ID"):
        client.id_({"name": "Afterword", "version": version("afterword")})


def search_uids(client: IMAPClient, after: int, since: date | None, limit: int) -> list[int]:
    """UID SEARCH for what lies above `after` and was taken in on or after `since`.

    IMAPClientError when the server names more than `limit` UIDs: that many cannot be there, and a range of billions fits into a line.
    """
    criteria: list[Any] = ["UID", f"{after + 1}:*"]
    if since:
        criteria += ["SINCE", f"{since.day}-{MONTHS[since.month - 1]}-{since.year}"]
    if not client.has_capability("ESEARCH"):
        return [int(uid) for uid in client.search(criteria)]
    words = [word.encode() for word in ("RETURN", "(ALL)", *criteria)]
    answers = client._raw_command_untagged(b"SEARCH", words, response_name="ESEARCH")
    return list(_uids_in(answers, limit))


def _uids_in(answers: Sequence[bytes | None], limit: int) -> Iterator[int]:
    """The UIDs of `(TAG "x") UID ALL 4,18:21`; no ALL means none."""
    named = 0
    for answer in filter(None, answers):
        _, found, rest = answer.partition(b" ALL ")
        for part in (rest.split() or [b""])[0].split(b",") if found else []:
            first, _, last = part.partition(b":")
            low, high = sorted((int(first), int(last or first)))
            named += high - low + 1
            if named > limit:
                raise IMAPClientError("more messages are named than the folder holds")
            yield from range(low, high + 1)


def append(client: IMAPClient, folder: str, octets: bytes, flags: Sequence[str]) -> None:
    """APPEND, in one go where the server takes a literal unasked."""
    if len(octets) > UNASKED or not client.has_capability("LITERAL+"):
        client.append(folder, octets, flags)
        return
    name = client._normalise_folder(folder)
    listed = f"({' '.join(flags)})".encode()
    kind, answer = client._raw_command(b"APPEND", [name, listed, _literal(octets)], uid=False)
    client._check_resp("OK", "append", kind, answer)


def move(client: IMAPClient, folder: str, uidvalidity: int, uid: int, to: str) -> bool:
    """SELECT and UID MOVE one message; False when it is gone, the folder is numbered anew, or the server has no MOVE."""
    if not client.has_capability("MOVE"):
        return False
    answer = client.select_folder(folder)
    if answer.get(b"UIDVALIDITY") != uidvalidity or not client.search(["UID", str(uid)]):
        return False
    client.move([uid], to)
    return True


def told_with_consent(client: IMAPClient) -> list[Any]:
    """What the server told in one piece with its consent to IDLE, as Dovecot does when mail came since EXAMINE.

    It lies in a buffer of imaplib's or of TLS by then, and `idle_check` asks the socket alone, which has nothing more to say.
    """
    client._poll_socket = lambda _socket, _timeout: True
    try:
        return list(client.idle_check(timeout=0))
    finally:
        del client._poll_socket
