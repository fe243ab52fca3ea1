"""Several plain Locust runs of each arm: a run is a round, known by figures that may be rounded.

A figure comes as printed, with the lowest and the highest value that it may stand for. Rounding is no noise
where a service varies less than a step of it: every run is then rounded the same way. So every bound is
moved by the rounding of each figure as far as it can go, on top of Student's t over runs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.statistics.decisions import Outlook, outlook
from analysis.statistics.intervals import UNBOUNDED, Interval, student_t
from analysis.statistics.quantiles import FloatArray
from analysis.statistics.shares import share_estimate

LEAST_TAIL_REQUESTS = 50
"""The mean of the P95s of short runs lies below the P95 of all their requests: at a limit that is true, ten
runs of 200 requests pass in 12 to 15 % of cases where 2.5 are claimed, ten of 1,500 in 3 to 4 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One figure per run, all above 0, and the least and the most that each may stand for."""

    values: FloatArray
    lows: FloatArray
    highs: FloatArray

    @property
    def usable(self) -> bool:
        """Whether every figure has a logarithm."""
        return bool(len(self.values) and (np.isfinite(self.values) & (self.values > 0)).all())

    @property
    def logs(self) -> FloatArray:
        """The logarithms of the figures."""
        return np.asarray(np.log(self.values))

    @property
    def log_ends(self) -> tuple[float, float]:
        """Mean logarithms of the least and of the most; infinite where one is."""
        with np.errstate(divide="ignore"):
            return float(np.log(self.lows).mean()), float(np.log(self.highs).mean())

    @property
    def rounding_variance(self) -> FloatArray:
        """Of each logarithm, when what is rounded away is uniform: half a step squared, by 3."""
        with np.errstate(divide="ignore"):
            half = np.log(self.values) - np.log(self.lows)
        return np.asarray(np.square(half) / 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsEstimate:
    """A logarithm over runs with its interval: of a figure, or of the ratio of two; `runs` of the fewer."""

    log: float
    half_log: float
    log_interval: Interval
    runs: int
    level: float

    @property
    def value(self) -> float | None:
        """The figure, or the ratio, of a typical run; None where it has no number."""
        return math.exp(self.log) if math.isfinite(self.log) else None

    @property
    def interval(self) -> Interval:
        """Its interval; that of a change is less by 1."""
        return self.log_interval.mapped(math.exp)

    def outlook(self, bound: float) -> Outlook:
        """What it takes to tell the value from `bound`, as a ratio; of equally many more runs of each arm."""
        reach = max(self.log_interval.high - self.log, self.log - self.log_interval.low, self.half_log)
        found = outlook(
            value=self.log,
            half_width=reach,
            bound=math.log(bound) if bound > 0 else -math.inf,
            rounds=self.runs,
            level=self.level,
        )
        return Outlook(
            half_width=None if found.half_width is None else math.expm1(found.half_width),
            smallest_effect=None if found.smallest_effect is None else math.expm1(found.smallest_effect),
            more_rounds=found.more_rounds,
        )


def runs_figure(figures: Printed, level: float) -> RunsEstimate:
    """The geometric mean of a figure over runs, with a Student t interval moved by its rounding.

    One run has no interval.
    """
    runs = len(figures.values)
    if not figures.usable or runs < 2:
        return _unknown(runs, level)
    variance = _variance(figures.logs, float(figures.rounding_variance.mean()))
    half = student_t(1 - level / 2, runs - 1) * math.sqrt(variance / runs)
    low, high = figures.log_ends
    return RunsEstimate(
        log=float(figures.logs.mean()),
        half_log=half,
        log_interval=Interval(low=low - half, high=high + half),
        runs=runs,
        level=level,
    )


def runs_change(baseline: Printed, arm: Printed, level: float) -> RunsEstimate:
    """The ratio arm / baseline of a typical run, with its interval.

    As many runs of each arm are pairs, in their order, and the interval is Student's t over the logarithms of
    their ratios; unequal numbers have no pairs, and it is Welch's. Two of each are the least: the interval is
    valid then, and 13 standard errors wide. Source: Welch, Biometrika 34 (1947) 28-35; measured coverage in
    docs/compare.md.
    """
    runs = min(len(baseline.values), len(arm.values))
    if runs < 2 or not (baseline.usable and arm.usable):
        return _unknown(runs, level)
    error, freedom = (_paired if len(baseline.values) == len(arm.values) else _welch)(baseline, arm)
    half = student_t(1 - level / 2, freedom) * error
    (baseline_low, baseline_high), (arm_low, arm_high) = baseline.log_ends, arm.log_ends
    return RunsEstimate(
        log=float(arm.logs.mean() - baseline.logs.mean()),
        half_log=half,
        log_interval=Interval(low=arm_low - baseline_high - half, high=arm_high - baseline_low + half),
        runs=runs,
        level=level,
    )


def runs_difference(baseline: FloatArray, arm: FloatArray, level: float) -> Interval:
    """The interval of arm - baseline of one exact figure per run, paired or Welch's: for failure ratios."""
    if min(len(baseline), len(arm)) < 2:
        return UNBOUNDED
    if len(baseline) == len(arm):
        error, freedom = float((arm - baseline).std(ddof=1)) / math.sqrt(len(arm)), float(len(arm) - 1)
    else:
        error, freedom = _unequal(
            (float(baseline.var(ddof=1)), len(baseline)), (float(arm.var(ddof=1)), len(arm))
        )
    middle, half = float(arm.mean() - baseline.mean()), student_t(1 - level / 2, freedom) * error
    return Interval(low=middle - half, high=middle + half)


