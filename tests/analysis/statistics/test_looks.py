from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics.intervals import student_t
from analysis.statistics.look_table import LEVELS
from analysis.statistics.looks import default_looks, level_after, look_levels, simulated_levels

PLANS = st.lists(st.integers(2, 120), min_size=2, max_size=8, unique=True).map(sorted)

# 200,000 paths of an independent simulation, to three digits.
EVERY_SECOND = (0.0018, 0.00195, 0.00286, 0.00392, 0.0054, 0.0069, 0.00872, 0.0106, 0.0132, 0.0157, 0.0186,
                0.0221, 0.0255)  # fmt: skip
EVERY_TWENTIETH = (0.000202, 0.000716, 0.00143, 0.00195, 0.00327, 0.00437, 0.0059, 0.0077, 0.0102, 0.0122,
                   0.0148, 0.0179, 0.0207, 0.0241, 0.0275)  # fmt: skip


@pytest.mark.parametrize(
    ("looks", "expected"), [(range(6, 31, 2), EVERY_SECOND), (range(20, 301, 20), EVERY_TWENTIETH)]
)
def test_the_levels_agree_with_an_independent_simulation(looks: range, expected: tuple[float, ...]) -> None:
    assert look_levels(looks) == pytest.approx(expected, rel=0.12)
    assert look_levels(looks)[6:] == pytest.approx(expected[6:], rel=0.06)


@pytest.mark.parametrize(
    ("least", "most", "looks"),
    [
        (6, 30, (6, 12, 20, 30)),
        (6, 300, tuple(range(20, 301, 20))),
        (6, 6, (6,)),
        (10, 12, (10, 12)),
        (50, 300, tuple(range(60, 301, 20))),
        (6, 110, (20, 40, 60, 80, 100, 110)),
    ],
)
def test_the_default_looks_reach_from_least_to_most_rounds(
    least: int, most: int, looks: tuple[int, ...]
) -> None:
    assert default_looks(least, most) == looks


@pytest.mark.parametrize("bounds", [(1, 30), (7, 6)])
def test_impossible_looks_are_refused(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="2 <= least <= most"):
        default_looks(*bounds)


@pytest.mark.parametrize("looks", [[], [1, 6], [6, 6], [12, 6]])
def test_levels_of_looks_that_do_not_rise_are_refused(looks: list[int]) -> None:
    with pytest.raises(ValueError, match="rising numbers of rounds"):
        look_levels(looks)


def test_a_single_look_has_the_whole_error() -> None:
    assert look_levels([7]) == (0.05,)
    assert look_levels([300], alpha=0.01) == (0.01,)


@settings(max_examples=10, deadline=None)
@given(PLANS)
def test_levels_end_below_alpha_and_begin_with_what_is_spent_by_then(looks: list[int]) -> None:
    levels = simulated_levels(tuple(looks), 0.05, paths=20_000)
    assert levels[0] == pytest.approx(0.05 * (looks[0] / looks[-1]) ** 2)
    assert all(0 < level <= 0.05 for level in levels)
    assert levels == simulated_levels(tuple(looks), 0.05, paths=20_000)


@pytest.mark.parametrize("looks", sorted(LEVELS))
def test_stored_levels_of_evenly_spread_looks_rise(looks: tuple[int, ...]) -> None:
    levels = LEVELS[looks]
    assert levels[-1] < 0.05
    steps = [later - look for look, later in pairwise((0, *looks))]
    if min(steps) == max(steps):
        assert list(levels) == sorted(levels)


@pytest.mark.parametrize("looks", [(6, 12, 20, 30), (7, 9, 31, 44)])
def test_all_looks_together_call_equal_arms_different_in_at_most_alpha(looks: tuple[int, ...]) -> None:
    logs = np.random.default_rng(99).standard_normal((20_000, looks[-1]))
    called = np.zeros(20_000, dtype=np.bool_)
    for look, level in zip(looks, look_levels(looks), strict=True):
        seen = logs[:, :look]
        t = seen.mean(axis=1) / seen.std(axis=1, ddof=1) * np.sqrt(look)
        called |= np.abs(t) > student_t(1 - level / 2, look - 1)
    assert 0.04 < called.mean() < 0.054


def test_between_looks_the_level_is_that_of_the_last_one() -> None:
    looks = (6, 12, 20, 30)
    levels = look_levels(looks)
    assert level_after(5, looks) is None
    assert [level_after(rounds, looks) for rounds in (6, 11, 12, 29, 30, 31)] == [
        levels[0],
        levels[0],
        levels[1],
        levels[2],
        levels[3],
        levels[3],
    ]
