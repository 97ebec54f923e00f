"""Signing in with OAuth 2.0, end to end: a browser, an authorisation server, the keyring, and a real IMAP server that takes the tokens."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import pytest
import requests
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from afterword import oauth
from afterword.config import load_config
from afterword.ledger import Ledger
from afterword.vitals import Vitals
from afterword.watcher import Watcher
from afterword_models import load
from tests.cli.command import Answer, afterword
from tests.configs import OVER_TLS
from tests.mailbox.labs import ServerLab
from tests.scan.passes import NOW, drafts, mail
from tests.servers.authority import CLIENT_ID, DEVICE_GRANT, Authority
from tests.servers.dovecot import Dovecot

CONFIG = (
    OVER_TLS
    + """username = "{user}"
auth = "oauth2"
{source}
timeout = "10s"

[letters]
delay = "0"

[state]
url = "sqlite:///{state}"
"""
)


class MemoryKeyring(KeyringBackend):
    """A keyring for one test."""

    priority: Any = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    @property
    def tokens(self) -> dict[str, Any]:
        """What is kept for the one account."""
        (held,) = self.held.values()
        found: dict[str, Any] = json.loads(held)
        return found

    def change(self, **changes: Any) -> None:
        """Change what is kept, as time or another program would."""
        (key,) = self.held
        self.held[key] = json.dumps(self.tokens | changes)


class BearerOnlyByXoauth2(Dovecot):
    """As Microsoft offers it: XOAUTH2 and nothing newer."""

    mechanisms = "plain login xoauth2"


@pytest.fixture(scope="module")
def older() -> Iterator[Dovecot]:
    server = BearerOnlyByXoauth2()
    yield server
    server.stop()


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator[ServerLab]:
    """A mailbox on a server that offers OAUTHBEARER, or on one that offers XOAUTH2 alone."""
    opened = ServerLab(request.getfixturevalue(getattr(request, "param", "dovecot")))
    yield opened
    opened.close()


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    opened = MemoryKeyring()
    keyring.set_keyring(opened)
    yield opened
    keyring.set_keyring(before)


@pytest.fixture
def authority(lab: ServerLab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """The provider, in place of Google and of Microsoft."""
    with Authority(lab.user) as opened:
        for name, known in oauth.PROVIDERS.items():
            monkeypatch.setitem(
                oauth.PROVIDERS,
                name,
                replace(
                    known,
                    authorize_url=f"{opened.url}/authorize",
                    token_url=f"{opened.url}/token",
                    device_url=known.device_url and f"{opened.url}/devicecode",
                ),
            )
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(opened.ca_file))
        monkeypatch.setenv("AFTERWORD_CLIENT_SECRET", "")
        yield opened


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[threading.Thread]]:
    """A browser that opens what it is given and follows where it is sent."""
    opened: list[threading.Thread] = []

    def visit(page: str) -> None:
        opened.append(threading.Thread(target=requests.get, args=(page,), kwargs={"timeout": 10}))
        opened[-1].start()

    monkeypatch.setattr("webbrowser.open", visit)
    yield opened
    for thread in opened:
        thread.join(10)


def configured(lab: ServerLab, folder: Path, source: str) -> str:
    path = folder / "config.toml"
    path.write_text(
        CONFIG.format(
            port=lab.server.tls_port,
            ca_file=lab.server.ca_file,
            user=lab.user,
            source=source,
            state=folder / "ledger.db",
        )
    )
    return str(path)


@pytest.fixture
def config(request: pytest.FixtureRequest, lab: ServerLab, tmp_path: Path) -> str:
    provider = getattr(request, "param", "microsoft")
    return configured(lab, tmp_path, f'provider = "{provider}"\nclient_id = "{CLIENT_ID}"')


def login(config: str, *options: str) -> Answer:
    return afterword("auth", "login", "personal", *options, "--config", config)


@pytest.mark.parametrize("config", ["google", "microsoft"], indirect=True)
@pytest.mark.parametrize("lab", ["dovecot", "older"], indirect=True)
def test_after_signing_in_in_a_browser_a_scan_drafts(
    config: str, lab: ServerLab, authority: Authority, ring: MemoryKeyring, browser: list[threading.Thread]
) -> None:
    answer = login(config)
    assert (answer.code, authority.grants()) == (0, ["authorization_code"]), answer.err
    assert "personal: signed in" in answer.out
    lab.deliver("INBOX", mail(1), NOW)
    assert afterword("scan", "--config", config).code == 0
    assert len(drafts(lab.mailbox)) == 1
    assert authority.grants() == ["authorization_code"]
    newest = "XOAUTH2" if isinstance(lab.server, BearerOnlyByXoauth2) else "OAUTHBEARER"
    assert f"user=<{lab.user}>, method={newest}" in (lab.server.home / "dovecot.log").read_text()


def test_no_token_shows_anywhere_but_in_the_keyring(
    config: str, authority: Authority, ring: MemoryKeyring, browser: list[threading.Thread], tmp_path: Path
) -> None:
    answers = [login(config), afterword("check", "--config", config), afterword("scan", "--config", config)]
    secrets = (ring.tokens["access"], ring.tokens["refresh"])
    shown = "".join(answer.out + answer.err for answer in answers)
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(secret in shown or secret.encode() in files for secret in secrets)


DIGEST = """
[digest]
host = "smtp.mail.example"
account = "personal"
"""


@pytest.mark.parametrize("digest", ["", DIGEST], ids=["without a digest", "with one"])
def test_handing_in_mail_is_asked_for_only_where_the_digest_needs_it(
    digest: str, config: str, authority: Authority, ring: MemoryKeyring, browser: list[threading.Thread]
) -> None:
    Path(config).write_text(Path(config).read_text() + digest)
    assert login(config).code == 0
    assert [("SMTP.Send" in scope) for scope in authority.scopes] == [bool(digest)]
    ring.change(expires=0)
    afterword("scan", "--config", config)
    assert "scope" not in authority.asked[-1], "a renewal is for all that was consented to"


def test_a_token_is_renewed_before_it_ends(
    config: str, authority: Authority, ring: MemoryKeyring, browser: list[threading.Thread]
) -> None:
    login(config)
    before = ring.tokens
    ring.change(expires=time.time() + 60)
    assert afterword("check", "--config", config).code == 0
    assert authority.grants() == ["authorization_code", "refresh_token"]
    assert ring.tokens["access"] != before["access"]
    assert ring.tokens["refresh"] == authority.refresh
    assert ring.tokens["expires"] > time.time() + 3000


@pytest.mark.parametrize("lab", ["dovecot", "older"], indirect=True)
def test_a_token_that_the_server_refuses_is_renewed_once(
    config: str, authority: Authority, ring: MemoryKeyring, browser: list[threading.Thread]
) -> None:
    login(config)
    ring.change(access=authority.jwt(exp=int(time.time()) - 60))
    assert afterword("scan", "--config", config).code == 0
    assert authority.grants() == ["authorization_code", "refresh_token"]


@pytest.mark.parametrize("lab", ["dovecot", "older"], indirect=True)
def test_a_server_that_refuses_every_token_is_asked_twice_and_no_more(
    config: str,
    authority: Authority,
    ring: MemoryKeyring,
    browser: list[threading.Thread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    login(config)
    monkeypatch.setattr(authority, "user", "somebody-else")
    ring.change(access=authority.jwt(exp=int(time.time()) - 60))
    answer = afterword("scan", "--config", config)
    assert answer.code == 3
    assert "refuses the login" in answer.err
    assert "afterword auth login personal" in answer.err
    assert authority.grants() == ["authorization_code", "refresh_token"]


def test_the_daemon_counts_both_tries_and_lets_the_account_rest(
    config: str,
    lab: ServerLab,
    authority: Authority,
    ring: MemoryKeyring,
    browser: list[threading.Thread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    login(config)
    monkeypatch.setattr(authority, "user", "somebody-else")
    ring.change(access=authority.jwt(exp=int(time.time()) - 60))
    settings = load_config(Path(config))
    ledger = Ledger.open(settings.state.url)
    vitals = Vitals(settings.schedule, (settings.account[0].name,))
    watcher = Watcher(settings, settings.account[0], ledger, load(), threading.Event(), vitals)
    assert not watcher.one_pass()
    assert watcher.rests
    assert not watcher.run()
    ledger.close()
    assert authority.grants() == ["authorization_code", "refresh_token"]


def test_a_consent_that_was_withdrawn_asks_for_a_new_sign_in(
    config: str, authority: Authority, ring: MemoryKeyring, browser: list[threading.Thread]
) -> None:
    login(config)
    authority.withdrawn = True
    ring.change(expires=0)
    answer = afterword("scan", "--config", config)
    assert answer.code == 2
    assert "invalid_grant" in answer.err
    assert "afterword auth login" in answer.err


def test_without_a_sign_in_a_scan_says_how(config: str, authority: Authority, ring: MemoryKeyring) -> None:
    answer = afterword("scan", "--config", config)
    assert answer.code == 2
    assert "afterword auth login" in answer.err


def test_an_owner_who_declines_is_told_so(
    config: str, authority: Authority, ring: MemoryKeyring, browser: list[threading.Thread]
) -> None:
    authority.withdrawn = True
    answer = login(config)
    assert (answer.code, ring.held) == (2, {})
    assert "access_denied" in answer.err


def test_a_visitor_who_does_not_know_the_state_is_turned_away(
    config: str, authority: Authority, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = []

    def visit(page: str) -> None:
        def forge() -> None:
            honest = requests.get(page, timeout=10, allow_redirects=False).headers["Location"]
            forged = honest.partition("?")[0] + "?code=stolen&state=guessed"
            statuses.append(requests.get(forged, timeout=10).status_code)
            statuses.append(requests.get(honest, timeout=10).status_code)

        threading.Thread(target=forge).start()

    monkeypatch.setattr("webbrowser.open", visit)
    assert login(config).code == 0
    assert statuses == [400, 200]
    assert [asked["code"] != "stolen" for asked in authority.asked] == [True]


def test_microsoft_takes_a_code_on_another_device(
    lab: ServerLab, authority: Authority, ring: MemoryKeyring, tmp_path: Path
) -> None:
    config = configured(lab, tmp_path, f'provider = "microsoft"\nclient_id = "{CLIENT_ID}"')
    authority.pending = 2
    answer = login(config, "--device")
    assert answer.code == 0, answer.err
    assert "enter the code WXYZ-1234" in answer.out
    assert authority.grants() == [DEVICE_GRANT] * 3


def test_google_has_no_code_for_mail(
    lab: ServerLab, authority: Authority, ring: MemoryKeyring, tmp_path: Path
) -> None:
    config = configured(lab, tmp_path, f'provider = "google"\nclient_id = "{CLIENT_ID}"')
    answer = login(config, "--device")
    assert answer.code == 2
    assert "Leave --device out" in answer.err


def test_googles_client_secret_is_asked_for_once_and_kept_with_the_tokens(
    lab: ServerLab,
    authority: Authority,
    ring: MemoryKeyring,
    browser: list[threading.Thread],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = configured(lab, tmp_path, f'provider = "google"\nclient_id = "{CLIENT_ID}"')
    monkeypatch.setattr(authority, "client_secret", "not-so-secret")
    monkeypatch.setenv("AFTERWORD_CLIENT_SECRET", "not-so-secret")
    assert login(config).code == 0
    monkeypatch.delenv("AFTERWORD_CLIENT_SECRET")
    ring.change(expires=0)
    assert afterword("check", "--config", config).code == 0


def test_any_other_providers_token_comes_from_a_command(
    lab: ServerLab, authority: Authority, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(authority.jwt() + "\n")
    config = configured(lab, tmp_path, f'token_command = "cat {token}"')
    lab.deliver("INBOX", mail(1), NOW)
    assert afterword("scan", "--config", config).code == 0
    assert len(drafts(lab.mailbox)) == 1


def test_a_command_that_gives_the_refused_token_again_is_not_tried_again(
    lab: ServerLab, authority: Authority, tmp_path: Path
) -> None:
    counter = tmp_path / "runs"
    token = tmp_path / "token"
    token.write_text(authority.jwt(exp=int(time.time()) - 60))
    config = configured(lab, tmp_path, f"token_command = \"sh -c 'echo >> {counter}; cat {token}'\"")
    answer = afterword("scan", "--config", config)
    assert (answer.code, len(counter.read_text())) == (3, 2)
    assert token.read_text() not in answer.err
    refused = (lab.server.home / "dovecot.log").read_text().count(f"user=<{lab.user}>, method=OAUTHBEARER")
    assert refused == 1


def test_without_the_extra_it_is_said_what_to_install(
    config: str, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "authlib.integrations.requests_client", None)
    answer = login(config)
    assert answer.code == 2
    assert "pipx inject afterword authlib requests" in answer.err


def test_without_a_keyring_nobody_is_sent_to_a_browser(
    config: str, authority: Authority, ring: MemoryKeyring, browser: list[threading.Thread]
) -> None:
    keyring.set_keyring(NoKeyring())
    answer = login(config)
    assert (answer.code, browser) == (2, [])
    assert "docs/oauth.md" in answer.err


def test_a_provider_whose_certificate_is_not_trusted_gets_nothing(
    config: str,
    authority: Authority,
    ring: MemoryKeyring,
    browser: list[threading.Thread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    login(config)
    ring.change(expires=0)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    answer = afterword("scan", "--config", config)
    assert answer.code == 3
    assert "SSLError" in answer.err
    assert authority.grants() == ["authorization_code"]


def test_a_provider_that_cannot_be_reached_is_no_reason_to_sign_in_again(
    config: str,
    authority: Authority,
    ring: MemoryKeyring,
    browser: list[threading.Thread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    login(config)
    ring.change(expires=0)
    for name, known in oauth.PROVIDERS.items():
        monkeypatch.setitem(oauth.PROVIDERS, name, replace(known, token_url="https://localhost:9/token"))
    answer = afterword("scan", "--config", config)
    assert answer.code == 3
    assert "auth login" not in answer.err


def test_login_names_the_accounts_there_are(config: str) -> None:
    answer = afterword("auth", "login", "nobody", "--config", config)
    assert answer.code == 2
    assert "Accounts: personal" in answer.err
