"""N-grams of forms as numbers: an explicit vocabulary, so that no two n-grams ever share a weight by a hash collision.

A sentence is read between two marks, so that "if" at its beginning is something else than "if" in the middle. It gives

- every run of one, two or three forms,
- every pair of forms with one, two or three others between them ("not ... forward"),
- every run of one or two *stems*, the first `STEM` letters of a longer form, for inflections never seen.

A form or stem has an id from 1, and an n-gram is a number made of its ids and its kind. The words of the subject count once more by
themselves, so that "update" in a subject may mean something else than in a text.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from afterword_models.tokens import Sentence

BITS = 20  # of an id: there are fewer than a million forms, and three ids fit into 60 bits
APART, SUBJECT = 1 << 60, 2 << 60  # the kinds of n-grams beside plain runs
GAPS = (2, 3, 4)  # how far the two forms of a pair are apart
STEM = 5
PER_FORM = 3 + len(GAPS) + 2  # n-grams that a form begins, for the length of a text
FIRST, LAST = "^", "$"

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]


Mail = tuple[Sequence[str], Sequence[Sentence]]  # the forms of the subject, and the sentences of the text


@dataclass(frozen=True, slots=True)
class Grams:
    """Distinct pairs of a text's number and a feature in it, ordered by text; `scales` has a number for each text.

    A scale is one by the root of the number of all n-grams, unknown ones too: it keeps a long text about something else near zero.
    """

    owners: Ids
    members: Ids
    scales: Floats

    @property
    def bounds(self) -> Ids:
        """Where the pairs of each text begin, and where the last ends; shape (texts + 1,)."""
        return np.searchsorted(self.owners, np.arange(len(self.scales) + 1))

    def sums(self, weights: NDArray[Any]) -> NDArray[Any]:
        """The weights of each text's features, summed and scaled; shape (texts, columns)."""
        running = np.zeros((len(self.members) + 1, weights.shape[1]))
        np.cumsum(weights[self.members], axis=0, out=running[1:], dtype=np.float64)
        return np.asarray(np.diff(running[self.bounds], axis=0) * self.scales[:, None])


@dataclass(frozen=True, slots=True)
class Features:
    """The known n-grams of some mails. `firsts` is the number of each mail's first sentence, which is its subject."""

    documents: Grams
    sentences: Grams
    firsts: Ids


