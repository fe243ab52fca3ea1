"""One direction of a modelled connection: when bytes that are sent now arrive at the other end."""

import asyncio
from collections import deque
from collections.abc import Callable

CHUNK_BYTES = 16_384
SLACK_BYTES = 65_536


class Link:
    """A first-in, first-out line with a bandwidth and a delay.

    A chunk is on the line as soon as the one before it has left, for its length over the bandwidth, and
    arrives `delay_s` after its last byte was sent. Large writes are cut into chunks, so that they arrive as
    a stream. `deliver` gets the chunks and `finish` the end, in order and never while the link is held.

    Bytes not yet delivered count as buffered. `on_full` is called when they exceed what fits on the line
    (bandwidth times delay) by SLACK_BYTES, `on_drained` when they fall below a quarter of that excess.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        bytes_per_s: float,
        delay_s: float,
        deliver: Callable[[bytes], None],
        finish: Callable[[], None],
        on_full: Callable[[], None],
        on_drained: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._bytes_per_s = bytes_per_s
        self._delay_s = delay_s
        self._deliver = deliver
        self._finish = finish
        self._on_full = on_full
        self._on_drained = on_drained
        self._free_at = loop.time()
        self._line: deque[tuple[float, bytes]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._held = False
        self._full = False
        self._low_water = int(bytes_per_s * delay_s) + SLACK_BYTES // 4
        self._high_water = int(bytes_per_s * delay_s) + SLACK_BYTES
        self.buffered_bytes = 0

    def occupy(self, seconds: float) -> None:
        """Keep the line busy for so long, as a handshake does that the kernel has already done."""
        self._free_at = max(self._free_at, self._loop.time()) + seconds

    def send(self, data: bytes | bytearray | memoryview) -> None:
        """Put bytes on the line."""
        now = self._loop.time()
        view = memoryview(data)
        for start in range(0, len(view), CHUNK_BYTES):
            chunk = bytes(view[start : start + CHUNK_BYTES])
            self._free_at = max(self._free_at, now) + len(chunk) / self._bytes_per_s
            self._line.append((self._free_at + self._delay_s, chunk))
        self.buffered_bytes += len(view)
        self._set_timer()
        self._watch_level()

    def send_end(self) -> None:
        """Let `finish` be called when all that was sent before has arrived."""
        self._line.append((max(self._free_at, self._loop.time()) + self._delay_s, b""))
        self._set_timer()

    def hold(self) -> None:
        """Deliver nothing until `release`: the receiver takes no more."""
        self._held = True

    def release(self) -> None:
        """Deliver again, at once what is overdue."""
        self._held = False
        self._set_timer()

    def cut(self) -> None:
        """Lose all that is under way."""
        self._line.clear()
        self.buffered_bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def let_go(self) -> None:
        """Cut, and have no more to do with the ends: the connection holds this, and must not hold itself."""
        self.cut()
        self._deliver = self._finish = self._on_full = self._on_drained = _nothing

    def _set_timer(self) -> None:
        if self._timer is None and self._line and not self._held:
            self._timer = self._loop.call_at(self._line[0][0], self._arrive)

    def _arrive(self) -> None:
        self._timer = None
        now = self._loop.time()
        while self._line and not self._held and self._line[0][0] <= now:
            _, chunk = self._line.popleft()
            self.buffered_bytes -= len(chunk)
            if chunk:
                self._deliver(chunk)
            else:
                self._finish()
        self._set_timer()
        self._watch_level()

    def _watch_level(self) -> None:
        if not self._full and self.buffered_bytes > self._high_water:
            self._full = True
            self._on_full()
        elif self._full and self.buffered_bytes <= self._low_water:
            self._full = False
            self._on_drained()


def _nothing(*_: object) -> None:
    pass
