"""The sums of each block that make its figures other than quantiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import Metric
from analysis.recording import Sample
from analysis.statistics.quantiles import FloatArray, starts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums of each block of an arm that make its figures other than quantiles."""

    rounds: NDArray[np.int64]
    requests: FloatArray
    answers: FloatArray
    answered_ms: FloatArray
    durations_s: FloatArray

    def divided(self, metric: Metric) -> tuple[FloatArray, FloatArray]:
        """What a metric that is no quantile divides, per round: numerators and denominators."""
        if metric.kind == "mean":
            return self.answered_ms, self.answers
        if metric.kind == "failure_ratio":
            return self.requests - self.answers, self.requests
        return self.answers, self.durations_s


def totals_of(sample: Sample) -> Totals:
    """The sums of a sample with at least one request."""
    starts = starts_of(sample.rounds)
    answered = np.isfinite(sample.latencies_ms)
    return Totals(
        rounds=sample.rounds[starts].astype(np.int64),
        requests=np.diff(starts, append=len(answered)).astype(np.float64),
        answers=np.add.reduceat(answered, starts, dtype=np.float64),
        answered_ms=np.add.reduceat(np.where(answered, sample.latencies_ms, 0.0), starts),
        durations_s=sample.durations_s,
    )
