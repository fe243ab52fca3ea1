"""The open model on one worker: intended starts, late and missed arrivals, lead-out and the end."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from locust.env import Environment

from locustfiles.arrivals import MEASURED, Schedule, Span
from locustfiles.open_block import OpenBlock
from locustfiles.plan import LogicalRequest, ShopPlan
from locustfiles.plan_user import PlanUser
from locustfiles.recorder import Recorder, Row
from locustfiles.turnstile import Ticket, Turnstile

RATE_RPS = 100.0


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = PlanUser.turnstile, PlanUser.request_timeout_s
    yield
    PlanUser.turnstile, PlanUser.request_timeout_s = before


class Site:
    """Users of one arm before a block of ten arrivals, 10 ms apart."""

    def __init__(
        self,
        send: Callable[[PlanUser, LogicalRequest], None],
        *,
        users: int,
        lead_out: bool = False,
        timeout_s: float = 5.0,
    ) -> None:
        class Arm(PlanUser):
            arm = "arm"
            host = "http://127.0.0.1:1"

            def send(self, request: LogicalRequest) -> None:
                send(self, request)

        self.rows: list[tuple[Ticket, Row]] = []
        self.drained = gevent.event.Event()
        environment = Environment(user_classes=[Arm])
        recorder = Recorder(lambda _, ticket, row: self.rows.append((ticket, row)))
        environment.events.request.add_listener(recorder.on_request)
        PlanUser.turnstile, PlanUser.request_timeout_s = Turnstile(), timeout_s
        self.block = OpenBlock(
            id="1",
            arm="arm",
            users=users,
            plan=ShopPlan(seed=1),
            lead_out=lead_out,
            on_drained=lambda _: self.drained.set(),
            schedule=Schedule(
                process="constant",
                spans=[Span(MEASURED, 10, RATE_RPS, RATE_RPS, 10 / RATE_RPS)],
                seed=1,
                round_number=1,
                first_request=1,
                lead_out=lead_out,
            ),
            place=0,
            begins_s=time.perf_counter() + 0.05,
            missed_after_s=timeout_s,
        )
        PlanUser.turnstile.open(self.block)
        new_user: Any = Arm  # untyped, as Locust's own
        self.users = [gevent.spawn(new_user(environment).play) for _ in range(users)]

    def played(self, rows: int) -> list[Row]:
        """The first rows, once there are so many."""
        with gevent.Timeout(20):
            while len(self.rows) < rows:
                gevent.sleep(0.001)
        return [row for _, row in self.rows[:rows]]

    def end(self) -> None:
        self.block.close()
        with gevent.Timeout(20):
            self.drained.wait()
        gevent.killall(self.users)


def answered_after(seconds: float) -> Callable[[PlanUser, LogicalRequest], None]:
    def send(user: PlanUser, request: LogicalRequest) -> None:
        started = time.perf_counter()
        gevent.sleep(seconds)
        user.environment.events.request.fire(
            request_type=request.method,
            name=request.name,
            response_time=(time.perf_counter() - started) * 1000,
            response_length=0,
            response=None,
            context=user.context(),
        )

    return send


def test_rows_start_when_they_were_due_and_name_latency_and_service_time() -> None:
    site = Site(answered_after(0.02), users=10)
    rows = sorted(site.played(10), key=lambda row: row.request)
    site.end()
    assert [row.request for row in rows] == list(range(1, 11))
    gaps_s = [later.started_at - rows[0].started_at for later in rows]
    assert gaps_s == pytest.approx(
        [place / RATE_RPS for place in range(10)], abs=1e-5
    )  # of seconds since 1970
    for ticket, row in site.rows:
        assert ticket.due_s is not None
        assert row.latency_ms == pytest.approx((ticket.sent_s - ticket.due_s) * 1000 + row.service_time_ms)
        assert row.latency_ms >= row.service_time_ms > 15


def test_with_too_few_users_arrivals_go_out_late_and_in_order_and_latency_counts_the_wait() -> None:
    site = Site(answered_after(0.05), users=1)
    rows = site.played(10)
    site.end()
    assert [row.request for row in rows] == list(range(1, 11))
    for place, row in enumerate(
        rows
    ):  # each waits for all before it: 50 ms each (timers may be early), where 10 lie between
        assert row.latency_ms >= (place + 1) * 45 - place * 10
        assert row.service_time_ms < row.latency_ms + 0.001
    assert not any(row.error for row in rows)


def test_what_nobody_could_send_in_time_is_a_failed_row_and_never_sent() -> None:
    sent = []

    def send(user: PlanUser, request: LogicalRequest) -> None:
        sent.append(request)
        answered_after(0.15)(user, request)

    site = Site(send, users=1, timeout_s=0.2)
    rows = site.played(10)
    site.end()
    missed = [row for row in rows if row.error]
    assert missed
    assert len(sent) == 10 - len(missed)
    assert {row.error for row in missed} == {"Missed: no user was free within 0.2 s"}
    for row in missed:
        assert (row.service_time_ms, row.status, row.asked) == (0.0, None, b"")
        assert row.latency_ms > 200
    assert sorted(row.request for row in rows) == list(range(1, 11))


def test_the_lead_out_goes_on_at_the_rate_until_the_block_is_closed() -> None:
    site = Site(answered_after(0.001), users=3, lead_out=True)
    site.played(15)
    site.end()
    rows = [(ticket, row) for ticket, row in site.rows if ticket.part == "lead-out"]
    assert len(rows) >= 5
    dues_s = [ticket.due_s - site.block.begins_s for ticket, _ in rows if ticket.due_s is not None]
    assert dues_s == pytest.approx([(10 + place) / RATE_RPS for place in range(len(rows))])
    assert [row.request for _, row in rows] == list(range(1, len(rows) + 1))
    assert site.block.to_settle == 10


def test_a_closed_block_wakes_who_waits_for_an_arrival_and_sends_it_no_more() -> None:
    site = Site(answered_after(0.001), users=5)
    began = time.perf_counter()
    site.block.begins_s = began + 60
    gevent.sleep(0.02)
    site.end()
    assert site.rows == []
    assert time.perf_counter() - began < 30
