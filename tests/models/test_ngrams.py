"""N-grams: what counts as one, which are known, and that they are found again."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from afterword_models.ngrams import SUBJECT, Sentence, Vocabulary, build_vocabulary, grams_of, number_of
from afterword_models.tokens import sentences

WORDS = ["we", "regret", "to", "say", "no", "yes", "application", "applications", "<number>"]
texts = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(tuple), max_size=3)
subjects = st.lists(st.sampled_from(WORDS), max_size=4)


def made_of(*parts: Sequence[str]) -> list[Sentence]:
    return [Sentence(0, 1, tuple(part)) for part in parts]


def numbered(vocabulary: Vocabulary, subject: Sequence[str], part: Sequence[str]) -> set[int]:
    """The numbers of the known n-grams of one sentence (and of the words of a subject), one by one."""
    grams = list(grams_of(subject, made_of(part)))
    for gram in grams_of(subject, []):  # those of the subject as a sentence are no part of it
        grams.remove(gram)
    grams += [(SUBJECT, (form,)) for form in subject]
    return {
        number_of(kind, [vocabulary.forms[form] for form in gram])
        for kind, gram in grams
        if all(form in vocabulary.forms for form in gram)
    } & set(vocabulary.keys.tolist())


def test_an_n_gram_counts_only_if_it_occurs_in_two_groups() -> None:
    one, two = sentences("we regret to say no"), sentences("we regret to say yes")
    vocabulary = build_vocabulary([("a", ["update"], one), ("a", ["update"], one), ("b", ["other"], two)], 2)
    assert set(vocabulary.forms) == {"^", "$", "we", "regret", "to", "say", "regre*"}


def test_a_sentence_has_its_edges_its_gaps_and_its_stems_among_its_n_grams() -> None:
    grams = {" ".join(gram) for kind, gram in grams_of([], sentences("we are moving forward")) if kind == 0}
    apart = {" ".join(gram) for kind, gram in grams_of([], sentences("not going any further")) if kind}
    assert {"^ we", "forward $", "we are moving", "movin*", "are movin*", "movin* forwa*"} <= grams
    assert {"not any", "not further"} <= apart


@given(st.lists(st.tuples(subjects, texts), min_size=1, max_size=4))
def test_the_features_of_mails_read_together_are_the_known_n_grams_of_each(
    mails: list[tuple[list[str], list[tuple[str, ...]]]],
) -> None:
    learnt = [(str(number), subject, made_of(*parts)) for number, (subject, parts) in enumerate(mails)]
    vocabulary = build_vocabulary([*learnt, ("more", ["we"], made_of(("we", "say", "no")))], 1)
    features = vocabulary.read([(subject, found) for _, subject, found in learnt])
    for number, (subject, parts) in enumerate(mails):
        mine = vocabulary.keys[features.documents.members[features.documents.owners == number]].tolist()
        expected = set().union(*(numbered(vocabulary, [], part) for part in (subject, *parts)))
        expected |= {number_of(SUBJECT, [vocabulary.forms[form]]) for form in subject}
        assert len(mine) == len(set(mine))
        assert set(mine) == expected
        for place, part in enumerate((subject, *parts)):
            sentence = features.firsts[number] + place
            said = vocabulary.keys[features.sentences.members[features.sentences.owners == sentence]]
            assert set(said.tolist()) == numbered(vocabulary, [], part)


def test_an_unknown_word_breaks_an_n_gram_and_lengthens_its_sentence() -> None:
    known = made_of(("we", "say", "no"))
    vocabulary = build_vocabulary([("a", [], known), ("b", [], known)], 2)
    short, long = (vocabulary.read([([], made_of(part))]) for part in (("we", "say"), ("we", "never", "say")))
    assert len(short.documents.members) > len(long.documents.members)
    assert short.documents.scales[0] > long.documents.scales[0]


@given(st.sets(st.integers(0, 2**62), max_size=300), st.lists(st.integers(0, 2**62), max_size=50))
def test_a_number_is_found_if_and_only_if_it_is_a_key(keys: set[int], others: list[int]) -> None:
    ordered = np.array(sorted(keys), dtype=np.int64)
    vocabulary = Vocabulary({}, ordered)
    asked = np.array([*ordered.tolist(), *others], dtype=np.int64)
    found, places = vocabulary._table.find(asked)
    assert ordered[found].tolist() == asked[places].tolist()
    assert len(places) == len(keys) + sum(other in keys for other in others)
