"""A quantile of one arm over all rounds: its round-clustered interval and its verdict against a limit."""

import math
from dataclasses import dataclass

import numpy as np

from analysis.statistics.decisions import Outlook, Verdict, outlook
from analysis.statistics.intervals import Estimate, Interval, ratio_estimate
from analysis.statistics.quantiles import BoolArray, FloatArray, IntArray, by_round, starts_of
from analysis.statistics.shares import clopper_pearson, design_effect

CLUSTER_REQUESTS = 1_000
"""Short rounds are merged until a cluster holds about this many requests ..."""
LEAST_CLUSTERS = 20
"""... as long as this many clusters remain; with fewer, a pass goes by the guard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileEstimate:
    """A quantile of all measured requests of an arm, in ms, with its interval; inf where requests failed."""

    value_ms: float
    interval: Interval
    requests: int
    rounds: int
    clusters: int
    design_effect: float
    """How many requests are worth one independent one, as shares.design_effect says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitVerdict:
    """The verdict on "this quantile is at most that limit"."""

    estimate: QuantileEstimate
    share_above: float
    """The share of requests above the limit; at most 1 - q of them may lie there."""
    share_above_high: float
    """The guard: the upper bound of that share."""
    by_guard: bool
    """Whether a pass goes by the guard, the interval being too thin for it."""
    verdict: Verdict
    outlook: Outlook
    """What an inconclusive verdict needs, in ms."""


def quantile_estimate(latencies_ms: FloatArray, rounds: IntArray, q: float, level: float) -> QuantileEstimate:
    """Return the pooled q-quantile with the round-clustered Woodruff interval, in ms.

    The share of requests above the pooled quantile varies from cluster to cluster; its t interval, put
    around q, is read off the pooled sample. A bound beyond the sample is infinite.
    Source: Woodruff, "Confidence intervals for medians and other position measures", JASA 47 (1952)
    635-646; clusters as in Francisco and Fuller, Annals of Statistics 19 (1991) 454-469.
    Raises ValueError when there are no requests.
    """
    latencies_ms, rounds = by_round(latencies_ms, rounds)
    return _estimate(latencies_ms, np.sort(latencies_ms), starts_of(rounds), q, level)


def _estimate(
    latencies_ms: FloatArray, ordered: FloatArray, starts: IntArray, q: float, level: float
) -> QuantileEstimate:
    """Return it from the latencies by round, where each round starts, and all of them sorted."""
    value = float(ordered[math.ceil((len(ordered) - 1) * q)])
    beyond = latencies_ms > value if math.isfinite(value) else np.isinf(latencies_ms)
    share = _share(beyond, _clusters(starts, len(latencies_ms)), level)
    return QuantileEstimate(
        value_ms=value,
        interval=_read(ordered, q - share.half_width, q + share.half_width),
        requests=len(latencies_ms),
        rounds=len(starts),
        clusters=share.rounds,
        design_effect=design_effect(share.value, share.standard_error, len(latencies_ms)),
    )


def quantile_at_most(
    latencies_ms: FloatArray, rounds: IntArray, q: float, limit_ms: float, level: float
) -> LimitVerdict:
    """Return the verdict on "the q-quantile is at most `limit_ms`", which is: at most 1 - q lie above it.

    Failed as soon as the interval lies wholly above the limit. Passed when it lies wholly at or below, given
    LEAST_CLUSTERS clusters: fewer and smaller ones are so skewed that Student's t passes 11 to 20 % of
    services that are exactly at the limit. Until then, and where the interval has no upper bound, a pass
    goes by the guard: the Clopper-Pearson upper bound of the share above the limit, each request worth at
    most a third of an independent one. Six rounds of 100 without a request above the limit pass a P95.
    """
    latencies_ms, rounds = by_round(latencies_ms, rounds)
    starts = starts_of(rounds)
    ordered = np.sort(latencies_ms)
    estimate = _estimate(latencies_ms, ordered, starts, q, level)
    share = _share(latencies_ms > limit_ms, _clusters(starts, len(latencies_ms)), level)
    effective = estimate.requests / estimate.design_effect
    guard = clopper_pearson(share.value * effective, effective, level).high
    by_guard = estimate.clusters < LEAST_CLUSTERS or not math.isfinite(estimate.interval.high)
    met = guard <= 1 - q if by_guard else estimate.interval.high <= limit_ms
    verdict: Verdict = "passed" if met else "inconclusive"
    if estimate.interval.low > limit_ms:
        verdict = "failed"
    missing = outlook(
        value=share.value,
        half_width=guard - share.value if by_guard else share.half_width,
        bound=1 - q,
        rounds=estimate.rounds,
        level=level,
    )
    return LimitVerdict(
        estimate=estimate,
        share_above=share.value,
        share_above_high=guard,
        by_guard=by_guard,
        verdict=verdict,
        outlook=Outlook(
            half_width=_reach_ms(ordered, q, missing.half_width),
            smallest_effect=_reach_ms(ordered, q, missing.smallest_effect),
            more_rounds=missing.more_rounds,
        ),
    )


def _reach_ms(ordered: FloatArray, q: float, half_share: float | None) -> float | None:
    """Return half of the distance in ms between the quantiles at q -+ a share; `None` beyond the sample."""
    if half_share is None:
        return None
    reach = _read(ordered, q - half_share, q + half_share)
    half = (reach.high - reach.low) / 2
    return half if math.isfinite(half) else None


def _read(ordered: FloatArray, low: float, high: float) -> Interval:
    """Return the values of a sorted sample at two ranks, each rounded outwards."""
    last = len(ordered) - 1
    return Interval(
        low=float(ordered[math.floor(last * low)]) if low > 0 else -math.inf,
        high=float(ordered[math.ceil(last * high)]) if high < 1 else math.inf,
    )


def _share(hits: BoolArray, clusters: IntArray, level: float) -> Estimate:
    return ratio_estimate(
        np.add.reduceat(hits, clusters, dtype=np.float64),
        np.diff(clusters, append=len(hits)).astype(np.float64),
        level,
    )


def _clusters(starts: IntArray, requests: int) -> IntArray:
    """Return where each cluster of requests starts: neighbouring rounds, merged alike."""
    rounds = len(starts)
    merged = min(math.ceil(CLUSTER_REQUESTS / (requests / rounds)), rounds // LEAST_CLUSTERS)
    clusters = rounds // max(1, merged)
    return starts[starts_of(np.arange(rounds) * clusters // rounds)]
