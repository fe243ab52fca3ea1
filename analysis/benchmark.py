"""Figures for github-action-benchmark: two files, since it reads one direction per file.

benchmark_smaller_is_better.json (tool `customSmallerIsBetter`) has the latencies and failure ratios of every
arm, benchmark_bigger_is_better.json (`customBiggerIsBetter`) their throughput and the improvement of P95.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NotRequired, TypedDict

from analysis.report import Report
from analysis.report_details import Bounds
from analysis.report_file import beside, write_text
from analysis.tables import LATENCIES
from analysis.wording import bounds_text

SMALLER_FILE = "benchmark_smaller_is_better.json"
BIGGER_FILE = "benchmark_bigger_is_better.json"


class Entry(TypedDict):
    """One figure as the action reads it; it shows `range` beside the figure and `extra` on pointing at it."""

    name: str
    unit: str
    value: float
    range: NotRequired[str]
    extra: NotRequired[str]


def publish(report: Report, path: Path | None) -> None:
    """Write both files beside comparison_report.json."""
    for name, entries in ((SMALLER_FILE, smaller_is_better(report)), (BIGGER_FILE, bigger_is_better(report))):
        write_text(json.dumps(entries, indent=2, allow_nan=False) + "\n", beside(path, name))


def smaller_is_better(report: Report) -> list[Entry]:
    """Latencies in ms and failures in percent; a figure that has no number is left out."""
    entries = []
    for name, arm in report.arms.items():
        for latency in LATENCIES:
            label = latency.upper() if latency != "mean" else latency
            value = getattr(arm.latency_ms, latency)
            bounds = _interval(report, name, f"{latency}_ms")
            entries += _entry(report, f"{name} {label}", "ms", value, bounds)
        share = None if arm.failure_ratio is None else 100 * arm.failure_ratio
        entries += _entry(report, f"{name} failed requests", "%", share)
    return entries


def bigger_is_better(report: Report) -> list[Entry]:
    """Throughput in requests per second, and by how many percent P95 improved on the baseline."""
    entries = []
    for name, arm in report.arms.items():
        bounds = _interval(report, name, "throughput_rps")
        entries += _entry(report, f"{name} throughput", "requests/s", arm.throughput_rps, bounds)
    for comparison in report.comparisons:
        change = comparison.p95
        ratio = change.change_ratio if change.paired_change_ratio is None else change.paired_change_ratio
        low, high = change.interval or (None, None)
        improvement = None if ratio is None else -100 * ratio
        bounds = (None if high is None else -100 * high, None if low is None else -100 * low)
        name = f"{comparison.arm} P95 improvement on {comparison.against}"
        entries += _entry(report, name, "%", improvement, bounds)
    return entries


def _entry(
    report: Report, name: str, unit: str, value: float | None, bounds: Bounds | None = None
) -> list[Entry]:
    if value is None:
        return []
    entry = Entry(name=name, unit=unit, value=round(value, 6), extra=f"{report.run.id}: {report.verdict}")
    text = bounds_text(bounds, unit)
    return [{**entry, "range": text} if text else entry]


def _interval(report: Report, arm: str, metric: str) -> Bounds | None:
    """The interval of a figure, which the report has where an objective speaks of it."""
    for row in report.objectives:
        absolute = row.at_most is not None or row.at_least is not None
        if absolute and (row.arm, row.metric, row.endpoint) == (arm, metric, None):
            return row.interval
    return None
