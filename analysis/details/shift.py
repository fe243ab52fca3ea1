"""The quantile shift: how far every part of the distribution moved, from the fastest to the slowest."""

from __future__ import annotations

from analysis.figures import Figures
from analysis.grouped_rounds import paired_quantiles
from analysis.metrics import QUANTILES, Metric
from analysis.report_details import QuantileShift
from analysis.statistics.change import PairedChange, paired_change

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9)
METRICS = [Metric(name=f"p{at:g}_ms", kind="quantile", quantile=round(at / 100, 6)) for at in PERCENTILES]


def shift_of(figures: Figures) -> list[QuantileShift]:
    """A row per arm beside the baseline and quantile."""
    return [_shift(figures, arm, metric) for arm in list(figures.recording.arms)[1:] for metric in METRICS]


def _shift(figures: Figures, arm: str, metric: Metric) -> QuantileShift:
    against = next(iter(figures.recording.arms))
    baseline_ms, arm_ms = (figures.value(name, metric) for name in (against, arm))
    paired = _paired(figures, against, arm, metric)
    ratio = paired.change_ratio if paired else None
    if ratio is None and baseline_ms and arm_ms is not None:
        ratio = arm_ms / baseline_ms - 1
    return QuantileShift(
        arm=arm,
        quantile=metric.quantile or 0.0,
        baseline_ms=baseline_ms,
        arm_ms=arm_ms,
        change_ratio=ratio,
        interval=paired.interval.bounds() if paired else None,
    )


def _paired(figures: Figures, against: str, arm: str, metric: Metric) -> PairedChange | None:
    """The paired change with its interval; None where the rounds are too few for one.

    A block of 100 requests holds no P99.9: neighbouring rounds are put together. What the report's table
    lists (P50 to P99) is taken from there.
    """
    if metric in QUANTILES.values():
        return figures.compared(arm, metric).paired
    first, second = (figures.sample(name) for name in (against, arm))
    if first is None or second is None or figures.comparison_level is None:
        return None
    found = paired_quantiles(first, second, figures.paired_rounds, metric.quantile or 0.0)
    if found is None:
        return None
    left, right = found
    return paired_change(
        left.figures_ms,
        right.figures_ms,
        figures.comparison_level,
        baseline_beyond=bool(left.beyond.any()),
        arm_beyond=bool(right.beyond.any()),
    )
