"""Training, whole, on a small part of the corpus: it ends, it is any good, and it gives the same bytes again."""

from pathlib import Path

from afterword.parse import from_fields
from afterword.records import Label
from afterword_models import Judge
from tests.models.scripts import script

training = script("train")


def small_corpus() -> list:  # type: ignore[type-arg]  # examples of a script
    patterns = [
        each
        for each in training.load_patterns()
        if each.language == "en" and not training.is_held_out(each.id)
    ]
    return training.generated(patterns[::4], seed=3)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_a_pipeline_trained_on_little_tells_most_rejections_from_the_rest(tmp_path: Path) -> None:
    training.train(small_corpus(), tmp_path / "one", 3)
    judge = Judge.from_folder(tmp_path / "one")
    held = [each for each in training.load_patterns() if each.language == "en"][1::6]
    examples = training.generated(held, seed=4)[::5]
    verdicts = judge.judge_all(from_fields(each.subject, each.sender, each.body) for each in examples)
    pairs = [
        (each.label == "rejection", said.label is Label.REJECTION)
        for each, said in zip(examples, verdicts, strict=True)
    ]
    assert sum(gold == said for gold, said in pairs) / len(pairs) >= 0.7


def test_training_again_gives_the_same_bytes(tmp_path: Path) -> None:
    examples = small_corpus()[::4]
    for name in ("one", "two"):
        training.train(examples, tmp_path / name, 3)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_held_out_pattern_is_never_trained_on() -> None:
    groups = {example.group for example in training.training_examples(1)}
    held = {
        each.id
        for each in training.load_patterns()
        if each.label != "rejection" and training.is_held_out(each.id)
    }
    assert held
    assert not groups & held
