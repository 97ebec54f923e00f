"""Who turned whom down for what, whom to write to, and what forbids a draft; all of it pure."""

from afterword.dossier.cases import first_obstacle, open_dossier, overtaken, recheck, remember
from afterword.dossier.history import OVERTAKING
from afterword.dossier.merging import merge, told_together, yields
from afterword.dossier.owner import Owner
from afterword.dossier.recollection import Recollection

__all__ = [
    "OVERTAKING",
    "Owner",
    "Recollection",
    "first_obstacle",
    "merge",
    "open_dossier",
    "overtaken",
    "recheck",
    "remember",
    "told_together",
    "yields",
]
