"""Axes in milliseconds, percent and rounds, and the legend above them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from analysis.pictures.canvas import HEIGHT, WIDTH, drawing
from analysis.pictures.ink import MUTED
from analysis.wording import number

MOST_TICKS = 7
LONGEST_NAME = 22
# A legend's own measures in pixels: a character, what stands beside a name, the room in a row, a row.
CHARACTER, HANDLE, LEGEND_WIDTH, LEGEND_ROW = 6.7, 47, 380, 18


def plain_axes(axes: Axes, *, grid: str = "y") -> None:
    """Grid lines in one direction, no frame at the side that they start from."""
    axes.grid(visible=False)
    axes.grid(visible=True, axis="x" if grid == "x" else "y")
    axes.spines["left" if grid == "y" else "bottom"].set_visible(False)


def log_ms(axes: Axes, direction: str, values_ms: Sequence[float]) -> None:
    """A logarithmic axis in milliseconds around these values, with round numbers as ticks."""
    positive = [value for value in values_ms if value > 0]
    low, high = (min(positive) / 1.08, max(positive) * 1.08) if positive else (1.0, 10.0)
    axis = axes.xaxis if direction == "x" else axes.yaxis
    (axes.set_xscale if direction == "x" else axes.set_yscale)("log")
    axis.set_major_locator(FixedLocator(round_numbers(low, high)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value)))
    (axes.set_xlim if direction == "x" else axes.set_ylim)(low, high)


def round_numbers(low: float, high: float) -> list[float]:
    """Numbers such as 1, 2, 5, 10 ... between two positive ones: as many as an axis has room for."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1, 1.5, 2, 3, 4, 5, 6, 8), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        found = [
            digit * 10.0**decade
            for decade in decades
            for digit in digits
            if low <= digit * 10.0**decade <= high
        ]
        if len(found) <= MOST_TICKS:
            return found
    return found[:: math.ceil(len(found) / MOST_TICKS)]


def round_step(length: float) -> float:
    """A round distance of ticks that divides this length into four to ten."""
    decade = 10.0 ** math.floor(math.log10(length)) if length > 0 else 1.0
    return next(step * decade for step in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0) if length <= 8 * step * decade)


def tick_text(value: float) -> str:
    """A tick in as few characters as tell it: 0.5, 200, 1,000, 20 k."""
    return f"{value / 1000:g} k" if value >= 10_000 else number(float(f"{value:.6g}"))


def linear_ms(axes: Axes, highest: float) -> None:
    """A vertical axis in milliseconds that begins at 0, so that lengths can be compared."""
    axes.set_ylim(0, highest * 1.05 if highest > 0 else 1)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value)))


def percent_axis(axes: Axes, low: float, high: float) -> None:
    """A vertical axis of changes, with signs."""
    room = 0.08 * (high - low) or 0.1
    axes.set_ylim(low - room, high + room)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed_percent(value)))


def signed_percent(ratio: float) -> str:
    """A tick of a change: -20 %, 0 %, +10 %, with the sign that is as wide as a digit."""
    return f"{100 * ratio:+.4g} %".replace("-", "\N{MINUS SIGN}") if round(ratio, 9) else "0 %"


def framed(labels: Sequence[str], *, left: float = 0.14) -> tuple[Figure, Axes]:
    """An empty drawing whose axes leave room for a legend of these labels above them."""
    rows = math.ceil(len(labels) / legend_columns(labels)) if labels else 1
    height = HEIGHT + (rows - 1) * LEGEND_ROW
    figure = drawing(WIDTH, height)
    bottom, top = 0.17 * HEIGHT / height, 0.71 * HEIGHT / height
    return figure, figure.add_axes((left, bottom, 0.955 - left, top))


def legend_columns(labels: Sequence[str], width: float = LEGEND_WIDTH) -> int:
    """As many columns as these labels have room for."""
    for columns in range(min(4, len(labels)), 1, -1):
        longest = [max(map(len, column)) for column in _columns(labels, columns)]
        if CHARACTER * sum(longest) + HANDLE * columns <= width:
            return columns
    return 1


def _columns(labels: Sequence[str], columns: int) -> list[Sequence[str]]:
    """The labels as matplotlib fills a legend: from top to bottom, the first columns one longer."""
    rows, longer = divmod(len(labels), columns)
    ends = [0]
    for column in range(columns):
        ends.append(ends[-1] + rows + (column < longer))
    return [labels[start:end] for start, end in pairwise(ends)]


def legend_above(axes: Axes, *, width: float = LEGEND_WIDTH) -> None:
    """The legend above the axes, where it can hide nothing; see `framed`."""
    labels = [str(label) for label in axes.get_legend_handles_labels()[1]]
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=legend_columns(labels, width) if labels else 1,
        borderaxespad=0.3,
        handlelength=2.2,
        columnspacing=1.4,
        handletextpad=0.5,
        labelcolor="#000001",
    )


def legend_text(arm: str) -> str:
    """An arm's name as a legend has room for it."""
    return arm if len(arm) <= LONGEST_NAME else f"{arm[: LONGEST_NAME - 1]}…"


def limit_text(limit_ms: float) -> str:
    """A limit as the legend names it."""
    return f"limit {number(limit_ms)} ms"


def name_axes(axes: Axes, *, x: str, y: str) -> None:
    """What the axes show; the vertical one is named above its labels, where it can be read."""
    axes.set_xlabel(x, color=MUTED, labelpad=6)
    axes.set_ylabel(y, color=MUTED, labelpad=6)
