import asyncio

import pytest

from mock_service.capacity import Capacity
from mock_service.errors import Overloaded


class Worker:
    """Enters a capacity in the order of numbers and leaves when told."""

    def __init__(self, capacity: Capacity) -> None:
        self.capacity = capacity
        self.entered: list[int] = []
        self.leave = [asyncio.Event() for _ in range(10)]

    async def work(self, number: int) -> None:
        async with self.capacity:
            self.entered.append(number)
            await self.leave[number].wait()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_no_more_than_the_capacity_is_at_work_and_the_rest_comes_in_order_of_arrival() -> None:
    async def scenario() -> None:
        worker = Worker(Capacity(at_work=2, queue=3))
        tasks = [asyncio.create_task(worker.work(number)) for number in range(5)]
        await settle()
        assert worker.entered == [0, 1]
        worker.leave[1].set()
        await settle()
        assert worker.entered == [0, 1, 2]
        for event in worker.leave:
            event.set()
        await asyncio.gather(*tasks)
        assert worker.entered == [0, 1, 2, 3, 4]

    asyncio.run(scenario())


def test_past_the_queue_it_is_overloaded_and_recovers() -> None:
    async def scenario() -> None:
        worker = Worker(Capacity(at_work=1, queue=1))
        tasks = [asyncio.create_task(worker.work(number)) for number in range(2)]
        await settle()
        with pytest.raises(Overloaded):
            await worker.work(2)
        for event in worker.leave:
            event.set()
        await asyncio.gather(*tasks)
        await worker.work(3)
        assert worker.entered == [0, 1, 3]

    asyncio.run(scenario())


def test_without_a_queue_nobody_waits() -> None:
    async def scenario() -> None:
        worker = Worker(Capacity(at_work=1, queue=0))
        task = asyncio.create_task(worker.work(0))
        await settle()
        with pytest.raises(Overloaded):
            await worker.work(1)
        worker.leave[0].set()
        await task

    asyncio.run(scenario())


def test_who_gives_up_waiting_leaves_its_place_in_the_queue() -> None:
    async def scenario() -> None:
        worker = Worker(Capacity(at_work=1, queue=1))
        tasks = [asyncio.create_task(worker.work(number)) for number in range(2)]
        await settle()
        tasks[1].cancel()
        await settle()
        tasks[1] = asyncio.create_task(worker.work(3))
        await settle()
        worker.leave[0].set()
        worker.leave[3].set()
        await asyncio.gather(*tasks)
        assert worker.entered == [0, 3]

    asyncio.run(scenario())
