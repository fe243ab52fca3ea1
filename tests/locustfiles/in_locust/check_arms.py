"""What the two arms really put on the wire, and over which connections."""

import time

import pytest

from locustfiles.baseline import BaselineUser
from locustfiles.optimized import OptimizedUser
from locustfiles.plan import ShopPlan
from locustfiles.plan_user import PlanUser
from locustfiles.recorder import answered_digest, asked_digest
from tests.locustfiles.in_locust.exchange import ARMS, ITEM, both_arms, failures, numbers, sent
from tests.locustfiles.in_locust.scripted_server import (
    BODY,
    Handler,
    ScriptedServer,
    number,
    number_in_gzip,
    scripted_server,
)

PLAN = ShopPlan(seed=3)


def on_the_wire(heard: ScriptedServer) -> list[tuple[str, str, bytes, str | None]]:
    return [(each.method, each.target, each.body, each.headers.get("content-type")) for each in heard.heard]


def test_both_arms_send_the_plans_method_target_and_body() -> None:
    requests = [PLAN.request(each) for each in range(1, 101)]
    planned = [
        (each.method, each.target, each.body or b"", "application/json" if each.body else None)
        for each in requests
    ]
    assert {each.method for each in requests} == {"GET", "POST"}
    for arm in ARMS:
        with scripted_server() as server:
            events = sent(arm, requests, server.url)
        assert on_the_wire(server) == planned
        assert [event["name"] for event in events] == [each.name for each in requests]
        assert not any(failures(events))


def test_both_arms_record_the_same_digests_of_the_same_exchange() -> None:
    requests = [PLAN.request(each) for each in range(1, 31)]
    digests = []
    for arm in ARMS:
        with scripted_server(number_in_gzip) as server:
            events = sent(arm, requests, server.url)
        asked = [asked_digest(event["name"], event["response"]) for event in events]
        digests.append((asked, [answered_digest(200, event["response"]) for event in events]))
    assert digests[0] == digests[1]
    assert len(set(digests[0][0])) > 20


@both_arms
@pytest.mark.parametrize("path", ["", "/", "/api", "/api/"])
def test_a_host_may_have_a_path_and_end_in_a_slash(arm: type[PlanUser], path: str) -> None:
    with scripted_server() as server:
        sent(arm, [ITEM], f"{server.url}{path}")
        (heard,) = server.heard
    assert heard.target == path.rstrip("/") + "/items/7"
    assert heard.headers["host"] == server.url.removeprefix("http://")


def test_the_baseline_opens_a_connection_for_every_request_and_wants_no_compression() -> None:
    with scripted_server(number_in_gzip) as server:
        events = sent(BaselineUser, [ITEM] * 10, server.url)
    assert server.connections == 10
    assert {each.headers["connection"] for each in server.heard} == {"close"}
    assert {each.headers["accept-encoding"] for each in server.heard} == {"identity"}
    assert numbers(events) == list(range(1, 11))


def test_the_optimized_arm_keeps_its_connection_and_takes_compressed_answers() -> None:
    with scripted_server(number_in_gzip) as server:
        events = sent(OptimizedUser, [ITEM] * 10, server.url)
    assert server.connections == 1
    assert {each.headers["accept-encoding"] for each in server.heard} == {"gzip"}
    assert numbers(events) == list(range(1, 11))
    assert [event["response_length"] for event in events] == [len(BODY % n) for n in range(1, 11)]


def test_a_kept_connection_that_breaks_is_one_failure_and_nothing_is_sent_again() -> None:
    def behave(handler: Handler, count: int) -> None:
        if count == 4:
            handler.hang_up()
        else:
            number(handler, count)

    with scripted_server(behave) as server:
        events = sent(OptimizedUser, [ITEM] * 10, server.url)
    assert failures(events) == [False] * 3 + [True] + [False] * 6
    assert len(server.heard) == 10
    assert server.connections == 2


def test_a_connection_that_the_server_closed_in_between_is_at_most_one_failure() -> None:
    def behave(handler: Handler, count: int) -> None:
        number(handler, count)
        handler.close_connection = count == 4

    with scripted_server(behave) as server:
        events = sent(OptimizedUser, [ITEM] * 4, server.url)
        time.sleep(0.05)
        events += sent(OptimizedUser, [ITEM] * 4, server.url)
    assert sum(failures(events)) == 8 - len(server.heard) <= 1


def test_a_connection_that_the_server_announced_to_close_is_not_used_again() -> None:
    with scripted_server(lambda handler, count: handler.answer(BODY % count, Connection="close")) as server:
        events = sent(OptimizedUser, [ITEM] * 5, server.url)
    assert not any(failures(events))
    assert server.connections == 5
