"""Handing in mail: to the owner alone, over verified TLS, once."""

import ast
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st

import afterword
from afterword.digest import posting
from afterword.digest.posting import check_post, post, refuse_foreigners
from afterword.errors import (
    ForeignRecipient,
    LoginRefused,
    PostError,
    PostUnsettled,
    Unreachable,
    UntrustedCertificate,
)
from tests.digest.conftest import Settings
from tests.servers.base import free_port
from tests.servers.smtp import Postbox, start

OWNER = ("sam@mail.example", "sam.rivera@mail.example")


def letter(to: str = "Sam Rivera <sam@mail.example>", **more: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Afterword <sam@mail.example>"
    message["To"] = to
    for name, value in more.items():
        message[name] = value
    message["Subject"] = "Afterword: 1 draft to read"
    message.set_content("Grüße\n")
    return message


def test_it_reaches_the_owner(postbox: Postbox, settings: Settings) -> None:
    post(letter(), settings())
    assert postbox.recipients == [["sam@mail.example"]]
    assert postbox.senders == ["sam@mail.example"]
    assert postbox.messages[0].get_content().splitlines() == ["Grüße"]


def test_it_goes_to_the_address_that_is_chosen(postbox: Postbox, settings: Settings) -> None:
    post(letter("sam.rivera@mail.example"), settings(to="sam.rivera@mail.example"))
    assert postbox.recipients == [["sam.rivera@mail.example"]]


def test_a_certificate_of_another_authority_is_refused(
    postbox: Postbox, settings: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    with pytest.raises(UntrustedCertificate):
        post(letter(), settings(ca_file=str(other)))
    assert postbox.messages == []


def test_the_machines_own_authorities_do_not_vouch_for_it_either(
    postbox: Postbox, settings: Settings
) -> None:
    with pytest.raises(UntrustedCertificate):
        post(letter(), settings(ca_file=None))
    assert postbox.messages == []


def test_a_certificate_for_another_name_is_refused(settings: Settings, security: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    postbox, server = start(security, tmp_path / "other", "smtp.elsewhere.example")
    try:
        with pytest.raises(UntrustedCertificate):
            post(letter(), settings(port=postbox.port, ca_file=str(postbox.ca_file)))
    finally:
        server.stop()
    assert postbox.messages == []


def test_a_wrong_password_is_told_without_it(
    postbox: Postbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "wrong-horse")
    with pytest.raises(LoginRefused) as caught:
        post(letter(), settings())
    assert "wrong-horse" not in caught.value.message + caught.value.advice
    assert postbox.messages == []


def test_a_server_that_is_not_there(settings: Settings) -> None:
    with pytest.raises(Unreachable):
        post(letter(), settings(port=free_port()))


def test_the_check_logs_in_and_hands_in_nothing(postbox: Postbox, settings: Settings) -> None:
    assert "sam@mail.example" in check_post(settings())
    assert postbox.messages == []


def test_what_the_server_refuses_was_certainly_not_sent(postbox: Postbox, settings: Settings) -> None:
    postbox.failure = "refuse"
    with pytest.raises(PostError):
        post(letter(), settings())


def test_a_connection_that_breaks_leaves_it_open_and_nothing_is_sent_again(
    postbox: Postbox, settings: Settings
) -> None:
    postbox.failure = "take and hang up"
    with pytest.raises(PostUnsettled):
        post(letter(), settings())
    assert len(postbox.messages) == 1


@pytest.mark.parametrize("name", ["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"])
def test_no_field_can_name_anybody_else(name: str, postbox: Postbox, settings: Settings) -> None:
    message = letter(**({} if name == "To" else {name: "dana@brightforge.example"}))
    if name == "To":
        message.replace_header("To", "sam@mail.example, dana@brightforge.example")
    with pytest.raises(ForeignRecipient):
        post(message, settings())
    assert postbox.recipients == []


def test_a_mail_to_nobody_is_refused_too() -> None:
    with pytest.raises(ForeignRecipient):
        refuse_foreigners(EmailMessage(), OWNER)


names = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)
locals_ = st.from_regex(r"[a-z][a-z0-9.]{0,10}[a-z0-9]", fullmatch=True)
domains = st.sampled_from(
    ["mail.example", "brightforge.example", "mail.example.evil.example", "evil-mail.example"]
)
addresses = st.builds("{}@{}".format, locals_, domains) | st.sampled_from(OWNER)


@given(st.lists(st.tuples(names, addresses), min_size=1, max_size=4), st.sampled_from(posting.ADDRESSED))
def test_whatever_a_mail_is_addressed_to_it_is_for_the_owner_or_refused(
    found: list[tuple[str, str]], field: str
) -> None:
    from email.utils import formataddr

    message = EmailMessage()
    message[field] = ", ".join(formataddr(pair) for pair in found)
    if {address for _, address in found} <= set(OWNER):
        refuse_foreigners(message, OWNER)
    else:
        with pytest.raises(ForeignRecipient):
            refuse_foreigners(message, OWNER)


def test_a_configuration_that_sends_the_digest_elsewhere_does_not_hold(settings: Settings) -> None:
    with pytest.raises(ValueError, match="nobody else is ever written to"):
        settings(to="dana@brightforge.example")


def test_nothing_else_in_the_program_can_send() -> None:
    """Only posting.py imports what speaks SMTP."""
    root = Path(afterword.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if name.split(".")[0] in {"smtplib", "yagmail", "aiosmtplib", "asyncore", "telnetlib"}
    }
    assert found == {"digest/posting.py"}


def test_an_open_line_is_taken_only_on_this_machine(settings: Settings) -> None:
    with pytest.raises(ValueError, match="taken only for localhost"):
        settings(host="smtp.mail.example", security="none", ca_file=None)


SIGNED_IN = {"account": "work", "username": None, "password_env": None}


@pytest.mark.parametrize("hidden", [(), ("OAUTHBEARER",)], ids=["both", "XOAUTH2 alone"])
def test_an_account_that_signs_in_needs_no_password(
    hidden: tuple[str, ...], postbox: Postbox, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("fresh")
    postbox.token, postbox.hidden = "fresh", hidden
    post(letter(), settings(**SIGNED_IN))
    assert postbox.recipients == [["sam@mail.example"]]
    assert postbox.bearers == [("XOAUTH2" if hidden else "OAUTHBEARER", "fresh")]


def test_a_token_that_is_refused_is_renewed_once(
    postbox: Postbox, settings: Settings, tmp_path: Path
) -> None:
    """The command gives what it has, and has a new one by the next time."""
    (tmp_path / "token").write_text("stale")
    postbox.token = "fresh"
    config = settings(**SIGNED_IN)
    taken = postbox._bearer

    def renewing(words: list[str]) -> AuthResult:
        (tmp_path / "token").write_text("fresh")
        return taken(words)

    postbox._bearer = renewing  # type: ignore[method-assign]  # for this one test
    post(letter(), config)
    assert [token for _, token in postbox.bearers] == ["stale", "fresh"]
    assert len(postbox.messages) == 1


def test_a_sign_in_that_does_not_hold_for_handing_in_says_what_to_do(
    postbox: Postbox, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("for-reading-alone")
    with pytest.raises(LoginRefused) as caught:
        post(letter(), settings(**SIGNED_IN))
    assert "afterword auth login work" in caught.value.advice
    assert "for-reading-alone" not in str(caught.value) + caught.value.advice
    assert postbox.messages == []


def test_no_token_is_shown_to_a_server_that_is_not_trusted(
    postbox: Postbox, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("fresh")
    postbox.token = "fresh"
    with pytest.raises(UntrustedCertificate):
        post(letter(), settings(**SIGNED_IN, ca_file=None))
    assert (postbox.bearers, postbox.messages) == ([], [])


@pytest.mark.parametrize("account", ["personal", "nobody"])
def test_the_account_it_signs_in_with_has_to_be_one_that_signs_in(account: str, settings: Settings) -> None:
    with pytest.raises(ValueError, match='name of an account with auth = "oauth2"'):
        settings(**SIGNED_IN | {"account": account})


def test_a_password_beside_a_sign_in_is_one_too_many(settings: Settings) -> None:
    with pytest.raises(ValueError, match="found: password_env and account"):
        settings(account="work")
