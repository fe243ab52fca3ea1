"""Figures in words, for those who watch a run: the same on the terminal and in the web UI."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite


def milliseconds(value: float) -> str:
    """`1,078 ms`, with a decimal below 100; infinite is where failed requests reach that far down."""
    if value == inf:
        return "beyond every limit"
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"


def percent(ratio: float | None, *, signed: bool = False) -> str:
    """A ratio as a percentage with one decimal; a dash where there is none."""
    if ratio is None or not isfinite(ratio):
        return "-"
    return f"{100 * ratio:{'+' if signed else ''}.1f} %" if ratio else "0 %"


def interval(bounds: Sequence[float | None] | None) -> str:
    """`[-58.8, -55.9] %` from two ratios; nothing without an interval."""
    if bounds is None:
        return ""
    low, high = ("…" if bound is None else f"{100 * bound:+.1f}" for bound in bounds)
    return f"[{low}, {high}] %"


def clock(seconds: float) -> str:
    """Minutes and seconds, `1:07`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
