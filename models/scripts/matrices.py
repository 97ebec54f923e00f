"""Mails as the rows of sparse matrices, as the pipeline reads them; what both trainings share."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from afterword.parse import from_fields
from afterword_models.judge import text_of
from afterword_models.ngrams import Grams, Vocabulary
from afterword_models.tokens import LIMIT, Sentence, forms_of, sentences_in, split_words, starts_of
from expand import Example

RARITY = 1.5


@dataclass(frozen=True)
class Row:
    """An example read: `gold` marks the deciding sentences, the subject's place first."""

    example: Example
    subject: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    gold: tuple[bool, ...]


def read(example: Example) -> Row:
    """Take an example apart as the pipeline does; quoted text and signature are left out as they are in real mail."""
    message = from_fields(example.subject, example.sender, example.body)
    text = text_of(message)[:LIMIT]
    words, spaces = split_words(text)
    starts = starts_of(words, spaces)
    start = len(text_of(message)) - len(message.text)
    subject = tuple(forms_of(words[: bisect_left(starts, start)]))
    found = tuple(sentences_in(text, words, starts, start))
    marked = [example.body[first:last].split() for first, last in example.spans]
    gold = tuple(
        any(_overlap(text[each.start : each.end].split(), words) for words in marked) for each in found
    )
    return Row(example, subject, found, (False, *gold))


def _overlap(sentence: list[str], marked: list[str]) -> bool:
    """Whether a sentence is (part of) a marked one, or the other way round; wraps and cuts do not matter."""
    one, other = " ".join(sentence), " ".join(marked)
    return bool(one) and (one in other or other in one)


def scaled(grams: Grams, vocabulary: Vocabulary) -> sp.csr_matrix:
    values = grams.scales[grams.owners]
    return sp.csr_matrix(
        (values, grams.members, grams.bounds), shape=(len(grams.scales), vocabulary.size), dtype=np.float32
    )


def fingerprints(matrix: sp.csr_matrix) -> np.ndarray:
    """A number for each row, the same for rows with the same features."""
    draws = np.random.default_rng(0).integers(1 << 62, size=matrix.shape[1])
    running = np.concatenate([[0], np.cumsum(draws[matrix.indices])])
    return np.asarray(running[matrix.indptr[1:]] - running[matrix.indptr[:-1]])


def strongest(pull: np.ndarray, count: int) -> np.ndarray:
    """The numbers of the `count` features, in their order, that pull hardest on any column; `pull` has shape (features, columns)."""
    return np.sort(np.argsort(-pull.max(axis=1), kind="stable")[:count])


def rarity(rows: sp.csr_matrix, weights: np.ndarray) -> np.ndarray:
    """Inverse document frequency of each feature, to a power that was tried out."""
    present = sp.csr_matrix((np.ones(len(rows.indices)), rows.indices, rows.indptr), shape=rows.shape)
    frequency = np.asarray(present.T @ weights).ravel()
    return np.asarray((np.log(1 + weights.sum() / (frequency + 1e-9)) / 3) ** RARITY)
