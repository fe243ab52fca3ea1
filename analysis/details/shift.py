"""The quantile shift: how far every part of the distribution moved, from the fastest to the slowest."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.figures import Figures
from analysis.grouped_rounds import paired_quantiles
from analysis.metrics import QUANTILES, SHIFTS, Metric
from analysis.report_details import QuantileShift
from analysis.statistics.change import PairedChange, change_of


def shift_of(figures: Figures) -> list[QuantileShift]:
    """A row per arm beside the baseline and quantile."""
    return [row for arm in list(figures.recording.arms)[1:] for row in _shifts(figures, arm)]


def _shifts(figures: Figures, arm: str) -> Iterator[QuantileShift]:
    against = next(iter(figures.recording.arms))
    changes = _paired(figures, against, arm)
    for metric in SHIFTS:
        baseline_ms, arm_ms = (figures.value(name, metric) for name in (against, arm))
        paired = changes.get(metric)
        ratio = paired.change_ratio if paired else None
        if ratio is None and baseline_ms and arm_ms is not None:
            ratio = arm_ms / baseline_ms - 1
        yield QuantileShift(
            arm=arm,
            quantile=metric.quantile or 0.0,
            baseline_ms=baseline_ms,
            arm_ms=arm_ms,
            change_ratio=ratio,
            interval=paired.interval.bounds() if paired else None,
        )


def _paired(figures: Figures, against: str, arm: str) -> dict[Metric, PairedChange | None]:
    """The paired changes with their intervals; without those whose rounds are too few for one.

    A block of 100 requests holds no P99.9: neighbouring rounds are put together. What the report's table
    lists (P50 to P99) is taken from there.
    """
    listed = list(QUANTILES.values())
    changes = {metric: figures.compared(arm, metric).paired for metric in listed}
    first, second = (figures.sample(name) for name in (against, arm))
    level, rounds = figures.comparison_level, figures.paired_rounds
    if first is None or second is None or level is None:
        return changes
    others = {metric: metric.quantile or 0.0 for metric in SHIFTS if metric not in listed}
    pairs = paired_quantiles(first, second, rounds, list(others.values()))
    return {**changes, **{metric: change_of(pairs[q], level) for metric, q in others.items() if q in pairs}}
