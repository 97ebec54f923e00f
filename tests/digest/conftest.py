"""An SMTP server, and a configuration that uses it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from afterword.config import Config
from tests.servers.smtp import PASSWORD, USER, Postbox, start

SIGNS_IN = {"host": "imap.mail.example", "username": USER, "auth": "oauth2"}
Settings = Callable[..., Config]


@pytest.fixture(params=["tls", "starttls"])
def security(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def postbox(security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    postbox, server = start(security, tmp_path)
    yield postbox
    server.stop()


@pytest.fixture
def settings(postbox: Postbox, security: str, tmp_path: Path) -> Settings:
    """A configuration; keyword arguments change [digest], and with an `account` it signs in with the token in a file."""

    def made(**digest: Any) -> Config:
        table = {
            "host": postbox.host,
            "port": postbox.port,
            "security": security,
            "ca_file": str(postbox.ca_file),
            "username": USER,
            "password_env": "SMTP_PASSWORD",
            "timeout": "5s",
        } | digest
        return Config.model_validate(
            {
                "owner": {"name": "Sam Rivera", "addresses": ["sam@mail.example", "sam.rivera@mail.example"]},
                "account": [
                    {"name": "personal", "maildir": {"path": "/nowhere"}},
                    {"name": "work", "imap": SIGNS_IN | {"token_command": f"cat {tmp_path / 'token'}"}},
                ],
                "digest": {key: value for key, value in table.items() if value is not None},
            }
        )

    return made
