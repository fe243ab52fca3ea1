"""Intervals: what they are, Student's t, and the interval of a ratio of two sums over rounds."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.statistics.quantiles import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The values that the data cannot tell from the truth; an infinite bound is one the data cannot give.

    A lower bound of +inf says that the figure lies beyond every number (a quantile of failed requests).
    """

    low: float
    high: float

    def bounds(self) -> tuple[float | None, float | None]:
        """Return (low, high) for JSON: `None` where a bound is not finite."""
        return (
            self.low if math.isfinite(self.low) else None,
            self.high if math.isfinite(self.high) else None,
        )

    def mapped(self, function: Callable[[float], float]) -> "Interval":
        """Return the interval of a rising function of the value; infinite bounds stay infinite."""
        return Interval(
            low=function(self.low) if math.isfinite(self.low) else self.low,
            high=function(self.high) if math.isfinite(self.high) else self.high,
        )


UNBOUNDED = Interval(low=-math.inf, high=math.inf)


def student_t(probability: float, freedom: float) -> float:
    """Return the quantile of Student's t, for example 2.571 for 0.975 and 5 degrees of freedom."""
    return float(stdtrit(freedom, probability))


def two_sided_p(t: float, freedom: int) -> float:
    """Return the probability of a Student t at least as far from 0 as `t`."""
    return float(2 * stdtr(freedom, -abs(t)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure of one arm over all rounds, its standard error and its interval, in the figure's own unit."""

    value: float
    standard_error: float
    half_width: float
    interval: Interval
    rounds: int


def ratio_estimate(numerators: FloatArray, denominators: FloatArray, level: float) -> Estimate:
    """Return sum(numerators) / sum(denominators) with a Student t interval over rounds.

    One pair per round: requests and seconds give the throughput, milliseconds and answers the mean latency.
    The round is the unit, so requests that depend on each other within one do no harm. With one round there
    is no interval. Raises ValueError when there are no rounds or the denominators sum to 0.
    Source: ratio estimator, Cochran, "Sampling Techniques" (1977), 6.3.
    """
    rounds = len(numerators)
    total = float(denominators.sum())
    if rounds == 0 or total <= 0:
        raise ValueError(f"{rounds} rounds whose denominators sum to {total}: nothing to divide by")
    value = float(numerators.sum()) / total
    if rounds == 1:
        return Estimate(
            value=value, standard_error=math.inf, half_width=math.inf, interval=UNBOUNDED, rounds=1
        )
    residuals = numerators - value * denominators
    error = math.sqrt(rounds / (rounds - 1) * float(np.square(residuals).sum())) / total
    half = student_t(1 - level / 2, rounds - 1) * error
    interval = Interval(low=value - half, high=value + half)
    return Estimate(value=value, standard_error=error, half_width=half, interval=interval, rounds=rounds)
