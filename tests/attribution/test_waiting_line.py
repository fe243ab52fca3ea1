"""The line before a bounded pool: first come, first served."""

import gevent
import pytest
from gevent import Timeout
from gevent.event import Event

from locustfiles.waiting_line import WaitingLine


def test_who_gives_a_place_back_stands_behind_those_who_wait() -> None:
    line, order = WaitingLine(1), []

    def user(name: str) -> None:
        for _ in range(3):
            line.acquire()
            order.append(name)
            line.release()

    line.acquire()
    users = [gevent.spawn(user, name) for name in "abc"]
    gevent.idle()
    line.release()
    gevent.joinall(users, raise_error=True)
    assert order == list("abcabcabc")


def test_no_more_are_let_in_than_there_are_places() -> None:
    line, leave, inside, most = WaitingLine(3), Event(), 0, 0

    def user() -> None:
        nonlocal inside, most
        line.acquire()
        inside += 1
        most = max(most, inside)
        leave.wait()
        inside -= 1
        line.release()

    users = [gevent.spawn(user) for _ in range(10)]
    gevent.idle()
    assert inside == 3
    leave.set()
    gevent.joinall(users, raise_error=True)
    assert most == 3


def test_who_gives_up_waiting_leaves_the_line_and_loses_no_place() -> None:
    line = WaitingLine(1)
    line.acquire()
    with pytest.raises(TimeoutError), Timeout(0.001, TimeoutError()):
        line.acquire()
    line.release()
    line.acquire()  # the place is free again


def test_who_is_called_and_interrupted_at_once_hands_the_place_on() -> None:
    line = WaitingLine(1)
    line.acquire()
    called, next_one = gevent.spawn(line.acquire), gevent.spawn(line.acquire)
    gevent.idle()
    called.kill(block=False)  # takes effect after he is called
    line.release()
    gevent.joinall([called, next_one])
    assert next_one.successful()
    assert next_one.value is None
