import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.decisions import at_least, at_most, outlook
from analysis.statistics.intervals import Interval, ratio_estimate
from analysis.statistics.limits import quantile_at_most, quantile_estimate
from analysis.statistics.looks import look_levels
from analysis.statistics.shares import clopper_pearson, share_estimate

FIRST_LEVEL = look_levels((6, 12, 20, 30))[0]


def rows(rounds: int, requests: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    latencies = np.random.default_rng(seed).lognormal(math.log(250), 0.4, rounds * requests)
    return latencies, np.repeat(np.arange(rounds), requests)


def test_the_reference_comparison_passes_its_sla_at_the_first_look() -> None:
    latencies, rounds = rows(6, 100)
    latencies *= 553 / np.quantile(latencies, 0.99, method="higher")
    latencies = np.minimum(latencies, 790)
    verdict = quantile_at_most(latencies, rounds, 0.95, 800, FIRST_LEVEL)
    assert verdict.verdict == "passed"
    assert verdict.by_guard
    assert verdict.share_above == 0
    assert verdict.estimate.interval.bounds()[1] is None


def test_six_rounds_do_not_pass_a_p99() -> None:
    latencies, rounds = rows(6, 100)
    assert quantile_at_most(latencies, rounds, 0.99, 1e6, FIRST_LEVEL).verdict == "inconclusive"


def test_a_service_far_above_its_limit_fails_at_the_first_look() -> None:
    latencies, rounds = rows(6, 100)
    assert quantile_at_most(latencies, rounds, 0.95, 250, FIRST_LEVEL).verdict == "failed"


def test_a_service_at_its_limit_is_rarely_passed_or_failed() -> None:
    limit = 250 * math.exp(0.4 * 1.644854)
    for size in ((6, 100), (20, 200), (40, 100)):
        found = [quantile_at_most(*rows(*size, seed=seed), 0.95, limit, 0.05).verdict for seed in range(400)]
        assert found.count("passed") <= 0.05 * 400
        assert found.count("failed") <= 0.05 * 400


def test_the_interval_of_a_quantile_covers_it_as_often_as_it_says() -> None:
    truth = 250 * math.exp(0.4 * 1.281552)
    held = 0
    for seed in range(500):
        interval = quantile_estimate(*rows(30, 100, seed=seed), 0.9, 0.05).interval
        held += interval.low <= truth <= interval.high
    assert held / 500 == pytest.approx(0.95, abs=0.025)


def test_short_rounds_are_merged_into_clusters_of_a_thousand_requests() -> None:
    clusters = {
        size: quantile_estimate(*rows(*size), 0.95, 0.05).clusters
        for size in ((6, 100), (30, 100), (45, 100), (300, 100), (30, 1_000), (305, 100))
    }
    assert clusters == {
        (6, 100): 6,
        (30, 100): 30,
        (45, 100): 22,
        (300, 100): 30,
        (30, 1_000): 30,
        (305, 100): 30,
    }


def test_twenty_clusters_pass_by_their_interval() -> None:
    verdict = quantile_at_most(*rows(30, 200), 0.95, 550, 0.05)
    assert not verdict.by_guard
    assert verdict.verdict == "passed"
    assert verdict.estimate.interval.high <= 550


@pytest.mark.parametrize("failing", [0.053, 0.5, 1.0])
def test_failed_requests_are_above_every_limit(failing: float) -> None:
    latencies, rounds = rows(30, 100)
    latencies[: int(failing * len(latencies))] = np.inf
    latencies = np.random.default_rng(1).permutation(latencies)
    verdict = quantile_at_most(latencies, rounds, 0.95, 1e6, 0.05)
    assert verdict.estimate.value_ms == np.inf
    assert verdict.verdict == ("inconclusive" if failing < 0.1 else "failed")


def test_fast_failures_do_not_improve_a_quantile() -> None:
    latencies, rounds = rows(30, 100)
    before = quantile_estimate(latencies, rounds, 0.95, 0.05)
    latencies[::50] = np.inf
    after = quantile_estimate(latencies, rounds, 0.95, 0.05)
    assert after.value_ms > before.value_ms


@given(st.floats(0.01, 100))
def test_limit_and_latencies_may_change_their_unit_together(scale: float) -> None:
    latencies, rounds = rows(12, 50)
    plain = quantile_at_most(latencies, rounds, 0.9, 500, 0.05)
    scaled = quantile_at_most(latencies * scale, rounds, 0.9, 500 * scale, 0.05)
    assert scaled.verdict == plain.verdict
    assert scaled.estimate.interval.low == pytest.approx(plain.estimate.interval.low * scale)


def test_the_rows_of_a_limit_may_come_in_any_order() -> None:
    latencies, rounds = rows(12, 50)
    order = np.random.default_rng(2).permutation(600)
    assert quantile_at_most(latencies, rounds, 0.9, 500, 0.05) == quantile_at_most(
        latencies[order], rounds[order], 0.9, 500, 0.05
    )


def test_an_inconclusive_limit_names_what_it_needs() -> None:
    latencies, rounds = rows(30, 100)
    value = quantile_estimate(latencies, rounds, 0.95, 0.05).value_ms
    verdict = quantile_at_most(latencies, rounds, 0.95, value * 1.01, 0.05)
    missing = verdict.outlook
    assert verdict.verdict == "inconclusive"
    assert missing.half_width is not None
    assert missing.smallest_effect is not None
    assert missing.smallest_effect > missing.half_width > value * 0.005
    assert missing.more_rounds is not None
    assert missing.more_rounds > 30


def test_a_limit_of_zero_failures_is_exact() -> None:
    requests = np.full(6, 100.0)
    none, one = np.zeros(6), np.array([0.0, 0, 1, 0, 0, 0])
    assert share_estimate(none, requests, 0.05).verdict_at_most(0) == "passed"
    assert share_estimate(one, requests, 0.05).verdict_at_most(0) == "failed"


def test_no_failure_in_600_requests_leaves_room_for_11_of_them() -> None:
    estimate = share_estimate(np.zeros(6), np.full(6, 100.0), 0.05)
    assert estimate.interval.low == 0
    assert estimate.interval.high == pytest.approx(1 - 0.025 ** (1 / 200))
    assert estimate.verdict_at_most(0.02) == "passed"
    assert estimate.verdict_at_most(0.01) == "inconclusive"
    assert estimate.outlook(0.01).more_rounds is not None


def test_failures_in_bursts_tell_less_than_as_many_that_are_spread() -> None:
    requests = np.full(30, 100.0)
    burst = np.zeros(30)
    burst[[4, 20]] = 30
    together = share_estimate(burst, requests, 0.05)
    apart = share_estimate(np.full(30, 2.0), requests, 0.05)
    assert together.share == apart.share == 0.02
    assert together.interval.high > 2 * apart.interval.high - apart.share


def test_clopper_pearson_gives_known_values() -> None:
    interval = clopper_pearson(3, 20, 0.05)
    assert (interval.low, interval.high) == pytest.approx((0.0320709, 0.3789268), abs=1e-6)
    assert clopper_pearson(0, 20, 0.05).low == 0
    assert clopper_pearson(20, 20, 0.05).high == 1


def test_a_ratio_over_rounds_has_a_t_interval() -> None:
    estimate = ratio_estimate(np.array([90.0, 100.0, 110.0]), np.array([2.0, 2.0, 2.0]), 0.05)
    assert estimate.value == 50
    assert estimate.interval.high - 50 == pytest.approx(4.302653 * 5 / math.sqrt(3), rel=1e-6)


def test_one_round_has_no_interval_and_none_are_refused() -> None:
    assert ratio_estimate(np.ones(1), np.ones(1), 0.05).interval.bounds() == (None, None)
    with pytest.raises(ValueError, match="nothing to divide by"):
        ratio_estimate(np.ones(0), np.ones(0), 0.05)


def test_only_an_interval_on_one_side_of_the_bound_decides() -> None:
    interval = Interval(low=470, high=512)
    assert [at_most(interval, bound) for bound in (800, 512, 500, 470, 469)] == [
        "passed",
        "passed",
        "inconclusive",
        "inconclusive",
        "failed",
    ]
    assert [at_least(interval, bound) for bound in (469, 470, 500, 512, 513)] == [
        "passed",
        "passed",
        "inconclusive",
        "inconclusive",
        "failed",
    ]


def test_an_unknown_bound_decides_nothing_on_its_side() -> None:
    assert at_most(Interval(low=1, high=math.inf), 800) == "inconclusive"
    assert at_most(Interval(low=math.inf, high=math.inf), 800) == "failed"


def test_without_an_interval_there_is_no_outlook() -> None:
    nothing = outlook(value=1, half_width=math.inf, bound=2, rounds=6, level=0.05)
    assert (nothing.half_width, nothing.smallest_effect, nothing.more_rounds) == (None, None, None)
