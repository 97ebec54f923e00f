"""The page: one file, with everything in it."""

import json
from datetime import datetime
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from afterword.errors import UserError
from afterword.exporting import about
from afterword.journal import quote
from afterword.records import Lesson
from afterword.report.applications import Ending, Reached
from afterword.report.charts import DARK, charts
from afterword.report.numbers import Season

QUOTES = 20  # of one theme that are shown


def page(season: Season, made: datetime) -> str:
    """The report as HTML. It asks no host for anything, and its policy (CSP) forbids it. UserError when Plotly is missing."""
    try:
        from plotly.offline import get_plotlyjs

        drawn = charts(season)
    except ImportError:
        raise UserError("The report needs Plotly.", "Install it: pipx inject afterword plotly") from None
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(
        files("afterword.report").joinpath("page.html.j2").read_text(encoding="utf-8")
    )
    return template.render(
        made=made,
        season=season,
        tiles=_tiles(season),
        charts=drawn,
        themes=[
            (
                each.theme.replace("_", " "),
                [_quoted(lesson, each.theme) for lesson in each.lessons[::-1][:QUOTES]],
            )
            for each in season.themes
        ],
        dark=json.dumps(DARK),
        plotly=get_plotlyjs() if any(chart.figure for chart in drawn) else "",
    )


def _tiles(season: Season) -> list[tuple[str, str]]:
    """(number, what it counts) at the head of the page."""
    met = season.came_to(Reached.INTERVIEW, Reached.FINAL, Reached.OFFER)
    counted = [
        (season.applications, "application", "applications"),
        (met, "came to an interview", "came to an interview"),
        (season.rejected, "rejected", "rejected"),
        (season.ended(Ending.OFFERED), "offer", "offers"),
        (season.rates.requests, "request sent", "requests sent"),
        (season.rates.answers, "answered", "answered"),
    ]
    return [(str(count), one if count == 1 else many) for count, one, many in counted]


def _quoted(lesson: Lesson, theme: str) -> tuple[str, str]:
    """A sentence, and where it comes from."""
    return quote(lesson, theme), f"{about(lesson)}, {lesson.date:%Y-%m-%d}"
