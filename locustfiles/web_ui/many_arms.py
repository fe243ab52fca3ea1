"""The table of a run with more than two arms: a row per arm, the change of each against the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from locustfiles.scoreboard import Scoreboard
from locustfiles.standing import figure, quantity
from locustfiles.wording import interval, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRow:
    """All figures of one arm, and the change of its P95 against the first arm."""

    arm: str
    cells: Sequence[str]
    change: str = ""
    interval: str = ""


def so_far(board: Scoreboard, metrics: Sequence[str]) -> list[ArmRow]:
    """The arms while the run goes on."""
    rows = []
    for arm, sample in board.arms.items():
        change = board.p95_changes.get(arm)
        rows.append(
            ArmRow(
                arm=arm,
                cells=[
                    *(quantity(metric, figure(sample, metric)) for metric in metrics),
                    f"{sample.failures:,} of {sample.requests:,}",
                ],
                change=percent(change.ratio, signed=True) if change else "",
                interval=interval(change.interval) if change else "",
            )
        )
    return rows


def of_report(report: Mapping[str, Any], metrics: Sequence[str]) -> list[ArmRow]:
    """The arms as the report has them."""
    changes = {each["arm"]: each["p95"] for each in report["comparisons"]}
    rows = []
    for arm, found in report["arms"].items():
        values = [
            found["latency_ms"][metric.rsplit("_", 1)[0]] if metric.endswith("_ms") else found[metric]
            for metric in metrics
        ]
        change = changes.get(arm)
        paired = change.get("paired_change_ratio") if change else None
        ratio = change["change_ratio"] if change and paired is None else paired
        rows.append(
            ArmRow(
                arm=arm,
                cells=[
                    *(quantity(metric, value) for metric, value in zip(metrics, values, strict=True)),
                    f"{found['failures']:,} of {found['requests']:,}",
                ],
                change=percent(ratio, signed=True) if change else "",
                interval=interval(change.get("interval")) if change else "",
            )
        )
    return rows
