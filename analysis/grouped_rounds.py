"""Quantiles over rounds that may be too short to hold them: neighbours are then put together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.recording import Sample
from analysis.statistics.looks import LEAST_ROUNDS
from analysis.statistics.quantiles import BlockQuantiles, block_quantiles


def paired_quantiles(
    first: Sample, second: Sample, rounds: Sequence[int], quantile: float
) -> tuple[BlockQuantiles, BlockQuantiles] | None:
    """The quantile of every round of two samples, in the same order; None where the rounds are too few.

    A block of 5 requests holds no P95. So many neighbouring rounds are put together that a group holds one
    request beyond the quantile (20 for a P95, 2 for a P50); where that leaves fewer than LEAST_ROUNDS groups,
    there is nothing to pair. `rounds` are those that every arm played, in order.
    """
    if not rounds:
        return None
    per_round = min(len(first.rounds), len(second.rounds)) / len(rounds)
    needed = 1 / min(quantile, 1 - quantile)
    groups = len(rounds) // max(1, math.ceil(round(needed / per_round, 6)))
    if groups < LEAST_ROUNDS:
        return None
    left, right = (_by_group(sample, rounds, groups, quantile) for sample in (first, second))
    shared, in_left, in_right = np.intersect1d(left.rounds, right.rounds, return_indices=True)
    if len(shared) < LEAST_ROUNDS:
        return None
    return _only(left, in_left), _only(right, in_right)


def _by_group(sample: Sample, rounds: Sequence[int], groups: int, quantile: float) -> BlockQuantiles:
    """The quantile of every group of neighbouring rounds, of the rounds that every arm played."""
    kept = np.isin(sample.rounds, rounds)
    positions = np.searchsorted(rounds, sample.rounds[kept])
    return block_quantiles(sample.latencies_ms[kept], positions * groups // len(rounds), quantile)


def _only(blocks: BlockQuantiles, places: np.ndarray[tuple[int], np.dtype[np.intp]]) -> BlockQuantiles:
    return BlockQuantiles(
        rounds=blocks.rounds[places], figures_ms=blocks.figures_ms[places], beyond=blocks.beyond[places]
    )
