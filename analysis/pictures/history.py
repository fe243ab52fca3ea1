"""P95 of each arm over runs."""

from __future__ import annotations

import math

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from analysis.dates import date
from analysis.history import History
from analysis.pictures.axes import LEGEND_ROW, legend_above, legend_columns, linear_ms, name_axes, plain_axes
from analysis.pictures.canvas import drawing, svg
from analysis.pictures.ink import pens
from analysis.plain_text import plain

MOST_TICKS, LEGEND_WIDTH = 12, 660


def history_svg(history: History) -> str:
    """A file of its own: a line with markers per arm over the runs, oldest first."""
    runs = f"{len(history.reports)} runs, oldest first"
    picture = svg(lambda: _draw(history), name="history", title="P95 of each arm over runs", text=runs)
    # Alone it needs its name space, and the ground that its colours are made for.
    start = '<svg xmlns="http://www.w3.org/2000/svg" style="background: white"'
    return f"{start}{str(picture).removeprefix('<svg')}\n"


def _draw(history: History) -> Figure:
    rows = math.ceil(len(history.arms) / legend_columns(history.arms, LEGEND_WIDTH))
    height = 360 + (rows - 1) * LEGEND_ROW
    figure = drawing(720, height)
    axes = figure.add_axes((0.09, 0.3 * 360 / height, 0.89, 0.6 * 360 / height))
    plain_axes(axes)
    places = list(range(len(history.reports)))
    highest = 0.0
    for arm, pen in pens(history.arms).items():
        known = [
            report.arms[arm].latency_ms.p95 if arm in report.arms else None for report in history.reports
        ]
        values = [math.nan if value is None else value for value in known]
        highest = max([highest, *(value for value in values if math.isfinite(value))])
        axes.plot(
            places,
            values,
            color=pen.colour,
            linestyle=pen.line,
            linewidth=1.3,
            marker=pen.marker,
            markersize=6,
            markerfacecolor=pen.face,
            label=arm,
        )
    linear_ms(axes, highest)
    ticks = places[:: math.ceil(len(places) / MOST_TICKS)]
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    labels = [_label(history, place) for place in ticks]
    axes.set_xticklabels(labels, rotation=30, ha="right", rotation_mode="anchor")
    name_axes(axes, x="", y="P95 in ms")
    legend_above(axes, width=LEGEND_WIDTH)
    return figure


def _label(history: History, place: int) -> str:
    run = history.reports[place].run
    return plain(run.id, 24) if run.started_at is None else date(run.started_at)
