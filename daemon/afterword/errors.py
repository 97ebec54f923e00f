"""Every exception that Afterword raises.

AfterwordError                 exit 1   something failed for some mail
├── UserError                  exit 2   usage or configuration; carries what to do next
│   ├── ConfigError                     every fault of a configuration file at once
│   │   └── RulesError                  every fault of the rule files at once
│   ├── SecretError                     a password or token cannot be had
│   ├── MissingFolder                   the drafts (or another needed) folder is not there
│   └── ReadOnlyFolder                  the account may not write to the drafts folder
├── ConnectError               exit 3   the server cannot be reached or used
│   ├── Unreachable                     no connection: name, port, network
│   ├── UntrustedCertificate            TLS verification failed
│   └── LoginRefused                    the server does not take the user name and secret
├── MailboxError                        a command failed on a working connection
│   ├── ConnectionLost                  the connection broke; reconnect and go on
│   ├── MailboxBusy                     another process is writing drafts into it
│   ├── MailboxFull                     no room for the draft; it is kept and tried again
│   └── MessageRefused                  the server refuses this message for good (size)
├── LedgerUnusable                      the ledger cannot be read or written: a full disk, a lost permission
├── PostError                           the digest to the owner was certainly not handed in
│   └── ForeignRecipient                a mail to anybody but the owner; never tried
├── PostUnsettled                       the connection broke while the digest was handed in: it may have arrived
├── UnreadableMail                      input that is no mail at all
└── Interrupted                         the service is ending; what is on record stays so
"""

from collections.abc import Sequence


class AfterwordError(Exception):
    """Base of all; `advice` says what to do next, "" where nothing can be done by the reader."""

    exit_code = 1

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UserError(AfterwordError):
    """The reader can mend this: usage, configuration, a missing folder."""

    exit_code = 2


class ConfigError(UserError):
    """A configuration does not hold; `problems` lists every fault, each naming its key and what to write instead."""

    def __init__(self, message: str, problems: Sequence[str], advice: str = "") -> None:
        super().__init__(message, advice)
        self.problems = tuple(problems)


class RulesError(ConfigError):
    """A rule file does not hold; each problem names file, line and the nearest valid key."""


class SecretError(UserError):
    """A password or token cannot be had from where the configuration says it is."""


class MissingFolder(UserError):
    """A folder that Afterword needs is neither configured nor found; it is never created or guessed."""


class ReadOnlyFolder(UserError):
    """The server says that the account may not do this to the folder (RFC 4314)."""


class ConnectError(AfterwordError):
    """The server cannot be reached or logged in to."""

    exit_code = 3


class Unreachable(ConnectError):
    """No connection: unknown host, refused port, time-out."""


class UntrustedCertificate(ConnectError):
    """The server's certificate does not verify."""


class LoginRefused(ConnectError):
    """The server refuses the user name and secret; `tries` is how often it was asked."""

    tries = 1


class MailboxError(AfterwordError):
    """A command failed on a working connection."""


class ConnectionLost(MailboxError):
    """The connection broke in the middle; what was not recorded is done again after a reconnect."""


class MailboxFull(MailboxError):
    """Over quota (RFC 9208): the server takes the draft once there is room."""


class MessageRefused(MailboxError):
    """The server will never take this message: it is too big."""


class MailboxBusy(MailboxError):
    """Another process is writing drafts into the same mailbox."""


class LedgerUnusable(AfterwordError):
    """The ledger's file cannot be read or written. Nothing goes on without it: what is not on record could be done twice."""


class PostError(AfterwordError):
    """The owner's server did not take the digest; it is tried again."""


class ForeignRecipient(PostError):
    """A mail that is addressed to anybody but the owner; no connection is opened for it."""


class PostUnsettled(AfterwordError):
    """The connection broke while the digest was handed in; it is not sent a second time."""


class UnreadableMail(AfterwordError):
    """The input is no mail: not a file, not RFC 5322, or nothing in it."""


class Interrupted(AfterwordError):
    """The service ends in the middle of a pass; the next start goes on from what is on record."""
