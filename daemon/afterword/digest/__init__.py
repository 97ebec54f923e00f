"""Mail to the owner, and to nobody else: the digest, and the word that an account needs a hand."""

from afterword.digest.gathering import Entry, Summary, gather
from afterword.digest.posting import check_post
from afterword.digest.telling import Teller

__all__ = ["Entry", "Summary", "Teller", "check_post", "gather"]
