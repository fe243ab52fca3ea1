"""The procedure under test, applied to simulated runs exactly as a report applies it to recorded ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.statistics.change import PairedChange, paired_change
from analysis.statistics.decisions import Verdict, at_most
from analysis.statistics.limits import LimitVerdict, quantile_at_most
from analysis.statistics.looks import look_levels
from analysis.statistics.quantiles import block_quantiles
from benchmarks.verdict.machines import Floats
from benchmarks.verdict.service import Runs

Q = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a run ended: at which look, with which change or verdict."""

    rounds: int
    verdict: Verdict
    change: PairedChange | None = None
    limit: LimitVerdict | None = None


def judge_changes(runs: Runs, looks: Sequence[int]) -> Iterator[Settled]:
    """Yield for each run the look that settles "no worse than baseline", or the last."""
    levels = look_levels(looks)
    for baseline_ms, optimized_ms in zip(runs.baseline_ms, runs.optimized_ms, strict=True):
        baseline, optimized = _figures(baseline_ms), _figures(optimized_ms)
        for rounds, level in zip(looks, levels, strict=True):
            change = paired_change(baseline[:rounds], optimized[:rounds], level)
            verdict = at_most(change.interval, 0.0)
            if verdict != "inconclusive":
                break
        yield Settled(rounds=rounds, verdict=verdict, change=change)


def judge_limits(latencies_ms: Floats, limits_ms: Floats, looks: Sequence[int]) -> Iterator[Settled]:
    """Yield for each run the look that settles "P95 at most its limit", or the last.

    `limits_ms` has a column per look: the truth of a run is that of the rounds played so far.
    """
    levels = look_levels(looks)
    for run_ms, run_limits_ms in zip(latencies_ms, limits_ms, strict=True):
        for rounds, level, limit_ms in zip(looks, levels, run_limits_ms, strict=True):
            numbers = np.repeat(np.arange(rounds), run_ms.shape[1])
            limit = quantile_at_most(run_ms[:rounds].ravel(), numbers, Q, float(limit_ms), level)
            if limit.verdict != "inconclusive":
                break
        yield Settled(rounds=rounds, verdict=limit.verdict, limit=limit)


def _figures(latencies_ms: Floats) -> Floats:
    rounds, requests = latencies_ms.shape
    return block_quantiles(latencies_ms.ravel(), np.repeat(np.arange(rounds), requests), Q).figures
