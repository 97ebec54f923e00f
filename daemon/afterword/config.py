"""The configuration: TOML into frozen models, every fault reported at once."""

import os
import re
import tomllib
from datetime import time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from apscheduler.triggers.cron import CronTrigger
from platformdirs import user_config_path, user_state_path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from afterword.clock import ClockSpan, parse_clock_span
from afterword.errors import ConfigError

DURATION_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
SAFE_MARGIN = timedelta(days=90)  # a pass looks back so far, and one person is asked once in so long
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PASSWORD_SOURCES: tuple[str, ...] = ("password_command", "password_keyring", "password_file", "password_env")
TOKEN_SOURCES: tuple[str, ...] = ("provider", "token_command")


def parse_duration(value: object) -> timedelta:
    """A span such as "90d", "24h", "10m" or "0" as a timedelta; anything else raises ValueError."""
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,6})\s*([smhdw])", str(value).strip())
    if match:
        return timedelta(seconds=int(match[1]) * DURATION_UNITS[match[2]])
    if str(value).strip() == "0":
        return timedelta(0)
    raise ValueError('write a number and a unit, such as "90d", "24h", "10m", or "0"')


def _expand(value: object) -> object:
    return Path(value).expanduser() if isinstance(value, str) else value


def _mail_address(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+\.[^\s@<>,]+", value):
        return value
    raise ValueError('write a bare mail address, such as "sam@example.org"')


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
ExpandedPath = Annotated[Path, BeforeValidator(_expand)]
MailAddress = Annotated[str, BeforeValidator(_mail_address)]


class Section(BaseModel):
    """A table of the configuration; unknown keys are faults, values cannot be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Owner(Section):
    """The person who applies for jobs and reviews the drafts."""

    name: str = Field(min_length=1, description="Your name, as it stands in From")
    addresses: tuple[MailAddress, ...] = Field(
        min_length=1, description="Every address at which you apply; drafts come from the first"
    )
    signature: str = Field("", description="What stands under a letter; your name when empty")


def _refuse_open_line(security: str, host: str) -> None:
    if security == "none" and host not in LOOPBACK:
        raise ValueError(
            'security = "none" is taken only for localhost, 127.0.0.1 or ::1; write "tls" or "starttls"'
        )


class Imap(Section):
    """An IMAP account. The secret is never in the file, only where to find it."""

    host: str = Field(min_length=1, description="Name of the IMAP server")
    port: int = Field(993, ge=1, le=65535, description="993 for tls, 143 for starttls")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="tls, starttls, or none (only to a loopback address)"
    )
    ca_file: ExpandedPath | None = Field(
        None, description="Trust this certificate authority as well as none other"
    )
    username: str = Field(min_length=1, description="Login name, mostly the mail address")
    auth: Literal["password", "oauth2"] = Field(
        "password", description="How to log in: password, or oauth2 (see docs/oauth.md)"
    )
    password_command: str = Field("", description="A command that prints the password")
    password_keyring: str = Field("", description="Service name in the system keyring (entry: the user name)")
    password_file: str = Field("", description="A file of mode 0600, or a name among systemd's credentials")
    password_env: str = Field("", description="An environment variable that holds the password")
    provider: Literal["", "google", "microsoft"] = Field(
        "", description="oauth2: google or microsoft; then run afterword auth login"
    )
    client_id: str = Field("", description="oauth2: the application that you registered with the provider")
    tenant: str = Field(
        "common", pattern=r"^[A-Za-z0-9.-]+$", description="oauth2 with microsoft: your organisation"
    )
    token_command: str = Field(
        "", description="oauth2 with any other provider: a command that prints an access token"
    )
    folders: tuple[str, ...] = Field(("INBOX",), min_length=1, description="Folders to watch")
    context_folders: tuple[str, ...] = Field(
        (), description="More folders in which earlier mail is looked for"
    )
    sent: str = Field("", description="Folder of sent mail; found by special use when empty")
    drafts: str = Field("", description="Folder for drafts; found by special use when empty")
    archive: str = Field("", description="Folder of archived mail; found by special use when empty")
    trash: str = Field("", description="Folder of deleted mail; found by special use when empty")
    timeout: Duration = Field(timedelta(seconds=30), description="How long to wait for the server")

    @model_validator(mode="after")
    def _secure(self) -> Self:
        _refuse_open_line(self.security, self.host)
        by_token = self.auth == "oauth2"
        wanted = TOKEN_SOURCES if by_token else PASSWORD_SOURCES
        other = PASSWORD_SOURCES if by_token else TOKEN_SOURCES
        sources = [name for name in wanted if getattr(self, name)]
        if len(sources) != 1:
            found = " and ".join(sources) or "none"
            raise ValueError(f"give exactly one of {', '.join(wanted)} (found: {found})")
        if strange := [name for name in other if getattr(self, name)]:
            raise ValueError(f'{" and ".join(strange)} does not go with auth = "{self.auth}"')
        if self.provider and not self.client_id:
            raise ValueError("a provider needs client_id, the application that you registered with it")
        return self


class Maildir(Section):
    """A local mailbox, no server."""

    path: ExpandedPath = Field(description="The Maildir, or the folder that holds Maildirs side by side")
    folders: tuple[str, ...] = Field(("INBOX",), min_length=1, description="Folders to watch")
    context_folders: tuple[str, ...] = Field(
        (), description="More folders in which earlier mail is looked for"
    )
    sent: str = Field("", description="Folder of sent mail; found by name when empty")
    drafts: str = Field("", description="Folder for drafts; found by name when empty")
    archive: str = Field("", description="Folder of archived mail; found by name when empty")
    trash: str = Field("", description="Folder of deleted mail; found by name when empty")


class Account(Section):
    """One mailbox to watch."""

    name: str = Field(
        min_length=1,
        pattern=r"^[A-Za-z0-9_.-]+$",
        description="Short name: letters, digits, dot, dash, underscore",
    )
    imap: Imap | None = None
    maildir: Maildir | None = None
    authserv_ids: tuple[str, ...] = Field(
        (),
        description="Names under which your own server writes Authentication-Results; its domain or yours when empty",
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.imap is None) == (self.maildir is None):
            raise ValueError("give exactly one of [account.imap] and [account.maildir]")
        return self

    @property
    def mailbox(self) -> Imap | Maildir:
        """The settings that both kinds share: folders and their names."""
        mailbox = self.imap or self.maildir
        if mailbox is None:  # the validator has refused such an account
            raise ValueError("an account needs a mailbox")
        return mailbox


class Letters(Section):
    """What is written and when."""

    delay: Duration = Field(
        timedelta(hours=24), description='How long after the rejection the draft appears; "0" at once'
    )
    application_stage: Literal["ask", "thanks", "off"] = Field(
        "ask", description="A company that never met you: ask, only thank, or write nothing"
    )
    quiet_hours: Annotated[ClockSpan, BeforeValidator(parse_clock_span)] | None = Field(
        None, description="No draft appears in this time, by this machine's clock; off when not set"
    )
    max_age: Duration = Field(timedelta(days=90), description="An older rejection is recorded, not answered")
    quote: bool = Field(False, description="Quote the mail that is answered")
    templates: ExpandedPath | None = Field(
        None, description="Folder of your own templates, which override the shipped ones"
    )
    waive: tuple[str, ...] = Field(
        (), description="Rules of etiquette that your own templates may break, by name"
    )


class Schedule(Section):
    """When the daemon looks."""

    every: Duration = Field(timedelta(minutes=10), description="Time between two passes")
    idle: bool = Field(True, description="Look at once when the server tells of new mail (IMAP IDLE)")
    cron: str = Field("", description='Five cron fields instead of `every`, such as "0 8-20 * * mon-fri"')

    @model_validator(mode="after")
    def _runs(self) -> Self:
        if self.every < timedelta(seconds=10):
            raise ValueError('every: at least "10s"')
        if self.cron:
            try:
                CronTrigger.from_crontab(self.cron)
            except ValueError as error:
                raise ValueError(f"cron: five fields such as '0 8-20 * * mon-fri' ({error})") from None
        return self


class Digest(Section):
    """A summary by mail, to your own address and no other; without this table none is sent."""

    every: Literal["day", "week"] = Field("day", description="day or week; only when there is something")
    at: time = Field(time(8), description="When, in local time")
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field(
        "mon", description="The day of a weekly digest"
    )
    to: str = Field("", description="One of your addresses; the first when empty")
    host: str = Field(min_length=1, description="Name of the SMTP server that takes your own mail")
    port: int = Field(465, ge=1, le=65535, description="465 for tls, 587 for starttls")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="tls, starttls, or none (only to a loopback address)"
    )
    ca_file: ExpandedPath | None = Field(
        None, description="Trust this certificate authority as well as none other"
    )
    account: str = Field(
        "", description="Log in with the sign-in (oauth2) of this account, in place of a password"
    )
    username: str = Field("", description="Login name, mostly the mail address")
    password_command: str = Field("", description="A command that prints the password")
    password_keyring: str = Field("", description="Service name in the system keyring (entry: the user name)")
    password_file: str = Field("", description="A file of mode 0600, or a name among systemd's credentials")
    password_env: str = Field("", description="An environment variable that holds the password")
    timeout: Duration = Field(timedelta(seconds=30), description="How long to wait for the server")

    @property
    def has_password(self) -> bool:
        """Whether there is a login at all; only a relay on this machine goes without."""
        return any(getattr(self, name) for name in PASSWORD_SOURCES)

    @model_validator(mode="after")
    def _secure(self) -> Self:
        _refuse_open_line(self.security, self.host)
        wanted = (*PASSWORD_SOURCES, "account")
        sources = [name for name in wanted if getattr(self, name)]
        if len(sources) > 1 or (not sources and self.host not in LOOPBACK):
            found = " and ".join(sources) or "none"
            raise ValueError(f"give exactly one of {', '.join(wanted)} (found: {found})")
        if self.has_password and not self.username:
            raise ValueError("username: missing")
        return self


class Health(Section):
    """How the daemon shows whether it is well."""

    tell_after: int = Field(3, ge=1, description="Failed passes in a row after which you are told by mail")
    metrics_port: int = Field(
        0, ge=0, le=65535, description="Port on 127.0.0.1 for Prometheus (extra: metrics); 0 for none"
    )


def default_state_url() -> str:
    """The ledger under the XDG state folder."""
    return f"sqlite:///{user_state_path('afterword') / 'ledger.db'}"


class State(Section):
    """Where the ledger is kept."""

    url: str = Field(default_factory=default_state_url, description="Database URL of the ledger (SQLAlchemy)")


class Corrections(Section):
    """How you say in your mail program that a mail was judged wrongly: move it into one of these folders."""

    rejection: str = Field(
        "Afterword/Rejection",
        description="Folder for rejections that were missed (keyword: $AfterwordRejection)",
    )
    not_rejection: str = Field(
        "Afterword/Not a rejection",
        description="Folder for mails that are no rejection (keyword: $AfterwordNotRejection)",
    )


class Retention(Section):
    """How long things are kept; "0" for ever."""

    mail: Duration = Field(
        timedelta(0), description='What is remembered of mails and decided about them; "400d" is a good limit'
    )
    journal: Duration = Field(timedelta(0), description="What you were told")


class RuleFiles(Section):
    """The owner's own rules; they come before the default ones."""

    files: tuple[ExpandedPath, ...] = Field((), description="Rule files, the first one first")


class Config(Section):
    """The whole configuration."""

    owner: Owner
    account: tuple[Account, ...] = Field(min_length=1)
    letters: Letters = Letters()
    schedule: Schedule = Schedule()
    state: State = Field(default_factory=State)
    rules: RuleFiles = RuleFiles()
    corrections: Corrections = Corrections()
    retention: Retention = Retention()
    digest: Digest | None = None
    health: Health = Health()

    @property
    def digest_address(self) -> str:
        """The one address to which anything is ever sent."""
        return (self.digest.to if self.digest else "") or self.owner.addresses[0]

    @property
    def digest_sign_in(self) -> Imap | None:
        """The account with whose sign-in the digest is handed in, if it is not with a password."""
        name = self.digest.account if self.digest else ""
        found = (each.imap for each in self.account if each.name == name)
        return next((imap for imap in found if imap and imap.auth == "oauth2"), None)

    @model_validator(mode="after")
    def _digest_signs_in(self) -> Self:
        if self.digest and self.digest.account and not self.digest_sign_in:
            raise ValueError('digest.account: write the name of an account with auth = "oauth2"')
        return self

    @model_validator(mode="after")
    def _digest_to_owner(self) -> Self:
        if self.digest_address not in self.owner.addresses:
            raise ValueError("digest.to: write one of owner.addresses; nobody else is ever written to")
        return self

    @model_validator(mode="after")
    def _keeps_long_enough(self) -> Self:
        """A mail that is forgotten while it could still be answered would be answered twice."""
        least = self.letters.max_age + 2 * SAFE_MARGIN
        if self.retention.mail and self.retention.mail < least:
            raise ValueError(
                f'retention.mail: at least "{least.days}d" (letters.max_age and {2 * SAFE_MARGIN.days} days), or "0"'
            )
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [account.name for account in self.account]
        if len(set(names)) != len(names):
            raise ValueError("account: every account needs a name of its own")
        return self


def config_path(given: Path | None = None) -> Path:
    """The file to read: the one given, `$AFTERWORD_CONFIG`, or the XDG config folder's."""
    if given is not None:
        return given
    named = os.environ.get("AFTERWORD_CONFIG")
    return Path(named) if named else user_config_path("afterword") / "config.toml"


def load_config(path: Path) -> Config:
    """Read and validate; ConfigError lists every fault with its key and what to write instead."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration at {path}.",
            (),
            "Write one with: afterword init, or name another file with --config.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}", (), "Check the path and its permissions."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}", (), "Mend the place it names.") from None
    return parse_config(table, path)


def parse_config(table: dict[str, Any], path: Path) -> Config:
    """Validate what a file holds; ConfigError lists every fault with its key and what to write instead."""
    try:
        return Config.model_validate(table)
    except ValidationError as error:
        problems = [describe(fault) for fault in _causes(error.errors())]
        raise ConfigError(
            f"{path} does not hold:", problems, "Mend these keys and run afterword check."
        ) from None


def _causes(faults: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out what only follows: a list counts as too short when its one entry has a fault of its own."""
    return [
        fault
        for fault in faults
        if fault["type"] != "too_short"
        or not any(
            other["loc"][: len(fault["loc"])] == fault["loc"] for other in faults if other is not fault
        )
    ]


def describe(fault: ErrorDetails) -> str:
    """One fault as `key: what to write instead`."""
    key = ".".join(f"{part + 1}" if isinstance(part, int) else part for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{key}: unknown key{_nearest(fault['loc'])}"
    if fault["type"] == "missing":
        return f"{key}: missing"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if key else message


def _nearest(loc: tuple[int | str, ...]) -> str:
    known = _keys_beside(loc)
    close = get_close_matches(str(loc[-1]), known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else f"; known keys here: {', '.join(known)}"


def _keys_beside(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the table which holds `loc` may have."""
    section: type[BaseModel] = Config
    for part in loc[:-1]:
        if isinstance(part, str) and part in section.model_fields:
            section = section_of(section.model_fields[part].annotation) or section
    return list(section.model_fields)


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The Section inside an annotation such as `tuple[Account, ...]` or `Imap | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := section_of(part))), None)
