"""Faults on purpose, on a clock of the test's own; the one that ends a process in a process."""

import asyncio

import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Message

from mock_service.faults import Faults, add_faults
from mock_service.settings import resolve
from tests.mock_service.fake_loop import FakeLoop
from tests.mock_service.service import FAST, running


class Client:
    """Sends requests past the faults, and disconnects after 60 s."""

    def __init__(self, loop: FakeLoop, **settings: str) -> None:
        self.loop = loop
        self.faults = Faults(Response(b"well"), resolve(settings, {}))

    async def request(self, path: str = "/items/7") -> tuple[float, int | None]:
        """Time in s until the answer, or until the client gave up, and its status."""
        begun_at = self.loop.time()
        statuses: list[int] = []

        async def receive() -> Message:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            statuses.append(message.get("status", 0))

        await self.faults({"type": "http", "method": "GET", "path": path}, receive, send)
        return round(self.loop.time() - begun_at, 6), statuses[0] if statuses else None

    def play(
        self, count: int, *, every_s: float = 1.0, path: str = "/items/7"
    ) -> list[tuple[float, int | None]]:
        """What `request` says of requests that are sent one every so often."""

        async def requests() -> list[tuple[float, int | None]]:
            tasks = []
            for _ in range(count):
                tasks.append(asyncio.create_task(self.request(path)))
                await asyncio.sleep(every_s)
            return await asyncio.gather(*tasks)

        return self.loop.run_until_complete(requests())


def test_without_faults_nothing_stands_before_the_api() -> None:
    app = FastAPI()
    add_faults(app, resolve({}, {}))
    assert app.user_middleware == []
    add_faults(app, resolve({"stall_after_s": "0"}, {}))
    assert len(app.user_middleware) == 1


def test_a_ratio_of_requests_is_answered_500_at_once(loop: FakeLoop) -> None:
    answers = Client(loop, error_ratio="0.25").play(2000)
    assert {at for at, _ in answers} == {0.0}
    assert sum(status == 500 for _, status in answers) / 2000 == pytest.approx(0.25, abs=0.03)
    assert {status for _, status in answers} == {200, 500}


def test_a_ratio_of_requests_is_never_answered(loop: FakeLoop) -> None:
    answers = Client(loop, hang_ratio="0.25").play(2000)
    assert {answer for answer in answers if answer[1] != 200} == {(60.0, None)}
    assert sum(status is None for _, status in answers) / 2000 == pytest.approx(0.25, abs=0.03)


def test_errors_and_hangs_strike_different_requests(loop: FakeLoop) -> None:
    statuses = [status for _, status in Client(loop, error_ratio="0.5", hang_ratio="0.5").play(100)]
    assert set(statuses) == {500, None}


def test_the_seed_decides_who_is_struck(loop: FakeLoop) -> None:
    first, same, other = (Client(loop, error_ratio="0.5", seed=seed).play(50) for seed in ("1", "1", "2"))
    assert first == same != other


def test_requests_that_arrive_in_a_stall_begin_at_its_end(loop: FakeLoop) -> None:
    times = [at for at, _ in Client(loop, stall_after_s="2.5", stall_s="3").play(8)]
    # Requests at 0, 1, ... 7 s; the stall lasts from 2.5 to 5.5 s.
    assert times == [0, 0, 0, 2.5, 1.5, 0.5, 0, 0]


def test_health_is_never_struck(loop: FakeLoop) -> None:
    client = Client(loop, error_ratio="1", exit_after_requests="0", stall_after_s="0")
    assert client.play(3, path="/health") == [(0.0, 200)] * 3


@pytest.mark.service
def test_the_process_dies_at_the_first_request_past_the_limit() -> None:
    with running(*FAST, "--exit-after-requests", "2") as service:
        assert [service.ask("/items/1").status for _ in range(2)] == [200, 200]
        assert service.ask("/health").status == 200
        with pytest.raises(OSError, match=r"closed|reset|EOF"):
            service.ask("/items/1")
        assert service.process.wait(10) == 70
        assert service.process.stderr
        assert "dies on purpose after 2 requests" in service.process.stderr.read()
        assert service.address.ca_file
        service.address.ca_file.unlink()
