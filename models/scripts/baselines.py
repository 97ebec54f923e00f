"""What others do, measured beside the pipeline: a list of phrases, and TF-IDF with logistic regression on the same corpus."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from expand import Example

PHRASES = (
    "unfortunately", "regret to inform", "not moving forward", "not be moving forward", "other candidates", "not selected", "not been selected",
    "decided not to", "position has been filled", "not successful", "unsuccessful", "pursue other", "wish you the best", "another candidate",
    "leider", "absage", "nicht berücksichtigen", "malheureusement", "pas retenue", "lamentablemente", "no continuar",
)  # fmt: skip

Scorer = Callable[[Sequence[str]], list[float]]


def phrase_list() -> Scorer:
    """One for a text that holds one of the phrases."""
    return lambda texts: [float(any(phrase in text.lower() for phrase in PHRASES)) for text in texts]


def tfidf(examples: Sequence[Example]) -> Scorer:
    """Word 1- to 3-grams, weighted, into a logistic regression."""
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 3), min_df=2, sublinear_tf=True, lowercase=True),
        LogisticRegression(C=10, max_iter=300),
    )
    model.fit(
        [f"{each.subject}\n\n{each.body}" for each in examples],
        [each.label == "rejection" for each in examples],
    )
    return lambda texts: [float(chance) for chance in model.predict_proba(texts)[:, 1]]
