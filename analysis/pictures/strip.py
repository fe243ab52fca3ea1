"""An objective's figure and interval, drawn against its limit."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.pictures.axes import signed_percent
from analysis.pictures.canvas import drawing
from analysis.pictures.ink import INK, LINE, MISSED, MUTED, Pen
from analysis.report import Objective
from analysis.wording import number, unit_of

WIDTH, HEIGHT = 300, 62
_FLOOR, _BAR, _TOP = 0.0, 1.0, 2.0


def draw(objective: Objective, pen: Pen) -> Figure:
    """A dot with its interval; the limit is a line, and the side beyond it, which misses it, is shaded."""
    figure = drawing(WIDTH, HEIGHT)
    axes = figure.add_axes((0.02, 0.3, 0.96, 0.42))
    axes.set_axis_off()
    limit, upper = limit_of(objective)
    low, high = _reach(objective, limit)
    axes.set_xlim(low, high)
    axes.set_ylim(-0.2, _TOP)
    missed = (limit, high) if upper else (low, limit)
    axes.fill_betweenx([_FLOOR, _TOP], *missed, color=MISSED, alpha=0.16, linewidth=0)
    axes.plot([low, high], [_FLOOR, _FLOOR], color=LINE, linewidth=1)
    axes.plot([limit, limit], [_FLOOR, _TOP], color=INK, linewidth=1.6)
    _label(axes, objective, limit, height=_TOP + 0.25, colour=INK)
    for end in {low, high} - {limit}:
        _label(axes, objective, end, height=_FLOOR - 0.3, colour=MUTED)
    _bar(axes, objective, pen)
    return figure


def limit_of(objective: Objective) -> tuple[float, bool]:
    """The limit, and whether figures above it miss the objective."""
    for value in (objective.at_most, objective.regression_at_most):
        if value is not None:
            return value, True
    least = objective.at_least if objective.at_least is not None else objective.improvement_at_least
    return least or 0.0, False


def _bar(axes: Axes, objective: Objective, pen: Pen) -> None:
    """The interval as a bar, open towards a side that has no bound, and the figure as the arm's marker."""
    bounds = objective.interval or objective.span
    if objective.observed is None and bounds in (None, (None, None)):
        return  # beyond any number, or not known: the text beside says which
    for bound, end, marker in zip(bounds or (), axes.get_xlim(), "<>", strict=False):
        if bound is None:
            axes.plot([end], [_BAR], color=pen.colour, marker=marker, markersize=7, clip_on=False)
        else:
            axes.plot([bound, bound], [_BAR - 0.45, _BAR + 0.45], color=pen.colour, linewidth=1.4)
    if bounds is not None:
        ends = [end if bound is None else bound for bound, end in zip(bounds, axes.get_xlim(), strict=True)]
        axes.plot(ends, [_BAR, _BAR], color=pen.colour, linewidth=7, alpha=0.35, solid_capstyle="butt")
    if objective.observed is not None:
        axes.plot(
            [objective.observed],
            [_BAR],
            color=pen.colour,
            marker=pen.marker,
            markersize=8,
            markerfacecolor=pen.face,
            markeredgewidth=1.6,
            clip_on=False,
        )


def _reach(objective: Objective, limit: float) -> tuple[float, float]:
    """From 0, so that lengths can be compared, to a round number beyond everything that is drawn."""
    bounds = objective.interval or objective.span or ()
    values = [0.0, limit, *(value for value in (objective.observed, *bounds) if value is not None)]
    low, high = min(values), max(values)
    step = 10.0 ** math.floor(math.log10((high - low) or 0.1)) / 2
    room = 0.08 * (high - low)
    high = math.ceil((high + room) / step) * step if high > 0 else step
    # What cannot be negative has no room below 0; an improvement may have been a regression.
    below = low < 0 or (limit == 0 and not limit_of(objective)[1])
    return (math.floor((low - room) / step) * step or -step) if below else low, high


def _label(axes: Axes, objective: Objective, value: float, *, height: float, colour: str) -> None:
    """A number at its place, kept inside the strip at either end."""
    low, high = axes.get_xlim()
    share = (value - low) / (high - low)
    side = "left" if share < 0.12 else "right" if share > 0.88 else "center"
    unit = unit_of(objective)
    text = f"{number(value)} {unit}" if unit else signed_percent(value).removeprefix("+")
    axes.text(value, height, text, color=colour, ha=side, va="bottom" if height > _TOP else "top")
