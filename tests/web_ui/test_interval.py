"""The provisional interval against scipy's Student t."""

from math import expm1, log

import numpy as np
import pytest
from scipy import stats

from locustfiles.interval import paired_change, student_t


@pytest.mark.parametrize(("degrees", "within"), [(2, 0.01), (3, 0.002), (5, 0.0002), (30, 1e-6), (299, 1e-6)])
def test_the_quantile_is_students(degrees: int, within: float) -> None:
    assert student_t(0.95, degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=within)


def test_the_interval_is_that_of_a_paired_t_test_on_logs() -> None:
    logs = np.random.default_rng(1).normal(log(0.5), 0.1, size=12)
    found = paired_change(list(logs))

    low, high = stats.ttest_1samp(logs, 0).confidence_interval(0.95)
    assert found
    assert found.ratio == pytest.approx(expm1(logs.mean()))
    assert found.interval == pytest.approx((expm1(low), expm1(high)), rel=1e-4)


def test_below_three_rounds_there_is_a_change_without_an_interval() -> None:
    found = paired_change([log(0.5), log(0.6)])

    assert found
    assert found.interval is None
    assert paired_change([]) is None
