"""How many requests are at work at once, and how many may wait for that."""

import asyncio
from types import TracebackType

from mock_service.errors import Overloaded


class Capacity:
    """`async with capacity:` holds one of `at_work` places; those who wait are served in order of arrival.

    Raises Overloaded on entering while all places are taken and `queue` others are waiting.
    """

    def __init__(self, *, at_work: int, queue: int) -> None:
        self._places = asyncio.Semaphore(at_work)
        self._queue = queue
        self._waiting = 0

    async def __aenter__(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        if self._waiting >= self._queue:
            raise Overloaded
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._places.release()
