"""Quantiles of latencies: the one the report prints, and the one inside paired intervals."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from analysis.statistics.blocks import Blocks

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BATCH_REQUESTS = 1 << 18
"""So many requests are sorted at a time: few enough for the processor's cache."""
BoolArray: TypeAlias = NDArray[np.bool_]


def quantile(latencies_ms: FloatArray, q: float) -> float:
    """Return the q-quantile in ms, an observed value: what pandas gives for `interpolation="higher"`.

    That is `sorted[ceil((n - 1) * q)]`. Locust's rank is `sorted[floor(n * q)]`; the two agree for every n
    where q = 1 - 1/m (P50, P75, P90, P95, P99, P99.9) and may differ by one rank elsewhere (P97 of 34).
    `inf` when the quantile falls on a failed request. Raises ValueError for an empty sample.
    """
    _require(latencies_ms, q)
    return float(np.quantile(latencies_ms, q, method="higher"))


def quantiles(latencies_ms: FloatArray, qs: Sequence[float]) -> list[float]:
    """Return the same for several quantiles, 0 and 1 among them, which share the sorting."""
    if latencies_ms.size == 0:
        raise ValueError("no requests: a quantile needs at least one")
    ordered = np.sort(latencies_ms)
    return [float(ordered[math.ceil((len(ordered) - 1) * q)]) for q in qs]


def harrell_davis(latencies_ms: FloatArray, q: float) -> float:
    """Return the Harrell-Davis estimate of the q-quantile in ms, a weighted mean of all order statistics.

    Failed requests stand at the slowest answered one, the least they can have taken. That is right as long
    as the quantile itself lies among the answered requests; `block_quantiles` says where it does not. `inf`
    when nothing was answered. Raises ValueError for an empty sample.
    Source: Harrell and Davis, "A new distribution-free quantile estimator", Biometrika 69 (1982) 635-640.
    """
    _require(latencies_ms, q)
    return float(_harrell_davis_rows(np.sort(latencies_ms)[np.newaxis, :], [q])[0][0])


def block_quantiles(latencies_ms: FloatArray, rounds: IntArray, q: float) -> Blocks:
    """Return the Harrell-Davis q-quantile of each block in ms; the order of the rows does not matter.

    `rounds` holds the round of each request. Raises ValueError when there are no requests.
    """
    return all_block_quantiles(latencies_ms, rounds, [q])[q]


def all_block_quantiles(
    latencies_ms: FloatArray, rounds: IntArray, qs: Sequence[float]
) -> dict[float, Blocks]:
    """Return the same for several quantiles, which share the sorting."""
    for q in qs:
        _require(latencies_ms, q)
    latencies_ms, rounds = by_round(latencies_ms, rounds)
    starts = starts_of(rounds)
    names = rounds[starts].astype(np.int64)
    sizes = np.diff(starts, append=len(latencies_ms))
    figures = {q: np.empty(len(names)) for q in qs}
    beyond = {q: np.empty(len(names), dtype=np.bool_) for q in qs}
    for size in np.unique(sizes):  # blocks of one size share their weights: nearly always there is one size
        alike = np.flatnonzero(sizes == size)
        batches = min(len(alike), math.ceil(len(alike) * size / BATCH_REQUESTS))  # none of them empty
        for blocks in np.array_split(alike, batches):
            rows = latencies_ms[starts[blocks][:, np.newaxis] + np.arange(size)]
            rows.sort(axis=1)
            for q in qs:
                beyond[q][blocks] = np.isinf(rows[:, math.ceil((size - 1) * q)])
            for q, found in zip(qs, _harrell_davis_rows(rows, qs), strict=True):
                figures[q][blocks] = found
    return {q: Blocks(rounds=names, figures=figures[q], beyond=beyond[q]) for q in qs}


def starts_of(rounds: IntArray) -> IntArray:
    """Return where each round begins in rounds that are in order."""
    return np.concatenate([[0], np.flatnonzero(rounds[1:] != rounds[:-1]) + 1])[: len(rounds)]


def by_round(latencies_ms: FloatArray, rounds: IntArray) -> tuple[FloatArray, IntArray]:
    """Return the latencies in order of their rounds, and the rounds in that order."""
    if (rounds[1:] < rounds[:-1]).any():
        order = np.argsort(rounds, kind="stable")
        latencies_ms, rounds = latencies_ms[order], rounds[order]
    return latencies_ms, rounds


def places_of(rounds: IntArray) -> tuple[IntArray, IntArray]:
    """Return the rounds, each once and in order, and the place of each request's round among them."""
    if (rounds[1:] < rounds[:-1]).any():
        names, places = np.unique(rounds, return_inverse=True)
        return names, places
    starts = starts_of(rounds)
    sizes = np.diff(starts, append=len(rounds))
    return rounds[starts], np.repeat(np.arange(len(starts), dtype=np.int32), sizes)


def least_samples(q: float, confidence: float = 0.95) -> int:
    """Return the fewest requests that give any finite two-sided interval of the q-quantile.

    With fewer, even the extreme order statistic leaves more than half of 1 - confidence outside:
    P50 6, P90 36, P95 72, P99 368, P99.9 3,688 at 95 %. A one-sided 95 % bound is `least_samples(q, 0.9)`.
    Source: order statistics, David and Nagaraja, "Order Statistics" (2003), 7.1. Raises ValueError unless
    both numbers lie between 0 and 1.
    """
    if not (0 < q < 1 and 0 < confidence < 1):
        raise ValueError(f"quantile {q} and confidence {confidence} must lie between 0 and 1")
    return math.ceil(math.log((1 - confidence) / 2) / math.log(max(q, 1 - q)))


def _require(latencies_ms: FloatArray, q: float) -> None:
    if not 0 < q < 1:
        raise ValueError(f"quantile {q}: expected a number between 0 and 1, as 0.95 for P95")
    if latencies_ms.size == 0:
        raise ValueError("no requests: a quantile needs at least one")


def _harrell_davis_rows(ordered: FloatArray, qs: Sequence[float]) -> list[FloatArray]:
    """Return the estimates of each quantile for each row of a matrix whose rows are sorted; it is changed."""
    answers = np.isfinite(ordered).sum(axis=1)
    slowest = ordered[np.arange(len(ordered)), np.maximum(answers, 1) - 1]
    # A row without any answer becomes inf; its product with zero weights would be NaN.
    slowest[answers == 0] = 0.0
    tail = ordered[:, answers.min() :]
    np.minimum(tail, slowest[:, np.newaxis], out=tail)
    figures = [np.asarray(ordered @ _weights(ordered.shape[1], q)) for q in qs]
    for each in figures:
        each[answers == 0] = np.inf
    return figures


@lru_cache(maxsize=256)
def _weights(n: int, q: float) -> FloatArray:
    edges = betainc((n + 1) * q, (n + 1) * (1 - q), np.arange(n + 1) / n)
    return np.diff(edges)
