"""The effect of the place of a block in its round, in Latin squares."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from analysis.statistics.drift import place_effect
from tests.analysis.synthetic_loads import latin_orders


def places_of(orders: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    letters = sorted(orders[0])
    return np.array([[order.find(letter) for letter in letters] for order in orders])


def test_of_two_arms_it_is_the_t_test_between_ab_and_ba_rounds() -> None:
    random = np.random.default_rng(1)
    orders = ["AB", "BA", "BA", "AB", "AB", "BA", "AB", "BA"]
    logs = random.normal(0, 0.1, (8, 2))
    changes = logs[:, 1] - logs[:, 0]
    first = np.array([order == "AB" for order in orders])

    effect = place_effect(logs, places_of(orders))

    assert effect is not None
    assert effect.p_value == pytest.approx(ttest_ind(changes[first], changes[~first]).pvalue)
    assert effect.size == pytest.approx(abs(changes[first].mean() - changes[~first].mean()) / 2)


def test_a_slow_first_place_is_found_whatever_arms_and_rounds_do() -> None:
    random = np.random.default_rng(2)
    places = places_of(latin_orders(4, 12))
    logs = random.normal(0, 0.02, (12, 4)) + random.normal(0, 0.5, (12, 1)) + np.array([0, -1, 1, 2])
    logs += 0.2 * (places == 0)

    effect = place_effect(logs, places)

    assert effect is not None
    assert effect.highest == 0
    assert effect.size == pytest.approx(0.2, abs=0.04)
    assert effect.p_value < 1e-6


def test_equal_places_seem_different_as_often_as_the_level_says() -> None:
    random = np.random.default_rng(3)
    places = places_of(latin_orders(3, 12))

    found = [place_effect(random.normal(0, 0.1, (12, 3)), places) for _ in range(400)]

    assert 0.02 <= np.mean([effect is not None and effect.p_value < 0.05 for effect in found]) <= 0.09


@pytest.mark.parametrize(
    ("orders", "log"), [(["ABC"] * 9, 0.0), (["AB", "BA"], 0.0), (["ABC", "BCA", "CAB"] * 3, np.inf)]
)
def test_it_is_absent_where_the_orders_or_the_figures_cannot_tell(orders: list[str], log: float) -> None:
    logs = np.random.default_rng(4).normal(0, 0.1, (len(orders), len(orders[0])))
    logs[0, 0] += log

    assert place_effect(logs, places_of(orders)) is None
