"""From a plan to the letter that answers a rejection; pure.

`load_templates` reads the wordings once, `compose` writes a Draft from them, `check_templates` holds every wording to
the etiquette.
"""

from afterword.letters.composing import Author, compose
from afterword.letters.envelope import message_id_for
from afterword.letters.templates import Templates, load_templates
from afterword.letters.trials import check_templates

__all__ = ["Author", "Templates", "check_templates", "compose", "load_templates", "message_id_for"]
