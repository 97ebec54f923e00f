"""The pipeline as spaCy loads it: a tokeniser and one component, both registered under `afterword`.

The text of a Doc is a mail's subject, a blank line, and what the sender wrote. The component fills `doc.cats` with the probability of
each label and `doc._.reading` with the decision and the sentences behind it. It is linear throughout: every score is a sum of
weights that can be looked up.
"""

import json
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

from afterword_models.ngrams import Features, Vocabulary
from afterword_models.tokens import LIMIT, Piece, Sentence, forms_of, pieces_of, sentences_in

REJECTION = "rejection"
BETWEEN = "\n\n"  # stands between subject and text

Floats = NDArray[np.float32]

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

    The probability of a rejection is the logistic function of `document` * d + `sentence` * s + `bias`, with d and s the logits
    of the two models.
    """

    document: float
    sentence: float
    bias: float
    threshold: float
    hold_from: float
    hold_to: float


@registry.tokenizers("afterword.Tokenizer.v1")  # type: ignore[untyped-decorator]  # catalogue ships no types
def create_tokenizer() -> Any:
    """The factory that spaCy calls with the Language."""

    def create(nlp: Language) -> MailTokenizer:
        # The classifier reads forms of its own; spaCy's shapes, suffixes and flags of each new word would be computed in vain.
        nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # Cython, missing from the stub
        return MailTokenizer(nlp.vocab)

    return create


class MailTokenizer:
    """Makes a Doc of the first `LIMIT` characters; the pieces stay in `doc.user_data` so that nobody tokenises twice."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The Doc of a text."""
        text = text[:LIMIT]
        pieces = pieces_of(text)
        words: list[str] = []
        spaces: list[bool] = []
        at = 0
        for piece in pieces:
            _add_gap(text[at : piece.start], words, spaces)
            words.append(piece.words)
            spaces.append(False)
            at = piece.end
        _add_gap(text[at:], words, spaces)
        doc = Doc(self.vocab, words=words, spaces=spaces)
        doc.user_data["pieces"] = pieces
        doc.user_data["text"] = text  # Doc.text puts it together anew at every call
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


def _add_gap(gap: str, words: list[str], spaces: list[bool]) -> None:
    """White space before a piece: one space belongs to the word before it, anything else is a token of its own."""
    if gap == " " and spaces and not words[-1].isspace():
        spaces[-1] = True
    elif gap:
        words.append(gap)
        spaces.append(False)


@Language.factory("afterword_judge")
def create_judge(nlp: Language, name: str) -> "MailJudge":
    """The factory that spaCy calls; the weights come from disk."""
    return MailJudge(nlp.vocab, name)


