"""A bounded number of places, given in the order of arrival."""

from __future__ import annotations

from collections import deque

from gevent.event import Event


class WaitingLine:
    """A semaphore of gevent's interface that hands a place over to whoever has waited longest.

    gevent's own lets the one who gives a place back take it again before those who wait: of twenty users
    with ten connections ten would play, and ten would wait for the whole turn without a request to show it.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[Event] = deque()

    def acquire(self) -> None:
        """Take a place, in turn. Who is interrupted while waiting leaves the line."""
        if self._free:
            self._free -= 1
            return
        called = Event()
        self._waiting.append(called)
        try:
            called.wait()
        except BaseException:
            if called.is_set():  # the place was his already
                self.release()
            else:
                self._waiting.remove(called)
            raise

    def release(self) -> None:
        """Give a place back."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._free += 1
