"""N-grams of forms as numbers: an explicit vocabulary, so that no two n-grams ever share a weight by a hash collision.

A form has an id from 1; an n-gram of ids (a, b, c) is the number (a * BASE + b) * BASE + c. Sorted arrays of those numbers are
the vocabulary, looked up by bisection. Forms of the subject have ids of their own, so that "update" in a subject may mean something
else than in a text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterword_models.tokens import Sentence

BASE = 1 << 20  # more forms than there can be; three of them fit into 63 bits
ORDER = 3
SUBJECT = "subject:"

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Features:
    """The known n-grams of one mail.

    `document` are the distinct feature numbers of subject and text; `sentences` those of each sentence, the subject's
    first. `length` and `lengths` count all n-grams, unknown ones too: dividing by their root keeps a long mail about
    something else near zero.
    """

    document: Ids
    length: int
    sentences: tuple[Ids, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`forms` maps a form to its id; `keys[n]` are the sorted numbers of the n-grams of order n + 1."""

    forms: Mapping[str, int]
    keys: tuple[Ids, ...]

    @property
    def size(self) -> int:
        """How many features there are."""
        return sum(len(keys) for keys in self.keys)

    def read(self, subject: Sequence[str], sentences: Sequence[Sentence]) -> Features:
        """The features of a mail from the forms of its subject and its sentences."""
        marked = self._features(subject, SUBJECT)
        found = [self._features(subject), *(self._features(sentence.forms) for sentence in sentences)]
        lengths = [len(subject), *(len(sentence.forms) for sentence in sentences)]
        return Features(
            document=np.unique(np.concatenate([marked, *found[1:]])),
            length=max(1, ORDER * sum(lengths)),
            sentences=tuple(np.unique(features) for features in found),
            lengths=tuple(max(1, ORDER * length) for length in lengths),
        )

    def _features(self, forms: Sequence[str], prefix: str = "") -> Ids:
        known = self.forms
        ids = np.fromiter((known.get(prefix + form, 0) for form in forms), dtype=np.int64, count=len(forms))
        found = []
        offset = 0
        for keys, grams in zip(self.keys, numbers(ids), strict=True):
            if len(keys) and len(grams):
                at = np.searchsorted(keys, grams)
                at[at == len(keys)] = 0
                found.append(at[keys[at] == grams] + offset)
            offset += len(keys)
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def numbers(ids: Ids) -> list[Ids]:
    """The numbers of all n-grams by order; an n-gram with an unknown form in it is left out."""
    grams = [ids[ids > 0]]
    running = ids
    whole = ids > 0
    for order in range(1, ORDER):
        if len(ids) <= order:
            grams.append(np.empty(0, dtype=np.int64))
            continue
        running = running[:-1] * BASE + ids[order:]
        whole = whole[:-1] & (ids[order:] > 0)
        grams.append(running[whole])
    return grams


def build_vocabulary(
    documents: Iterable[tuple[str, Sequence[str], Sequence[Sentence]]], fewest: int
) -> Vocabulary:
    """The n-grams that occur in at least `fewest` groups of (group, subject forms, sentences).

    Counting groups (patterns, or mails written by hand) and not mails keeps out what is peculiar to one pattern.
    """
    seen: dict[tuple[str, ...], set[str]] = {}
    for group, subject, found in documents:
        marked = tuple(SUBJECT + form for form in subject)
        for forms in (tuple(subject), marked, *(sentence.forms for sentence in found)):
            for order in range(1, ORDER + 1):
                for start in range(len(forms) - order + 1):
                    seen.setdefault(forms[start : start + order], set()).add(group)
    kept = sorted(gram for gram, groups in seen.items() if len(groups) >= fewest)
    known = {
        gram[0]: number for number, gram in enumerate((gram for gram in kept if len(gram) == 1), start=1)
    }
    keys: list[list[int]] = [[] for _ in range(ORDER)]
    for gram in kept:
        number = 0
        for form in gram:
            number = number * BASE + known[form]
        keys[len(gram) - 1].append(number)
    return Vocabulary(known, tuple(np.array(sorted(part), dtype=np.int64) for part in keys))
