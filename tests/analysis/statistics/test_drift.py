import math

import numpy as np
import pytest

from analysis.statistics.drift import level_shift_ratio, order_effect, trend


def test_a_trend_is_the_change_from_the_first_round_to_the_last() -> None:
    logs = np.linspace(0, 0.2, 21) + np.random.default_rng(1).normal(0, 0.01, 21)
    effect = trend(logs)
    assert effect is not None
    assert effect.size == pytest.approx(0.2, abs=0.02)
    assert effect.interval.low < 0.2 < effect.interval.high
    assert effect.p_value < 1e-9


def test_rounds_without_a_trend_show_one_as_often_as_the_level_says() -> None:
    random = np.random.default_rng(2)
    effects = [trend(random.normal(0, 0.2, 10)) for _ in range(1_000)]
    found = [effect is not None and effect.p_value < 0.05 for effect in effects]
    assert np.mean(found) == pytest.approx(0.05, abs=0.02)


def test_the_effect_of_the_order_is_the_difference_of_its_means() -> None:
    effect = order_effect(np.array([0.3, 0.1, 0.1, 0.5]), np.array([True, False, False, True]))
    assert effect is not None
    assert effect.size == pytest.approx(0.3)
    # Student's two-sample t: 0.3 / sqrt(0.01 * (1/2 + 1/2)) = 3 with 2 degrees of freedom.
    assert effect.p_value == pytest.approx(0.095466, abs=1e-5)


def test_too_little_to_tell_is_none() -> None:
    assert trend(np.array([0.1, 0.2])) is None
    assert trend(np.array([])) is None
    assert trend(np.array([0.1, math.nan, 0.2, 0.1])) is None
    assert order_effect(np.zeros(6), np.ones(6, dtype=np.bool_)) is None


def test_rounds_that_are_all_alike_have_no_trend() -> None:
    effect = trend(np.zeros(6))
    assert effect is not None
    assert (effect.size, effect.p_value) == (0, 1)
    assert effect.interval.bounds() == (None, None)


def test_a_stretch_twice_as_slow_is_a_shift_of_one() -> None:
    figures = np.full(30, 100.0)
    figures[10:18] = 200
    assert level_shift_ratio(figures) == pytest.approx(1.0)


def test_a_burst_of_two_rounds_is_no_shift() -> None:
    figures = np.full(30, 100.0)
    figures[10:12] = 900
    assert level_shift_ratio(figures) == 0


def test_a_stretch_that_failed_is_a_shift_beyond_measure_and_a_short_run_has_none() -> None:
    figures = np.full(30, 100.0)
    figures[:6] = np.inf
    assert level_shift_ratio(figures) == math.inf
    assert level_shift_ratio(np.full(9, 100.0)) is None


def test_figures_of_zero_are_fast_and_not_failed() -> None:
    assert level_shift_ratio(np.zeros(30)) == 0
    assert level_shift_ratio(np.repeat([0.0, 1.0], 15)) == math.inf


def test_chance_alone_shifts_a_long_run_no_further_than_a_short_one() -> None:
    random = np.random.default_rng(3)
    shifts = {
        rounds: np.median([level_shift_ratio(random.lognormal(0, 0.2, rounds)) or 0 for _ in range(100)])
        for rounds in (30, 300)
    }
    assert shifts[300] < shifts[30]
