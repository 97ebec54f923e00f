"""Where `init` puts a password: the keyring, or a file that nobody else can read."""

import os
from collections.abc import Callable
from pathlib import Path

from afterword.errors import SecretError

SERVICE = "afterword"  # the keyring's name for all of Afterword's entries


def keyring_works() -> bool:
    """Whether this machine has a keyring that keeps something."""
    import keyring

    return bool(keyring.get_keyring().priority >= 1)


def keep_in_keyring(service: str, username: str, secret: str) -> Callable[[], None]:
    """Store it and return what takes it back; SecretError when the keyring does not take it."""
    import keyring
    from keyring.errors import KeyringError

    try:
        before = keyring.get_password(service, username)
        keyring.set_password(service, username, secret)
    except KeyringError as error:
        raise SecretError(
            f"The keyring cannot be used ({type(error).__name__}).",
            "Keep the password in a file instead: --password-file PATH",
        ) from None

    def undo() -> None:
        if before is None:
            keyring.delete_password(service, username)
        else:
            keyring.set_password(service, username, before)

    return undo


def keep_in_file(path: Path, secret: str) -> Callable[[], None]:
    """Write it with mode 0600 from the first byte on and return what takes it back; SecretError when it cannot be written."""
    before = path.read_bytes() if path.is_file() else None
    try:
        _write_private(path, secret.encode() + b"\n")
    except OSError as error:
        raise SecretError(
            f"{path} cannot be written ({type(error).__name__}).", "Name another file with --password-file."
        ) from None

    def undo() -> None:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            _write_private(path, before)

    return undo


def _write_private(path: Path, octets: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)  # an older file keeps its mode otherwise
        file.write(octets)