class Vocabulary:
    """Which forms and n-grams are known. `forms` maps a form or stem to its id; `keys` are the n-grams' numbers by feature number."""

    def __init__(self, forms: Mapping[str, int], keys: Ids) -> None:
        self.forms = forms
        self.keys = keys
        self._table = _Table(keys)

    @classmethod
    def with_forms(cls, path: Path, keys: Ids) -> Self:
        """The vocabulary of the forms that `write_forms` wrote."""
        forms = path.read_text(encoding="utf-8").split("\n")
        return cls({form: number for number, form in enumerate(forms, start=1)}, keys)

    def write_forms(self, path: Path) -> None:
        """Write the forms and stems as text, one a line, in the order of their ids."""
        path.write_text("\n".join(sorted(self.forms, key=lambda form: self.forms[form])), encoding="utf-8")

    @property
    def size(self) -> int:
        """How many features there are."""
        return len(self.keys)

    def only(self, features: Ids) -> "Vocabulary":
        """The vocabulary of some of its features, in their order, with no more forms than they are made of."""
        keys = self.keys[features]
        fields = np.stack([keys >> shift & ((1 << BITS) - 1) for shift in (0, BITS, 2 * BITS)])
        used = np.setdiff1d(np.unique(fields), [0])
        renumbered = np.searchsorted(used, fields) + 1
        renumbered[fields == 0] = 0
        kinds = keys >> 3 * BITS << 3 * BITS
        shifts = np.array([[0], [BITS], [2 * BITS]])
        by_id = {number: form for form, number in self.forms.items()}
        return Vocabulary(
            {by_id[int(each)]: number for number, each in enumerate(used, start=1)},
            kinds + (renumbered << shifts).sum(axis=0),
        )

    def read(self, mails: Sequence[Mail]) -> Features:
        """The features of the mails, all looked up together."""
        counts = np.array([1 + len(sentences) for _, sentences in mails])
        parts = [
            part for subject, sentences in mails for part in (subject, *(each.forms for each in sentences))
        ]
        mail_of = np.repeat(np.arange(len(mails)), counts)  # by sentence
        firsts = np.cumsum(counts) - counts
        lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)) + 2
        numbers, places = numbers_of(*self._ids(parts))
        members, hits = self._table.find(numbers)
        owners = np.repeat(np.arange(len(parts)), lengths + 1)[places[hits]]
        marked, marked_mails = self._marked([subject for subject, _ in mails])
        return Features(
            documents=self._grams(
                np.concatenate([marked_mails, mail_of[owners]]),
                np.concatenate([marked, members]),
                np.bincount(mail_of, lengths, minlength=len(mails)),
            ),
            sentences=self._grams(owners, members, lengths),
            firsts=firsts,
        )

    def _ids(self, parts: Sequence[Sequence[str]]) -> tuple[Ids, Ids]:
        """(ids of the forms, ids of their stems), each sentence between its marks and ended by -1."""
        known = self.forms.get
        first, last = known(FIRST, 0), known(LAST, 0)
        forms: list[int] = []
        stems: list[int] = []
        for part in parts:
            forms += [first, *[known(form, 0) for form in part], last, -1]
            stems += [0, *[known(form[:STEM] + "*", 0) if len(form) > STEM else 0 for form in part], 0, -1]
        return np.array(forms, dtype=np.int64), np.array(stems, dtype=np.int64)

    def _marked(self, subjects: Sequence[Sequence[str]]) -> tuple[Ids, Ids]:
        """(features, mail numbers) of the words of subjects."""
        ids = [SUBJECT + self.forms.get(form, 0) for subject in subjects for form in subject]
        mails = np.repeat(np.arange(len(subjects)), [len(subject) for subject in subjects])
        members, hits = self._table.find(np.array(ids, dtype=np.int64))
        return members, mails[hits]

    def _grams(self, owners: Ids, members: Ids, lengths: Ids) -> Grams:
        pairs = np.sort(owners * max(1, self.size) + members)  # np.unique takes three times as long
        pairs = pairs[np.append(True, np.diff(pairs) > 0)[: len(pairs)]]
        return Grams(
            owners=pairs // max(1, self.size),
            members=pairs % max(1, self.size),
            scales=(1 / np.sqrt(PER_FORM * lengths)).astype(np.float32),
        )


