"""The charts, as Plotly draws them in the reader's browser; pure. Plotly is in the extra `report`.

Each chart is made in the colours for a light page; the page's script puts those for a dark one in their place (`DARK`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from afterword.records import Reason, Stage
from afterword.report.applications import Ending, Reached
from afterword.report.numbers import Season, Wait
from afterword_models.evaluation import Estimate

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COMPANIES = 15  # bars in the chart of companies; the table below it has all of them
TABLE_LIMIT = 200
NAME_LIMIT = 22  # characters of a company's name on an axis
SLICES = ((0, 1), (1, 3), (3, 7), (7, 14), (14, 30), (30, 60), (60, 10_000))  # days
INK, GREY, GRID, LINK = "#22272e", "#5c6773", "#dde2e8", "#cfd8e3"
BLUE, ORANGE, GREEN, SLATE = "#3b6fb6", "#c2643a", "#3d8b57", "#8496ab"
PALE_ORANGE, PALE_GREEN, PALE_SLATE = "#ecc9b8", "#bcdcc6", "#d3dae2"
# What takes the place of each colour on a dark page.
DARK = {
    INK: "#e6e9ed",
    GREY: "#a3adb8",
    GRID: "#39424d",
    LINK: "#3a4757",
    BLUE: "#6ea3e8",
    ORANGE: "#e58e64",
    GREEN: "#6cbf88",
    SLATE: "#8fa1b7",
    PALE_ORANGE: "#6b4735",
    PALE_GREEN: "#35573f",
    PALE_SLATE: "#414c59",
}
ENDING_COLOURS = {Ending.REJECTED: ORANGE, Ending.OFFERED: GREEN, Ending.OPEN: SLATE}
FLOW_COLOURS = {Ending.REJECTED: PALE_ORANGE, Ending.OFFERED: PALE_GREEN, Ending.OPEN: PALE_SLATE}
# Short enough to stand side by side on a phone.
SHORT = {
    Reached.APPLICATION: "applied",
    Reached.FINAL: "final",
    Ending.OPEN: "open",
}
REACHED_NAMES = {
    Reached.APPLICATION: "application only",
    Reached.ASSESSMENT: "assessment",
    Reached.INTERVIEW: "interview",
    Reached.FINAL: "final round",
    Reached.OFFER: "offer",
}
STAGE_COLOURS = {Stage.APPLICATION: SLATE, Stage.INTERVIEW: BLUE, Stage.FINAL: ORANGE}


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its figure as JSON, and the same numbers as a table. `figure` is "" where there is nothing to draw."""

    name: str
    title: str
    figure: str
    height: int
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def charts(season: Season) -> list[Chart]:
    """Every chart of the page, in its order."""
    return [_flow(season), _waits(season), _rejections(season), _rates(season), _themes(season)]


def _flow(season: Season) -> Chart:
    """A Sankey diagram: all applications, how far they came, how they ended."""
    import plotly.graph_objects as go

    stages = [each for each in Reached if season.came_to(each)]
    endings = [each for each in Ending if season.ended(each)]
    names = [
        f"all {season.applications}",
        *(f"{SHORT.get(each, each)} {season.came_to(each)}" for each in stages),
        *(f"{SHORT.get(each, each)} {season.ended(each)}" for each in endings),
    ]
    links = [(0, 1 + place, season.came_to(each), LINK) for place, each in enumerate(stages)]
    links += [
        (1 + stages.index(reached), 1 + len(stages) + endings.index(ending), count, FLOW_COLOURS[ending])
        for (reached, ending), count in sorted(season.flows.items())
    ]
    figure = go.Figure(
        go.Sankey(
            node={
                "label": names,
                "color": [GREY, *[BLUE] * len(stages), *(ENDING_COLOURS[each] for each in endings)],
                "thickness": 14,
                "pad": 22,
                "line": {"width": 0},
            },
            link={
                "source": [each[0] for each in links],
                "target": [each[1] for each in links],
                "value": [each[2] for each in links],
                "color": [each[3] for each in links],
            },
            textfont={"shadow": "none"},
        )
    )
    rows = [
        (REACHED_NAMES[reached], str(ending), str(count))
        for (reached, ending), count in sorted(season.flows.items())
    ]
    return _chart(
        "flow", "Applications", figure if links else None, 340, ("came as far as", "ended", "applications"), rows,
        "How far each came, and how it ended. Open: no decision was seen. An application of which no mail speaks is not here.",
    )  # fmt: skip


def _waits(season: Season) -> Chart:
    """Median days to the first answer: by company while they fit, and how they spread."""
    import plotly.graph_objects as go

    shown = sorted(season.waits[:COMPANIES], key=lambda wait: wait.days)
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=[wait.days for wait in shown],
            y=[_axis_name(wait.company) for wait in shown],
            text=[f"{wait.days:g} d" for wait in shown],
            textposition="auto",
            marker={"color": BLUE},
            hovertemplate="%{y}: %{x} days<extra></extra>",
        )
    )
    figure.update_xaxes(title="days, median", rangemode="tozero")
    return _chart(
        "waits", "Time to the first answer, by company", figure if shown else None, 110 + 26 * len(shown),
        ("company", "median days", "answers"),
        [(wait.company, f"{wait.days:g}", str(wait.answers)) for wait in season.waits[:TABLE_LIMIT]],
        _spread(season.waits),
    )  # fmt: skip


def _spread(waits: tuple[Wait, ...]) -> str:
    """In words how long companies take, and how many of them are not drawn."""
    if not waits:
        return ""
    parts = []
    for low, high in SLICES:
        count = sum(low <= wait.days < high for wait in waits)
        if count:
            parts.append(f"{count} {'after more than 60 days' if high > 60 else f'in {low} to {high} days'}")
    more = len(waits) - min(len(waits), COMPANIES)
    hidden = (
        f" Drawn are the {COMPANIES} with most answers, then the slowest; {more} more companies answered."
        if more
        else ""
    )
    return f"Of {len(waits)} {'company' if len(waits) == 1 else 'companies'}: {', '.join(parts)}.{hidden}"


