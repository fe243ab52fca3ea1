"""What the HTTP/2 arm puts on the wire, and what it makes of the answers."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
import pytest

from locustfiles.http2_user import Http2User
from locustfiles.optimized import OptimizedUser
from locustfiles.plan import ShopPlan
from locustfiles.recorder import answered_digest, asked_digest, error_text
from tests.http2.peer import AUTHORITY, Peer, Script, Service, serving
from tests.locustfiles.in_locust.exchange import ITEM, failures, sent
from tests.locustfiles.in_locust.scripted_server import BODY, number_in_gzip, scripted_server

PLAN = ShopPlan(seed=3)


@pytest.fixture(autouse=True)
def _trusting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@contextmanager
def served(script: Script) -> Iterator[Service]:
    """The scripted server, whose clients are forgotten in the end."""
    with serving(script) as service:
        yield service
        for client in Http2User._clients.values():
            client.close()
        Http2User._clients.clear()


def counting_in_gzip(peer: Peer) -> None:
    """Answer with the number of the request, compressed."""
    count = 0
    while True:
        count += 1
        peer.answer(peer.ended(), gzip.compress(BODY % count), content_encoding="gzip")


def test_it_sends_the_plans_requests_and_asks_for_gzip() -> None:
    requests = [PLAN.request(each) for each in range(1, 101)]
    peers: list[Peer] = []

    def script(peer: Peer) -> None:
        peers.append(peer)
        peer.serve()

    with served(script) as service:
        events = sent(Http2User, requests, service.url)
    assert not any(failures(events))
    (peer,) = peers
    heads = [(head[":method"], head[":path"], head["accept-encoding"]) for head in peer.heads]
    assert heads == [(each.method, each.target, "gzip") for each in requests]
    bodies = [peer.bodies.get(2 * position + 1) for position in range(len(requests))]
    assert bodies == [each.body for each in requests]
    kinds = [(head.get("content-type"), head.get("content-length")) for head in peer.heads]
    assert kinds == [("application/json", str(len(r.body))) if r.body else (None, None) for r in requests]


def test_it_records_the_same_digests_of_the_same_exchange_as_the_other_arms() -> None:
    requests = [PLAN.request(each) for each in range(1, 31)]
    with scripted_server(number_in_gzip) as server:
        by_http1 = sent(OptimizedUser, requests, server.url)
    with served(counting_in_gzip) as service:
        by_http2 = sent(Http2User, requests, service.url)
    assert digests(by_http2) == digests(by_http1)
    assert len(set(digests(by_http2)[0])) > 20
    assert [event["response_length"] for event in by_http2] == [
        event["response_length"] for event in by_http1
    ]
    assert {event["response"].protocol for event in by_http2} == {"HTTP/2"}


def digests(events: list[dict[str, Any]]) -> tuple[list[bytes], list[bytes]]:
    asked = [asked_digest(event["name"], event["response"]) for event in events]
    return asked, [answered_digest(200, event["response"]) for event in events]


@pytest.mark.parametrize("path", ["", "/", "/api"])
def test_a_host_may_have_a_path_and_end_in_a_slash(path: str) -> None:
    with served(Peer.serve) as service:
        sent(Http2User, [ITEM], f"{service.url}{path}")
    assert service.seen == [(1, path.rstrip("/") + "/items/7")]


def test_a_status_of_400_or_more_is_a_failure_with_its_status() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.ended(), b"{}", status=500)
        peer.serve()

    with served(script) as service:
        events = sent(Http2User, [ITEM] * 2, service.url)
    assert failures(events) == [True, False]
    assert error_text(events[0]["exception"]) == "StatusError: HTTP 500 for GET /items/{id}"
    assert events[0]["response"].status_code == 500


@pytest.mark.parametrize("content", [b"no gzip at all", gzip.compress(b"x" * 1000)[:20]])
def test_compression_that_cannot_be_undone_is_a_failure(content: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.ended(), content, content_encoding="gzip")
        peer.serve()

    with served(script) as service:
        events = sent(Http2User, [ITEM] * 2, service.url)
    assert failures(events) == [True, False]


def test_an_answer_without_a_body_may_name_its_compression() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.ended(), b"", status=204, content_encoding="gzip")
        peer.answer(peer.ended(), gzip.compress(b"hello"), content_encoding="GZIP")
        peer.serve()

    with served(script) as service:
        events = sent(Http2User, [ITEM] * 2, service.url)
    assert failures(events) == [False, False]
    assert [event["response"].content for event in events] == [b"", b"hello"]


def test_a_request_out_of_time_is_one_failure_and_its_answer_is_taken_for_no_other() -> None:
    def script(peer: Peer) -> None:
        late = peer.ended()
        answered = peer.ended()
        peer.raw(b"\x00\x00\x01\x01\x05" + late.to_bytes(4, "big") + b"\x88")  # :status 200, after the reset
        peer.answer(answered, b"in time")
        peer.serve()

    with served(script) as service:
        events = sent(Http2User, [ITEM], service.url, timeout_s=0.2)
        events += sent(Http2User, [ITEM], service.url)
    assert failures(events) == [True, False]
    assert error_text(events[0]["exception"]) == "TimeoutError: no answer within 0.2 s"
    assert (events[0]["response"].status_code, events[0]["response"].protocol) == (0, "")
    assert events[1]["response"].content == b"in time"


def test_a_service_without_tls_is_a_clear_failure_and_hears_nothing() -> None:
    with scripted_server() as server:
        events = sent(Http2User, [ITEM], server.url)
    assert failures(events) == [True]
    assert "expected https://HOST" in error_text(events[0]["exception"])
    assert server.heard == []


def test_all_users_share_one_connection_unless_a_class_asks_for_more() -> None:
    class Http2UserOnTwo(Http2User):
        connections = 2

    def script(peer: Peer) -> None:
        first, second = peer.ended(), peer.ended()
        peer.answer(first)
        peer.answer(second)
        peer.serve()

    for user_class, expected in ((Http2User, 1), (Http2UserOnTwo, 2)):
        with served(script) as service:
            users = [gevent.spawn(sent, user_class, [ITEM], service.url) for _ in range(2 * expected)]
            gevent.joinall(users, raise_error=True)
        assert not any(failed for user in users for failed in failures(user.get()))
        assert len({connection for connection, _ in service.seen}) == expected
