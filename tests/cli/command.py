"""The command line as a person or a script meets it: arguments in, exit code and two streams out."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from afterword.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; anything else on it is a failure."""
        return [json.loads(line) for line in self.out.splitlines()]


class Stream(io.StringIO):
    """A text stream with a buffer behind it, as standard input has."""

    def __init__(self, octets: bytes) -> None:
        super().__init__(octets.decode("latin-1"))
        self.buffer = io.BytesIO(octets)


def afterword(*arguments: str, stdin: bytes = b"") -> Answer:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    before = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["afterword", *arguments], Stream(stdin)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else 0 if leave.code is None else 1
    finally:
        sys.argv, sys.stdin = before
    assert "Traceback" not in err.getvalue()
    return Answer(code, out.getvalue(), err.getvalue())
