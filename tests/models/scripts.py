"""The training scripts, which are no package: imported from where they lie."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[2] / "models" / "scripts"


def script(name: str) -> ModuleType:
    """One of models/scripts by name."""
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return importlib.import_module(name)
