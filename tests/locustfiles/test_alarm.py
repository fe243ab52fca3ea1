"""The alarm wakes greenlets in order, on time, and all at once when told so."""

from __future__ import annotations

import time

import gevent
import pytest

from locustfiles.alarm import Alarm, FileTimer, LoopTimer


@pytest.fixture(params=[FileTimer, LoopTimer])
def alarm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Alarm:
    monkeypatch.setattr("locustfiles.alarm.TIMER", request.param)
    return Alarm()


def sleepers(alarm: Alarm, *delays_s: float) -> tuple[list[gevent.Greenlet[..., None]], list[float]]:
    """Greenlets that sleep so long, and the delays of those that have woken, in that order."""
    woken: list[float] = []
    began_s = time.perf_counter()

    def sleep(delay_s: float) -> None:
        alarm.sleep_until(began_s + delay_s)
        woken.append(delay_s)

    return [gevent.spawn(sleep, delay_s) for delay_s in delays_s], woken


def test_they_wake_in_the_order_of_time_and_never_early(alarm: Alarm) -> None:
    began_s = time.perf_counter()
    asleep, woken = sleepers(alarm, 0.06, 0.02, 0.04, 0.02)
    gevent.joinall(asleep, timeout=10)
    assert woken == [0.02, 0.02, 0.04, 0.06]
    assert time.perf_counter() - began_s >= 0.06


def test_a_moment_that_has_passed_is_now(alarm: Alarm) -> None:
    asleep, woken = sleepers(alarm, -1.0)
    gevent.joinall(asleep, timeout=10)
    assert woken == [-1.0]


def test_all_are_woken_when_told_so_and_the_alarm_serves_on(alarm: Alarm) -> None:
    asleep, woken = sleepers(alarm, 60.0, 50.0)
    gevent.sleep(0)
    alarm.wake_all()
    gevent.joinall(asleep, timeout=10)
    assert woken == [50.0, 60.0]
    again, woken = sleepers(alarm, 0.01)
    gevent.joinall(again, timeout=10)
    assert woken == [0.01]


def test_who_is_killed_asleep_is_not_waited_for(alarm: Alarm) -> None:
    asleep, woken = sleepers(alarm, 0.01, 0.02)
    gevent.sleep(0)
    asleep[0].kill()
    gevent.joinall(asleep, timeout=10)
    assert woken == [0.02]
