"""From messages to verdicts."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from afterword.records import Evidence, Facets, Label, Message, Party, Reason, Stage, Verdict

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from afterword_models.components import MailJudge
    from afterword_models.facets import Found
    from afterword_models.personal import Personal, Read

BATCH = 128  # mails judged together


@cache
def load() -> "Judge":
    """The shipped classifier; it takes a moment the first time."""
    return Judge.from_folder(folder())


def folder() -> Path:
    """Where the trained pipeline lies; a wheel is unpacked when it is installed, so it is a folder on disk."""
    return Path(str(files("afterword_models"))) / "pipeline"


class Judge:
    """A trained pipeline."""

    def __init__(self, nlp: "Language") -> None:
        self._nlp = nlp

    @classmethod
    def from_folder(cls, folder: Path) -> Self:
        """The pipeline in a folder, as `spacy.load` reads it."""
        import spacy

        return cls(spacy.load(folder))

    @property
    def version(self) -> str:
        """The version of the trained pipeline."""
        return str(self._nlp.meta["version"])

    def personal(self, model: "Personal") -> "Judge":
        """A judge of its own that takes the owner's corrections into account; ValueError when it is of another base."""
        from afterword_models.personal import base_of

        judge = Judge.from_folder(folder())
        component = judge._component()
        if base_of(component) != model.base:
            raise ValueError("the personal model was trained on another pipeline")
        component.personal = model
        return judge

    def read(self, messages: Sequence[Message]) -> "Read":
        """The messages as the shipped weights see them: what a personal model is trained on and tried with."""
        from afterword_models.personal import Read

        with self._nlp.memory_zone():
            grams, logits = self._component().read([self._doc_of(message) for message in messages])
        return Read(grams, tuple(sender_of(message) for message in messages), logits)

    def taught(
        self, corrected: "Read", rejections: Sequence[bool], sample: "Read", *, words: bool = True
    ) -> "Personal":
        """A personal model from corrected mails, rehearsed on a sample of the corpus; of their senders alone without `words`."""
        from afterword_models.personal import resume

        return resume(self._component(), corrected, rejections, sample, words=words)

    def rejected(self, mails: "Read", model: "Personal | None" = None) -> list[bool]:
        """Which of the mails are rejections, by the shipped weights or with what a personal model adds."""
        logits = mails.logits + (model.nudges(mails.grams, mails.senders) if model else 0.0)
        threshold = self._component().decision.threshold
        return [bool(each) for each in logits >= math.log(threshold / (1 - threshold))]

    def _component(self) -> "MailJudge":
        component: MailJudge = self._nlp.get_pipe("afterword_judge")  # type: ignore[assignment]  # typed as any callable
        return component

    def _doc_of(self, message: Message) -> "Doc":
        doc = self._nlp.make_doc(text_of(message))
        doc.user_data["sender"] = sender_of(message)
        return doc

    def judge(self, message: Message) -> Verdict:
        """The verdict on one message, whatever is in it."""
        return next(self.judge_all([message]))

    def judge_all(self, messages: Iterable[Message]) -> Iterator[Verdict]:
        """Verdicts in the order of the messages."""
        batch: list[Message] = []
        for message in messages:
            batch.append(message)
            if len(batch) == BATCH:
                yield from self._judge_batch(batch)
                batch = []
        yield from self._judge_batch(batch)

    def _judge_batch(self, batch: list[Message]) -> list[Verdict]:
        # Words that are new in this batch are forgotten with it: the memory of a daemon does not grow.
        with self._nlp.memory_zone():
            docs = [self._doc_of(message) for message in batch]
            return [
                verdict_of(doc, message)
                for doc, message in zip(self._nlp.pipe(docs, batch_size=BATCH), batch, strict=True)
            ]


def text_of(message: Message) -> str:
    """What the pipeline reads of a message."""
    return f"{' '.join(message.subject.split())}\n\n{message.text}"


def sender_of(message: Message) -> str:
    """By what a personal model knows a sender again, "" where there is none: display name and address together.

    A tracking system writes for many companies from one address.
    """
    sender = message.sender
    return f"{sender.name.casefold().strip()} <{sender.address.casefold()}>" if sender else ""


def verdict_of(doc: "Doc", message: Message) -> Verdict:
    """The verdict in a Doc, with the deciding sentence's offsets in the message's text."""
    reading = doc._.reading
    text, offset = doc.user_data["text"], len(text_of(message)) - len(message.text)
    return Verdict(
        label=Label(reading.label),
        score=doc.cats[reading.label],
        scores=MappingProxyType(doc.cats),
        evidence=_evidence(text, reading.sentence, offset),
        hold=reading.hold,
        facets=facets_of(doc._.facets or {}, text, offset),
    )


def facets_of(found: "Mapping[str, Found]", text: str, offset: int) -> Facets:
    """The facets as the service knows them; the message's text begins at `offset` of the text that was read."""
    holding = {name: each.sentence for name, each in found.items() if each.holds}
    reasons = tuple(reason for reason in Reason if reason in holding)
    sentences = {name: _evidence(text, span, offset) for name, span in holding.items()}
    return Facets(
        party=Party.RECRUITER if "recruiter" in holding else Party.COMPANY,
        stage=Stage.FINAL
        if "final" in holding
        else Stage.INTERVIEW
        if "interview" in holding
        else Stage.APPLICATION,
        reasons=reasons or (Reason.UNSTATED,),
        feedback_given="feedback" in holding,
        no_feedback_policy="policy" in holding,
        evidence={name: evidence for name, evidence in sentences.items() if evidence},
    )


def _evidence(text: str, span: tuple[int, int] | None, offset: int) -> Evidence | None:
    if span is None:
        return None
    start, end = span
    sentence = " ".join(text[start:end].split())
    if end <= offset - 2:
        return Evidence(sentence, -1, -1)
    return Evidence(sentence, start - offset, end - offset)
