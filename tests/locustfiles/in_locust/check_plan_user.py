"""What a user makes of arms that misbehave: one failure per request, whatever happens."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from locust.env import Environment

from locustfiles.closed_block import ClosedBlock
from locustfiles.plan import LogicalRequest, ShopPlan
from locustfiles.plan_user import PlanUser
from locustfiles.recorder import Recorder, Row
from locustfiles.shares import Leg
from locustfiles.turnstile import Turnstile


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = PlanUser.turnstile, PlanUser.request_timeout_s, PlanUser._free_numbers
    yield
    PlanUser.turnstile, PlanUser.request_timeout_s, PlanUser._free_numbers = before


def played(
    send: Callable[[PlanUser, LogicalRequest], None], *, timeout_s: float = 5.0, lead_out: bool = False
) -> list[Row]:
    """The rows of three requests sent so."""

    class Arm(PlanUser):
        arm = "arm"
        host = "http://127.0.0.1:1"

        def send(self, request: LogicalRequest) -> None:
            send(self, request)

    environment = Environment(user_classes=[Arm])
    rows: list[Row] = []
    recorder = Recorder(lambda _block, _ticket, row: rows.append(row))
    environment.events.request.add_listener(recorder.on_request)
    PlanUser.turnstile, PlanUser.request_timeout_s = Turnstile(), timeout_s
    drained = gevent.event.Event()
    block = ClosedBlock(
        id="1",
        arm="arm",
        legs=[Leg("measured", range(1, 4), 1, 1)],
        users=1,
        plan=ShopPlan(seed=1),
        lead_in=0,
        lead_out=lead_out,
        on_drained=lambda _: drained.set(),
    )
    PlanUser.turnstile.open(block)
    new_user: Any = Arm  # untyped, as Locust's own
    user = gevent.spawn(new_user(environment).play)
    with gevent.Timeout(20):
        while len(rows) < 3:
            gevent.sleep(0.001)
    block.close()
    drained.wait(1)
    user.kill()
    assert block.drained
    return rows


def fire(user: PlanUser, request: LogicalRequest, **event: Any) -> None:
    usual = {"request_type": request.method, "name": request.name, "response_time": 1.0, "response_length": 0}
    user.environment.events.request.fire(**{**usual, "context": user.context(), "response": None, **event})


def test_each_ticket_is_one_request_of_the_plan() -> None:
    rows = played(fire)
    assert [row.request for row in rows] == [1, 2, 3]
    assert [row.name for row in rows] == [ShopPlan(seed=1).request(number).name for number in (1, 2, 3)]


def test_what_an_arm_raises_is_a_failure_and_loses_no_request() -> None:
    def send(_: PlanUser, request: LogicalRequest) -> None:
        raise ValueError("broken arm")

    rows = played(send)
    assert [(row.request, row.error) for row in rows] == [(n, "ValueError: broken arm") for n in (1, 2, 3)]


def test_an_arm_that_forgets_to_report_a_request_has_failed_it() -> None:
    rows = played(lambda _user, _request: None)
    assert [row.error for row in rows] == ["RuntimeError: Arm.send fired no request event"] * 3


def test_an_arm_that_reports_and_then_raises_has_one_row() -> None:
    def send(user: PlanUser, request: LogicalRequest) -> None:
        fire(user, request)
        raise ValueError("too late")

    assert [row.error for row in played(send)] == ["", "", ""]


def test_a_request_that_never_ends_fails_at_the_limit() -> None:
    rows = played(lambda _user, _request: gevent.sleep(60), timeout_s=0.05)
    assert {row.error for row in rows} == {"TimeoutError: no answer within 0.05 s"}
    assert all(row.latency_ms >= 50 for row in rows)


def test_an_arm_that_fails_before_it_waits_for_anything_lets_others_run() -> None:
    def fail_at_once(user: PlanUser, request: LogicalRequest) -> None:
        fire(user, request, exception=OSError("no such certificate"))

    # Its lead-out has no end but the one that another greenlet gives it.
    assert len(played(fail_at_once, lead_out=True)) >= 3


def test_without_a_turnstile_users_play_the_plan_from_number_one_together() -> None:
    asked: list[LogicalRequest] = []

    class Arm(PlanUser):
        arm = "arm"
        host = "http://127.0.0.1:1"

        def send(self, request: LogicalRequest) -> None:
            asked.append(request)

    PlanUser.turnstile = None
    PlanUser._free_numbers = itertools.count(1)
    environment = Environment(user_classes=[Arm])
    new_user: Any = Arm
    users = [new_user(environment) for _ in range(2)]
    for _ in range(2):
        for user in users:
            user.play()
    assert asked == [ShopPlan(seed=1).request(number) for number in (1, 2, 3, 4)]