def _rejections(season: Season) -> Chart:
    """Stated reasons as bars, one colour a stage."""
    import plotly.graph_objects as go

    totals: dict[Reason, int] = {}
    for (_, reason), count in season.rejections.items():
        totals[reason] = totals.get(reason, 0) + count
    reasons = sorted(totals, key=lambda reason: (totals[reason], reason))
    figure = go.Figure(
        [
            go.Bar(
                orientation="h",
                name=stage.value,
                x=[season.rejections.get((stage, reason), 0) for reason in reasons],
                y=[_spoken(reason) for reason in reasons],
                marker={"color": STAGE_COLOURS[stage]},
                hovertemplate=f"%{{y}}, {stage} stage: %{{x}}<extra></extra>",
            )
            for stage in Stage
            if any(each is stage for each, _ in season.rejections)
        ]
    )
    figure.update_layout(
        barmode="stack",
        showlegend=True,
        legend={
            "orientation": "h",
            "xref": "container",
            "x": 0,
            "yref": "container",
            "y": 1,
            "yanchor": "top",
        },
    )
    figure.update_xaxes(title="rejected applications", **_whole(max(totals.values(), default=0)))
    rows = [
        (stage.value, _spoken(reason), str(count))
        for (stage, reason), count in sorted(season.rejections.items())
    ]
    return _chart(
        "rejections", "Rejections by stage and stated reason", figure if reasons else None, 150 + 30 * len(reasons),
        ("stage", "stated reason", "applications"), rows,
        "An application that was turned down for two reasons counts under both." if rows else "",
    )  # fmt: skip


def _rates(season: Season) -> Chart:
    """The two rates with their Wilson intervals."""
    import plotly.graph_objects as go

    rates = season.rates
    named = [("with advice", season.advised), ("answered", season.answered)]
    shares = [estimate.value * 100 for _, estimate in named]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=shares if rates.requests else [],
            y=[name for name, _ in named] if rates.requests else [],
            marker={"color": [GREEN, BLUE]},
            error_x={
                "type": "data",
                "array": [(each.high - each.value) * 100 for _, each in named],
                "arrayminus": [(each.value - each.low) * 100 for _, each in named],
                "color": INK,
            },
            hovertemplate="%{y}: %{x:.0f} %<extra></extra>",
        )
    )
    figure.update_xaxes(title="% of the requests sent", range=[0, 100])
    return _chart(
        "rates", "Requests sent, answers received", figure if rates.requests else None, 190,
        ("", "number", "of the requests sent, with the 95 % interval"),
        [
            ("requests sent", str(rates.requests), ""),
            ("answered by a person", str(rates.answers), _share(season.answered)),
            ("answered with advice", str(rates.advice), _share(season.advised)),
        ] if rates.requests else [],
        "The whisker is the 95 % interval (Wilson): with few requests the true rate may lie anywhere in it." if rates.requests else "",
    )  # fmt: skip


def _themes(season: Season) -> Chart:
    """How often each theme came up."""
    import plotly.graph_objects as go

    shown = list(reversed(season.themes))
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=[len(each.lessons) for each in shown],
            y=[_spoken(each.theme) for each in shown],
            marker={"color": BLUE},
            hovertemplate="%{y}: %{x}<extra></extra>",
        )
    )
    most = max((len(each.lessons) for each in shown), default=0)
    figure.update_xaxes(title="times", **_whole(most))
    rows = [(_spoken(each.theme), str(len(each.lessons))) for each in season.themes]
    return _chart(
        "themes",
        "What you were told",
        figure if shown else None,
        110 + 28 * len(shown),
        ("theme", "times"),
        rows,
    )


def _chart(
    name: str,
    title: str,
    figure: "Figure | None",
    height: int,
    head: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    note: str = "",
) -> Chart:
    drawn = ""
    if figure is not None:
        figure.update_layout(
            template=None,
            height=height,
            margin={"l": 8, "r": 16, "t": 40 if figure.layout.showlegend else 16, "b": 8},
            paper_bgcolor="rgba(0,0,0,0)",
            plot_bgcolor="rgba(0,0,0,0)",
            font={"family": "system-ui, sans-serif", "size": 13, "color": INK},
        )
        figure.update_xaxes(gridcolor=GRID, zerolinecolor=GRID, automargin=True, fixedrange=True)
        figure.update_yaxes(automargin=True, fixedrange=True)
        drawn = json.dumps(_plain(figure), ensure_ascii=False)
    return Chart(name, title, drawn, height, head, tuple(rows), note)


def _plain(figure: "Figure") -> Any:
    return json.loads(figure.to_json())


def _whole(most: int) -> dict[str, Any]:
    """An axis of whole numbers; left to itself, Plotly marks small ones at halves."""
    return {"rangemode": "tozero", "tickformat": "d"} | ({"dtick": 1} if most <= 8 else {})


def _spoken(name: str) -> str:
    return str(name).replace("_", " ")


def _share(estimate: Estimate) -> str:
    return f"{estimate.value:.0%} ({estimate.low:.0%} to {estimate.high:.0%})"


def _axis_name(company: str) -> str:
    """Short enough for a phone; Plotly reads tags in labels, so what makes one is taken out."""
    bare = company.replace("<", "").replace(">", "").replace("&", "＆")
    return bare if len(bare) <= NAME_LIMIT else f"{bare[: NAME_LIMIT - 1]}…"
