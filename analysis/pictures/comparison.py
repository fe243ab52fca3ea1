"""The change of P95 of every arm against the baseline, a row per arm."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.pictures.axes import legend_text, plain_axes, signed_percent
from analysis.pictures.canvas import WIDTH, drawing
from analysis.pictures.ink import INK, MUTED, pens
from analysis.report import Comparison, Report

ROW, FOOT, HEAD = 26, 46, 14


def draw(report: Report) -> Figure:
    """A point per arm with its interval, the baseline at 0; an arm without a figure has an empty row."""
    rows = report.comparisons
    height = HEAD + FOOT + ROW * len(rows)
    figure = drawing(WIDTH, height)
    axes = figure.add_axes((0.36, FOOT / height, 0.6, ROW * len(rows) / height))
    plain_axes(axes, grid="x")
    ends = [0.0]
    for place, row in enumerate(rows):
        pen = pens(list(report.arms))[row.arm]
        ratio = row.p95.change_ratio if row.p95.paired_change_ratio is None else row.p95.paired_change_ratio
        if ratio is None:
            continue
        low, high = _bounds(row, ratio)
        ends += [low, high, ratio]
        axes.plot(
            [low, high], [place, place], color=pen.colour, linewidth=5, alpha=0.35, solid_capstyle="butt"
        )
        axes.plot(
            [ratio], [place], color=pen.colour, marker=pen.marker, markerfacecolor=pen.face, markersize=7
        )
    axes.axvline(0, color=INK, linewidth=1.2)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [legend_text(row.arm) for row in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    room = 0.06 * (max(ends) - min(ends)) or 0.1
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: signed_percent(value)))
    axes.set_xlabel(f"change of P95 against {legend_text(next(iter(report.arms)))}", color=MUTED, labelpad=6)
    return figure


def _bounds(row: Comparison, ratio: float) -> tuple[float, float]:
    """The interval as far as it is known, the change itself otherwise."""
    low, high = row.p95.interval or (None, None)
    return (ratio if low is None else low), (ratio if high is None else high)
