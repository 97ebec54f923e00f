"""What a rejection says beside no, as spaCy's second component: it reads only what the first one takes for a rejection or for feedback.

Each facet is a yes or no of its own. Two linear models have a word in it: one over sentences, of which the strongest counts, since "the
client went with somebody else" is said once; and one over whole mails, since tone and length tell as well. `doc._.facets` says which
facets hold, and by which sentence. The vocabulary is the component's own and small, with only the n-grams that matter here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from afterword_models.batches import Batches
from afterword_models.components import split_doc
from afterword_models.ngrams import Vocabulary

FACETS = (
    "recruiter", "interview", "final", "feedback", "policy",
    "overqualified", "underqualified", "internal_candidate", "role_changed", "role_closed", "other_candidate", "location_or_permit", "compensation",
)  # fmt: skip
READ = frozenset({"rejection", "feedback"})  # the labels for which a dossier is opened
LARGEST = 127  # of a weight as it is stored

Floats = NDArray[Any]

if not Doc.has_extension("facets"):
    Doc.set_extension("facets", default=None)


@dataclass(frozen=True, slots=True)
class Found:
    """One facet of a mail: whether it holds, and the sentence that says so most, (start, end) in the Doc's text."""

    holds: bool
    sentence: tuple[int, int] | None


@dataclass(frozen=True)
class FacetModel:
    """The two linear models and how their scores are weighed; k is the number of FACETS.

    `sentences` and `documents` have shape (features, k), `biases` (2, k) in that order. `mix` has shape (2k + 1, k): what each of the k scores
    of the strongest sentences and the k of the whole mail says for a facet, and a constant. A facet holds where the sum is above zero. All are
    heard for each, since facets go together: whoever is told what was missing in an interview has had one.
    """

    vocabulary: Vocabulary
    sentences: Floats
    documents: Floats
    biases: Floats
    mix: Floats

    @classmethod
    def empty(cls) -> "FacetModel":
        """One that finds nothing."""
        count = len(FACETS)
        none = np.zeros((0, count), dtype=np.float32)
        return cls(
            Vocabulary({}, np.empty(0, dtype=np.int64)),
            none,
            none,
            np.zeros((2, count)),
            -np.ones((2 * count + 1, count)),
        )


@Language.factory("afterword_facets")
def create_reader(nlp: Language, name: str) -> "FacetReader":
    """The factory that spaCy calls; the weights come from disk."""
    return FacetReader(nlp.vocab, name)


class FacetReader(Batches):
    """Fills `doc._.facets` with a mapping from each of FACETS to what was `Found`."""

    def __init__(self, vocab: Vocab, name: str = "afterword_facets") -> None:
        self.vocab = vocab
        self.name = name
        self.model = FacetModel.empty()

    def _fill(self, docs: Sequence[Doc]) -> None:
        chosen = [doc for doc in docs if doc._.reading is not None and doc._.reading.label in READ]
        if chosen:
            for doc, found in zip(chosen, read_facets(self.model, chosen), strict=True):
                doc._.facets = found

    def to_disk(self, path: Path, **_kwargs: Any) -> None:
        """Forms as text; weights as whole numbers of a 127th of the largest of their column."""
        path = Path(path)
        path.mkdir(parents=True, exist_ok=True)
        model = self.model
        model.vocabulary.write_forms(path / "forms.txt")
        weights = np.hstack([model.sentences, model.documents])
        steps = np.abs(weights).max(axis=0, initial=1e-9) / LARGEST
        np.savez_compressed(
            path / "model.npz",
            keys=model.vocabulary.keys,
            weights=np.rint(weights / steps).astype(np.int8),
            steps=steps.astype(np.float32),
            biases=model.biases.astype(np.float32),
            mix=model.mix.astype(np.float32),
        )

    def from_disk(self, path: Path, **_kwargs: Any) -> Self:
        """Read what `to_disk` wrote."""
        path = Path(path)
        with np.load(path / "model.npz") as stored:
            weights = stored["weights"] * stored["steps"]
            half = weights.shape[1] // 2
            self.model = FacetModel(
                Vocabulary.with_forms(path / "forms.txt", stored["keys"]),
                np.ascontiguousarray(weights[:, :half]),
                np.ascontiguousarray(weights[:, half:]),
                stored["biases"],
                stored["mix"],
            )
        return self


def read_facets(model: FacetModel, docs: Sequence[Doc]) -> list[Mapping[str, Found]]:
    """What the mails say, one mapping each."""
    mails = [split_doc(doc) for doc in docs]
    features = model.vocabulary.read([(subject, found) for _, subject, found in mails])
    telling = features.sentences.sums(model.sentences) + model.biases[0]
    strongest = np.maximum.reduceat(telling, features.firsts)
    whole = features.documents.sums(model.documents) + model.biases[1]
    holds = np.hstack([strongest, whole]) @ model.mix[:-1] + model.mix[-1] > 0
    found: list[Mapping[str, Found]] = []
    for number, (subject_end, _subject, sentences) in enumerate(mails):
        first = features.firsts[number]
        spans = [(0, subject_end), *((each.start, each.end) for each in sentences)]
        best = telling[first : first + len(spans)].argmax(axis=0)
        found.append(
            {
                facet: Found(
                    bool(holds[number, column]), spans[best[column]] if subject_end or sentences else None
                )
                for column, facet in enumerate(FACETS)
            }
        )
    return found
