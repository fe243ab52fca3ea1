"""What an optimization is worth, from paired rounds."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ttest_rel

from analysis.statistics.blocks import Blocks
from analysis.statistics.worth import interaction_ms, paired_worth

Floats = NDArray[np.float64]


def blocks(figures_ms: Floats, *beyond: int) -> Blocks:
    rounds = np.arange(1, len(figures_ms) + 1)
    return Blocks(rounds=rounds, figures=figures_ms, beyond=np.isin(rounds, beyond))


@pytest.fixture
def rounds() -> tuple[Floats, Floats]:
    random = np.random.default_rng(1)
    without = 500 * random.lognormal(0, 0.1, 12)
    return without, without - 100 - random.normal(0, 5, 12)


def test_the_worth_in_ms_is_the_paired_t(rounds: tuple[Floats, Floats]) -> None:
    without, having = rounds

    worth = paired_worth(blocks(without), blocks(having), 0.05)

    expected = ttest_rel(without, having).confidence_interval(0.95)
    assert worth.worth_ms == pytest.approx((without - having).mean())
    assert (worth.interval_ms.low, worth.interval_ms.high) == pytest.approx((expected.low, expected.high))


def test_the_ratio_is_that_of_the_arm_without_it(rounds: tuple[Floats, Floats]) -> None:
    without, having = rounds

    worth = paired_worth(blocks(without), blocks(having), 0.05)

    assert worth.ratio == pytest.approx(1 - np.exp(np.log(having / without).mean()))
    assert worth.ratio is not None
    assert worth.ratio_interval.low < worth.ratio < worth.ratio_interval.high


def test_steps_that_follow_each_other_sum_to_the_whole(rounds: tuple[Floats, Floats]) -> None:
    first, second = rounds
    third = second * 0.5

    steps = [paired_worth(blocks(a), blocks(b), 0.05).worth_ms for a, b in ((first, second), (second, third))]

    assert sum(step or 0 for step in steps) == pytest.approx((first - third).mean())


def test_a_slowdown_is_negative(rounds: tuple[Floats, Floats]) -> None:
    without, having = rounds

    worth = paired_worth(blocks(having), blocks(without), 0.05)

    assert worth.worth_ms is not None
    assert worth.worth_ms < -80
    assert worth.interval_ms.high < 0


def test_a_round_whose_quantile_failed_leaves_no_figure_in_ms(rounds: tuple[Floats, Floats]) -> None:
    without, having = rounds

    worth = paired_worth(blocks(without, 3), blocks(having), 0.05)

    assert worth.worth_ms is None
    assert worth.without_ms is None
    assert worth.with_ms is not None
    assert worth.interval_ms.bounds() == (None, None)
    # The arm without it is slower than it seems: the worth has a lower bound, and no upper one.
    assert worth.ratio_interval.bounds()[1] is None


def test_an_interaction_is_the_difference_of_two_worths(rounds: tuple[Floats, Floats]) -> None:
    without, having = rounds
    added, removed = (blocks(without), blocks(having)), (blocks(without - 30), blocks(having + 10))

    found = interaction_ms(added, removed, 0.05)

    assert found is not None
    assert found.low == pytest.approx(40)
    assert found.high == pytest.approx(40)
    assert interaction_ms(added, (blocks(without, 2), blocks(having)), 0.05) is None
    assert interaction_ms(added, (blocks(without[:6]), blocks(having[:6])), 0.05) is None
