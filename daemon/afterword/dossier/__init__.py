"""Who turned whom down for what, whom to write to, and what forbids a draft; all of it pure."""

from afterword.dossier.cases import first_obstacle, open_dossier, recheck, remember
from afterword.dossier.merging import merge
from afterword.dossier.owner import Owner
from afterword.dossier.recollection import Recollection

__all__ = ["Owner", "Recollection", "first_obstacle", "merge", "open_dossier", "recheck", "remember"]
