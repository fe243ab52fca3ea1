"""The change of every quantile, from the fastest requests to the slowest."""

from __future__ import annotations

from matplotlib.figure import Figure

from analysis.pictures.axes import framed, legend_above, legend_text, name_axes, percent_axis, plain_axes
from analysis.pictures.ink import INK, SURFACE, pens
from analysis.report import Report
from analysis.report_details import QuantileShift

MOST_LARGE = 3


def draw(report: Report) -> Figure:
    """A point per quantile with its interval; hollow where the run is too short for an interval."""
    others = list(report.arms)[1:]
    figure, axes = framed([legend_text(arm) for arm in others], left=0.16)
    if len(others) == 1:
        axes.set_position((0.16, 0.17, 0.81, 0.79))
    plain_axes(axes)
    shifts = report.details.quantile_shift
    step = min(0.18, 0.8 / len(others))
    crowded = len(others) > MOST_LARGE
    ends = [0.0]
    for turn, arm in enumerate(others):
        pen = pens(list(report.arms))[arm]
        rows = [row for row in shifts if row.arm == arm]
        aside = step * (turn - (len(others) - 1) / 2)
        for place, row in enumerate(rows):
            if row.change_ratio is None:
                continue
            low, high = _bounds(row)
            ends += [low, high, row.change_ratio]
            axes.plot(
                [place + aside] * 2,
                [low, high],
                color=pen.colour,
                linewidth=1.2 if crowded else 2.2,
                alpha=0.55,
            )
            face = pen.colour if low < high else SURFACE
            axes.plot(
                [place + aside],
                [row.change_ratio],
                color=pen.colour,
                marker=pen.marker,
                markersize=3.5 if crowded else 6.5,
                markerfacecolor=face,
                label="" if place else legend_text(arm),
            )
    labels = [f"{100 * row.quantile:g}" for row in shifts if row.arm == others[0]]
    axes.axhline(0, color=INK, linewidth=1.2)
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.6, len(labels) - 0.4)
    percent_axis(axes, min(ends), max(ends))
    name_axes(axes, x="percentile", y="")
    if len(others) > 1:
        legend_above(axes)
    return figure


def _bounds(row: QuantileShift) -> tuple[float, float]:
    """The interval as far as it is known, the change itself otherwise."""
    change = row.change_ratio or 0.0
    low, high = row.interval or (None, None)
    return (change if low is None else low), (change if high is None else high)
