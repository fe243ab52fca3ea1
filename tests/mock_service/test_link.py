"""The link against arithmetic, on a clock that the test moves."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_service.link import CHUNK_BYTES, Link
from tests.mock_service.fake_loop import FakeLoop


class Arrivals:
    """A link and what came out of it when, in seconds since the start."""

    def __init__(self, loop: FakeLoop, *, bytes_per_s: float, delay_s: float) -> None:
        self.loop = loop
        self.started_at = self.loop.time()
        self.chunks: list[tuple[float, bytes]] = []
        self.events: list[str] = []
        self.link = Link(
            self.loop,
            bytes_per_s=bytes_per_s,
            delay_s=delay_s,
            deliver=lambda data: self.chunks.append((self.elapsed_s, data)),
            finish=lambda: self.events.append(f"end at {self.elapsed_s:g}"),
            on_full=lambda: self.events.append("full"),
            on_drained=lambda: self.events.append("drained"),
        )

    @property
    def elapsed_s(self) -> float:
        return round(self.loop.time() - self.started_at, 9)

    @property
    def data(self) -> bytes:
        return b"".join(chunk for _, chunk in self.chunks)


def arrival_s(line: Arrivals) -> float:
    """When the last chunk arrives."""
    line.loop.advance()
    return line.chunks[-1][0]


def test_bytes_arrive_after_their_length_over_the_bandwidth_plus_the_delay(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=1000, delay_s=0.5)
    line.link.send(b"x" * 100)
    line.loop.advance()
    assert line.chunks == [(0.6, b"x" * 100)]


def test_what_is_sent_together_waits_for_what_is_before_it(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=1000, delay_s=0.5)
    line.link.send(b"a" * 100)
    line.link.send(b"b" * 200)
    line.loop.advance()
    assert [at for at, _ in line.chunks] == [0.6, 0.8]


def test_an_idle_line_saves_up_no_bandwidth(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=1000, delay_s=0.5)
    line.loop.advance(10)
    line.link.send(b"a" * 100)
    line.loop.advance()
    assert line.chunks == [(10.6, b"a" * 100)]


def test_an_occupied_line_delays_the_first_bytes_only_by_what_is_left(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=1000, delay_s=0.5)
    line.link.occupy(1)
    line.link.send(b"a" * 100)
    assert arrival_s(line) == 1.6
    line.link.occupy(1)
    line.loop.advance(3)
    at_s = line.elapsed_s
    line.link.send(b"a" * 100)
    assert arrival_s(line) == pytest.approx(at_s + 0.6)


def test_a_large_body_arrives_as_a_stream_at_the_bandwidth(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=250_000, delay_s=0.025)
    line.link.send(bytes(185_000))
    line.loop.advance()
    assert line.chunks[0][0] == pytest.approx(0.025 + CHUNK_BYTES / 250_000)
    assert line.chunks[-1][0] == pytest.approx(0.025 + 185_000 / 250_000)
    assert max(len(chunk) for _, chunk in line.chunks) == CHUNK_BYTES


@given(st.lists(st.tuples(st.integers(0, 40_000), st.floats(0, 1)), max_size=8))
def test_all_bytes_arrive_in_order_and_never_faster_than_the_line(sends: list[tuple[int, float]]) -> None:
    with closing(FakeLoop()) as loop:
        line = Arrivals(loop, bytes_per_s=50_000, delay_s=0.1)
        sent = b""
        for number, (size, pause_s) in enumerate(sends):
            line.link.send(bytes([number]) * size)
            sent += bytes([number]) * size
            loop.advance(pause_s)
        line.link.send_end()
        loop.advance()
    assert line.data == sent
    assert line.link.buffered_bytes == 0
    assert line.events[-1].startswith("end")
    arrived_bytes = 0
    for at, chunk in line.chunks:
        arrived_bytes += len(chunk)
        assert at >= 0.1 + arrived_bytes / 50_000 - 1e-6


def test_the_end_arrives_behind_the_bytes(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=1000, delay_s=0.5)
    line.link.send(b"a" * 100)
    line.link.send_end()
    line.loop.advance(0.59)
    assert line.events == []
    line.loop.advance()
    assert line.events == ["end at 0.6"]


def test_a_held_line_delivers_nothing_and_then_what_is_overdue_at_once(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=1000, delay_s=0.5)
    line.link.send(b"a" * 100)
    line.link.send_end()
    line.link.hold()
    line.loop.advance(5)
    assert line.chunks == []
    line.link.release()
    line.loop.advance()
    assert line.chunks == [(5, b"a" * 100)]
    assert line.events == ["end at 5"]


def test_a_cut_line_delivers_nothing_more(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=1000, delay_s=0.5)
    line.link.send(b"a" * 100)
    line.link.send_end()
    line.link.cut()
    line.loop.advance()
    assert (line.chunks, line.events, line.link.buffered_bytes) == ([], [], 0)


def test_the_sender_is_told_once_when_the_line_is_full_and_once_when_it_has_drained(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=100_000, delay_s=0.1)
    for _ in range(20):
        line.link.send(bytes(10_000))
    assert line.events == ["full"]
    line.loop.advance()
    assert line.events == ["full", "drained"]


def test_bytes_that_fit_on_a_long_fast_line_do_not_fill_it(loop: FakeLoop) -> None:
    line = Arrivals(loop, bytes_per_s=10_000_000, delay_s=0.1)
    line.link.send(bytes(1_000_000))
    assert line.events == []
