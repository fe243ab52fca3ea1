import math

import pytest

from analysis.statistics.intervals import Interval
from analysis.statistics.stock import stock_change_interval, stock_interval

ROW = {0.5: 230.0, 0.66: 270.0, 0.75: 300.0, 0.8: 320.0, 0.9: 420.0, 0.95: 490.0, 0.98: 540.0, 0.99: 560.0,
       0.999: 610.0, 0.9999: 650.0, 1.0: 650.0}  # fmt: skip


def test_the_interval_is_read_off_the_listed_percentiles() -> None:
    assert stock_interval(ROW, 4_000, 0.95, 0.05, rounded=False) == Interval(low=420, high=540)
    assert stock_interval(ROW, 400, 0.95, 0.05, rounded=False) == Interval(low=420, high=610)


def test_rounding_widens_it_by_half_a_step() -> None:
    assert stock_interval(ROW, 4_000, 0.95, 0.05, rounded=True) == Interval(low=415, high=545)
    small = {q: ms / 10 for q, ms in ROW.items()}
    assert stock_interval(small, 4_000, 0.95, 0.05, rounded=True) == Interval(low=41.5, high=54.5)
    large = {q: ms * 10 for q, ms in ROW.items()}
    assert stock_interval(large, 4_000, 0.95, 0.05, rounded=True) == Interval(low=4_150, high=5_450)


def test_a_few_requests_have_no_upper_bound_and_none_have_no_interval() -> None:
    assert stock_interval(ROW, 20, 0.95, 0.05, rounded=True).bounds()[1] is None
    assert stock_interval(ROW, 0, 0.95, 0.05, rounded=True).bounds() == (None, None)


def test_a_halving_shows_in_two_plain_runs_and_a_tenth_does_not() -> None:
    arm = stock_interval(ROW, 400, 0.95, 0.05, rounded=True)
    halved = stock_change_interval(Interval(low=900, high=1_300), arm)
    assert halved.high < 0
    tenth = stock_change_interval(Interval(low=470, high=680), arm)
    assert tenth.low < 0 < tenth.high


def test_an_unknown_bound_of_one_run_leaves_the_change_without_one() -> None:
    open_above = Interval(low=400, high=math.inf)
    faster = stock_change_interval(open_above, Interval(low=100, high=200))
    assert faster.low == -math.inf
    assert faster.high == pytest.approx(-0.5)
    slower = stock_change_interval(Interval(low=100, high=200), open_above)
    assert slower.low == pytest.approx(1.0)
    assert slower.high == math.inf
