"""What the arms make of answers: late, broken, cut short, or none at all."""

import gzip
import time

import pytest

from locustfiles.optimized import OptimizedUser
from locustfiles.plan_user import PlanUser
from locustfiles.recorder import error_text
from tests.locustfiles.in_locust.exchange import ITEM, both_arms, failures, first, numbers, sent
from tests.locustfiles.in_locust.scripted_server import BODY, Handler, scripted_server


@both_arms
def test_a_status_of_400_or_more_is_a_failure_with_its_status(arm: type[PlanUser]) -> None:
    with scripted_server(first(lambda handler: handler.answer(b"{}", status=500))) as server:
        events = sent(arm, [ITEM] * 2, server.url)
    assert failures(events) == [True, False]
    assert "500" in error_text(events[0]["exception"])
    assert events[0]["response"].status_code == 500


@both_arms
def test_an_answer_too_late_fails_and_is_not_taken_for_the_next_one(arm: type[PlanUser]) -> None:
    def late(handler: Handler) -> None:
        time.sleep(0.3)
        handler.answer(BODY % 1)

    with scripted_server(first(late)) as server:
        events = sent(arm, [ITEM], server.url, timeout_s=0.1)
        time.sleep(0.3)
        events += sent(arm, [ITEM] * 2, server.url)
    assert failures(events) == [True, False, False]
    assert numbers(events[1:]) == [2, 3]


@both_arms
def test_a_server_that_drips_its_answer_cannot_stretch_the_limit(arm: type[PlanUser]) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(30):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    with scripted_server(first(drip)) as server:
        started = time.monotonic()
        events = sent(arm, [ITEM], server.url, timeout_s=0.3)
        assert time.monotonic() - started < 1
    assert failures(events) == [True]


@both_arms
def test_an_answer_cut_short_is_a_failure(arm: type[PlanUser]) -> None:
    def cut(handler: Handler) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"half")
        handler.hang_up()

    with scripted_server(first(cut)) as server:
        events = sent(arm, [ITEM] * 2, server.url)
    assert failures(events) == [True, False]


@pytest.mark.parametrize("content", [b"no gzip at all", gzip.compress(b"x" * 1000)[:20]])
def test_compression_that_cannot_be_undone_is_a_failure(content: bytes) -> None:
    with scripted_server(first(lambda handler: handler.answer(content, Content_Encoding="gzip"))) as server:
        events = sent(OptimizedUser, [ITEM] * 2, server.url)
    assert failures(events) == [True, False]


@both_arms
def test_what_is_no_http_is_a_failure(arm: type[PlanUser]) -> None:
    def babble(handler: Handler) -> None:
        handler.wfile.write(b"\x00\x01 hello\r\n\r\n")
        handler.hang_up()

    with scripted_server(first(babble)) as server:
        events = sent(arm, [ITEM] * 2, server.url)
    assert failures(events) == [True, False]


@both_arms
def test_nobody_at_the_port_is_a_failure(arm: type[PlanUser]) -> None:
    with scripted_server() as server:
        gone = server.url
    events = sent(arm, [ITEM] * 2, gone)
    assert failures(events) == [True, True]
    assert "refused" in error_text(events[0]["exception"])


@both_arms
def test_chunked_answers_and_answers_until_the_end_of_the_connection_are_read_whole(
    arm: type[PlanUser],
) -> None:
    def behave(handler: Handler, count: int) -> None:
        handler.send_response_only(200)
        handler.send_header(*("Transfer-Encoding", "chunked") if count == 1 else ("Connection", "close"))
        handler.end_headers()
        handler.wfile.write(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n" if count == 1 else b"hello world")
        if count > 1:
            handler.close_connection = True

    with scripted_server(behave) as server:
        events = sent(arm, [ITEM] * 2, server.url)
    assert [event["response"].content for event in events] == [b"hello world"] * 2
