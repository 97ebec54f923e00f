"""Content-transfer-encodings (RFC 2045 6), undone with whatever damage they carry."""

import binascii
import re

NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)
PADDING = re.compile(rb"=+")


def decode_base64(octets: bytes) -> bytes:
    """What can be read of base64: foreign characters, missing padding and padding in the middle are borne."""
    alphabet_only = octets.translate(None, NOT_BASE64)
    return b"".join(_decode_run(run) for run in PADDING.split(alphabet_only) if len(run) > 1)


def _decode_run(run: bytes) -> bytes:
    whole = run[: len(run) - 1] if len(run) % 4 == 1 else run  # one left-over character holds no octet
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def decode_quoted_printable(octets: bytes) -> bytes:
    """What can be read of quoted-printable; a "=" that escapes nothing stays."""
    return binascii.a2b_qp(octets)


def decode_transfer(octets: bytes, encoding: str) -> tuple[bytes, str]:
    """The octets behind an encoding, and what was wrong with its name ("" where nothing was)."""
    name = encoding.strip().strip("\"'").lower()
    if name == "base64":
        return decode_base64(octets), ""
    if name in ("quoted-printable", "quoted_printable", "qp"):
        return decode_quoted_printable(octets), ""
    if name in ("", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"):
        return octets, ""
    return octets, f"unknown content-transfer-encoding {name[:40]!r}"
