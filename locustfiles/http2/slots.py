"""The places for streams on a connection: as many as the server allows at once."""

from __future__ import annotations

from collections import deque

from gevent.event import Event


class Slots:
    """Hands out places, to those who have to wait in order of arrival. There are none until `resize`."""

    def __init__(self) -> None:
        self._limit = 0
        self._closed = False
        self._waiting: deque[Event] = deque()
        self.taken = 0

    @property
    def load(self) -> int:
        """How many have a place or wait for one."""
        return self.taken + len(self._waiting)

    def take(self) -> bool:
        """Wait for a place; False when there will be none. Interrupted, the wait leaves nothing behind."""
        if self._closed:
            return False
        if self.taken < self._limit and not self._waiting:
            self.taken += 1
            return True
        turn = Event()
        self._waiting.append(turn)
        try:
            turn.wait()
        except BaseException:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif not self._closed:
                self.give_back()
            raise
        return not self._closed

    def give_back(self) -> None:
        """Leave a place to the next."""
        self.taken -= 1
        self._admit()

    def resize(self, limit: int) -> None:
        """Allow so many at once. Those who have a place keep it, even above a smaller limit."""
        self._limit = limit
        self._admit()

    def close(self) -> None:
        """Let nobody in from now on, and send away who waits."""
        self._closed = True
        while self._waiting:
            self._waiting.popleft().set()

    def _admit(self) -> None:
        while self._waiting and self.taken < self._limit:
            self.taken += 1
            self._waiting.popleft().set()
