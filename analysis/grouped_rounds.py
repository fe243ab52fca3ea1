"""Quantiles over rounds that may be too short to hold them: neighbours are then put together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.recording import Sample
from analysis.statistics.blocks import Blocks, Pair, paired
from analysis.statistics.looks import LEAST_ROUNDS
from analysis.statistics.quantiles import all_block_quantiles, starts_of


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
            both = paired(left[q], right[q])
            if len(both[0].rounds) >= LEAST_ROUNDS:
                found[q] = both
    return found


def _by_group(sample: Sample, rounds: Sequence[int], groups: int, qs: Sequence[float]) -> dict[float, Blocks]:
    """The quantiles of every group of neighbouring rounds, of the rounds that every arm played."""
    starts = starts_of(sample.rounds)
    names, sizes = sample.rounds[starts], np.diff(starts, append=len(sample.rounds))
    kept = np.isin(names, rounds)
    groups_of = (np.searchsorted(rounds, names) * groups // len(rounds)).astype(np.int32)
    latencies_ms = sample.latencies_ms if kept.all() else sample.latencies_ms[np.repeat(kept, sizes)]
    return all_block_quantiles(latencies_ms, np.repeat(groups_of[kept], sizes[kept]), qs)
