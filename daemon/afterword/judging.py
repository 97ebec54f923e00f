"""From files to verdicts: what `classify` does, and nothing else."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from afterword.errors import UnreadableMail
from afterword.parse import parse
from afterword.records import Message, Place, RawMessage, Verdict
from afterword.sources import iter_mail
from afterword_models import load


def raw_of(octets: bytes) -> RawMessage:
    """A mail from a file, which lies in no folder."""
    return RawMessage(Place("", "", 0, 0), octets, len(octets), datetime.now(UTC))


def judge_paths(paths: Sequence[str]) -> Iterator[tuple[str, Message | None, Verdict | UnreadableMail]]:
    """(path, message, verdict) for each mail in `paths`, (path, None, UnreadableMail) for what is none."""
    judge = load()
    for given in paths:
        for path, found in iter_mail(given):
            if isinstance(found, UnreadableMail):
                yield path, None, found
                continue
            message = parse(raw_of(found))
            yield path, message, judge.judge(message)
