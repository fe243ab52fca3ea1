"""Measured of a failure ratio against its limit when failures come in bursts."""

from collections.abc import Iterator

import numpy as np

from analysis.statistics.shares import share_estimate
from benchmarks.verdict.batches import share_row
from benchmarks.verdict.machines import QUIET, Floats
from benchmarks.verdict.table import Row

ROUNDS, REQUESTS = 30, 100


def bursts(runs: int, seed: int) -> Iterator[Row]:
    """Yield how often a ratio that lies exactly at its limit passes, by the bursts that a run meets."""
    random = np.random.default_rng(seed)
    sizes = np.full(ROUNDS, float(REQUESTS))
    for met in (1, 3, 12, 40):
        for length in (1, 10, 30):
            failures = [_failures(random, met, length) for _ in range(runs)]
            truth = float(np.mean(failures)) / REQUESTS
            passed = [share_estimate(hits, sizes, 0.05).interval.high <= truth for hits in failures]
            plan = f"{ROUNDS} rounds of {REQUESTS}, {met} bursts of {length} expected"
            yield share_row("True failure ratio exactly at the limit, passed", QUIET, plan, passed)


def _failures(random: np.random.Generator, met: int, length: int) -> Floats:
    """Return the failures per round; bursts strike anywhere and are `length` long on average."""
    failed = np.zeros(ROUNDS * REQUESTS)
    begins = random.integers(0, len(failed), random.poisson(met))
    for begin, span in zip(begins, random.geometric(1 / length, len(begins)), strict=True):
        failed[begin : begin + span] = 1
    return np.asarray(failed.reshape(ROUNDS, REQUESTS).sum(axis=1))
