"""The whole decision for one mail in a file, as `explain` and `preview` show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from afterword.accounts import craft_for
from afterword.config import Account, Config, Letters
from afterword.dossier import Owner, open_dossier, told_together
from afterword.errors import UnreadableMail, UserError
from afterword.judging import raw_of
from afterword.learning import judge_for
from afterword.ledger import Ledger
from afterword.letters import Author, compose, load_templates, message_id_for
from afterword.parse import parse
from afterword.plan import make_plans
from afterword.records import Action, Correspondence, Dossier, Draft, Label, Message, Plan, Verdict
from afterword.scan import MEMORY, Craft, settled_plans
from afterword.sources import iter_mail
from afterword_models import load
from afterword_rules import Circumstances, load_rules


@dataclass(frozen=True, slots=True)
class Setting:
    """Who owns the mailbox, what is known of it, and by which rules and letters it is answered."""

    craft: Craft
    earlier: Sequence[Correspondence]
    settled: Sequence[Plan]
    now: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that was decided about one mail; `draft` is None where there is to be none."""

    message: Message
    verdict: Verdict
    dossier: Dossier
    plan: Plan
    draft: Draft | None

    def draft_text(self) -> str:
        """The draft in RFC 5322 form with plain line feeds, "" where there is none."""
        return self.draft.octets.decode("utf-8", "replace").replace("\r\n", "\n") if self.draft else ""

    def as_json(self) -> dict[str, Any]:
        """The keys of the contract; what only a rejection has is null (or empty) for other mail."""
        verdict, dossier, plan = self.verdict, self.dossier, self.plan
        rejected = verdict.label is Label.REJECTION
        contact = dossier.contact if rejected else None
        return {
            "label": verdict.label,
            "score": round(verdict.score, 6),
            "hold": verdict.hold,
            "evidence": verdict.evidence.sentence if verdict.evidence else "",
            "party": dossier.party if rejected else None,
            "stage": dossier.stage if rejected else None,
            "reasons": list(dossier.reasons) if rejected else [],
            "feedback_given": dossier.feedback_given if rejected else None,
            "no_feedback_policy": dossier.no_feedback_policy if rejected else None,
            "role": dossier.role or None,
            "company": dossier.company or None,
            "contact": {"name": contact.name, "address": contact.address, "source": contact.source}
            if contact
            else None,
            "rule": plan.rule,
            "action": plan.action,
            "skip": plan.skip,
            "why": plan.why,
            "letter": plan.letter,
            "etiquette": [{"rule": found.rule, "words": found.words} for found in self.draft.findings]
            if self.draft
            else [],
            "draft": self.draft_text() or None,
            "trace": [
                {"rule": step.rule, "matched": step.matched, "because": step.because} for step in plan.trace
            ],
        }

    def as_lines(self) -> list[tuple[str, str]]:
        """The same for a person: what is known, without the draft and the rules' trace."""
        lines = []
        for key, value in self.as_json().items():
            if key in {"draft", "trace"} or value in (None, [], ""):
                continue
            if isinstance(value, dict):
                lines.append(
                    (
                        key,
                        f"{value['name'] or '(no certain name)'} <{value['address']}> from {value['source']}",
                    )
                )
            elif isinstance(value, list):
                lines.append((key, ", ".join(str(item) for item in value)))
            else:
                lines.append((key, str(value)))
        return lines


def explain_mail(path: str, config: Config | None, account: str = "") -> Explanation:
    """Decide about the first mail at `path`. UnreadableMail when there is none; UserError for an unknown account.

    With a configuration the ledger's memory counts and the clock is the present; what the ledger knows of this very mail and its draft
    is left out, so that the decision is told as it was made. Without one the owner is taken from the To header, no earlier
    mail is known, and the clock stands at the mail's own date.
    """
    _, found = next(iter(iter_mail(path)))
    if isinstance(found, UnreadableMail):
        raise found
    message = parse(raw_of(found))
    setting = _configured(config, account) if config else _from_message(message)
    verdict = setting.craft.judge.judge(message)
    earlier = _without_own_drafts(setting, message)
    settled = [plan for plan in setting.settled if plan.dossier.fingerprint != message.fingerprint]
    alone = open_dossier(message, verdict, earlier, setting.craft.owner, now=setting.now)
    dossier = told_together(alone, [plan.dossier for plan in settled])
    circumstances = Circumstances(setting.now, setting.craft.letters.application_stage)
    decision = setting.craft.rules.decide(message, verdict, dossier, circumstances)
    (plan,) = make_plans([(dossier, decision)], settled, setting.craft.letters, setting.now)
    draft = None
    if plan.action is Action.DRAFT:
        draft = compose(
            plan, setting.craft.author, plan.due or setting.now, setting.craft.templates, quoted=message.text
        )
    return Explanation(message, verdict, dossier, plan, draft)


def _without_own_drafts(setting: Setting, message: Message) -> list[Correspondence]:
    """The earlier mail without the draft for this mail, drafted or sent, and without those that still lie in Drafts for others."""
    address = setting.craft.author.address
    answer = message_id_for(message.fingerprint, address)
    drafts = {message_id_for(plan.dossier.fingerprint, address) for plan in setting.settled}
    return [
        mail
        for mail in setting.earlier
        if mail.message_id != answer and not (mail.draft and mail.message_id in drafts)
    ]


def _configured(config: Config, name: str) -> Setting:
    account = account_named(config, name)
    now = datetime.now(UTC)
    ledger = Ledger.rehearse(config.state.url)
    try:
        earlier, settled = ledger.correspondence(now - MEMORY), settled_plans(ledger)
    finally:
        ledger.close()
    return Setting(craft_for(config, account, judge_for(config)), earlier, settled, now)


def _from_message(message: Message) -> Setting:
    to = message.to[0] if message.to else None
    address = to.address if to else "owner@localhost.example"
    name = (to.name if to else "") or address.partition("@")[0].replace(".", " ").title()
    craft = Craft(
        judge=load(),
        rules=load_rules(()),
        templates=load_templates(),
        owner=Owner(name, (address,)),
        author=Author(name, address, name),
        letters=Letters(),
    )
    return Setting(craft, (), (), message.date + timedelta(seconds=1))


def account_named(config: Config, name: str) -> Account:
    """The account of that name, the first one when `name` is empty."""
    if not name:
        return config.account[0]
    for account in config.account:
        if account.name == name:
            return account
    names = ", ".join(account.name for account in config.account)
    raise UserError(f"There is no account {name!r}.", f"Accounts in the configuration: {names}.")
