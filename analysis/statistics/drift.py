"""Signs that rounds are not alike: a trend, an effect of the order, a level that shifts in mid-run."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

from analysis.statistics.intervals import UNBOUNDED, Interval, student_t, two_sided_p
from analysis.statistics.quantiles import BoolArray, FloatArray, IntArray


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceEffect:
    """How much a figure per block goes with the place of the block in its round; places count from 0."""

    size: float
    """Log of the highest place over the lowest, arms and rounds being equal."""
    highest: int
    lowest: int
    p_value: float


def place_effect(logs: FloatArray, places: IntArray) -> PlaceEffect | None:
    """Return what the place in a round does to a figure, from logs of shape (rounds, arms) and the places.

    `places` has the place of each arm in each round. F test of the places beside rounds and arms; in a Latin
    square all three are orthogonal. `None` where the orders do not tell places from arms, or a log is not
    finite. Source: analysis of variance of a Latin square, Cochran and Cox, "Experimental Designs" (1957),
    4.3.
    """
    rounds, arms = logs.shape
    freedom = (rounds - 1) * (arms - 1) - (arms - 1)
    if arms < 2 or freedom < 1 or not np.isfinite(logs).all():
        return None
    # Centred within rounds, so that the rounds need no columns of their own.
    values = (logs - logs.mean(axis=1, keepdims=True)).ravel()
    of_arms = np.tile(np.eye(arms) - 1 / arms, (rounds, 1))[:, 1:]
    of_places = (np.eye(arms)[places.ravel()] - 1 / arms)[:, 1:]
    whole = np.hstack([of_arms, of_places])
    if np.linalg.matrix_rank(whole) < 2 * (arms - 1):
        return None
    without = values - of_arms @ np.linalg.lstsq(of_arms, values, rcond=None)[0]
    coefficients = np.linalg.lstsq(whole, values, rcond=None)[0]
    within = values - whole @ coefficients
    error = float(within @ within) / freedom
    explained = max(0.0, float(without @ without) - float(within @ within)) / (arms - 1)
    levels = np.concatenate([[0.0], coefficients[arms - 1 :]])
    p_value = float(fdtrc(arms - 1, freedom, explained / error)) if error > 0 else float(explained == 0)
    return PlaceEffect(
        size=float(np.ptp(levels)),
        highest=int(levels.argmax()),
        lowest=int(levels.argmin()),
        p_value=p_value,
    )


def level_shift_ratio(figures_ms: FloatArray, least_window: int = 5) -> float | None:
    """Return the highest over the lowest running median of a figure per round, less 1.

    0.5 says that some stretch of the run was 50 % slower than another. A stretch is a tenth of the run, and
    at least `least_window` rounds: short windows of a long run reach far apart by chance alone. Blocks whose
    figure is not finite count as infinitely slow. `None` below two windows.
    Source: running medians, Tukey, "Exploratory Data Analysis" (1977), 7.
    """
    window = max(least_window, len(figures_ms) // 10)
    if len(figures_ms) < 2 * window:
        return None
    usable = np.where(np.isfinite(figures_ms), figures_ms, np.inf)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(usable, window), axis=1)
    lowest, highest = float(medians.min()), float(medians.max())
    if highest == 0:  # a clock too coarse for the service
        return 0.0
    return highest / lowest - 1 if 0 < lowest < math.inf else math.inf


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
