"""Latency over the course of the run, its blocks shaded by arm."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from analysis.pictures.axes import (
    framed,
    legend_above,
    legend_text,
    log_ms,
    name_axes,
    plain_axes,
    round_step,
    tick_text,
)
from analysis.pictures.ink import pens
from analysis.report import Report
from analysis.report_details import Slice

MOST_SHADED, MOST_THICK = 120, 120
_UNITS = (("hours", 3600), ("minutes", 60), ("seconds", 1))


def draw(report: Report) -> Figure:
    """A bar per slice of time from its median to its P95, the P95 marked, over a logarithmic axis."""
    figure, axes = framed([legend_text(arm) for arm in report.arms])
    plain_axes(axes)
    slices = report.details.timeline
    spans = _spans(slices)
    few = len(slices) <= MOST_THICK
    for turn, (arm, pen) in enumerate(pens(list(report.arms)).items()):
        if len(spans) <= MOST_SHADED:
            own = [(start, end - start) for (name, _), (start, end) in spans.items() if name == arm]
            whole = axes.get_xaxis_transform()
            shade = 0.07 if turn % 2 else 0.16
            axes.broken_barh(own, (0, 1), transform=whole, color=pen.colour, alpha=shade, linewidth=0)
        at_s, p50s_ms, p95s_ms = _bars([part for part in slices if part.arm == arm])
        axes.vlines(at_s, p50s_ms, p95s_ms, color=pen.colour, linewidth=1.5 if few else 0.9)
        axes.plot(
            at_s,
            p95s_ms,
            color=pen.colour,
            linestyle="none",
            marker=pen.marker,
            markersize=4.5 if few else 3.0,
            markerfacecolor=pen.face,
            label=legend_text(arm),
        )
    log_ms(axes, "y", [value for part in slices for value in (part.p50_ms, part.p95_ms) if value is not None])
    _time_axis(axes, max(part.ended_s for part in slices))
    legend_above(axes)
    return figure


def _bars(slices: Sequence[Slice]) -> tuple[list[float], list[float], list[float]]:
    """The middle of each slice in seconds, its median and its P95; without those that have no figure."""
    known = [
        ((part.started_s + part.ended_s) / 2, part.p50_ms, part.p95_ms)
        for part in slices
        if part.p50_ms is not None and part.p95_ms is not None
    ]
    return [at for at, _, _ in known], [p50 for _, p50, _ in known], [p95 for _, _, p95 in known]


def _time_axis(axes: Axes, end_s: float) -> None:
    unit, unit_s = next(pair for pair in _UNITS if end_s >= 5 * pair[1] or pair[1] == 1)
    axes.set_xlim(-0.01 * end_s, end_s * 1.01 or 1)
    axes.xaxis.set_major_locator(MultipleLocator(round_step(end_s / unit_s) * unit_s))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value / unit_s)))
    name_axes(axes, x=f"{unit} since the first measured request", y="ms, median to P95")


def _spans(slices: Sequence[Slice]) -> dict[tuple[str, int], tuple[float, float]]:
    """From the first to the last start of every block."""
    spans: dict[tuple[str, int], tuple[float, float]] = {}
    for part in slices:
        start, end = spans.get((part.arm, part.round), (part.started_s, part.ended_s))
        spans[part.arm, part.round] = (min(start, part.started_s), max(end, part.ended_s))
    return spans
