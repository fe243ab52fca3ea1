"""The tables of a report as text, the same in HTML and Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.metrics import parse_metric
from analysis.report import Check, Comparison, LatencyChange, Objective, Report, ThroughputChange
from analysis.wording import bounds_text, number, percent, quantity, unit_of

LATENCIES = ("p50", "p90", "p95", "p99", "mean")
DASH = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One figure: of each arm, and its change in each comparison with the interval (empty without one)."""

    label: str
    arms: Sequence[str]
    changes: Sequence[tuple[str, str]]


def figure_rows(report: Report) -> list[FigureRow]:
    """Latencies, throughput and failures of all arms."""
    rows = [
        FigureRow(
            label=name.upper() if name != "mean" else name,
            arms=[quantity_or_dash(getattr(arm.latency_ms, name), "ms") for arm in report.arms.values()],
            changes=[changed(getattr(comparison, name)) for comparison in report.comparisons],
        )
        for name in LATENCIES
    ]
    rates = [quantity_or_dash(arm.throughput_rps, "rps") for arm in report.arms.values()]
    changes = [changed(comparison.throughput) for comparison in report.comparisons]
    rows.append(FigureRow(label="throughput", arms=rates, changes=changes))
    failures = [f"{arm.failures:,} of {arm.requests:,}" for arm in report.arms.values()]
    differences = [_failure_change(comparison) for comparison in report.comparisons]
    return [*rows, FigureRow(label="failed", arms=failures, changes=differences)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceRow:
    """One figure of an arm in an earlier run and in this one."""

    arm: str
    label: str
    before: str
    now: str
    change: str


def since_rows(report: Report) -> list[SinceRow]:
    """What changed since the report that this one was asked to look back to; nothing where it was not."""
    found = []
    for row in report.since.figures if report.since else ():
        metric = parse_metric(row.metric)
        unit, label = (metric.unit, metric.label) if metric else ("", row.metric)
        figures = ["-" if value is None else quantity(value, unit) for value in (row.before, row.now)]
        change = percent(row.change_ratio, signed=True)
        if not unit and row.change_ratio is not None:
            change = _points(row.change_ratio)
        found.append(SinceRow(arm=row.arm, label=label, before=figures[0], now=figures[1], change=change))
    return found


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 round, 1,200 rounds."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def confidence_text(report: Report) -> str:
    """How sure the intervals are: `99.8 % interval`, or `interval` where there are none."""
    confidence = next((found for row in report.comparisons if (found := row.p95.confidence)), None)
    return f"{100 * confidence:.4g} % interval" if confidence else "interval"


def observed(objective: Objective) -> str:
    """An objective's figure, with its interval or what a rounded figure may stand for."""
    unit = unit_of(objective)
    bounds = bounds_text(objective.interval or objective.span, unit)
    return f"{quantity(objective.observed, unit)} {bounds}".strip()


CheckResult = Literal["holds", "does not hold", "not certain", "no evidence"]


def check_result(row: Check) -> CheckResult:
    """What came of a check, in two words."""
    if row.passed is None:
        return "no evidence" if row.observed is None else "not certain"
    return "holds" if row.passed else "does not hold"


def signed_ms(value: float | None) -> str:
    """A difference in milliseconds: +12.3 ms."""
    return DASH if value is None else f"{'+' if value > 0 else ''}{number(value)} ms"


def quantity_or_dash(value: float | None, unit: str) -> str:
    """A figure with its unit; a dash for None."""
    return DASH if value is None else f"{number(value)} {unit}"


def changed(change: LatencyChange | ThroughputChange) -> tuple[str, str]:
    """The change that the interval surrounds, and the interval."""
    ratio = change.change_ratio if change.paired_change_ratio is None else change.paired_change_ratio
    return percent(ratio, signed=True), bounds_text(change.interval, "", signed=True)


def sla_text(objectives: Sequence[Objective]) -> str:
    """The objectives as an sla.toml."""
    return "\n".join(_objective_table(objective) for objective in objectives)


def _objective_table(objective: Objective) -> str:
    keys = (
        "name",
        "arm",
        "metric",
        "endpoint",
        "at_most",
        "at_least",
        "improvement_at_least",
        "regression_at_most",
    )
    values = {key: getattr(objective, key) for key in keys} | {"optional": objective.optional or None}
    lines = (f"{key} = {_toml(value)}" for key, value in values.items() if value is not None)
    return "\n".join(["[[objective]]", *lines, ""])


def _toml(value: object) -> str:
    """A TOML value; its strings and numbers are written as JSON's are."""
    return f"{value:.15g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _failure_change(comparison: Comparison) -> tuple[str, str]:
    """The difference of the failure ratios: in points, since a share of a share would mislead."""
    change = comparison.failure_ratio
    if change.difference is None:
        return DASH, ""
    interval = bounds_text(change.interval, "", signed=True) if change.difference else ""
    return _points(change.difference), interval


def _points(difference: float) -> str:
    return f"{100 * difference:+.3g} points" if difference else "none"
