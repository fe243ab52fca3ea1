"""The rules most teams use, for comparison: one run per arm, every request taken for independent."""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import mannwhitneyu

from analysis.statistics.quantiles import quantile
from benchmarks.verdict.machines import Floats
from benchmarks.verdict.procedure import Q

RESAMPLES = 1_000


def percent_threshold(baseline_ms: Floats, arm_ms: Floats) -> bool:
    """Return whether the P95s differ by more than 5 %."""
    return abs(quantile(arm_ms, Q) / quantile(baseline_ms, Q) - 1) > 0.05


def point_comparison(baseline_ms: Floats, arm_ms: Floats) -> bool:
    """Return whether the P95s differ at all."""
    return quantile(arm_ms, Q) != quantile(baseline_ms, Q)


def request_bootstrap(baseline_ms: Floats, arm_ms: Floats) -> bool:
    """Return whether the 95 % bootstrap interval of the P95 ratio over requests leaves out 1."""
    low, high = bootstrap_interval(baseline_ms, arm_ms)
    return not low <= 1 <= high


def mann_whitney(baseline_ms: Floats, arm_ms: Floats) -> bool:
    """Return whether a rank test over requests rejects at 5 %."""
    return bool(mannwhitneyu(baseline_ms, arm_ms, method="asymptotic").pvalue < 0.05)


NAIVE: Mapping[str, Callable[[Floats, Floats], bool]] = {
    "point comparison": point_comparison,
    "differs by more than 5 %": percent_threshold,
    "bootstrap over requests, 95 %": request_bootstrap,
    "Mann-Whitney over requests": mann_whitney,
}


def bootstrap_interval(baseline_ms: Floats, arm_ms: Floats) -> tuple[float, float]:
    """Return the 95 % interval of the P95 ratio."""
    ratios = _resampled(arm_ms, seed=1) / _resampled(baseline_ms, seed=2)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def bootstrap_passes_limit(latencies_ms: Floats, limit_ms: float) -> bool:
    """Return whether the upper end of the 95 % bootstrap interval of the P95 lies at or below the limit."""
    return bool(np.quantile(_resampled(latencies_ms, seed=1), 0.975) <= limit_ms)


def _resampled(latencies_ms: Floats, seed: int) -> Floats:
    """Return P95s of resamples: the k-th of n draws from a sample is its Beta(k, n - k + 1) quantile."""
    n = len(latencies_ms)
    rank = int(np.ceil((n - 1) * Q)) + 1
    random = np.random.default_rng(seed)
    places = (random.beta(rank, n - rank + 1, RESAMPLES) * n).astype(np.int64)
    return np.sort(latencies_ms)[np.minimum(places, n - 1)]
