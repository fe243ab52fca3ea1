"""Latency from the intended start beside the service time from the send, in the open model."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from analysis.pictures.axes import framed, legend_above, legend_text, log_ms, name_axes, plain_axes
from analysis.pictures.ink import LINE, pens
from analysis.report import Report

FROM_SEND = ", from the send"


def draw(report: Report, arms: Sequence[str]) -> Figure:
    """Two curves per arm over a logarithmic axis, that of the service time thin; P95 marked on both."""
    kinds = (
        (report.details.distribution, "", 2.0, 1.0),
        (report.details.service_distribution, FROM_SEND, 1.0, 0.85),
    )
    labels = [f"{legend_text(arm)}{suffix}" for _, suffix, *_ in kinds for arm in arms]
    figure, axes = framed(labels)
    plain_axes(axes)
    shown: list[float] = []
    for curves, suffix, width, alpha in kinds:
        for arm in arms:
            pen, curve = pens(list(report.arms))[arm], curves.get(arm)
            if curve is None:
                continue
            shown += curve.latency_ms
            axes.plot(
                curve.latency_ms,
                curve.shares,
                color=pen.colour,
                linestyle=pen.line,
                linewidth=width,
                alpha=alpha,
                label=f"{legend_text(arm)}{suffix}",
            )
            times = report.arms[arm].service_time_ms if suffix else report.arms[arm].latency_ms
            if times is not None and times.p95 is not None:
                size = 5 if suffix else 7
                axes.plot(
                    [times.p95],
                    [0.95],
                    color=pen.colour,
                    marker=pen.marker,
                    markerfacecolor=pen.face,
                    markersize=size,
                )
    log_ms(axes, "x", shown)
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 0.95], ["0 %", "25 %", "50 %", "75 %", "95 %"])
    axes.axhline(0.95, color=LINE, linewidth=1.4)
    name_axes(axes, x="ms, logarithmic", y="")
    legend_above(axes)
    return figure
