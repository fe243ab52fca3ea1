"""What is known of a run while it goes on."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locustfiles.scoreboard import Sample, Scoreboard
from locustfiles.standing import figure, standings
from tests.locustfiles.arguments import parsed
from tests.web_ui.rounds import SETTINGS, WARM_UP, block, judged, rows

LATENCIES_MS = st.lists(st.floats(0.1, 20_000), min_size=1, max_size=60)


@given(latencies_ms=LATENCIES_MS, quantile=st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_a_quantile_follows_pandas_higher_to_four_digits(latencies_ms: list[float], quantile: float) -> None:
    sample = Sample()
    for half in (latencies_ms[::2], latencies_ms[1::2]):
        sample.add(block(half))

    expected = pd.Series(latencies_ms).quantile(quantile, interpolation="higher")
    assert sample.quantile_ms(quantile) == pytest.approx(expected, rel=0.0005)


def test_a_failed_request_stands_above_every_limit() -> None:
    sample = Sample()
    sample.add(block([10.0] * 90 + [None] * 10))

    assert sample.quantile_ms(0.5) == 10.0
    assert sample.quantile_ms(0.95) == math.inf
    assert sample.failure_ratio == 0.1
    assert sample.mean_ms == 10.0


def test_throughput_counts_the_time_of_the_arms_own_turns() -> None:
    sample = Sample()
    sample.add(block([1000.0] * 10))
    sample.add(block([1000.0] * 10))

    assert sample.throughput_rps == pytest.approx(20 / 20)


def test_nothing_measured_has_no_figures() -> None:
    sample = Sample()

    metrics = ("p95_ms", "mean_ms", "failure_ratio", "throughput_rps")
    assert [figure(sample, metric) for metric in metrics] == [None] * 4


def test_the_warm_up_counts_for_the_time_left_only() -> None:
    board = Scoreboard(SETTINGS, host="")
    assert board.left_s is None
    board.round_done(WARM_UP, rows(baseline=[1000.0], optimized=[1.0]))

    assert board.rounds == []
    assert board.arms["baseline"].requests == 0
    assert board.left_s == pytest.approx(30 * board.elapsed_s, rel=0.5)


def test_the_change_pairs_rounds_and_narrows() -> None:
    board = Scoreboard(SETTINGS, host="")
    random = np.random.default_rng(1)
    widths = []
    for number in range(1, 13):
        slow = random.lognormal(6, 0.5, 100)
        board.round_done(
            judged(number), rows(baseline=list(slow), optimized=list(slow * random.normal(0.5, 0.02)))
        )
        if number >= 3:
            assert board.p95_change
            assert board.p95_change.interval
            widths.append(board.p95_change.interval[1] - board.p95_change.interval[0])

    assert board.p95_change
    assert board.p95_change.ratio == pytest.approx(-0.5, abs=0.02)
    assert widths[-1] < widths[0] / 2


def test_a_round_whose_p95_is_a_failed_request_leaves_the_change_unknown() -> None:
    board = Scoreboard(SETTINGS, host="")
    board.round_done(judged(1), rows(baseline=[2.0] * 10, optimized=[1.0] * 10))
    assert board.p95_change
    board.round_done(judged(2), rows(baseline=[2.0] * 10, optimized=[1.0] * 8 + [None] * 2))

    assert board.p95_change is None
    assert board.rounds[-1].failures == {"baseline": 0, "optimized": 2}


def test_the_next_look_is_the_first_one_ahead() -> None:
    board = Scoreboard(SETTINGS, host="")
    for number in range(1, 7):
        assert board.next_look == 6
        board.round_done(judged(number), rows(baseline=[2.0], optimized=[1.0]))

    assert board.next_look == 12


@pytest.mark.parametrize(
    ("objective", "demand", "so_far", "met"),
    [
        ({"metric": "p95_ms", "at_most": 800}, "P95 at most 800 ms", "100 ms", True),
        ({"metric": "p99.9_ms", "at_most": 99}, "P99.9 at most 99.0 ms", "100 ms", False),
        ({"metric": "mean_ms", "at_most": 100}, "mean at most 100 ms", "100 ms", True),
        ({"metric": "failure_ratio", "at_most": 0}, "failure ratio at most 0 %", "0 %", True),
        ({"metric": "throughput_rps", "at_least": 5}, "throughput at least 5.0 rps", "1.1 rps", False),
        (
            {"metric": "p95_ms", "improvement_at_least": 0.4},
            "P95 improvement at least 40.0 %",
            "50.0 %",
            True,
        ),
        ({"metric": "p95_ms", "regression_at_most": 0.05}, "P95 regression at most 5.0 %", "-50.0 %", True),
        (
            {"metric": "throughput_rps", "improvement_at_least": 0},
            "throughput improvement at least 0 %",
            "1.1 %",
            True,
        ),
        (
            {"metric": "failure_ratio", "regression_at_most": 0.1},
            "failure ratio regression at most 10.0 %",
            "0 %",
            True,
        ),
        (
            {"metric": "p95_ms", "at_most": 50, "endpoint": "GET /items"},
            "P95 at most 50.0 ms (GET /items)",
            "100 ms",
            False,
        ),
        (
            {"metric": "p95_ms", "at_most": 50, "endpoint": "GET /other"},
            "P95 at most 50.0 ms (GET /other)",
            "-",
            None,
        ),
    ],
)
def test_objectives_stand_by_their_figure_so_far(
    objective: dict[str, object], demand: str, so_far: str, met: bool | None
) -> None:
    row = {"name": "it", "arm": "optimized", **objective}
    board = Scoreboard(SETTINGS, host="", objectives=[row])
    board.round_done(judged(1), rows(baseline=[200.0] * 10, optimized=[100.0] * 10))

    (found,) = standings(board)
    assert (found.name, found.demand, found.so_far, found.met) == ("it", demand, so_far, met)


def test_an_objective_on_an_arm_that_is_not_there_is_the_last_arms() -> None:
    row = {"name": "it", "arm": "optimized", "metric": "p95_ms", "at_most": 800}
    board = Scoreboard(parsed("--arms", "baseline,baseline"), host="", objectives=[row])
    board.round_done(judged(1), rows(baseline=[200.0], baseline2=[100.0]))

    assert standings(board)[0].so_far == "100 ms"


def test_where_failed_requests_reach_the_quantile_an_objective_is_not_met() -> None:
    row = {"name": "it", "arm": "optimized", "metric": "p95_ms", "at_most": 800}
    board = Scoreboard(SETTINGS, host="", objectives=[row])
    board.round_done(judged(1), rows(baseline=[200.0] * 10, optimized=[1.0] * 5 + [None] * 5))

    (found,) = standings(board)
    assert (found.so_far, found.met) == ("beyond every limit", False)
