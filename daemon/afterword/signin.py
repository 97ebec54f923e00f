"""The owner signs in: in a browser on this machine, or on any other device with a code."""

import secrets
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from afterword.config import Imap
from afterword.errors import SecretError, UserError
from afterword.oauth import DEVICE_GRANT, TIMEOUT, Tokens, ask, keep, provider_of, scope_for, session_for

PATIENCE = 300.0  # seconds that the owner has for the browser
AGAIN = "Run the command again."
PAGE = "<!doctype html><meta charset=utf-8><title>Afterword</title><p>{words} You can close this page."


def sign_in(settings: Imap, client_secret: str, show: Callable[[str], None], *, posts: bool = False) -> None:
    """The installed-app flow (RFC 8252): `show` is given the page to open; the provider sends its code to a port of this machine.

    SecretError when the owner or the provider declines, or nobody comes within PATIENCE.
    """
    provider = provider_of(settings)
    with _Desk(("127.0.0.1", 0), _Visitor) as desk:
        redirect = f"http://{provider.redirect_host}:{desk.server_port}"
        session = session_for(settings, client_secret, redirect, scope_for(settings, posts=posts))
        with session:
            verifier = secrets.token_urlsafe(64)
            page, state = session.create_authorization_url(
                provider.authorize_url, code_verifier=verifier, login_hint=settings.username, **provider.extra
            )
            show(page)
            code = desk.code_for(state)
            answer = ask(
                lambda: session.fetch_token(
                    provider.token_url, grant_type="authorization_code", code=code, code_verifier=verifier
                ),
                doing="The sign-in",
                advice=AGAIN,
            )
    _keep_first(settings, answer, client_secret)


def sign_in_elsewhere(
    settings: Imap, client_secret: str, show: Callable[[str, str], None], *, posts: bool = False
) -> None:
    """The device flow (RFC 8628): `show` is given a page and the code to enter there, on whatever device.

    UserError where the provider has none for mail, SecretError when the owner declines or the code runs out.
    """
    provider = provider_of(settings)
    if not provider.device_url:
        raise UserError(
            f"{settings.provider} has no sign-in with a code for mail.",
            "Leave --device out, and open the page in a browser on this machine.",
        )
    session = session_for(settings, client_secret, scope=scope_for(settings, posts=posts))
    with session:
        offer = _device_offer(session, settings)
        show(str(offer["verification_uri"]), str(offer["user_code"]))
        answer = _poll(session, settings, offer)
    _keep_first(settings, answer, client_secret)


def _keep_first(settings: Imap, answer: Mapping[str, Any], client_secret: str) -> None:
    if not answer.get("refresh_token"):
        raise SecretError(
            "The provider gave a token that cannot be renewed.",
            "Withdraw Afterword's access in the provider's account settings, and sign in again.",
        )
    keep(settings, answer, Tokens("", "", 0, client_secret))


def _device_offer(session: Any, settings: Imap) -> Mapping[str, Any]:
    from requests import RequestException

    provider = provider_of(settings)
    try:
        reply = session.post(
            provider.device_url,
            data={"client_id": settings.client_id, "scope": session.scope},
            withhold_token=True,
            timeout=TIMEOUT,
        )
        offer: Mapping[str, Any] = reply.json()
    except (RequestException, ValueError) as error:
        raise SecretError(f"{settings.provider} offers no code ({type(error).__name__}).", AGAIN) from None
    if not {"device_code", "user_code", "verification_uri"} <= offer.keys():
        raise SecretError(
            f"{settings.provider} offers no code ({offer.get('error', 'no reason given')}).",
            "Check client_id, and that the application may use the device flow.",
        )
    return offer


def _poll(session: Any, settings: Imap, offer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ask for the token until the owner has entered the code (RFC 8628, section 3.4)."""
    from authlib.common.errors import AuthlibBaseError

    url = provider_of(settings).token_url
    pause = float(offer.get("interval", 5))
    deadline = time.monotonic() + float(offer.get("expires_in", 900))
    code = offer["device_code"]

    def attempt() -> Mapping[str, Any]:
        nonlocal pause
        while time.monotonic() < deadline:
            time.sleep(pause)
            try:
                answer: Mapping[str, Any] = session.fetch_token(
                    url, grant_type=DEVICE_GRANT, device_code=code, client_id=settings.client_id
                )
            except AuthlibBaseError as error:
                if error.error == "slow_down":
                    pause += 5
                elif error.error != "authorization_pending":
                    raise
            else:
                return answer
        raise SecretError("The code has run out.", AGAIN)

    return ask(attempt, doing="The sign-in", advice=AGAIN)


class _Desk(HTTPServer):
    """Waits on loopback for the browser to bring the provider's code."""

    answer: Mapping[str, list[str]] | None = None

    def code_for(self, state: str) -> str:
        """The code of the visit that knows our `state`; anybody else is turned away."""
        self.state = state
        deadline = time.monotonic() + PATIENCE
        while self.answer is None and (left := deadline - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        if self.answer is None:
            raise SecretError("Nobody signed in within five minutes.", AGAIN)
        if "code" not in self.answer:
            raise SecretError(
                f"The sign-in was declined ({self.answer.get('error', ['no reason'])[0]}).", AGAIN
            )
        return self.answer["code"][0]

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.settimeout(10)  # a browser may open a connection beforehand and say nothing on it
        return connection, address


class _Visitor(BaseHTTPRequestHandler):
    server: _Desk

    def do_GET(self) -> None:
        """Take the provider's answer from the address."""
        asked = parse_qs(urlsplit(self.path).query)
        known = secrets.compare_digest(asked.get("state", [""])[0].encode(), self.server.state.encode())
        if known:
            self.server.answer = asked
        words = "Afterword has its answer." if known else "This is not the page that Afterword waits for."
        page = PAGE.format(words=words).encode()
        with suppress(OSError):
            self.send_response(200 if known else 400)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Nothing: the address holds the code."""