class _Table:
    """Where a number lies among the keys: open addressing with linear probing, all numbers at once."""

    def __init__(self, keys: Ids) -> None:
        self._keys = keys
        bits = max(4, int(4 * len(keys)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._slots = np.full(1 << bits, -1, dtype=np.int32)
        waiting = np.arange(len(keys))
        at = self._hash(keys)
        while len(waiting):
            free = self._slots[at] < 0
            self._slots[at[free]] = waiting[free]
            left = self._slots[at] != waiting
            waiting, at = waiting[left], (at[left] + 1) & self._mask

    def find(self, numbers: Ids) -> tuple[Ids, Ids]:
        """(places among the keys, places among the numbers) of the numbers that are keys, in the order of the numbers."""
        found = np.full(len(numbers), -1, dtype=np.int64)
        waiting = np.arange(len(numbers))
        at = self._hash(numbers)
        while len(waiting):
            slots = self._slots[at]
            used = slots >= 0
            waiting, at, slots = waiting[used], at[used], slots[used]
            hit = self._keys[slots] == numbers[waiting]
            found[waiting[hit]] = slots[hit]
            waiting, at = waiting[~hit], (at[~hit] + 1) & self._mask
        places = np.flatnonzero(found >= 0)
        return found[places], places

    def _hash(self, numbers: Ids) -> Ids:
        mixed = numbers.astype(np.uint64) * np.uint64(
            0x9E3779B97F4A7C15
        )  # Fibonacci hashing (Knuth, TAOCP 6.4)
        return np.asarray(mixed >> self._shift, dtype=np.int64)


def stem_of(form: str) -> str:
    """The stem of a form, marked so that it is no form itself."""
    return f"{form[:STEM]}*"


def numbers_of(forms: Ids, stems: Ids) -> tuple[Ids, Ids]:
    """(numbers, places) of the n-grams in rows of ids.

    An id of 0 is unknown, one of -1 ends a sentence. A run of two stems needs one stem at least; the other may be a short form.
    """
    mixed = np.where(stems > 0, stems, forms)
    size = len(forms)
    runs = [
        (stems, stems > 0),
        (_joined(mixed, mixed, 1), (stems[:-1] > 0) | (stems[1:] > 0)),
        (forms, forms > 0),
        (_joined(forms, forms, 1), None),
        (_joined(_joined(forms, forms, 1), forms, 2), None),
    ]
    whole = np.cumsum(forms < 0)
    for gap in GAPS:
        together = whole[:-gap] == whole[gap:] if size > gap else np.empty(0, dtype=bool)
        runs.append((_joined(forms, forms, gap, APART), together))
    numbers, places = [], []
    for row, allowed in runs:
        kept = np.flatnonzero(row > 0 if allowed is None else (row > 0) & allowed)
        numbers.append(row[kept])
        places.append(kept)
    return np.concatenate(numbers), np.concatenate(places)


def _joined(row: Ids, ids: Ids, gap: int, kind: int = 0) -> Ids:
    """Each n-gram of a row with the id `gap` further on; 0 where either is unknown."""
    first, second = row[: max(0, len(ids) - gap)], ids[gap:]
    return np.where((first > 0) & (second > 0), kind + (first << BITS) + second, 0)


def grams_of(subject: Sequence[str], sentences: Sequence[Sentence]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(kind, forms or stems) of every n-gram of a mail, known or not, as `numbers_of` numbers them."""
    for form in subject:
        yield SUBJECT, (form,)
    for part in (subject, *(sentence.forms for sentence in sentences)):
        forms = (FIRST, *part, LAST)
        mixed = [stem_of(form) if len(form) > STEM else form for form in forms]
        for at in range(len(forms)):
            yield from ((0, forms[at : at + order]) for order in (1, 2, 3) if at + order <= len(forms))
            yield from ((APART, (forms[at], forms[at + gap])) for gap in GAPS if at + gap < len(forms))
            if mixed[at] != forms[at]:
                yield 0, (mixed[at],)
            if at + 1 < len(forms) and (mixed[at], mixed[at + 1]) != (forms[at], forms[at + 1]):
                yield 0, (mixed[at], mixed[at + 1])


def build_vocabulary(
    documents: Iterable[tuple[str, Sequence[str], Sequence[Sentence]]], fewest: int
) -> Vocabulary:
    """The n-grams that occur in at least `fewest` groups of (group, subject forms, sentences).

    Counting groups (patterns, or mails written by hand) and not mails keeps out what is peculiar to one pattern.
    """
    seen: dict[tuple[int, tuple[str, ...]], set[str]] = {}
    for group, subject, sentences in documents:
        for gram in set(grams_of(subject, sentences)):
            seen.setdefault(gram, set()).add(group)
    kept = [gram for gram, groups in seen.items() if len(groups) >= fewest]
    known = {
        form: number
        for number, form in enumerate(sorted({form for _, gram in kept for form in gram}), start=1)
    }
    keys = [number_of(kind, [known[form] for form in gram]) for kind, gram in kept]
    return Vocabulary(known, np.array(sorted(keys), dtype=np.int64))


def number_of(kind: int, ids: Sequence[int]) -> int:
    """The number of one n-gram."""
    number = 0
    for each in ids:
        number = (number << BITS) + each
    return kind + number
