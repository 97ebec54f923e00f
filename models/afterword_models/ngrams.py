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

    `document` are the distinct feature numbers of subject and text. `owners` and `members`, of one length, are the distinct pairs
    of a sentence's number (the subject's is 0) and a feature in it, in order. `length` and `lengths` count all n-grams, unknown ones too: dividing by
    their root keeps a long mail about something else near zero.
    """

    document: Ids
    length: int
    owners: Ids
    members: Ids
    lengths: Ids


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
        """The features of a mail from the forms of its subject and its sentences, all of them looked up together."""
        parts = [subject, *(sentence.forms for sentence in sentences)]
        lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
        forms = [form for part in parts for form in (*part, "")]  # an empty form, unknown, ends each sentence
        owners = np.repeat(np.arange(len(parts)), lengths + 1)
        members, at = self._find(forms)
        marked, _ = self._find([SUBJECT + form for form in subject])
        pairs = np.unique(owners[at] * self.size + members) if len(members) else members
        return Features(
            document=np.unique(np.concatenate([marked, members[owners[at] > 0]])),
            length=max(1, ORDER * int(lengths.sum())),
            owners=pairs // max(1, self.size),
            members=pairs % max(1, self.size),
            lengths=np.maximum(1, ORDER * lengths),
        )

    def _find(self, forms: Sequence[str]) -> tuple[Ids, Ids]:
        """(feature numbers, where each begins) of the known n-grams in a row of forms; an unknown form breaks it."""
        known = self.forms
        ids = np.array([known.get(form, 0) for form in forms], dtype=np.int64)
        found, places = [], []
        offset = 0
        for keys, (grams, starts) in zip(self.keys, numbers(ids), strict=True):
            if len(keys) and len(grams):
                at = np.searchsorted(keys, grams)
                at[at == len(keys)] = 0
                hit = keys[at] == grams
                found.append(at[hit] + offset)
                places.append(starts[hit])
            offset += len(keys)
        if not found:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        return np.concatenate(found), np.concatenate(places)


def numbers(ids: Ids) -> list[tuple[Ids, Ids]]:
    """(numbers, places) of all n-grams by order; an n-gram with an unknown form in it is left out."""
    running, whole = ids, ids > 0
    grams = [(ids[whole], np.flatnonzero(whole))]
    for order in range(1, ORDER):
        running = running[:-1] * BASE + ids[order:]
        whole = whole[:-1] & (ids[order:] > 0)
        grams.append((running[whole], np.flatnonzero(whole)))
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
