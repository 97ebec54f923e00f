"""The pipeline as spaCy loads it: a tokeniser and one component, both registered under `afterword`.

The text of a Doc is a mail's subject, a blank line, and what the sender wrote. The component fills `doc.cats` with the probability of
each label and `doc._.reading` with the decision and the sentences behind it. It is linear throughout: every score is a sum of
weights that can be looked up.
"""

import json
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from afterword_models.batches import Batches
from afterword_models.ngrams import Features, Grams, Vocabulary
from afterword_models.personal import Personal
from afterword_models.tokens import LIMIT, Sentence, forms_of, sentences_in, split_words, starts_of

REJECTION = "rejection"
DOCUMENT, ELSEWHERE, SENTENCE, OTHERS = 0, 1, 2, slice(3, None)  # columns of the weights
BETWEEN = "\n\n"  # stands between subject and text

Floats = NDArray[Any]

if not Doc.has_extension("reading"):
    Doc.set_extension("reading", default=None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the component says beside `doc.cats`; `sentence` is (start, end) in the Doc's text, None when it has no word."""

    label: str
    hold: bool
    sentence: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Decision:
    """How scores become a decision; all of it is chosen on out-of-fold scores (see docs/accuracy.md).

    The probability of a rejection is the logistic function of `document` * d + `elsewhere` * e + `sentence` * s + `bias`, with the
    logits d that the whole mail is a rejection, e that it has nothing to do with jobs, and s, the highest of its sentences',
    that a sentence turns somebody down.
    """

    document: float
    elsewhere: float
    sentence: float
    bias: float
    threshold: float
    hold_from: float
    hold_to: float

    def logit(self, document: Floats, elsewhere: Floats, sentence: Floats) -> Floats:
        """The calibrated logits that mails with these three are rejections."""
        return self.document * document + self.elsewhere * elsewhere + self.sentence * sentence + self.bias


@registry.tokenizers("afterword.Tokenizer.v1")  # type: ignore[untyped-decorator]  # catalogue ships no types
def create_tokenizer() -> Any:
    """The factory that spaCy calls with the Language."""

    def create(nlp: Language) -> MailTokenizer:
        # The classifier reads forms of its own; spaCy's shapes, suffixes and flags of each new word would be computed in vain.
        nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # Cython, missing from the stub
        return MailTokenizer(nlp.vocab)

    return create


class MailTokenizer:
    """Makes a Doc of the first `LIMIT` characters; the words stay in `doc.user_data` so that nobody takes them out of it again."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The Doc of a text."""
        text = text[:LIMIT]
        words, spaces = split_words(text)
        doc = Doc(self.vocab, words=words, spaces=spaces)
        doc.user_data["text"], doc.user_data["words"], doc.user_data["spaces"] = text, words, spaces
        return doc

    def to_bytes(self, **_kwargs: Any) -> bytes:
        """Nothing is learnt."""
        return b""

    def from_bytes(self, _octets: bytes, **_kwargs: Any) -> Self:
        """Nothing is learnt."""
        return self

    def to_disk(self, _path: Path, **_kwargs: Any) -> None:
        """Nothing is learnt."""

    def from_disk(self, _path: Path, **_kwargs: Any) -> Self:
        """Nothing is learnt."""
        return self


@Language.factory("afterword_judge")
def create_judge(nlp: Language, name: str) -> "MailJudge":
    """The factory that spaCy calls; the weights come from disk."""
    return MailJudge(nlp.vocab, name)


class MailJudge(Batches):
    """Linear models over one vocabulary: three for the rejection (see `Decision`), and one for the other nine labels."""

    def __init__(self, vocab: Vocab, name: str = "afterword_judge") -> None:
        self.vocab = vocab
        self.name = name
        self.vocabulary = Vocabulary({}, np.empty(0, dtype=np.int64))
        self.labels: tuple[str, ...] = ()
        self.decision = Decision(1.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.5)
        # One row a feature; the columns are the three scores of `Decision`, then the other labels in the order of `labels`.
        self.weights: Floats = np.zeros((0, 3), dtype=np.float32)
        self.biases: Floats = np.zeros(3, dtype=np.float32)
        # What one owner's corrections add; no part of what is trained or written here.
        self.personal: Personal | None = None

    def _fill(self, docs: Sequence[Doc]) -> None:
        """Set `doc.cats` and `doc._.reading`."""
        mails = [split_doc(doc) for doc in docs]
        features = self.vocabulary.read([(subject, found) for _, subject, found in mails])
        logits, decided = self._decided(features)
        if self.personal:
            senders = [doc.user_data.get("sender", "") for doc in docs]
            decided = decided + self.personal.nudges(features.documents, senders)
        chances = [1 / (1 + math.exp(-min(30.0, max(-30.0, logit)))) for logit in decided.tolist()]
        labels = [self._label(*each) for each in zip(chances, logits, strict=True)]
        counts = np.diff(np.append(features.firsts, len(features.sentences.scales)))
        columns = np.repeat([self._column(label) for label in labels], counts)
        by_sentence = np.split(self._sentence_logits(features.sentences, columns), features.firsts[1:])
        for doc, mail, row, chance, label, speaking in zip(
            docs, mails, logits, chances, labels, by_sentence, strict=True
        ):
            subject_end, subject, found = mail
            spans = [(0, subject_end) if subject else None, *((each.start, each.end) for each in found)]
            doc.cats = self._cats(row[OTHERS], chance)
            doc._.reading = Reading(
                label=label,
                hold=self.decision.hold_from <= chance < self.decision.hold_to,
                sentence=_strongest(spans, speaking),
            )

    def read(self, docs: Sequence[Doc]) -> tuple[Grams, Floats]:
        """(the n-grams of whole mails, the calibrated logit that each is a rejection) by the shipped weights alone."""
        mails = [split_doc(doc) for doc in docs]
        features = self.vocabulary.read([(subject, found) for _, subject, found in mails])
        return features.documents, self._decided(features)[1]

    def _decided(self, features: Features) -> tuple[Floats, Floats]:
        """(logits of whole mails, shape (mails, columns); the calibrated logit that each is a rejection)."""
        logits = features.documents.sums(self.weights) + self.biases
        telling = self._sentence_logits(features.sentences, np.full(len(features.sentences.scales), SENTENCE))
        highest = np.maximum.reduceat(telling, features.firsts)
        return logits, np.asarray(self.decision.logit(logits[:, DOCUMENT], logits[:, ELSEWHERE], highest))

    def _sentence_logits(self, grams: Grams, columns: NDArray[np.int64]) -> Floats:
        """The logit of each sentence by the model in its column of `weights`."""
        weights = self.weights[grams.members, columns[grams.owners]]
        sums = np.bincount(grams.owners, weights, minlength=len(grams.scales))
        return np.asarray(sums * grams.scales + self.biases[columns])

    def _label(self, chance: float, logits: Floats) -> str:
        return REJECTION if chance >= self.decision.threshold else self.labels[int(logits[OTHERS].argmax())]

    def _column(self, label: str) -> int:
        return SENTENCE if label == REJECTION else OTHERS.start + self.labels.index(label)

    def _cats(self, logits: Floats, chance: float) -> dict[str, float]:
        """The other labels share what the rejection leaves."""
        shares = np.exp(logits - logits.max())
        shares *= (1 - chance) / shares.sum()
        return {REJECTION: chance} | dict(zip(self.labels, shares.tolist(), strict=True))

    def to_disk(self, path: Path, **_kwargs: Any) -> None:
        """Forms as text, numbers as arrays in the smallest type that serves, the decision as JSON."""
        path = Path(path)
        path.mkdir(parents=True, exist_ok=True)
        self.vocabulary.write_forms(path / "forms.txt")
        np.save(path / "keys.npy", self.vocabulary.keys)
        np.save(path / "weights.npy", self.weights.astype(np.float16))
        np.save(path / "biases.npy", self.biases)
        settings = {"labels": self.labels, "decision": asdict(self.decision)}
        (path / "settings.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")

    def from_disk(self, path: Path, **_kwargs: Any) -> Self:
        """Read what `to_disk` wrote."""
        path = Path(path)
        self.vocabulary = Vocabulary.with_forms(path / "forms.txt", np.load(path / "keys.npy"))
        self.weights = np.load(path / "weights.npy").astype(np.float32)
        self.biases = np.load(path / "biases.npy")
        settings = json.loads((path / "settings.json").read_text(encoding="utf-8"))
        self.labels = tuple(settings["labels"])
        self.decision = Decision(**settings["decision"])
        return self


def split_doc(doc: Doc) -> tuple[int, tuple[str, ...], list[Sentence]]:
    """(end of the subject, its forms, the sentences of the text) of a Doc made by MailTokenizer."""
    text: str = doc.user_data["text"]
    words: list[str] = doc.user_data["words"]
    starts = starts_of(words, doc.user_data["spaces"])
    end = max(0, text.find(BETWEEN))
    return end, tuple(forms_of(words[: bisect_left(starts, end)])), sentences_in(text, words, starts, end)


def _strongest(spans: Sequence[tuple[int, int] | None], logits: Floats) -> tuple[int, int] | None:
    """The sentence with the highest score; None where there is no word at all."""
    there = [(float(logit), span) for span, logit in zip(spans, logits, strict=True) if span]
    return max(there, key=lambda pair: pair[0])[1] if there else None
