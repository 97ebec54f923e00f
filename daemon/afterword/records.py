"""The values that flow through the pipeline, all frozen; nothing of ours is imported here.

    RawMessage -> Message -> Verdict -> Dossier -> Plan -> Draft -> Outcome

`mailbox` makes RawMessage, `parse` Message, `afterword_models` Verdict, `dossier` Dossier, `plan` Plan,
`letters` Draft, `deliver` Outcome. `Correspondence` is what the ledger remembers of any mail, so that later
mail can be understood without reading the earlier one again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Label(StrEnum):
    """What a mail is to somebody who applies for jobs."""

    REJECTION = "rejection"
    ACKNOWLEDGEMENT = "acknowledgement"
    INTERVIEW = "interview"
    ASSESSMENT = "assessment"
    OFFER = "offer"
    STATUS_UPDATE = "status_update"
    OUTREACH = "outreach"
    JOB_ALERT = "job_alert"
    FEEDBACK = "feedback"
    OTHER = "other"


class Party(StrEnum):
    """Who turned the application down."""

    COMPANY = "company"
    RECRUITER = "recruiter"


class Stage(StrEnum):
    """How far the application had come."""

    APPLICATION = "application"
    INTERVIEW = "interview"
    FINAL = "final"


class Reason(StrEnum):
    """A reason that the mail itself states; `UNSTATED` stands alone."""

    OVERQUALIFIED = "overqualified"
    UNDERQUALIFIED = "underqualified"
    INTERNAL_CANDIDATE = "internal_candidate"
    ROLE_CHANGED = "role_changed"
    ROLE_CLOSED = "role_closed"
    OTHER_CANDIDATE = "other_candidate"
    LOCATION_OR_PERMIT = "location_or_permit"
    COMPENSATION = "compensation"
    UNSTATED = "unstated"


class Letter(StrEnum):
    """The letters there are; each has templates in every language."""

    RECRUITER = "recruiter"
    COMPANY = "company"
    THANKS = "thanks"
    FEEDBACK_THANKS = "feedback_thanks"

    @property
    def asks(self) -> bool:
        """Whether it asks for advice; the others only thank."""
        return self in (Letter.RECRUITER, Letter.COMPANY)


class Action(StrEnum):
    """What a plan does with a mail."""

    DRAFT = "draft"
    SKIP = "skip"
    HOLD = "hold"


class Skip(StrEnum):
    """Why a rejection gets no draft; the keys of `skipped` in a scan's report."""

    NO_CONTACT = "no_contact"
    ROBOT = "robot"
    LIST = "list"
    UNVERIFIED_SENDER = "unverified_sender"
    ALREADY_ANSWERED = "already_answered"
    ALREADY_ASKED = "already_asked"
    SAME_APPLICATION = "same_application"
    TOO_OLD = "too_old"
    HELD = "held"
    RULE = "rule"
    NOT_FOR_OWNER = "not_for_owner"
    SUPERSEDED = "superseded"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of RFC 5322: a display name (maybe empty) and an addr-spec with a lower-case domain."""

    name: str
    address: str

    @property
    def local(self) -> str:
        """The part before the at sign."""
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """The part behind the at sign."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mailbox keeps a message; unique as RFC 9051 2.3.1.1 has it."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as it lies in the mailbox.

    `octets` may be cut off behind the mailbox's size limit; `size` is the whole size in octets.
    `internal_date` is when the server took it in, with a time zone.
    """

    place: Place
    octets: bytes
    size: int
    internal_date: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A parsed message: text as a person reads it, quoted text and signature apart.

    `message_id`, `in_reply_to` and `references` keep their angle brackets; `message_id` is "" where there is none.
    `fingerprint` identifies the mail in whatever folder it lies: its Message-ID, or else a hash of headers and text.
    `headers` holds the fields that tell robots, lists and forgeries apart, as (lower-case name, value) in order,
    topmost first. `defects` names what was wrong with the bytes; a mail with defects is still judged.
    """

    place: Place
    message_id: str
    fingerprint: str
    date: datetime
    subject: str
    sender: Address | None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    quoted: str = ""
    signature: str = ""
    calendar: bool = False
    encrypted: bool = False
    defects: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """The topmost value of a kept header field, or ""."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence that decided a verdict; `start` and `end` are offsets into `Message.text` (-1 in the subject)."""

    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What the text of a rejection says beside no; `evidence` has the deciding sentence of each facet that was found, by its name.

    The names are `recruiter`, `interview`, `final`, `feedback`, `policy`, and those of the reasons. Without any, nothing was found.
    """

    party: Party = Party.COMPANY
    stage: Stage = Stage.APPLICATION
    reasons: tuple[Reason, ...] = (Reason.UNSTATED,)
    feedback_given: bool = False
    no_feedback_policy: bool = False
    evidence: Mapping[str, Evidence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the classifier says: `score` is the probability of `label`, `scores` that of every label, summing to 1.

    `hold` marks the band in which Afterword does nothing by itself and asks the owner. `facets` are read of rejections and feedback only.
    """

    label: Label
    score: float
    scores: Mapping[str, float]
    evidence: Evidence | None
    hold: bool = False
    facets: Facets = field(default_factory=Facets)


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What is remembered of a mail: enough to place it in an application, never its text.

    `outgoing` is a mail by the owner, `asks_advice` one in which the owner already asked; `automated` comes from a
    robot or list; `person` is the human name the mail itself supports, `draft` a mail that still lies in Drafts.
    """

    place: Place
    fingerprint: str
    message_id: str
    thread: tuple[str, ...]
    date: datetime
    subject: str
    sender: Address | None
    recipients: tuple[Address, ...]
    label: Label | None
    outgoing: bool = False
    draft: bool = False
    automated: bool = False
    asks_advice: bool = False
    person: str = ""
    role: str = ""
    company: str = ""
    requisition: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """The human to write to; `source` is where the address was found.

    `source` is one of `from`, `reply_to`, `signature`, `earlier_mail`. `name` is "" unless it is certain.
    """

    name: str
    address: str
    source: str


@dataclass(frozen=True, slots=True)
class Thread:
    """The conversation that a draft continues."""

    message_id: str
    references: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """Who turned whom down for what, and what of it is known. Unknown stays empty, never guessed.

    `obstacles` are facts that forbid a draft whatever the rules say, the gravest first, each with its reason in words.
    `answers_request` marks a mail that gives the feedback for which the owner had asked.
    """

    fingerprint: str
    place: Place
    date: datetime
    party: Party
    stage: Stage
    reasons: tuple[Reason, ...]
    feedback_given: bool
    no_feedback_policy: bool
    role: str
    company: str
    contact: Contact | None
    thread: Thread
    language: str
    application: str
    obstacles: tuple[tuple[Skip, str], ...] = ()
    answers_request: bool = False


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule as it was tried: `because` says in words why it did or did not match."""

    rule: str
    matched: bool
    because: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say, before the promises (one request, safe recipients) have their word."""

    action: Action
    rule: str
    why: str
    letter: Letter | None = None
    delay: timedelta | None = None
    keyword: str = ""
    trace: tuple[RuleTrace, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done with one rejection, and why; `due` is when its draft may appear."""

    dossier: Dossier
    action: Action
    rule: str
    why: str
    skip: Skip | None = None
    letter: Letter | None = None
    due: datetime | None = None
    keyword: str = ""
    trace: tuple[RuleTrace, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of etiquette: the rule's name and the words that broke it."""

    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter ready for the Drafts folder.

    `message_id` depends on nothing but the mail that is answered and the owner's address, so that it is found again
    when the ledger is lost. `body` is the text, `octets` the whole message in RFC 5322 form.
    """

    message_id: str
    fingerprint: str
    recipient: Address
    subject: str
    in_reply_to: str
    references: tuple[str, ...]
    letter: Letter
    language: str
    wording: str
    body: str
    octets: bytes
    findings: tuple[Finding, ...] = ()


class Result(StrEnum):
    """How a plan ended in this pass."""

    DRAFTED = "drafted"
    FOUND = "found"
    WAITING = "waiting"
    SKIPPED = "skipped"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan; `found` means that the draft lay there already.

    `octets` is the letter in RFC 5322 form, b"" where none was written.
    """

    plan: Plan
    result: Result
    octets: bytes = b""
    error: str = ""


class Fate(StrEnum):
    """What the mailbox shows of a draft that was put there; `DELETED` is one that is gone or lies in Trash."""

    UNTOUCHED = "untouched"
    EDITED = "edited"
    SENT = "sent"
    DELETED = "deleted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A draft as it was last seen. `place` is where it lies or was sent from view, None when it is gone.

    `sent_id` and `sent_at` are of the mail that was sent, whose Message-ID the mail program may have changed; `asked` says whether that
    mail asks for advice.
    """

    fingerprint: str
    account: str
    fate: Fate
    seen_at: datetime
    place: Place | None = None
    sent_id: str = ""
    sent_at: datetime | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Theme:
    """What one sentence of an answer is about; the names are those of themes.toml and of `Reason`."""

    theme: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What somebody wrote about an application: an answer to a request, or advice inside a rejection.

    `source` is `reply` or `rejection`. `request` is the Message-ID of the owner's mail that it answers, "" for advice unasked. An answer
    that holds no advice (`advice` is false) counts as an answer, and its words are not kept.
    """

    fingerprint: str
    account: str
    date: datetime
    company: str
    role: str
    person: str
    stage: Stage
    source: str
    message_id: str
    text: str = ""
    themes: tuple[Theme, ...] = ()
    request: str = ""
    advice: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """The owner's word that a mail is a rejection, or that it is none; the mail's words are kept to learn from."""

    fingerprint: str
    account: str
    rejection: bool
    subject: str
    sender: Address | None
    text: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class ScanReport:
    """One pass over one account; `skipped` counts by reason, `seconds` is the whole pass, login included."""

    account: str
    folder: str
    examined: int
    labels: Mapping[str, int]
    drafted: int
    waiting: int
    skipped: Mapping[str, int]
    errors: int
    seconds: float
    outcomes: tuple[Outcome, ...] = field(default=())
