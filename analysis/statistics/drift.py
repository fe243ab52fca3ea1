"""Signs that rounds are not alike: a trend, an effect of the order, a level that shifts in mid-run."""

import math
from dataclasses import dataclass

import numpy as np

from analysis.statistics.intervals import UNBOUNDED, Interval, student_t, two_sided_p
from analysis.statistics.quantiles import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How much a figure per round goes with something else; log ratios where the figures are logs."""

    size: float
    interval: Interval
    p_value: float


def trend(log_ratios: FloatArray, level: float = 0.05) -> Effect | None:
    """Return the change of the log ratio from the first round to the last, or `None` below 3 rounds.

    A ratio that trends has no single value: the report then says so beside its interval. Source: least
    squares slope and its t test, Draper and Smith, "Applied Regression Analysis" (1998), 1.4.
    """
    positions = np.linspace(0.0, 1.0, len(log_ratios)) if len(log_ratios) > 1 else np.zeros(len(log_ratios))
    return _slope(log_ratios, positions, level)


def order_effect(log_ratios: FloatArray, baseline_first: BoolArray, level: float = 0.05) -> Effect | None:
    """Return the mean log ratio of AB rounds less that of BA rounds, or `None` when one of them is missing.

    Half of it would bias a run that played one order only; the balanced orders cancel it. It is the slope on
    an indicator of the order, which is the t test of two samples.
    """
    return _slope(log_ratios, baseline_first.astype(np.float64), level)


def level_shift_ratio(figures_ms: FloatArray, least_window: int = 5) -> float | None:
    """Return the highest over the lowest running median of a figure per round, less 1.

    0.5 says that some stretch of the run was 50 % slower than another. A stretch is a tenth of the run, and
    at least `least_window` rounds: short windows of a long run reach far apart by chance alone. Blocks whose
    figure is not finite and positive count as infinitely slow. `None` below two windows.
    Source: running medians, Tukey, "Exploratory Data Analysis" (1977), 7.
    """
    window = max(least_window, len(figures_ms) // 10)
    if len(figures_ms) < 2 * window:
        return None
    usable = np.where(np.isfinite(figures_ms) & (figures_ms > 0), figures_ms, np.inf)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(usable, window), axis=1)
    return float(medians.max() / medians.min() - 1) if np.isfinite(medians.min()) else math.inf


def _slope(values: FloatArray, covariate: FloatArray, level: float) -> Effect | None:
    centred = covariate - covariate.mean() if len(values) else covariate
    spread = float(np.square(centred).sum())
    freedom = len(values) - 2
    if freedom < 1 or spread == 0 or not np.isfinite(values).all():
        return None
    size = float(centred @ values) / spread
    residuals = values - values.mean() - size * centred
    error = math.sqrt(float(np.square(residuals).sum()) / freedom / spread)
    if error == 0:
        return Effect(size=size, interval=UNBOUNDED, p_value=1.0 if size == 0 else 0.0)
    half = student_t(1 - level / 2, freedom) * error
    return Effect(
        size=size,
        interval=Interval(low=size - half, high=size + half),
        p_value=two_sided_p(size / error, freedom),
    )
