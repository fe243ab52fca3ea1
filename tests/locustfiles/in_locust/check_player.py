"""The worker's part of a block, played for a conductor that only takes notes."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from locust.env import Environment
from locust.runners import WorkerRunner

from locustfiles import player
from locustfiles.plan import LogicalRequest, ShopPlan
from locustfiles.plan_user import PlanUser
from locustfiles.player import Player
from locustfiles.recorder import Row


class Notes:
    """Stands in for Locust's runner: what the worker sent, and how to send it something."""

    client_id = "local"

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self._listeners: dict[str, Callable[..., None]] = {}

    def register_message(self, name: str, listener: Callable[..., None], **_: bool) -> None:
        self._listeners[name] = listener

    def send_message(self, name: str, data: dict[str, Any]) -> None:
        self.sent.append((name, data))

    def tell(self, name: str, **data: Any) -> None:
        message = type("Message", (), {"data": data})
        self._listeners[name](msg=message, environment=None)

    def of(self, name: str) -> list[dict[str, Any]]:
        return [data for each, data in self.sent if each == name]


class Arm(PlanUser):
    """Asks nobody: every request is answered at once."""

    arm = "arm"
    host = "http://127.0.0.1:1"

    def send(self, request: LogicalRequest) -> None:
        gevent.sleep(0)
        self.environment.events.request.fire(
            request_type=request.method,
            name=request.name,
            response_time=1.0,
            response_length=0,
            context=self.context(),
        )


class Worker:
    """A player with users of one arm."""

    def __init__(self, users: int) -> None:
        self.environment = Environment(user_classes=[Arm])
        self.notes = Notes()
        self.player = Player(self.environment, self.notes)  # type: ignore[arg-type]  # it needs no more of a runner
        new_user: Any = Arm  # untyped, as Locust's own
        self.users = [gevent.spawn(new_user(self.environment).play) for _ in range(users)]

    def open(self, key: str, numbers: tuple[int, int], **opening: Any) -> None:
        usual = {"arm": "arm", "users": len(self.users), "seed": 1, "lead_in": 1, "lead_out": True}
        legs = [("measured", numbers, (len(self.users), len(self.users)))]
        self.notes.tell(player.OPEN, block=key, request_timeout_s=5.0, **{"legs": legs, **usual, **opening})

    def close(self, key: str) -> None:
        self.notes.tell(player.CLOSE, block=key)

    def wait_for_rest(self, count: int = 1) -> None:
        with gevent.Timeout(20):
            while len(self.notes.of(player.REST)) < count:
                gevent.sleep(0.001)

    def wait_for_rows(self, count: int) -> None:
        with gevent.Timeout(20):
            while len(self.rows()) < count:
                gevent.sleep(0.001)

    def rows(self, key: str | None = None) -> list[Row]:
        messages = [each for each in self.notes.of(player.ROWS) if key in (None, each["block"])]
        return [row for message in messages for row in message["rows"]]


@pytest.fixture
def worker() -> Iterator[Worker]:
    before = PlanUser.turnstile, PlanUser.request_timeout_s
    worker = Worker(users=3)
    yield worker
    gevent.killall(worker.users)
    PlanUser.turnstile, PlanUser.request_timeout_s = before


def numbers(rows: list[Row]) -> list[int]:
    return sorted(row.request for row in rows)


def test_the_share_comes_back_as_soon_as_it_is_done_and_the_rest_when_all_users_rest(worker: Worker) -> None:
    worker.open("key", (1, 31))
    worker.wait_for_rows(30)
    assert worker.notes.of(player.REST) == []
    assert numbers(worker.rows()) == list(range(1, 31))
    worker.close("key")
    worker.wait_for_rest()
    (rest,) = worker.notes.of(player.REST)
    assert (rest["block"], rest["users"], rest["exceptions"]) == ("key", 3, {})
    assert len(rest["unmeasured"]["lead-in"]) == 3
    assert rest["unmeasured"]["lead-out"]


def test_a_long_share_comes_back_in_batches(worker: Worker) -> None:
    worker.open("key", (1, 2501))
    worker.wait_for_rows(2500)
    batches = [len(message["rows"]) for message in worker.notes.of(player.ROWS)]
    assert len(batches) >= 3
    assert max(batches) <= player.BATCH_ROWS
    assert numbers(worker.rows()) == list(range(1, 2501))


def test_a_worker_without_a_share_says_so_at_once_and_joins_the_load(worker: Worker) -> None:
    worker.open("key", (5, 5))
    assert worker.notes.of(player.ROWS) == [{"block": "key", "rows": [], "played": True}]
    gevent.sleep(0.05)
    worker.close("key")
    worker.wait_for_rest()
    assert worker.notes.of(player.REST)[0]["unmeasured"]["lead-out"]


def test_blocks_follow_each_other_with_rows_under_their_own_key(worker: Worker) -> None:
    for turn, key in enumerate(("first", "second")):
        worker.open(key, (1 + 10 * turn, 11 + 10 * turn))
        worker.wait_for_rows(10 * (turn + 1))
        worker.close(key)
        worker.wait_for_rest(turn + 1)
    assert numbers(worker.rows("first")) == list(range(1, 11))
    assert numbers(worker.rows("second")) == list(range(11, 21))


def test_a_block_opened_over_another_ends_that_one_first(worker: Worker) -> None:
    worker.open("lost", (1, 11))
    worker.wait_for_rows(10)
    worker.open("next", (11, 21))
    worker.wait_for_rows(20)
    sent = [(name, data["block"]) for name, data in worker.notes.sent]
    assert sent.index((player.REST, "lost")) < sent.index((player.ROWS, "next"))
    assert numbers(worker.rows("next")) == list(range(11, 21))


def test_after_the_test_was_stopped_nothing_is_handed_in(worker: Worker) -> None:
    worker.open("key", (1, 20_001))
    gevent.sleep(0.02)
    worker.environment.events.test_stopping.fire(environment=worker.environment)
    sent = len(worker.notes.sent)
    gevent.sleep(0.05)
    assert len(worker.notes.sent) == sent


def test_exceptions_of_users_are_counted_and_handed_in(worker: Worker) -> None:
    worker.open("key", (1, 4))
    worker.wait_for_rows(3)
    for _ in range(2):
        worker.environment.events.user_error.fire(user_instance=None, exception=ValueError("boom"), tb=None)
    worker.close("key")
    worker.wait_for_rest()
    (found,) = worker.notes.of(player.REST)[0]["exceptions"].values()
    assert (found["count"], found["msg"], found["nodes"]) == (2, "boom", ["local"])


def test_the_requests_are_those_of_the_blocks_seed(worker: Worker) -> None:
    worker.open("key", (1, 11), seed=9)
    worker.wait_for_rows(10)
    assert {row.request: row.name for row in worker.rows()} == {
        number: ShopPlan(seed=9).request(number).name for number in range(1, 11)
    }


class Orphan(WorkerRunner):
    """A worker of a master that was last heard so many seconds ago."""

    client_id = "orphan"

    def __init__(self, silence_s: float) -> None:
        self.custom_messages = {}
        self.last_heartbeat_timestamp = time.time() - silence_s


@pytest.mark.parametrize(("silence_s", "code"), [(player.MASTER_LIMIT_S + 1, 1), (1, 0)])
def test_a_worker_that_locust_ends_for_its_masters_silence_says_so(silence_s: float, code: int) -> None:
    environment = Environment(user_classes=[Arm])
    Player(environment, Orphan(silence_s))
    environment.events.quitting.fire(environment=environment, reverse=True)
    assert environment.process_exit_code == code
