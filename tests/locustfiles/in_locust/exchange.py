"""One user of an arm, and what it makes of its requests."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from locust.env import Environment

from locustfiles.baseline import BaselineUser
from locustfiles.optimized import OptimizedUser
from locustfiles.plan import LogicalRequest
from locustfiles.plan_user import PlanUser
from tests.locustfiles.in_locust.scripted_server import Handler, number

ARMS: tuple[type[PlanUser], ...] = (BaselineUser, OptimizedUser)
ITEM = LogicalRequest(name="GET /items/{id}", method="GET", path="/items/7")
both_arms = pytest.mark.parametrize("arm", ARMS, ids=lambda arm: str(arm.arm))


def sent(
    arm: type[PlanUser], requests: Sequence[LogicalRequest], url: str, *, timeout_s: float = 5
) -> list[dict[str, Any]]:
    """The request events of one user of the arm that sends these."""
    events: list[dict[str, Any]] = []
    arm.host = url
    environment = Environment(user_classes=[arm], host=url)
    environment.events.request.add_listener(lambda **event: events.append(event))
    new_user: Any = arm  # untyped, as Locust's own
    user = new_user(environment)
    before, PlanUser.request_timeout_s = PlanUser.request_timeout_s, timeout_s
    for request in requests:
        user._send_in_time(request)
    PlanUser.request_timeout_s = before
    return events


def failures(events: Sequence[dict[str, Any]]) -> list[bool]:
    """For each event, whether the request failed."""
    return [event["exception"] is not None for event in events]


def numbers(events: Sequence[dict[str, Any]]) -> list[int]:
    """The numbers in the answers of the scripted server."""
    return [int(event["response"].content.split(b'"')[3]) for event in events]


def first(behaviour: Callable[[Handler], None]) -> Callable[[Handler, int], None]:
    """The first request is treated so, and all others are answered."""
    return lambda handler, count: behaviour(handler) if count == 1 else number(handler, count)
