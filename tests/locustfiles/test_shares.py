"""Who plays which numbers of a block, and the account of what came back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locustfiles.shares import Ledger, split

WORKERS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4), st.integers(min_value=0, max_value=50), min_size=1, max_size=8
).filter(lambda weights: sum(weights.values()) > 0)
REQUESTS = st.integers(min_value=1, max_value=2000)


@given(first=st.integers(-5000, 5000), requests=REQUESTS, weights=WORKERS)
def test_every_number_is_given_to_exactly_one_worker(
    first: int, requests: int, weights: dict[str, int]
) -> None:
    shares = split(first=first, requests=requests, weights=weights)
    given_out = sorted(number for share in shares.values() for number in share)
    assert given_out == list(range(first, first + requests))


@given(requests=REQUESTS, weights=WORKERS)
def test_no_share_is_off_by_more_than_one_request_from_its_proportion(
    requests: int, weights: dict[str, int]
) -> None:
    shares = split(first=1, requests=requests, weights=weights)
    total = sum(weights.values())
    for worker, weight in weights.items():
        assert abs(len(shares[worker]) - requests * weight / total) < 1


@given(requests=REQUESTS, weights=WORKERS)
def test_a_worker_without_users_gets_nothing(requests: int, weights: dict[str, int]) -> None:
    shares = split(first=1, requests=requests, weights=weights)
    assert all(not shares[worker] for worker, weight in weights.items() if not weight)


@pytest.mark.parametrize("weights", [{}, {"a": 0}])
def test_a_block_that_nobody_can_play_is_refused(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no worker has a user"):
        split(first=1, requests=10, weights=weights)


@given(requests=REQUESTS, weights=WORKERS, data=st.data())
def test_a_ledger_is_complete_once_every_number_came_back_in_whatever_order(
    requests: int, weights: dict[str, int], data: st.DataObject
) -> None:
    shares = split(first=1, requests=requests, weights=weights)
    ledger = Ledger(given=shares)
    for worker, share in shares.items():
        assert ledger.missing(worker) == len(share)
        cut = data.draw(st.integers(0, len(share)))
        assert all(ledger.deliver(worker, reversed(share[cut:])))
        assert ledger.missing(worker) == cut
        assert all(ledger.deliver(worker, share[:cut]))
    assert ledger.complete
    assert ledger.refused == 0


def test_a_number_delivered_twice_counts_once() -> None:
    ledger = Ledger(given={"a": range(1, 4)})
    assert ledger.deliver("a", [1, 2, 2]) == [True, True, False]
    assert ledger.deliver("a", [1, 3]) == [False, True]
    assert (ledger.complete, ledger.refused) == (True, 2)


def test_numbers_of_another_share_and_of_strangers_settle_nothing() -> None:
    ledger = Ledger(given={"a": range(1, 4), "b": range(4, 7)})
    assert ledger.deliver("a", [4, 0, 7]) == [False, False, False]
    assert ledger.deliver("stranger", [1, 2, 3]) == [False, False, False]
    assert (ledger.missing("a"), ledger.missing("b"), ledger.refused) == (3, 3, 6)
    assert not ledger.complete
