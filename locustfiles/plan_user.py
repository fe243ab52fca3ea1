"""A Locust user that plays the request plan: the base of both arms."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import gevent
from locust import User, task
from locust.user.task import LOCUST_STATE_RUNNING

from locustfiles.own_arms import own_host
from locustfiles.plan import LogicalRequest, RequestPlan, ShopPlan
from locustfiles.time_limit import TimeLimit
from locustfiles.turnstile import Ticket, Turnstile

TICKET = "swarmgate_ticket"
"""The key of the ticket in the context of Locust's request event."""
STRETCH = 100
"""Requests that a user of plain Locust asks in one task, if it has no other task and no pause between."""


class Missed(Exception):  # noqa: N818  # its name is what the row's error begins with
    """Nobody was free to send the request; it was not sent."""


class PlanUser(User):
    """Sends the plan's requests one after the other.

    In a comparison it goes through the turnstile; under plain Locust it plays the plan from number 1 on.
    An arm is a subclass that names itself in `arm` and implements `send`.
    """

    abstract = True
    arm: ClassVar[str]
    plan_class: ClassVar[type[RequestPlan]] = ShopPlan
    """The plan that all arms play: `PlanUser.plan_class = YourPlan`."""
    defined: ClassVar[list[type[PlanUser]]] = []
    """Every subclass, in the order of definition."""
    turnstile: ClassVar[Turnstile | None] = None
    request_timeout_s: ClassVar[float] = 10.0
    """No request lasts longer; what is not answered by then is a failure."""

    _free_plans: ClassVar[dict[type[RequestPlan], RequestPlan]] = {}
    _free_numbers: ClassVar[Iterator[int]] = itertools.count(1)
    _ticket: Ticket | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Remember the class: the first arm that a locustfile defines is its baseline."""
        super().__init_subclass__(**kwargs)
        PlanUser.defined.append(cls)

    def __init__(self, environment):  # type: ignore[no-untyped-def]  # as Locust has it, and the baseline expects
        # Locust's own client would ask for //items.
        host = own_host(type(self)) or self.host
        self.host = host.rstrip("/") if host else host
        super().__init__(environment)
        self._time_limit = TimeLimit()
        if self.plan_class not in self._free_plans:
            self._free_plans[self.plan_class] = self.plan_class(seed=1)
        self._free_plan = self._free_plans[self.plan_class]
        restless = type(self).wait_time is User.wait_time and len(self.tasks) == 1
        self._at_a_stretch = STRETCH if restless else 1

    def send(self, request: LogicalRequest) -> None:
        """Ask once and fire Locust's request event once, failed or not."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to send a request")

    def context(self) -> dict[str, Any]:
        """What labels this user's request events: the ticket at work."""
        return {TICKET: self._ticket}

    @task
    def play(self) -> None:
        """Play this arm's turns, or a few requests where there are no turns."""
        if self.turnstile is None:
            for _ in range(self._at_a_stretch):
                self._send_in_time(self._free_plan.request(next(self._free_numbers)))
                if self._state != LOCUST_STATE_RUNNING:  # told to stop
                    return
            return
        for ticket in self.turnstile.tickets(self.arm):
            self._play(ticket)

    def _play(self, ticket: Ticket) -> None:
        self._ticket = ticket
        started_at, started = time.time(), time.perf_counter()
        ticket.sent_s = started
        failure: Exception = RuntimeError(f"{type(self).__name__}.send fired no request event")
        try:
            if ticket.missed:
                raise Missed(f"no user was free within {self.request_timeout_s:g} s")
            self._send_in_time(ticket.request)
        except Exception as error:  # whatever an arm's code raises must not lose its request
            failure = error
        if not ticket.settled:
            self.environment.events.request.fire(
                request_type=ticket.request.method,
                name=ticket.request.name,
                response_time=0.0 if ticket.missed else (time.perf_counter() - started) * 1000,
                response_length=0,
                response=None,
                context=self.context(),
                exception=failure,
                start_time=started_at,
            )
        self._ticket = None
        if ticket.failed:  # what fails before it waits for anything would never let another greenlet run
            gevent.sleep(0)

    def _send_in_time(self, request: LogicalRequest) -> None:
        # A TimeoutError is an OSError: clients close the connection and report it as their own failure.
        self._time_limit.begin(self.request_timeout_s)
        try:
            self.send(request)
        finally:
            self._time_limit.end()
