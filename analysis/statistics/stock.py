"""Two plain Locust runs, one per arm: intervals from the percentiles that a stats CSV holds.

One run per arm cannot see drift: whatever changed between the runs is taken for a change between the arms.
The intervals here know of the dependence within a run and of Locust's rounding, and of nothing else.
"""

import math
from collections.abc import Mapping

from analysis.statistics.intervals import UNBOUNDED, Interval, student_t

RUN_DESIGN_EFFECT = 4.0
"""Requests of one run on a quiet machine are worth a quarter of independent ones: the interval that takes
them for independent is half as wide as it should be (31 % false alarms instead of 5)."""
NORMAL = 1_000_000_000


def stock_interval(
    percentiles_ms: Mapping[float, float],
    requests: int,
    q: float,
    level: float,
    *,
    rounded: bool,
) -> Interval:
    """Return the interval of the q-quantile in ms from the percentiles of one row of a stats CSV.

    `percentiles_ms` maps 0.5, 0.66, ... 0.9999, 1.0 to the row's figures. The bounds are the nearest listed
    percentiles outside q -+ half, so they assume nothing of what lies between; the maximum is no upper
    bound. `rounded` widens them by half a step of Locust's rounding to about two digits.
    Source: Woodruff, JASA 47 (1952) 635-646, with the design effect of Kish, "Survey Sampling" (1965), 8.2.
    """
    if requests == 0:
        return UNBOUNDED
    error = math.sqrt(q * (1 - q) * RUN_DESIGN_EFFECT / requests)
    half = student_t(1 - level / 2, NORMAL) * error
    below = [at for at in percentiles_ms if at <= q - half]
    above = [at for at in percentiles_ms if q + half <= at < 1]
    low = percentiles_ms[max(below)] if below else -math.inf
    high = percentiles_ms[min(above)] if above else math.inf
    if not rounded:
        return Interval(low=low, high=high)
    return Interval(low=low - _half_step_ms(low), high=high + _half_step_ms(high))


def stock_change_interval(baseline: Interval, arm: Interval) -> Interval:
    """Return the interval of arm / baseline - 1 from the intervals of two runs: the far ends divided.

    Wider than it need be for independent errors, and right for the errors of rounding, which are not.
    """
    return Interval(
        low=arm.low / baseline.high - 1 if math.isfinite(baseline.high) and arm.low > 0 else -math.inf,
        high=arm.high / baseline.low - 1 if baseline.low > 0 and math.isfinite(arm.high) else math.inf,
    )


def _half_step_ms(latency_ms: float) -> float:
    """Return half of the step that Locust rounds to, in ms: 1 below 100, 10 below 1,000, 100 below 10,000."""
    if not math.isfinite(latency_ms):
        return 0.0
    return 0.5 if latency_ms < 100 else 5.0 if latency_ms < 1_000 else 50.0 if latency_ms < 10_000 else 500.0
