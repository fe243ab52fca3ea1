"""The limit on how long a request may last."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import Any

import gevent


class TimeLimit:
    """Raises TimeoutError in a greenlet that works under it for longer than it may.

    A timer is set for the first request and looked at when it rings: most often the request of that time is
    long over, and it is set anew for the one at work. So thousands of requests take one timer.
    """

    __slots__ = ("_greenlet", "_limit_s", "_rings_at_s", "_timer", "_until_s")

    def __init__(self) -> None:
        self._greenlet: Any = None
        self._limit_s = self._until_s = 0.0
        self._rings_at_s = inf
        self._timer: Any = None

    def begin(self, limit_s: float) -> None:
        """From now on the calling greenlet has so many seconds, until `end`."""
        self._greenlet, self._limit_s = gevent.getcurrent(), limit_s
        self._until_s = perf_counter() + limit_s
        if self._until_s < self._rings_at_s:
            self._set(limit_s)

    def end(self) -> None:
        """The work is done."""
        self._greenlet = None

    def _set(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.close()
        self._rings_at_s = perf_counter() + seconds
        self._timer = gevent.get_hub().loop.timer(seconds)
        self._timer.start(self._ring)

    def _ring(self) -> None:
        self._timer.close()
        self._timer, self._rings_at_s = None, inf
        if self._greenlet is None:
            return
        left_s = self._until_s - perf_counter()
        if left_s > 0:
            self._set(left_s)
        else:
            self._greenlet.throw(TimeoutError(f"no answer within {self._limit_s:g} s"))