class MailJudge:
    """Two linear models for the rejection (mail and sentence), and one for the other nine labels."""

    def __init__(self, vocab: Vocab, name: str = "afterword_judge") -> None:
        self.vocab = vocab
        self.name = name
        self.vocabulary = Vocabulary({}, ())
        self.labels: tuple[str, ...] = ()
        self.decision = Decision(1.0, 1.0, 0.0, 0.5, 0.5, 0.5)
        # Row 0: document model; row 1: sentence model; the rest: the other labels in the order of `labels`.
        self.weights: Floats = np.zeros((0, 0), dtype=np.float32)
        self.biases: Floats = np.zeros(0, dtype=np.float32)

    def __call__(self, doc: Doc) -> Doc:
        """Fill `doc.cats` and `doc._.reading`."""
        subject_end, subject, found = split_doc(doc)
        features = self.vocabulary.read(subject, found)
        spans = [(0, subject_end), *((sentence.start, sentence.end) for sentence in found)]
        by_sentence = self._sentence_logits(features, 1)
        chance = self.probability(features, by_sentence)
        doc.cats = self._cats(features, chance)
        label = REJECTION if chance >= self.decision.threshold else self._best_other(doc.cats)
        if label != REJECTION:
            by_sentence = self._sentence_logits(features, 2 + self.labels.index(label))
        doc._.reading = Reading(
            label=label,
            hold=self.decision.hold_from <= chance < self.decision.hold_to,
            sentence=_strongest(spans, by_sentence, features),
        )
        return doc

    def probability(self, features: Features, by_sentence: Floats) -> float:
        """The calibrated probability that the mail is a rejection."""
        decision = self.decision
        document = self.weights[0, features.document].sum() / np.sqrt(features.length) + self.biases[0]
        logit = decision.document * document + decision.sentence * by_sentence.max() + decision.bias
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))

    def _sentence_logits(self, features: Features, row: int) -> Floats:
        """The score of each sentence, the subject's first, by the model in a row of `weights`."""
        sums = np.bincount(
            features.owners, self.weights[row, features.members], minlength=len(features.lengths)
        )
        return np.asarray(sums / np.sqrt(features.lengths) + self.biases[row], dtype=np.float32)

    def _cats(self, features: Features, chance: float) -> dict[str, float]:
        """The other labels share what the rejection leaves."""
        logits = self.weights[2:, features.document].sum(axis=1) / np.sqrt(features.length) + self.biases[2:]
        shares = np.exp(logits - logits.max())
        shares *= (1 - chance) / shares.sum()
        return {REJECTION: chance} | {
            label: float(share) for label, share in zip(self.labels, shares, strict=True)
        }

    def _best_other(self, cats: dict[str, float]) -> str:
        return max(self.labels, key=lambda label: cats[label])

    def to_disk(self, path: Path, **_kwargs: Any) -> None:
        """Forms as text, numbers as arrays in the smallest type that serves, the decision as JSON."""
        path = Path(path)
        path.mkdir(parents=True, exist_ok=True)
        ordered = sorted(self.vocabulary.forms, key=lambda form: self.vocabulary.forms[form])
        (path / "forms.txt").write_text("\n".join(ordered), encoding="utf-8")
        for order, keys in enumerate(self.vocabulary.keys, start=1):
            np.save(path / f"keys{order}.npy", keys)
        np.save(path / "weights.npy", self.weights.astype(np.float16))
        np.save(path / "biases.npy", self.biases)
        settings = {"labels": self.labels, "decision": asdict(self.decision)}
        (path / "settings.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")

    def from_disk(self, path: Path, **_kwargs: Any) -> Self:
        """Read what `to_disk` wrote."""
        path = Path(path)
        forms = (path / "forms.txt").read_text(encoding="utf-8").split("\n")
        keys = tuple(np.load(file) for file in sorted(path.glob("keys*.npy")))
        self.vocabulary = Vocabulary({form: number for number, form in enumerate(forms, start=1)}, keys)
        self.weights = np.load(path / "weights.npy").astype(np.float32)
        self.biases = np.load(path / "biases.npy")
        settings = json.loads((path / "settings.json").read_text(encoding="utf-8"))
        self.labels = tuple(settings["labels"])
        self.decision = Decision(**settings["decision"])
        return self


def split_doc(doc: Doc) -> tuple[int, tuple[str, ...], list[Sentence]]:
    """(end of the subject, its forms, the sentences of the text) of a Doc made by MailTokenizer."""
    text: str = doc.user_data["text"]
    pieces: list[Piece] = doc.user_data["pieces"]
    cut = text.find(BETWEEN)
    end = cut if cut >= 0 else 0
    subject = tuple(forms_of([piece for piece in pieces if piece.start < end]))
    return end, subject, sentences_in(text, pieces, end, len(text))


def _strongest(
    spans: Sequence[tuple[int, int]], logits: Floats, features: Features
) -> tuple[int, int] | None:
    """The sentence with the highest score among those that hold a known n-gram."""
    if not len(features.owners):
        return None
    known = np.unique(features.owners)
    return spans[int(known[np.argmax(logits[known])])]
