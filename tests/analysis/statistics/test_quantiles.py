import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.statistics.quantiles import (
    BATCH_REQUESTS,
    block_quantiles,
    harrell_davis,
    least_samples,
    quantile,
)

LATENCIES = arrays(np.float64, st.integers(1, 60), elements=st.floats(0.1, 1e5))
QUANTILES = st.floats(0.01, 0.99)


@pytest.mark.parametrize("q", [0.5, 0.9, 0.95, 0.97, 0.99, 0.999])
@pytest.mark.parametrize("n", [1, 2, 19, 20, 21, 34, 99, 100, 101, 400, 2_000, 30_000])
def test_the_quantile_is_the_one_of_pandas(n: int, q: float) -> None:
    values = np.random.default_rng(n).permutation(n).astype(np.float64)
    assert quantile(values, q) == pd.Series(values).quantile(q, interpolation="higher")


@pytest.mark.parametrize("q", [0.5, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("n", [1, 2, 20, 100, 101, 399, 400, 1_000, 4_000])
def test_the_usual_quantiles_are_of_locusts_rank(n: int, q: float) -> None:
    assert quantile(np.arange(n, dtype=np.float64), q) == min(math.floor(n * q), n - 1)


def test_an_unusual_quantile_may_lie_a_rank_above_locusts() -> None:
    assert quantile(np.arange(34, dtype=np.float64), 0.97) == 33
    assert math.floor(34 * 0.97) == 32


def test_failed_requests_stand_above_every_answer() -> None:
    latencies = np.array([np.inf] * 5 + [100.0] * 95)
    assert quantile(latencies, 0.94) == 100
    assert quantile(latencies, 0.95) == np.inf


@given(LATENCIES, QUANTILES, QUANTILES)
def test_quantiles_rise(latencies: np.ndarray, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert quantile(latencies, low) <= quantile(latencies, high)
    assert harrell_davis(latencies, low) <= harrell_davis(latencies, high) * (1 + 1e-9)


@given(LATENCIES, QUANTILES)
def test_harrell_davis_lies_within_the_sample_and_scales_with_it(latencies: np.ndarray, q: float) -> None:
    figure = harrell_davis(latencies, q)
    assert latencies.min() * (1 - 1e-9) <= figure <= latencies.max() * (1 + 1e-9)
    assert harrell_davis(latencies * 8, q) == pytest.approx(figure * 8)


def test_harrell_davis_gives_known_values() -> None:
    # Weights of n = 2 at the median: Beta(1.5, 1.5) halves at 1/2. Of n = 3: Beta(2, 2) up to 1/3 is 7/27.
    assert harrell_davis(np.array([1.0, 3.0]), 0.5) == pytest.approx(2)
    assert harrell_davis(np.array([0.0, 27.0, 81.0]), 0.5) == pytest.approx(27 * 13 / 27 + 81 * 7 / 27)


def test_one_block_is_the_harrell_davis_of_its_requests() -> None:
    random = np.random.default_rng(1)
    latencies, rounds = random.lognormal(6, 1, 400), np.repeat([3, 1, 7, 2], 100)
    blocks = block_quantiles(latencies, rounds, 0.95)
    assert blocks.rounds.tolist() == [1, 2, 3, 7]
    assert blocks.figures[2] == pytest.approx(harrell_davis(latencies[:100], 0.95))
    assert not blocks.beyond.any()


@given(st.permutations(range(30)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    latencies, rounds = np.arange(1.0, 31.0), np.array([1] * 10 + [2] * 13 + [3] * 7)
    shuffled = block_quantiles(latencies[order], rounds[order], 0.9)
    assert np.array_equal(shuffled.figures, block_quantiles(latencies, rounds, 0.9).figures)


def test_few_failures_leave_a_block_its_figure_and_many_put_it_beyond() -> None:
    latencies = np.concatenate([np.arange(1.0, 101.0), np.arange(1.0, 101.0), np.full(100, np.inf)])
    latencies[97:100] = np.inf
    latencies[195:200] = np.inf
    blocks = block_quantiles(latencies, np.repeat([1, 2, 3], 100), 0.95)
    assert blocks.beyond.tolist() == [False, True, True]
    assert 90 < blocks.figures[0] <= 97
    assert blocks.figures[1] <= 95
    assert blocks.figures[2] == np.inf


@pytest.mark.parametrize(("q", "fewest"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368), (0.999, 3_688)])
def test_the_least_samples_are_those_of_order_statistics(q: float, fewest: int) -> None:
    assert least_samples(q) == fewest
    assert q**fewest <= 0.025 < q ** (fewest - 1)


def test_a_one_sided_bound_of_p95_needs_59_requests() -> None:
    assert least_samples(0.95, 0.9) == 59


def test_an_empty_sample_and_a_percentage_are_refused() -> None:
    with pytest.raises(ValueError, match="no requests"):
        quantile(np.array([]), 0.5)
    with pytest.raises(ValueError, match="number between 0 and 1, as"):
        quantile(np.array([1.0]), 95)
    with pytest.raises(ValueError, match="between 0 and 1"):
        least_samples(1.0)


@pytest.mark.parametrize("blocks", [1, 3])
def test_blocks_larger_than_what_is_sorted_at_a_time(blocks: int) -> None:
    size = BATCH_REQUESTS + 1
    latencies = np.random.default_rng(1).lognormal(5, 0.5, blocks * size)
    found = block_quantiles(latencies, np.repeat(np.arange(blocks), size), 0.95)
    alone = [harrell_davis(block, 0.95) for block in latencies.reshape(blocks, size)]
    assert found.figures == pytest.approx(alone)
