"""How the objectives stand while a run goes on: point figures so far, which settle nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from locustfiles.scoreboard import Sample, Scoreboard
from locustfiles.wording import milliseconds, percent

LABELS = {"mean_ms": "mean", "failure_ratio": "failure ratio", "throughput_rps": "throughput"}
RELATIVE = {"improvement_at_least": "improvement", "regression_at_most": "regression"}
BOUNDS = ("at_most", "at_least", *RELATIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One objective: what it demands, and the figure so far. `met` is None while there is none."""

    name: str
    demand: str
    so_far: str
    met: bool | None


def standings(board: Scoreboard) -> list[Standing]:
    """Every objective of the run, in its order."""
    return [_standing(board, row) for row in board.objectives]


def figure(sample: Sample, metric: str) -> float | None:
    """The metric of a sample in its unit; None where nothing was measured."""
    if not sample.requests:
        return None
    if metric in LABELS:
        found: float | None = getattr(sample, metric)
        return found
    return sample.quantile_ms(float(metric.removeprefix("p").removesuffix("_ms")) / 100)


def quantity(metric: str, value: float | None) -> str:
    """The figure of a metric with its unit; a dash for None."""
    if value is None:
        return "-"
    if metric == "failure_ratio":
        return percent(value)
    return f"{value:,.1f} rps" if metric == "throughput_rps" else milliseconds(value)


def _standing(board: Scoreboard, row: Mapping[str, Any]) -> Standing:
    metric, endpoint = row["metric"], row.get("endpoint")
    bound = next(bound for bound in BOUNDS if bound in row)
    limit = row[bound]
    # As in the report: in a run without the arm, what is demanded of it is demanded of the last.
    arm = row["arm"] if row["arm"] in board.settings.arms else board.settings.arms[-1]
    value = _value(board, arm, endpoint, metric)
    if bound in RELATIVE:
        baseline = _value(board, board.settings.arms[0], endpoint, metric)
        gain = _improvement(metric, baseline, value)
        value = -gain if gain is not None and bound == "regression_at_most" else gain
    texts = [percent(each) if bound in RELATIVE else quantity(metric, each) for each in (limit, value)]
    words = [LABELS.get(metric) or metric.removesuffix("_ms").upper(), RELATIVE.get(bound, "")]
    words += ["at least" if bound.endswith("least") else "at most", texts[0]]
    return Standing(
        name=row["name"],
        demand=" ".join(filter(None, [*words, f"({endpoint})" if endpoint else ""])),
        so_far=texts[1],
        met=None if value is None else value >= limit if bound.endswith("least") else value <= limit,
    )


def _value(board: Scoreboard, arm: str, endpoint: str | None, metric: str) -> float | None:
    sample = board.endpoints.get((arm, endpoint)) if endpoint else board.arms.get(arm)
    return figure(sample, metric) if sample else None


def _improvement(metric: str, baseline: float | None, arm: float | None) -> float | None:
    """How much better than the baseline, as a ratio; for failure ratios, which may be 0, the difference."""
    if metric == "failure_ratio":
        return None if baseline is None or arm is None else baseline - arm
    change = change_ratio(baseline, arm)
    return change if change is None or metric == "throughput_rps" else -change


def change_ratio(baseline: float | None, arm: float | None) -> float | None:
    """Arm / baseline - 1; None where either is unknown, or the baseline is no number to divide by."""
    return arm / baseline - 1 if arm is not None and baseline not in (None, 0, inf) else None