def share_above_is_small(
    listed: Sequence[Sequence[tuple[float, float]]],
    requests: FloatArray,
    q: float,
    limit: float,
    level: float,
) -> bool:
    """Whether what the runs list shows that at most 1 - q of all requests lie above a limit.

    `listed` has (quantile, the most that its figure may stand for) of each run. The highest one at or below
    the limit bounds the share above it from above, whatever lies between the listed ones.
    Source: Clopper-Pearson over rounds, `shares.share_estimate`.
    """
    most = [max((at for at, figure in run if figure <= limit), default=0.0) for run in listed]
    hits = np.ceil((1 - np.array(most)) * requests)
    return share_estimate(hits, requests, level).interval.high <= 1 - q


def _paired(baseline: Printed, arm: Printed) -> tuple[float, float]:
    """Standard error of the mean log ratio, and degrees of freedom."""
    rounding = float((baseline.rounding_variance + arm.rounding_variance).mean())
    variance = _variance(arm.logs - baseline.logs, rounding)
    return math.sqrt(variance / len(arm.values)), len(arm.values) - 1


def _welch(baseline: Printed, arm: Printed) -> tuple[float, float]:
    parts = [
        (_variance(side.logs, float(side.rounding_variance.mean())), len(side.values))
        for side in (baseline, arm)
    ]
    return _unequal(*parts)


def _unequal(*parts: tuple[float, int]) -> tuple[float, float]:
    """Welch's standard error and degrees of freedom, from the variance and number of each side."""
    shares = [variance / runs for variance, runs in parts]
    whole = sum(shares)
    if whole == 0:
        return 0.0, 1.0
    return math.sqrt(whole), whole**2 / sum(
        share**2 / (runs - 1) for share, (_, runs) in zip(shares, parts, strict=True)
    )


def _variance(logs: FloatArray, rounding: float) -> float:
    """Of the logarithms as printed: at least that of the rounding, which may hide all of the rest."""
    return max(float(logs.var(ddof=1)), rounding if math.isfinite(rounding) else 0.0)


def _unknown(runs: int, level: float) -> RunsEstimate:
    return RunsEstimate(log=math.nan, half_log=math.inf, log_interval=UNBOUNDED, runs=runs, level=level)
