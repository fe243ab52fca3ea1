"""P95 of each round, both arms of a round joined by a line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.pictures.axes import (
    framed,
    legend_above,
    legend_text,
    limit_text,
    linear_ms,
    name_axes,
    plain_axes,
)
from analysis.pictures.ink import INK, MUTED, pens
from analysis.report import Report

MOST_JOINED = 80


def draw(report: Report, limits_ms: Sequence[float]) -> Figure:
    """A line with markers per arm over the rounds; rounds whose P95 failed leave a gap."""
    figure, axes = framed([*map(legend_text, report.arms), *map(limit_text, limits_ms)])
    plain_axes(axes)
    rounds = report.details.rounds
    numbers = [row.round for row in rounds]
    highest = max(limits_ms, default=0.0)
    if len(rounds) <= MOST_JOINED:
        for row in rounds:
            known = [value for value in row.p95_ms.values() if value is not None]
            if len(known) > 1:
                axes.plot([row.round] * 2, [min(known), max(known)], color=MUTED, linewidth=0.8, alpha=0.6)
    for arm, pen in pens(list(report.arms)).items():
        values = [_number(row.p95_ms.get(arm)) for row in rounds]
        highest = max([highest, *(value for value in values if math.isfinite(value))])
        size = (
            6.0 if len(rounds) <= 30 and len(report.arms) <= 4 else 3.5 if len(rounds) <= MOST_JOINED else 0.0
        )
        axes.plot(
            numbers,
            values,
            color=pen.colour,
            linestyle=pen.line,
            linewidth=1.3,
            marker=pen.marker,
            markersize=size,
            markerfacecolor=pen.face,
            label=legend_text(arm),
        )
    for limit_ms in limits_ms:
        axes.axhline(limit_ms, color=INK, linewidth=1.4, linestyle=(0, (1, 1.6)), label=limit_text(limit_ms))
    linear_ms(axes, highest)
    axes.set_xlim(min(numbers) - 0.5, max(numbers) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    name_axes(axes, x="round", y="P95 in ms")
    legend_above(axes)
    return figure


def _number(value: float | None) -> float:
    return math.nan if value is None else value
