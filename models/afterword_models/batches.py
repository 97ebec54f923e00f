"""What the pipeline's components have in common: mails are read in batches, since one lookup for all takes a third of the time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from spacy.tokens import Doc


class Batches:
    """A spaCy component that fills in Docs many at a time; `_fill` is the component's own."""

    def __call__(self, doc: Doc) -> Doc:
        """One mail."""
        self._fill([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], batch_size: int = 128) -> Iterator[Doc]:
        """Many mails, in their order."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            self._fill(batch)
            yield from batch

    def _fill(self, docs: Sequence[Doc]) -> Any:
        raise NotImplementedError
