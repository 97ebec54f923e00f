"""Where passwords come from; they are returned to the caller that logs in and kept nowhere."""

import os
import shlex
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from afterword.config import Digest, Imap
from afterword.errors import SecretError

NO_KEYRING = "Unlock it, or install a backend for it: see docs/oauth.md."
COMMAND_TIMEOUT = 60  # seconds; a password manager may ask its owner to touch a key


def password_for(settings: Imap | Digest) -> str:
    """The password of an account; SecretError says which source failed, never what it held."""
    if settings.password_command:
        secret = from_command("password_command", settings.password_command)
    elif settings.password_keyring:
        service, username = settings.password_keyring, settings.username
        advice = f"Store it with: keyring set {shlex.quote(service)} {shlex.quote(username)}"
        secret = keyring_entry(service, username, advice)
    elif settings.password_file:
        secret = _from_file(settings.password_file)
    else:
        secret = _from_environment(settings.password_env)
    if not secret:
        raise SecretError(
            f"The password for {settings.host} is empty.",
            "Check the source named by password_… in the configuration.",
        )
    return secret


def from_command(key: str, command: str) -> str:
    """The first line that a command prints; `key` is what it is called in the configuration."""
    advice = f"Run the {key} by hand; its first line must be the {key.partition('_')[0]}."
    try:
        words = shlex.split(command)
        # The command is the owner's own, from a file only they can write; no shell is involved.
        done = subprocess.run(words, capture_output=True, timeout=COMMAND_TIMEOUT, check=False, text=True)  # noqa: S603
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise SecretError(f"The {key} cannot be run ({type(error).__name__}).", advice) from None
    if done.returncode != 0:
        raise SecretError(f"The {key} ended with status {done.returncode}.", advice)
    return _first_line(done.stdout)


def keyring_entry(service: str, username: str, advice: str) -> str:
    """What the system keyring holds; SecretError with `advice` when it holds nothing or cannot be used."""
    with _keyring(advice) as keyring:
        secret: str | None = keyring.get_password(service, username)
    if secret is None:
        raise SecretError(f"The keyring has no entry {service!r} for this user name.", advice)
    return secret


def keyring_store(service: str, username: str, secret: str) -> None:
    """Put a secret into the system keyring; SecretError when there is none to be used."""
    with _keyring(NO_KEYRING) as keyring:
        keyring.set_password(service, username, secret)


def keyring_probe(service: str, username: str) -> None:
    """SecretError when the keyring cannot be used, before anybody goes to the trouble of getting something to put there."""
    with _keyring(NO_KEYRING) as keyring:
        keyring.get_password(service, username)


@contextmanager
def _keyring(advice: str) -> Iterator[ModuleType]:
    import keyring  # slow to import, and needed by those alone who use it
    from keyring.errors import KeyringError

    try:
        yield keyring
    except KeyringError as error:
        raise SecretError(f"The keyring cannot be used ({type(error).__name__}).", advice) from None


def _from_file(name: str) -> str:
    path = Path(name).expanduser()
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and "/" not in name:
        path = Path(credentials) / name
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if not credentials and mode & 0o077:
            raise SecretError(f"{path} can be read by others (mode {mode:04o}).", f"Run: chmod 600 {path}")
        return _first_line(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(
            f"The password_file {path} cannot be read ({type(error).__name__}).",
            "Check its path and permissions.",
        ) from None


def _from_environment(name: str) -> str:
    if name not in os.environ:
        raise SecretError(
            f"The environment variable {name} is not set.", f"Set {name} where Afterword is started."
        )
    return os.environ[name]


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0].rstrip("\r")
