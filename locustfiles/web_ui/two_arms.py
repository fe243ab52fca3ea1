"""The table of a run with one or two arms: a row per figure, a column per arm, and the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from locustfiles.scoreboard import Scoreboard
from locustfiles.standing import change_ratio, figure, quantity
from locustfiles.wording import interval, percent

FIGURES = {
    "P50": "p50_ms",
    "P95": "p95_ms",
    "P99": "p99_ms",
    "mean": "mean_ms",
    "throughput": "throughput_rps",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One figure of every arm, and its change."""

    label: str
    cells: Sequence[str]
    change: str = ""
    interval: str = ""


def so_far(board: Scoreboard) -> list[FigureRow]:
    """The figures while the run goes on."""
    rows = []
    for label, metric in FIGURES.items():
        values = [figure(arm, metric) for arm in board.arms.values()]
        paired = board.p95_change if metric == "p95_ms" else None
        pooled = change_ratio(values[0], values[-1]) if len(values) > 1 else None
        rows.append(
            FigureRow(
                label=label,
                cells=[quantity(metric, value) for value in values],
                change=percent(paired.ratio if paired else pooled, signed=True),
                interval=interval(paired.interval) if paired else "",
            )
        )
    counts = [_share(arm.failures, arm.requests) for arm in board.arms.values()]
    rows.append(FigureRow(label="failures", cells=counts))
    return rows


def of_report(report: Mapping[str, Any]) -> list[FigureRow]:
    """The figures as the report has them."""
    arms, rows = report["arms"].values(), []
    changes: Mapping[str, Any] = report["comparisons"][0] if report["comparisons"] else {}
    for label, metric in FIGURES.items():
        name = metric.rsplit("_", 1)[0]
        values = [arm["latency_ms"][name] if metric.endswith("_ms") else arm[metric] for arm in arms]
        change = changes.get(name, {})
        paired = change.get("paired_change_ratio")
        rows.append(
            FigureRow(
                label=label,
                cells=[quantity(metric, value) for value in values],
                change=percent(change.get("change_ratio") if paired is None else paired, signed=True),
                interval=interval(change.get("interval")),
            )
        )
    rows.append(FigureRow(label="failures", cells=[_share(arm["failures"], arm["requests"]) for arm in arms]))
    return rows


def _share(failures: int, requests: int) -> str:
    return f"{failures:,} of {requests:,}"
