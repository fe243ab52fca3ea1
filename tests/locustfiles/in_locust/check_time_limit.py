"""The limit on a request, which one timer keeps for many."""

import time

import gevent
import pytest

from locustfiles.time_limit import TimeLimit


def test_work_that_lasts_too_long_is_interrupted_with_the_limit_in_words() -> None:
    limit = TimeLimit()
    limit.begin(0.05)
    started = time.perf_counter()
    with pytest.raises(TimeoutError, match=r"no answer within 0\.05 s"):
        gevent.sleep(5)
    assert 0.05 <= time.perf_counter() - started < 1


def test_work_in_time_is_not_interrupted_nor_is_what_follows() -> None:
    limit = TimeLimit()
    limit.begin(0.05)
    limit.end()
    gevent.sleep(0.1)


def test_the_timer_of_an_earlier_request_leaves_a_later_one_its_whole_time() -> None:
    limit = TimeLimit()
    for _ in range(8):
        limit.begin(0.1)
        gevent.sleep(0.04)
        limit.end()
    limit.begin(0.1)
    started = time.perf_counter()
    with pytest.raises(TimeoutError):
        gevent.sleep(5)
    assert 0.1 <= time.perf_counter() - started < 1


def test_a_shorter_limit_than_before_holds_at_once() -> None:
    limit = TimeLimit()
    limit.begin(60)
    limit.end()
    limit.begin(0.05)
    with pytest.raises(TimeoutError):
        gevent.sleep(5)
