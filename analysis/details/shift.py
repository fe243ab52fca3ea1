"""The quantile shift: how far every part of the distribution moved, from the fastest to the slowest."""

from __future__ import annotations

import math

import numpy as np

from analysis.figures import Figures
from analysis.metrics import QUANTILES, Metric
from analysis.recording import Sample
from analysis.report_details import QuantileShift
from analysis.statistics.change import PairedChange, paired_change
from analysis.statistics.looks import LEAST_ROUNDS
from analysis.statistics.quantiles import BlockQuantiles, block_quantiles

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

    A block of 100 requests holds no P99.9. So many neighbouring rounds are put together that each group
    holds one request beyond the quantile; where that leaves fewer than LEAST_ROUNDS groups, there is no
    interval. What the report's table lists (P50 to P99) is taken from there.
    """
    if metric in QUANTILES.values():
        return figures.change(arm, metric).paired
    samples = [figures.sample(name) for name in (against, arm)]
    first, second = samples
    quantile = metric.quantile or 0.0
    if first is None or second is None or figures.level is None:
        return None
    paired_rounds = figures.recording.paired_rounds
    needed = 1 / min(quantile, 1 - quantile)
    merged = max(1, math.ceil(round(needed / (len(first.rounds) / len(paired_rounds)), 6)))
    groups = len(paired_rounds) // merged
    if groups < LEAST_ROUNDS:
        return None
    left, right = (_group_quantiles(sample, paired_rounds, groups, quantile) for sample in (first, second))
    return paired_change(
        left.figures_ms,
        right.figures_ms,
        figures.level,
        baseline_beyond=bool(left.beyond.any()),
        arm_beyond=bool(right.beyond.any()),
    )


def _group_quantiles(sample: Sample, rounds: list[int], groups: int, quantile: float) -> BlockQuantiles:
    """The quantile of every group of neighbouring rounds, of the rounds that every arm played."""
    kept = np.isin(sample.rounds, rounds)
    positions = np.searchsorted(rounds, sample.rounds[kept])
    return block_quantiles(sample.latencies_ms[kept], positions * groups // len(rounds), quantile)
