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


def contest(arms: Sequence[str], *, attribute: bool = False) -> str:
    """Who plays against whom: `optimized against baseline`; from five arms on they are counted."""
    first, *others = arms
    if attribute:
        return f"what each optimization is worth, {len(arms)} arms"
    if len(others) > 3:
        return f"{len(others)} arms against {first}"
    named = " and ".join(filter(None, [", ".join(others[:-1]), *others[-1:]]))
    return f"{named} against {first}" if named else first


def filled(entries: Sequence[str], *, width: int) -> list[str]:
    """The entries in indented lines of at most this width, as far as one entry fits."""
    lines = [""]
    for entry in entries:
        if lines[-1] and len(lines[-1]) + 2 + len(entry) > width:
            lines.append("")
        lines[-1] += f"  {entry}"
    return lines


def clock(seconds: float) -> str:
    """Minutes and seconds, `1:07`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
