"""The figures of many arms as text: a row per arm, where a column per arm has no room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.report import Comparison, Report
from analysis.tables import LATENCIES, changed, quantity_or_dash
from analysis.wording import number, percent

MOST_COLUMNS = 2
"""More arms than this stand in rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRow:
    """One arm: its latencies in ms, in the order asked for, and the change of its P95."""

    arm: str
    latencies_ms: Sequence[str]
    change: str
    interval: str
    throughput: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One further arm against the baseline: each figure's change with its interval."""

    arm: str
    changes: Sequence[tuple[str, str]]


def in_rows(report: Report) -> bool:
    """Whether the arms stand in rows: of two, each has a column."""
    return len(report.arms) > MOST_COLUMNS


def arm_rows(report: Report, latencies: Sequence[str] = LATENCIES) -> list[ArmRow]:
    """A row per arm, the baseline first."""
    comparisons = {comparison.arm: comparison for comparison in report.comparisons}
    rows = []
    for name, arm in report.arms.items():
        comparison = comparisons.get(name)
        change, interval = changed(comparison.p95) if comparison else ("", "")
        rows.append(
            ArmRow(
                arm=name,
                latencies_ms=[number(getattr(arm.latency_ms, latency)) for latency in latencies],
                change=change,
                interval=interval,
                throughput=quantity_or_dash(arm.throughput_rps, "rps"),
                failed=f"{arm.failures:,} of {arm.requests:,}",
            )
        )
    return rows


def change_rows(report: Report) -> list[ChangeRow]:
    """A row per comparison: P50, P95, P99, mean, throughput; intervals without their unit."""
    return [ChangeRow(arm=row.arm, changes=_changes(row)) for row in report.comparisons]


def _changes(comparison: Comparison) -> list[tuple[str, str]]:
    figures = [getattr(comparison, name) for name in LATENCIES if name != "p90"]
    rows = [changed(figure) for figure in (*figures, comparison.throughput)]
    return [(change, interval.removesuffix(" %")) for change, interval in rows]


def faster_text(report: Report) -> str:
    """For how many arms the whole interval of the change of P95 is a fall, and where that is largest."""
    known = {row.arm: row.p95 for row in report.comparisons if row.p95.interval is not None}
    if not known:
        return ""
    highs = {arm: change.interval[1] for arm, change in known.items() if change.interval}
    faster = [arm for arm, high in highs.items() if high is not None and high < 0]
    text = f"P95 fell with its whole interval in {len(faster)} of {len(report.comparisons)} arms"
    best = min(faster, key=lambda arm: known[arm].paired_change_ratio or 0.0, default=None)
    if best is None:
        return text
    return f"{text}; most in {best}, {percent(known[best].paired_change_ratio, signed=True)}"
