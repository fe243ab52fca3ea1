"""The order of the rounds, and where a run may end."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locustfiles.schedule import block_orders, complete_sets, order_name, planned_looks, planned_rounds

ARMS = st.integers(min_value=1, max_value=4)
SEEDS = st.integers(min_value=0, max_value=2**32)


@given(arms=ARMS, sets=st.integers(min_value=1, max_value=30), seed=SEEDS)
def test_over_complete_sets_every_arm_stands_in_every_place_equally_often(
    arms: int, sets: int, seed: int
) -> None:
    orders = block_orders(arms=arms, rounds=arms * sets, seed=seed)
    for place in range(arms):
        assert Counter(order[place] for order in orders) == dict.fromkeys(range(arms), sets)


@given(rounds=st.integers(min_value=1, max_value=300), seed=SEEDS)
def test_after_any_number_of_rounds_two_arms_have_gone_first_equally_often_up_to_one(
    rounds: int, seed: int
) -> None:
    firsts = Counter(order[0] for order in block_orders(arms=2, rounds=rounds, seed=seed))
    assert abs(firsts[0] - firsts[1]) <= 1


@given(arms=ARMS, rounds=st.integers(min_value=0, max_value=50), seed=SEEDS)
def test_every_round_plays_every_arm_once(arms: int, rounds: int, seed: int) -> None:
    orders = block_orders(arms=arms, rounds=rounds, seed=seed)
    assert len(orders) == rounds
    assert all(sorted(order) == list(range(arms)) for order in orders)


def test_the_seed_decides_the_order() -> None:
    by_seed = [block_orders(arms=2, rounds=30, seed=seed) for seed in range(10)]
    assert by_seed == [block_orders(arms=2, rounds=30, seed=seed) for seed in range(10)]
    assert len({tuple(orders) for orders in by_seed}) > 5


def test_the_pairs_do_not_follow_a_pattern() -> None:
    # A strict ABBA or ABAB would ring with whatever is periodic in the machine.
    pairs = [order_name(order) for order in block_orders(arms=2, rounds=400, seed=1)[::2]]
    assert 70 <= pairs.count("AB") <= 130
    assert {f"{one}{other}" for one, other in pairwise(pairs)} == {
        "ABAB",
        "ABBA",
        "BAAB",
        "BABA",
    }


@given(
    rounds=st.integers(min_value=1, max_value=60),
    warmup_rounds=st.integers(min_value=0, max_value=5),
    requests=st.integers(min_value=1, max_value=500),
    seed=SEEDS,
)
def test_no_two_rounds_share_a_number_and_the_judged_ones_count_from_one(
    rounds: int, warmup_rounds: int, requests: int, seed: int
) -> None:
    planned = planned_rounds(arms=2, rounds=rounds, warmup_rounds=warmup_rounds, requests=requests, seed=seed)
    judged = [each for each in planned if each.phase == "measured"]
    warmups = planned[:warmup_rounds]
    assert [each.number for each in judged] == list(range(1, rounds + 1))
    assert [(each.number, each.phase) for each in warmups] == [(0, "warmup")] * warmup_rounds
    judged_numbers = [n for each in judged for n in range(each.first_request, each.first_request + requests)]
    warmup_numbers = [n for each in warmups for n in range(each.first_request, each.first_request + requests)]
    assert judged_numbers == list(range(1, rounds * requests + 1))
    assert sorted(warmup_numbers) == list(range(1 - warmup_rounds * requests, 1))


def test_a_warm_up_changes_nothing_about_the_judged_rounds() -> None:
    without = planned_rounds(arms=2, rounds=10, warmup_rounds=0, requests=100, seed=7)
    assert planned_rounds(arms=2, rounds=10, warmup_rounds=2, requests=100, seed=7)[2:] == without


@pytest.mark.parametrize(
    ("min_rounds", "max_rounds", "looks"),
    [
        (6, 30, [6, 12, 20, 30]),
        (6, 300, list(range(20, 301, 20))),
        (6, 6, [6]),
        (10, 25, [10, 12, 20, 25]),
        (1, 3, [1, 3]),
        (100, 310, [*range(100, 301, 20), 310]),
    ],
)
def test_looks_are_planned_in_doubling_steps_and_every_twenty_rounds_of_long_runs(
    min_rounds: int, max_rounds: int, looks: list[int]
) -> None:
    assert planned_looks(min_rounds=min_rounds, max_rounds=max_rounds) == looks


@given(data=st.data(), max_rounds=st.integers(min_value=1, max_value=500))
def test_looks_rise_from_the_least_rounds_to_the_most(data: st.DataObject, max_rounds: int) -> None:
    min_rounds = data.draw(st.integers(min_value=1, max_value=max_rounds))
    looks = planned_looks(min_rounds=min_rounds, max_rounds=max_rounds)
    assert looks == sorted(set(looks))
    assert looks[0] >= min_rounds
    assert looks[-1] == max_rounds


@given(
    data=st.data(),
    arms=st.integers(min_value=3, max_value=10),
    max_rounds=st.integers(min_value=1, max_value=200),
)
def test_of_more_than_two_arms_every_look_ends_a_complete_set_where_one_fits(
    data: st.DataObject, arms: int, max_rounds: int
) -> None:
    min_rounds = data.draw(st.integers(min_value=1, max_value=max_rounds))
    looks = planned_looks(min_rounds=min_rounds, max_rounds=max_rounds, arms=arms)
    assert looks == sorted(set(looks))
    assert min_rounds <= looks[0] <= looks[-1] <= max_rounds
    if max_rounds // arms * arms >= min_rounds:
        assert [look % arms for look in looks] == [0] * len(looks)
        assert looks[-1] == max_rounds // arms * arms
    else:
        assert looks == planned_looks(min_rounds=min_rounds, max_rounds=max_rounds)


@pytest.mark.parametrize(
    ("min_rounds", "max_rounds", "arms", "rounds"),
    [(6, 30, 9, 9), (6, 30, 3, 6), (10, 30, 9, 18), (6, 8, 9, 8), (28, 30, 9, 30)],
)
def test_the_least_complete_sets_lie_within_the_bounds(
    min_rounds: int, max_rounds: int, arms: int, rounds: int
) -> None:
    assert complete_sets(min_rounds=min_rounds, max_rounds=max_rounds, arms=arms) == rounds
