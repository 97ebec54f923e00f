"""The classifier: `load().judge(message)` says what a mail is, how sure, and by which sentence.

spaCy is imported by `load()`, not before, so that commands which judge nothing start at once.
"""

from afterword_models.judge import Judge, load

__all__ = ["Judge", "load"]
