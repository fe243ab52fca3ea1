"""The interval of a change while a run goes on, for those who watch.

Provisional: rounds that are watched one by one settle nothing. The verdict rests on the intervals of
`analysis`, at the planned looks only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import expm1, sqrt
from statistics import NormalDist, fmean, stdev

CONFIDENCE = 0.95
LEAST_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as a ratio (-0.5 is half), with its interval; None while the rounds are too few."""

    ratio: float
    interval: tuple[float, float] | None


def paired_change(log_ratios: Sequence[float]) -> Change | None:
    """The mean change over rounds, of log(arm / baseline) per round, with a paired t interval."""
    if not log_ratios:
        return None
    mean = fmean(log_ratios)
    if len(log_ratios) < LEAST_ROUNDS:
        return Change(ratio=expm1(mean), interval=None)
    half = student_t(CONFIDENCE, len(log_ratios) - 1) * stdev(log_ratios) / sqrt(len(log_ratios))
    return Change(ratio=expm1(mean), interval=(expm1(mean - half), expm1(mean + half)))


def student_t(confidence: float, degrees: int) -> float:
    """The two-sided quantile of Student's t, at 95 % within 1 % from 2 degrees of freedom up.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.5.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(degrees) ** power for power, term in enumerate(terms, start=1))
