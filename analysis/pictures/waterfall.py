"""From the baseline to the last arm, one optimization at a time."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.pictures.axes import plain_axes, tick_text
from analysis.pictures.canvas import WIDTH, drawing
from analysis.pictures.ink import BETTER, INK, LINE, MUTED, WORSE
from analysis.report_attribution import Step, Worth
from analysis.tables import signed_ms
from analysis.wording import number

ROW, FOOT, HEAD, LINE_LENGTH = 34, 46, 10, 21
NAMES, FIGURES = 0.34, 0.27


def draw(steps: Sequence[Step], name: str) -> Figure:
    """A bar for the first arm, one for what each step takes away or adds, and one for the last arm.

    `steps` follow each other and `name` is the quantile (p50, p95, p99); each has its figures.
    """
    worths: list[Worth] = [getattr(step, name) for step in steps]
    rows = len(steps) + 2
    height = HEAD + FOOT + ROW * rows
    figure = drawing(WIDTH, height)
    axes = figure.add_axes((NAMES, FOOT / height, 1 - NAMES - FIGURES, ROW * rows / height))
    plain_axes(axes, grid="x")
    start_ms, end_ms = worths[0].without_ms or 0.0, worths[-1].with_ms or 0.0
    _whole(axes, 0, start_ms)
    for place, worth in enumerate(worths, start=1):
        _step(axes, place, worth)
    _whole(axes, rows - 1, end_ms)
    names = [steps[0].against, *(f"+ {step.optimization}" for step in steps), steps[-1].arm]
    axes.set_yticks(range(rows), [_label(text) for text in names])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xlim(0, 1.04 * max(start_ms, end_ms, *map(_farthest_ms, worths)))
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value)))
    axes.set_xlabel(f"{name.upper()} of a round in ms, mean", color=MUTED, labelpad=6)
    return figure


def _label(text: str) -> str:
    """A name on one line, or on two."""
    return "\n".join(wrap(text, LINE_LENGTH, max_lines=2, placeholder="…"))


def _whole(axes: Axes, place: int, length_ms: float) -> None:
    axes.barh([place], [length_ms], height=0.56, color=MUTED, linewidth=0)
    _figure(axes, place, f"{number(length_ms)} ms")


def _step(axes: Axes, place: int, worth: Worth) -> None:
    """A bar from the figure without to that with it, its interval as a line, both joined to the row above."""
    without_ms, with_ms = worth.without_ms or 0.0, worth.with_ms or 0.0
    colour = BETTER if with_ms <= without_ms else WORSE
    axes.plot([without_ms] * 2, [place - 0.72, place], color=LINE, linewidth=1.2)
    axes.barh(
        [place], [with_ms - without_ms], left=without_ms, height=0.56, color=colour, alpha=0.75, linewidth=0
    )
    low_ms, high_ms = worth.interval_ms or (None, None)
    if low_ms is not None and high_ms is not None:
        axes.plot([without_ms - high_ms, without_ms - low_ms], [place] * 2, color=INK, linewidth=1.6)
    _figure(axes, place, signed_ms(with_ms - without_ms).replace("-", "\N{MINUS SIGN}"))


def _farthest_ms(worth: Worth) -> float:
    """The largest figure that a step draws: its bar, or the end of its interval."""
    low_ms, _ = worth.interval_ms or (None, None)
    without_ms = worth.without_ms or 0.0
    return max(without_ms, worth.with_ms or 0.0, without_ms - (low_ms or 0.0))


def _figure(axes: Axes, place: int, text: str) -> None:
    """A figure in the column at the right."""
    axes.annotate(
        text,
        (1.0, place),
        xycoords=("axes fraction", "data"),
        xytext=(8, 0),
        textcoords="offset points",
        color=INK,
        va="center",
        ha="left",
        annotation_clip=False,
    )
