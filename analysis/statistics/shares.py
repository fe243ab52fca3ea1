"""A share of requests with its interval: failed ones, or those above a limit."""

import math
from dataclasses import dataclass

from scipy.special import betaincinv

from analysis.statistics.decisions import Outlook, Verdict, at_most, outlook
from analysis.statistics.intervals import Interval, ratio_estimate
from analysis.statistics.quantiles import FloatArray

LEAST_DESIGN_EFFECT = 3.0
"""A request is worth at most a third of an independent one: few hits in few rounds cannot show how strongly
they cluster. Measured in benchmarks/verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareEstimate:
    """A share of all requests (0 to 1) with its interval."""

    share: float
    hits: int
    requests: int
    rounds: int
    level: float
    interval: Interval

    def verdict_at_most(self, limit: float) -> Verdict:
        """Return the verdict on "at most `limit` of the requests".

        `limit` 0 speaks of this run and is exact: passed without a single hit, failed with one. No interval
        could ever pass it. Every other limit speaks of the service, and the interval decides.
        """
        if limit == 0:
            return "passed" if self.hits == 0 else "failed"
        return at_most(self.interval, limit)

    def outlook(self, limit: float) -> Outlook:
        """Return what it takes to tell this share from `limit`."""
        half = max(self.interval.high - self.share, self.share - self.interval.low)
        return outlook(value=self.share, half_width=half, bound=limit, rounds=self.rounds, level=self.level)


def share_estimate(hits: FloatArray, requests: FloatArray, level: float) -> ShareEstimate:
    """Return the share of requests that are hits, from hits and requests of each round, with its interval.

    Clopper-Pearson with an effective number of requests: requests / design effect, the design effect being
    the variance over rounds by that of independent requests, at least LEAST_DESIGN_EFFECT. Without hits the
    upper bound is about 11 / requests at 95 % (the rule of three, two-sided, a third of the requests).
    Hits that come in fewer than about a dozen bursts hide how they cluster: no rule sees the bursts of which
    a run met none, and such a run passes too often.
    Raises ValueError when there are no requests.
    Source: Korn and Graubard, "Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data", Survey Methodology 24 (1998) 193-201.
    """
    estimate = ratio_estimate(hits, requests, level)
    total = int(requests.sum())
    effective = total / design_effect(estimate.value, estimate.standard_error, total)
    return ShareEstimate(
        share=estimate.value,
        hits=int(hits.sum()),
        requests=total,
        rounds=estimate.rounds,
        level=level,
        interval=clopper_pearson(estimate.value * effective, effective, level),
    )


def design_effect(share: float, standard_error: float, requests: int) -> float:
    """Return how many requests are worth one independent one, at least LEAST_DESIGN_EFFECT.

    Source: Kish, "Survey Sampling" (1965), 8.2.
    """
    independent = share * (1 - share) / requests
    if independent == 0 or not math.isfinite(standard_error):
        return LEAST_DESIGN_EFFECT
    return max(LEAST_DESIGN_EFFECT, standard_error**2 / independent)


def clopper_pearson(hits: float, trials: float, level: float) -> Interval:
    """Return the exact two-sided interval of a binomial share; both counts may be fractions.

    Source: Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934) 404-413.
    """
    low = float(betaincinv(hits, trials - hits + 1, level / 2)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, trials - hits, 1 - level / 2)) if hits < trials else 1.0
    return Interval(low=low, high=high)
