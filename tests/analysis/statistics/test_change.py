import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.statistics.change import least_effect, paired_change, paired_difference, rounds_needed
from analysis.statistics.holm import holm
from analysis.statistics.noise import noise_floor_ratio

FIGURES = arrays(np.float64, 8, elements=st.floats(1, 1e4))


def test_a_known_sample_has_a_known_interval() -> None:
    logs = np.array([-0.1, 0.0, 0.1, 0.2, 0.3])  # mean 0.1, sd 0.158114, t(0.975, 4) = 2.776445
    change = paired_change(np.ones(5), np.exp(logs), 0.05)
    half = 2.776445 * 0.158114 / math.sqrt(5)
    assert change.change_ratio == pytest.approx(math.expm1(0.1))
    assert change.interval.low == pytest.approx(math.expm1(0.1 - half), abs=1e-6)
    assert change.interval.high == pytest.approx(math.expm1(0.1 + half), abs=1e-6)
    assert change.p_value == pytest.approx(0.230200, abs=1e-5)


@given(FIGURES, FIGURES)
def test_swapping_the_arms_flips_the_sign_of_the_log_change(one: np.ndarray, other: np.ndarray) -> None:
    there, back = paired_change(one, other, 0.05), paired_change(other, one, 0.05)
    assert there.mean_log == pytest.approx(-back.mean_log, abs=1e-12)
    assert there.log_interval.low == pytest.approx(-back.log_interval.high, abs=1e-12)


@given(FIGURES, FIGURES, st.floats(0.01, 100))
def test_the_unit_does_not_matter(one: np.ndarray, other: np.ndarray, scale: float) -> None:
    plain, scaled = paired_change(one, other, 0.05), paired_change(one * scale, other * scale, 0.05)
    assert scaled.mean_log == pytest.approx(plain.mean_log, abs=1e-9)
    assert scaled.half_width_log == pytest.approx(plain.half_width_log, abs=1e-9)


@given(FIGURES, FIGURES, st.permutations(range(8)))
def test_the_order_of_rounds_does_not_matter(one: np.ndarray, other: np.ndarray, order: list[int]) -> None:
    plain, shuffled = paired_change(one, other, 0.05), paired_change(one[order], other[order], 0.05)
    assert shuffled.log_interval.high == pytest.approx(plain.log_interval.high, abs=1e-9)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    pairs = random.lognormal(0, 0.2, (2_000, 2, 6))
    held = [
        change.interval.low <= 0 <= change.interval.high
        for change in (paired_change(one, other, 0.05) for one, other in pairs)
    ]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_a_baseline_that_is_only_bounded_from_below_bounds_the_change_from_above() -> None:
    baseline, arm = np.array([90.0, 100.0, 110.0]), np.array([50.0, 50.0, 50.0])
    change = paired_change(baseline, arm, 0.05, baseline_beyond=True)
    assert change.interval.low == -math.inf
    assert -1 < change.interval.high < 0
    assert change.change_ratio is None
    assert change.interval.bounds()[0] is None


def test_a_figure_without_a_logarithm_leaves_no_interval() -> None:
    for bad in (0.0, math.inf, math.nan):
        change = paired_change(np.array([1.0, 2.0, 3.0]), np.array([1.0, bad, 3.0]), 0.05)
        assert change.interval.bounds() == (None, None)
        assert change.change_ratio is None
        assert change.p_value == 1
        assert change.outlook(0.05).more_rounds is None


def test_one_round_gives_a_change_without_an_interval() -> None:
    change = paired_change(np.array([100.0]), np.array([50.0]), 0.05)
    assert change.change_ratio == pytest.approx(-0.5)
    assert change.interval.bounds() == (None, None)


def test_unpaired_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match="3 baseline and 2 other rounds"):
        paired_change(np.ones(3), np.ones(2), 0.05)
    with pytest.raises(ValueError, match="paired rounds are needed"):
        paired_difference(np.ones(0), np.ones(0), 0.05)


def test_the_outlook_names_rounds_that_settle_the_change() -> None:
    random = np.random.default_rng(2)
    logs = random.normal(-0.02, 0.1, 2_000)
    logs[:20] += -0.02 - logs[:20].mean()
    short = paired_change(np.ones(20), np.exp(logs[:20]), 0.05)
    missing = short.outlook(0.0)
    assert short.interval.high > 0
    assert missing.more_rounds is not None
    assert 50 < missing.more_rounds < 150
    longer = np.tile(np.exp(logs[:20]), 1 + math.ceil(missing.more_rounds / 20))
    assert paired_change(np.ones(len(longer)), longer, 0.05).interval.high < 0


def test_no_number_of_rounds_tells_a_change_from_itself_or_reaches_minus_100_percent() -> None:
    change = paired_change(np.ones(4), np.array([0.9, 1.1, 0.9, 1.1]), 0.05)
    assert change.change_ratio is not None
    assert change.outlook(change.change_ratio).more_rounds is None
    assert change.outlook(-1.0).more_rounds == 1


@given(st.floats(0.01, 1), st.floats(0.01, 0.5))
def test_the_rounds_needed_are_the_fewest_that_show_the_effect(sd: float, effect: float) -> None:
    rounds = rounds_needed(sd, effect)
    assert rounds is not None
    assert least_effect(sd, rounds) <= effect * (1 + 1e-9)
    assert rounds == 2 or least_effect(sd, rounds - 1) > effect * (1 - 1e-9)


def test_an_effect_of_nothing_cannot_be_shown() -> None:
    assert rounds_needed(0.1, 0.0) is None
    assert rounds_needed(10.0, 0.001) is None


def test_the_least_effect_is_found_95_times_of_100() -> None:
    random = np.random.default_rng(3)
    effect = math.log1p(least_effect(0.2, 30))
    found = [
        paired_change(np.ones(30), np.exp(random.normal(effect, 0.2, 30)), 0.05).interval.low > 0
        for _ in range(1_000)
    ]
    assert np.mean(found) == pytest.approx(0.95, abs=0.025)


def test_failure_ratios_are_compared_by_their_differences_over_rounds() -> None:
    baseline, arm = np.array([0.0, 0.02, 0.01, 0.0]), np.array([0.05, 0.06, 0.07, 0.04])
    interval = paired_difference(baseline, arm, 0.05)
    assert interval.low < 0.0475 < interval.high
    assert interval.low > 0
    assert paired_difference(baseline[:1], arm[:1], 0.05).bounds() == (None, None)


def test_holm_gives_the_values_of_its_paper() -> None:
    adjusted = holm(np.array([0.01, 0.04, 0.03, 0.005]))
    assert adjusted == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_finds_something_among_twenty_equal_endpoints_in_at_most_5_percent() -> None:
    random = np.random.default_rng(4)
    alarms = [holm(random.random(20)).min() <= 0.05 for _ in range(2_000)]
    assert np.mean(alarms) <= 0.06


def test_the_noise_floor_is_the_far_end_of_an_a_a_interval() -> None:
    logs = np.array([0.01, -0.02, 0.03, 0.0, 0.02, -0.01])
    change = paired_change(np.ones(6), np.exp(logs), 0.05)
    assert noise_floor_ratio(change) == pytest.approx(change.interval.high)
    assert noise_floor_ratio(paired_change(np.exp(logs), np.ones(6), 0.05)) == pytest.approx(
        change.interval.high
    )
    assert noise_floor_ratio(paired_change(np.ones(1), np.ones(1), 0.05)) is None
