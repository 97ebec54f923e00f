"""An authorisation server for the tests (RFC 6749, RFC 7636, RFC 8628) over TLS on loopback; its tokens are JWTs that Dovecot validates.

Whoever opens its page has consented. It is strict about what a client has to send, and keeps what was asked.
"""

import base64
import hashlib
import hmac
import json
import secrets
import shutil
import ssl
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.base import write_certificates
from tests.servers.dovecot import TOKEN_KEY

CLIENT_ID = "afterword-tests"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class Authority(ThreadingHTTPServer):
    """Gives tokens for one user; `lifetime` is theirs in seconds, `withdrawn` says that the user takes the consent back."""

    daemon_threads = True

    def __init__(self, user: str, client_secret: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.home = Path(tempfile.mkdtemp(prefix="authority-"))
        write_certificates(self.home)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.home / "server.pem", self.home / "server.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.user, self.client_secret = user, client_secret
        self.lifetime = 3600
        self.withdrawn = False
        self.pending = 0  # how many times a device is told to wait
        self.asked: list[dict[str, str]] = []
        self.scopes: list[str] = []  # what was consented to
        self.codes: dict[str, tuple[str, str]] = {}  # code -> (challenge, redirect)
        self.refresh = ""
        self.url = f"https://localhost:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def ca_file(self) -> Path:
        """The certificate authority that a client has to trust."""
        return self.home / "ca.pem"

    def grants(self) -> list[str]:
        """The kinds of grant that were asked for, in order."""
        return [asked["grant_type"] for asked in self.asked]

    def jwt(self, **changes: Any) -> str:
        """An access token (RFC 7519) for the user."""
        now = int(time.time())
        claims = {"sub": self.user, "iss": "https://authority.example", "iat": now - 5, "exp": now + self.lifetime, "jti": secrets.token_hex(4)}  # fmt: skip
        head, body = (
            _base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims | changes)
        )
        return f"{head}.{body}." + _base64(
            hmac.new(TOKEN_KEY, f"{head}.{body}".encode(), hashlib.sha256).digest()
        )

    def consent(self, asked: dict[str, str]) -> str:
        """Where the browser is sent after the page was opened."""
        assert asked["client_id"] == CLIENT_ID
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        self.scopes.append(asked["scope"])
        redirect, state = asked["redirect_uri"], asked["state"]
        if self.withdrawn:
            return f"{redirect}?{urlencode({'error': 'access_denied', 'state': state})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = (asked["code_challenge"], redirect)
        return f"{redirect}?{urlencode({'code': code, 'state': state})}"

    def token(self, asked: dict[str, str]) -> dict[str, Any]:
        """The answer of the token endpoint; `error` is in it when it refuses."""
        self.asked.append(asked)
        if asked.get("client_id") != CLIENT_ID or asked.get("client_secret", "") != self.client_secret:
            return {"error": "invalid_client"}
        refusal = {
            "authorization_code": self._code_fault,
            "refresh_token": self._refresh_fault,
            DEVICE_GRANT: self._device_fault,
        }[asked["grant_type"]](asked)
        if refusal:
            return {"error": refusal}
        self.refresh = secrets.token_urlsafe(16)  # each one is good once
        return {
            "access_token": self.jwt(),
            "refresh_token": self.refresh,
            "expires_in": self.lifetime,
            "token_type": "Bearer",
        }

    def _code_fault(self, asked: dict[str, str]) -> str:
        challenge, redirect = self.codes.pop(asked["code"], ("", ""))
        verified = _base64(hashlib.sha256(asked["code_verifier"].encode()).digest()) == challenge
        return "" if verified and asked["redirect_uri"] == redirect else "invalid_grant"

    def _refresh_fault(self, asked: dict[str, str]) -> str:
        return "invalid_grant" if self.withdrawn or asked["refresh_token"] != self.refresh else ""

    def _device_fault(self, asked: dict[str, str]) -> str:
        if self.withdrawn:
            return "access_denied"
        self.pending -= 1
        return "authorization_pending" if self.pending >= 0 else ""


class _Counter(BaseHTTPRequestHandler):
    server: Authority

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        self.send_response(302)
        self.send_header("Location", self.server.consent(_flat(asked.query)))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        asked = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        answer: dict[str, Any] = {
            "device_code": "d",
            "user_code": "WXYZ-1234",
            "verification_uri": f"{self.server.url}/device",
            "interval": 0,
            "expires_in": 60,
        }
        if self.path != "/devicecode":
            answer = self.server.token(asked)
        octets = json.dumps(answer).encode()
        self.send_response(400 if "error" in answer else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Nothing: what was asked is in `asked`."""


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
