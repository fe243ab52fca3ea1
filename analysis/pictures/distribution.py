"""Which share of the requests was answered within which time."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from analysis.pictures.axes import (
    framed,
    legend_above,
    legend_text,
    limit_text,
    log_ms,
    name_axes,
    plain_axes,
)
from analysis.pictures.ink import INK, LINE, pens
from analysis.report import Report


def draw(report: Report, limits_ms: Sequence[float]) -> Figure:
    """A curve per arm over a logarithmic axis, P95 marked, and a line at each limit."""
    figure, axes = framed([*map(legend_text, report.arms), *map(limit_text, limits_ms)])
    plain_axes(axes)
    curves = report.details.distribution
    for arm, pen in pens(list(report.arms)).items():
        if arm not in curves:
            continue
        curve = curves[arm]
        axes.plot(
            curve.latency_ms,
            curve.shares,
            color=pen.colour,
            linestyle=pen.line,
            linewidth=2,
            label=legend_text(arm),
        )
        p95 = report.arms[arm].latency_ms.p95
        if p95 is not None:
            axes.plot(
                [p95], [0.95], color=pen.colour, marker=pen.marker, markerfacecolor=pen.face, markersize=7
            )
    for limit_ms in limits_ms:
        axes.axvline(limit_ms, color=INK, linewidth=1.4, linestyle=(0, (1, 1.6)), label=limit_text(limit_ms))
    log_ms(axes, "x", [*(at for curve in curves.values() for at in curve.latency_ms), *limits_ms])
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 0.95], ["0 %", "25 %", "50 %", "75 %", "95 %"])
    axes.axhline(0.95, color=LINE, linewidth=1.4)
    name_axes(axes, x="latency in ms, logarithmic", y="")
    legend_above(axes)
    return figure
