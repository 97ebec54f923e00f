"""Draws the small sample of the corpus that ships beside the pipeline: python models/scripts/keepsake.py [--out FILE]

A personal model is trained on it lest it forget what it knew (`rehearsed`), and has to pass on it (`measured`). The two parts are drawn with
seeds of their own; the patterns that are never trained on are in the measured part alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

from corpus import Pattern
from expand import Example, example_of, expand, load_mails, load_patterns
from train import REJECTION, is_held_out, languages

OUT = Path(__file__).resolve().parent.parent / "afterword_models" / "sample.jsonl.gz"
REHEARSED, MEASURED = 101, 102  # seeds


def drawn(patterns: list[Pattern], seed: int) -> list[Example]:
    """One mail a pattern."""
    by_language = languages()
    return [next(iter(expand(each, by_language[each.language], 1, seed))) for each in patterns]


def rows() -> list[dict[str, object]]:
    """Both parts, as rows of {"part", "subject", "from", "body", "rejection"}."""
    patterns = load_patterns()
    taught = [each for each in patterns if each.label == REJECTION or not is_held_out(each.id)]
    held = [each for each in patterns if each not in taught]
    parts = {
        "rehearsed": [*drawn(taught, REHEARSED), *map(example_of, load_mails())],
        "measured": [*drawn(taught, MEASURED), *drawn(held, MEASURED), *drawn(held, MEASURED + 1)],
    }
    return [
        {
            "part": part,
            "subject": each.subject,
            "from": each.sender,
            "body": each.body,
            "rejection": each.label == REJECTION,
        }
        for part, examples in parts.items()
        for each in examples
    ]


def main() -> None:
    """Write the file; the same corpus gives the same bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows())
    octets = gzip.compress(lines.encode("utf-8"), 9, mtime=0)
    options.out.write_bytes(octets)
    print(f"{lines.count(chr(10))} mails, {len(octets)} octets")


if __name__ == "__main__":
    main()
