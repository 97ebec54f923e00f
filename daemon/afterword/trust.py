"""Whom a connection trusts: the system's certificate authorities, or one that the owner names; certificates are always verified."""

import ssl
from pathlib import Path

from afterword.errors import UserError


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """The context for every TLS connection; UserError when the file holds no certificate authority."""
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except (OSError, ssl.SSLError):
        raise UserError(
            f"The ca_file {ca_file} cannot be read.",
            "It must be a PEM file with a certificate authority.",
        ) from None
