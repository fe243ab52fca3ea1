"""Turn and service time of requests, on a clock of the test's own."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from mock_service.capacity import Capacity
from mock_service.service_time import ServiceTime
from mock_service.simulation import Simulation
from tests.mock_service.fake_loop import FakeLoop

BODY = bytes(10_000)


async def api(scope: Scope, receive: Receive, send: Send) -> None:
    """An API that takes 0.25 s by itself."""
    scope["route"] = SimpleNamespace(path="/slow")
    await asyncio.sleep(0.25)
    await Response(BODY)(scope, receive, send)


class Client:
    """Requests through a simulation of 1 s + 0.1 s per kB, and when their answers began."""

    def __init__(self, loop: FakeLoop, *, at_work: int = 10, queue: int = 10) -> None:
        self.loop = loop
        self.begun_at = loop.time()
        times = ServiceTime(median_ms={"/slow": 1000}, body_ms_per_kb=100, jitter_sigma=0, factor=1, seed=1)
        self.simulation = Simulation(
            api, capacity=Capacity(at_work=at_work, queue=queue), service_time=times, retry_after_s=3
        )
        self.answers: list[tuple[float, int]] = []
        self.messages: list[Message] = []

    async def request(self, path: str) -> None:
        async def receive() -> Message:
            raise AssertionError("no request is read here")

        async def send(message: Message) -> None:
            self.messages.append(message)
            if message["type"] == "http.response.start":
                self.answers.append((round(self.loop.time() - self.begun_at, 6), message["status"]))

        await self.simulation({"type": "http", "method": "GET", "path": path}, receive, send)

    def play(self, *paths: str) -> list[tuple[float, int]]:
        """Time in s and status of the answers to requests that are sent together."""

        async def together() -> None:
            await asyncio.gather(*(self.request(path) for path in paths))

        self.loop.run_until_complete(together())
        return self.answers


def test_an_answer_comes_after_its_service_time_which_includes_the_work_itself(loop: FakeLoop) -> None:
    assert Client(loop).play("/slow") == [(2.0, 200)]


def test_health_waits_for_nothing_but_its_own_work(loop: FakeLoop) -> None:
    assert Client(loop, at_work=1, queue=0).play("/slow", "/health") == [(0.25, 200), (2.0, 200)]


def test_past_the_capacity_requests_wait_for_their_turn(loop: FakeLoop) -> None:
    times = [at for at, _ in Client(loop, at_work=2).play(*["/slow"] * 5)]
    assert times == pytest.approx([2, 2, 4, 4, 6])


def test_past_the_queue_they_are_refused_at_once_and_told_when_to_come_back(loop: FakeLoop) -> None:
    client = Client(loop, at_work=1, queue=1)
    assert client.play("/slow", "/slow", "/slow") == [(0.0, 503), (2.0, 200), (4.0, 200)]
    start, body = client.messages[:2]
    assert (b"retry-after", b"3") in start["headers"]
    assert json.loads(body["body"]) == {"detail": "too many requests at work and waiting"}
