"""Rows from Locust's request events."""

from types import SimpleNamespace
from typing import Any

import pytest

from locustfiles.closed_block import ClosedBlock
from locustfiles.plan import LogicalRequest, ShopPlan
from locustfiles.plan_user import TICKET
from locustfiles.recorder import Recorder, Row, answered_digest, asked_digest, error_text
from locustfiles.shares import Leg
from locustfiles.turnstile import Ticket

REQUEST = LogicalRequest(name="GET /items", method="GET", path="/items")


class Desk:
    """A recorder, and what it delivered."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._recorder = Recorder(lambda _block, _ticket, row: self.rows.append(row))

    def fire(self, ticket: Ticket | None, **event: Any) -> None:
        usual = {"request_type": "GET", "name": "GET /items", "response_time": 12.5, "response_length": 7}
        context = {TICKET: ticket} if ticket else {}
        self._recorder.on_request(**{**usual, "context": context, **event})


@pytest.fixture
def desk() -> Desk:
    return Desk()


def ticket(number: int = 3) -> Ticket:
    block = ClosedBlock(
        id="1",
        arm="a",
        legs=[Leg("measured", range(1, 9), 1, 1)],
        users=1,
        plan=ShopPlan(seed=1),
        lead_in=0,
        lead_out=False,
        on_drained=lambda _: None,
    )
    return Ticket(block, "measured", number, REQUEST)


def sent(method: str = "GET", target: str = "/items", body: Any = None) -> SimpleNamespace:
    return SimpleNamespace(method=method, path_url=target, body=body)


def answer(status: int = 200, content: bytes | None = b"{}", **fields: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"status_code": status, "content": content, "request": sent(), **fields})


def test_a_request_with_a_ticket_becomes_a_row_of_its_number(desk: Desk) -> None:
    desk.fire(ticket(3), response=answer(201), start_time=5.0)
    (row,) = desk.rows
    assert (row.request, row.started_at, row.latency_ms, row.service_time_ms) == (3, 5.0, 12.5, 12.5)
    assert (row.method, row.name, row.response_bytes, row.status, row.error) == (
        "GET",
        "GET /items",
        7,
        201,
        "",
    )


def test_a_second_event_of_the_same_ticket_is_no_second_row(desk: Desk) -> None:
    once = ticket()
    desk.fire(once, response=answer())
    desk.fire(once, response=answer())
    assert len(desk.rows) == 1
    assert (once.settled, once.failed) == (True, False)


def test_requests_outside_of_the_plan_are_no_rows(desk: Desk) -> None:
    desk.fire(None, response=answer())
    desk.fire(None, response=answer(), context=None)
    assert desk.rows == []


def test_a_request_without_an_answer_has_an_error_and_no_status(desk: Desk) -> None:
    failed = ticket()
    desk.fire(failed, response=None, exception=ConnectionRefusedError("refused"))
    desk.fire(ticket(), response=answer(0, b""), exception=TimeoutError())
    assert failed.failed
    assert [(row.status, row.error) for row in desk.rows] == [
        (None, "ConnectionRefusedError: refused"),
        (None, "TimeoutError"),
    ]


def test_the_text_of_a_failure_is_never_empty() -> None:
    assert error_text(None) == ""
    assert error_text(ValueError()) == "ValueError"
    assert error_text(ValueError("x")) == "ValueError: x"


def test_an_event_without_a_start_gets_the_one_that_its_time_implies(desk: Desk) -> None:
    desk.fire(ticket(), response=answer(), response_time=1000.0)
    desk.fire(ticket(), response=answer(), response_time=3000.0)
    first, second = (row.started_at for row in desk.rows)
    assert first - second == pytest.approx(2.0, abs=0.5)


@pytest.mark.parametrize(
    "other",
    [
        ("GET /other", sent()),
        ("GET /items", sent(method="HEAD")),
        ("GET /items", sent(target="/items?limit=1")),
        ("GET /items", sent(body=b"{}")),
    ],
)
def test_name_method_target_and_body_all_count_as_asked(other: tuple[str, Any]) -> None:
    name, request = other
    plain = asked_digest("GET /items", answer())
    assert len(plain) == 8
    assert asked_digest(name, answer(request=request)) != plain


def test_a_body_of_text_and_of_the_same_bytes_are_the_same_request() -> None:
    text, data = (asked_digest("x", answer(request=sent(body=body))) for body in ("é", "é".encode()))
    assert text == data


def test_of_a_redirect_the_first_request_counts_and_that_it_was_followed() -> None:
    followed = [
        answer(request=sent(target=target), history=[answer()]) for target in ("/there", "/elsewhere")
    ]
    assert asked_digest("x", followed[0]) == asked_digest("x", followed[1])
    assert asked_digest("x", followed[0]) != asked_digest("x", answer())
    assert asked_digest("x", followed[0]) != asked_digest("x", answer(history=[answer(), answer()]))


@pytest.mark.parametrize("response", [None, SimpleNamespace(), answer(request=None)])
def test_a_client_that_does_not_say_what_it_sent_leaves_it_unknown(response: Any) -> None:
    assert asked_digest("x", response) == b""


def test_status_and_body_count_as_answered() -> None:
    plain = answered_digest(200, answer())
    assert plain == answered_digest(200, answer(content=b"{}"))
    assert plain != answered_digest(201, answer())
    assert plain != answered_digest(200, answer(content=b"[]"))
    assert answered_digest(None, None) == b""
    assert answered_digest(204, answer(content=None)) != b""
