"""The pictures of docs/performance.md."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import LogLocator

from benchmarks.performance.figure import Figure, Growth

TIMES = (0.25, 0.5, 1, 2, 5, 10, 20, 50)
TENFOLD = 10
APART = 1.45
"""Marks on a log axis so near to each other would overlap."""
LINES = ("o-", "s--", "^:", "d-.", "v-", "x--")
INK, MET, MISSED, MARK = "#333333", "#1f77b4", "#d55e00", "#777777"
mpl.rcParams.update(
    {"svg.hashsalt": "swarmgate", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
)


def draw_ratios(path: Path, figures: list[Figure]) -> None:
    """Each judged ratio with its spread, divided by its bound: right of 1 is better."""
    judged = [each for each in figures if each.bound is not None]
    canvas = Canvas(figsize=(8, 0.6 + 0.32 * len(judged)), layout="constrained")
    axes = canvas.subplots()
    for place, each in enumerate(reversed(judged)):
        values = sorted(_goodness(each, ratio) for ratio in each.ratios)
        colour = MET if each.met else MISSED
        axes.plot([values[0], values[-1]], [place, place], color=colour, linewidth=2)
        axes.plot(_goodness(each, each.ratio), place, "o" if each.met else "X", color=colour)
        if each.aim is not None:
            axes.plot(_goodness(each, each.aim), place, "|", color=MARK, markersize=11, markeredgewidth=2)
    axes.axvline(1, color=INK, linewidth=1)
    axes.set_yticks(range(len(judged)), [each.name for each in reversed(judged)])
    axes.set_xscale("log")
    axes.set_xticks(TIMES, [f"{times:g}" for times in TIMES])
    axes.minorticks_off()
    axes.set_xlabel(
        "times as good as the bound\ndot: median, bar: spread, tick: aim, cross: missed", loc="right"
    )
    _save(canvas, path)


def draw_growth(path: Path, growth: Growth) -> None:
    """Each series as a line over a log axis; its figures on one as well where they grow tenfold."""
    canvas = Canvas(figsize=(7, 3.4), layout="constrained")
    axes = canvas.subplots()
    for (name, points), line in zip(growth.series.items(), LINES, strict=False):
        axes.plot(*zip(*points, strict=True), line, label=name)
    xs = sorted({x for points in growth.series.values() for x, _ in points})
    ys = [y for points in growth.series.values() for _, y in points]
    axes.set_xscale("log")
    apart = [x for x, last in zip(xs, [0.0, *xs], strict=False) if x >= APART * last]
    axes.set_xticks(apart, [f"{x:,.0f}" for x in apart])
    if max(ys) > TENFOLD * min(ys):
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    else:
        axes.set_ylim(0, 1.1 * max(ys))
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:,.10g}")
    axes.set_xlabel(growth.x)
    axes.set_ylabel(growth.unit)
    axes.grid(visible=True, which="major", color="#dddddd")
    if len(growth.series) > 1:
        axes.legend(frameon=False)
    _save(canvas, path)


def _goodness(figure: Figure, ratio: float) -> float:
    bound = figure.bound or 1.0
    return bound / ratio if figure.at_most else ratio / bound


def _save(canvas: Canvas, path: Path) -> None:
    canvas.savefig(path, format="svg", metadata={"Date": None}, facecolor="white")
