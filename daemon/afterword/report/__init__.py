"""The search in pictures: numbers from the ledger, charts by Plotly, one page that asks nobody for anything."""

from afterword.report.numbers import Season, season_of
from afterword.report.page import page

__all__ = ["Season", "page", "season_of"]
