"""Wakes greenlets on time: within some 0.05 ms, where the loop's own timers are up to a millisecond late.

libev on epoll waits in whole milliseconds, rounded up. Linux has timers that are files, watched by the loop
like a socket; elsewhere the timers of libev must do (on kqueue they are exact).
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

import gevent
from gevent.hub import Waiter

NANOSECONDS = 1_000_000_000
TFD_TIMER_ABSTIME = 1


class Timer(Protocol):
    """Calls back once, at the moment that it was set for last."""

    def set(self, due_s: float | None) -> None:
        """Set it to a moment of perf_counter, or to none."""


class FileTimer:
    """A timer of Linux (timerfd_create(2)); perf_counter is its monotonic clock."""

    class _Spec(ctypes.Structure):
        _fields_ = (
            ("interval_s", ctypes.c_long),
            ("interval_ns", ctypes.c_long),
            ("due_s", ctypes.c_long),
            ("due_ns", ctypes.c_long),
        )

    def __init__(self, ring: Callable[[], None]) -> None:
        self._set_time = ctypes.CDLL(None, use_errno=True).timerfd_settime
        self._file = ctypes.CDLL(None, use_errno=True).timerfd_create(
            time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC
        )
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = self._Spec()
        self._reference = ctypes.byref(self._spec)
        self._watcher = gevent.get_hub().loop.io(self._file, 1)
        self._watcher.start(ring)

    def set(self, due_s: float | None) -> None:
        """Set it anew, which also takes back that it has rung."""
        due_ns = 0 if due_s is None else max(int(due_s * NANOSECONDS), 1)
        self._spec.due_s, self._spec.due_ns = divmod(due_ns, NANOSECONDS)
        self._set_time(self._file, TFD_TIMER_ABSTIME, self._reference, None)


class LoopTimer:
    """A timer of the event loop."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._timer = gevent.get_hub().loop.timer(0.0)

    def set(self, due_s: float | None) -> None:
        """Set it anew."""
        self._timer.stop()
        self._timer.close()
        if due_s is not None:
            self._timer = gevent.get_hub().loop.timer(max(due_s - time.perf_counter(), 0.0))
            self._timer.start(self._ring)


TIMER = FileTimer if sys.platform == "linux" else LoopTimer


class Alarm:
    """Greenlets that sleep until moments of perf_counter, and one timer for the next of them."""

    def __init__(self) -> None:
        self._timer: Timer = TIMER(self._ring)
        self._sleepers: list[tuple[float, int, Waiter[None]]] = []
        self._turns = count()

    def sleep_until(self, due_s: float) -> None:
        """Sleep until this moment, or until all are woken."""
        sleeper: tuple[float, int, Waiter[None]] = (due_s, next(self._turns), Waiter())
        heappush(self._sleepers, sleeper)
        if self._sleepers[0] is sleeper:
            self._timer.set(due_s)
        try:
            sleeper[2].get()
        except BaseException:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)
                heapify(self._sleepers)
            raise

    def wake_all(self) -> None:
        """Wake all, each in a turn of its own."""
        sleepers, self._sleepers = sorted(self._sleepers), []
        self._timer.set(None)
        for _, _, waiter in sleepers:
            gevent.get_hub().loop.run_callback(waiter.switch, None)

    def _ring(self) -> None:
        """Wake whoever is due. Called by the loop."""
        while self._sleepers and self._sleepers[0][0] <= time.perf_counter():
            heappop(self._sleepers)[2].switch(None)
        self._timer.set(self._sleepers[0][0] if self._sleepers else None)


@cache
def alarm() -> Alarm:
    """The alarm of this process's open blocks."""
    return Alarm()
