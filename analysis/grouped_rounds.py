"""Quantiles over rounds that may be too short to hold them: neighbours are then put together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.recording import Sample
from analysis.statistics.change import PairedChange, paired_change
from analysis.statistics.looks import LEAST_ROUNDS
from analysis.statistics.quantiles import BlockQuantiles, all_block_quantiles, starts_of

Pair = tuple[BlockQuantiles, BlockQuantiles]


def paired_quantiles(
    first: Sample, second: Sample, rounds: Sequence[int], qs: Sequence[float]
) -> dict[float, Pair]:
    """Quantiles of every round of two samples, in the same order; without those whose rounds are too few.

    A block of 5 requests holds no P95. So many neighbouring rounds are put together that a group holds one
    request beyond the quantile (20 for a P95, 2 for a P50); where that leaves fewer than LEAST_ROUNDS groups,
    there is nothing to pair. `rounds` are those that every arm played, in order.
    """
    if not rounds:
        return {}
    per_round = min(len(first.rounds), len(second.rounds)) / len(rounds)
    # Quantiles that need the same groups share the sorting.
    alike: dict[int, list[float]] = {}
    for q in qs:
        needed = 1 / min(q, 1 - q)
        groups = len(rounds) // max(1, math.ceil(round(needed / per_round, 6)))
        if groups >= LEAST_ROUNDS:
            alike.setdefault(groups, []).append(q)
    found: dict[float, Pair] = {}
    for groups, some in alike.items():
        left, right = (_by_group(sample, rounds, groups, some) for sample in (first, second))
        for q in some:
            shared, in_left, in_right = np.intersect1d(left[q].rounds, right[q].rounds, return_indices=True)
            if len(shared) >= LEAST_ROUNDS:
                found[q] = _only(left[q], in_left), _only(right[q], in_right)
    return found


def change_of(pair: Pair, level: float) -> PairedChange:
    """The change between the two of a pair."""
    left, right = pair
    return paired_change(
        left.figures_ms,
        right.figures_ms,
        level,
        baseline_beyond=bool(left.beyond.any()),
        arm_beyond=bool(right.beyond.any()),
    )


def _by_group(
    sample: Sample, rounds: Sequence[int], groups: int, qs: Sequence[float]
) -> dict[float, BlockQuantiles]:
    """The quantiles of every group of neighbouring rounds, of the rounds that every arm played."""
    starts = starts_of(sample.rounds)
    names, sizes = sample.rounds[starts], np.diff(starts, append=len(sample.rounds))
    kept = np.isin(names, rounds)
    groups_of = (np.searchsorted(rounds, names) * groups // len(rounds)).astype(np.int32)
    latencies_ms = sample.latencies_ms if kept.all() else sample.latencies_ms[np.repeat(kept, sizes)]
    return all_block_quantiles(latencies_ms, np.repeat(groups_of[kept], sizes[kept]), qs)


def _only(blocks: BlockQuantiles, places: np.ndarray[tuple[int], np.dtype[np.intp]]) -> BlockQuantiles:
    return BlockQuantiles(
        rounds=blocks.rounds[places], figures_ms=blocks.figures_ms[places], beyond=blocks.beyond[places]
    )
