"""Answers of every shape, and many of them at once on one connection."""

import gzip

from h2.events import PingAckReceived
from hyperframe.frame import ContinuationFrame, HeadersFrame

from locustfiles.http2.client import Client
from tests.http2.asking import answers, begin, client, get, until
from tests.http2.peer import Peer, serving


def test_an_answer_comes_with_status_headers_and_content_as_it_was_sent() -> None:
    content = gzip.compress(b"hello")

    def script(peer: Peer) -> None:
        peer.answer(peer.ended(), content, status=404, content_encoding="gzip")
        peer.serve()

    with serving(script) as service, client(service) as asking:
        response = get(asking)
    assert (response.status_code, response.content, response.trailers) == (404, content, [])
    assert response.header(b"content-encoding") == b"gzip"
    assert response.header(b"etag") is None


def test_the_server_is_asked_for_what_was_meant() -> None:
    heads: list[dict[str, str]] = []

    def script(peer: Peer) -> None:
        peer.answer(peer.ended())
        heads.extend(peer.heads)
        peer.serve()

    with serving(script) as service, client(service) as asking:
        asking.request("GET", "/items?limit=10", [(b"accept-encoding", b"gzip")])
        authority = asking.authority
    assert heads == [
        {
            ":method": "GET",
            ":scheme": "https",
            ":authority": authority,
            ":path": "/items?limit=10",
            "accept-encoding": "gzip",
        }
    ]


def test_twenty_requests_are_under_way_at_once_and_each_has_its_own_answer() -> None:
    def script(peer: Peer) -> None:
        streams = [peer.ended() for _ in range(20)]
        for stream_id in reversed(streams):
            peer.answer(stream_id, b"%d" % stream_id)
        peer.serve()

    with serving(script) as service, client(service) as asking:
        asked = [begin(asking, "/") for _ in range(20)]
        assert answers(*asked) == [b"%d" % stream_id for stream_id in range(1, 41, 2)]
    assert {number for number, _ in service.seen} == {1}


def test_an_answer_that_is_slow_to_come_holds_up_no_other() -> None:
    def script(peer: Peer) -> None:
        slow = peer.ended()
        peer.h2.send_headers(slow, [(":status", "200")])
        peer.h2.send_data(slow, b"half, ")
        peer.flush()
        for _ in range(5):
            peer.answer(peer.ended(), b"quick")
        peer.h2.send_data(slow, b"and half", end_stream=True)
        peer.flush()
        peer.serve()

    with serving(script) as service, client(service) as asking:
        slow = begin(asking, "/slow")
        until(lambda: service.seen)
        assert [get(asking).content for _ in range(5)] == [b"quick"] * 5
        assert answers(slow) == [b"half, and half"]


def test_interim_answers_are_passed_over() -> None:
    def script(peer: Peer) -> None:
        stream_id = peer.ended()
        for status in ("100", "103"):
            peer.h2.send_headers(stream_id, [(":status", status), ("link", "</style.css>")])
        peer.answer(stream_id, b"final")
        peer.serve()

    with serving(script) as service, client(service) as asking:
        response = get(asking)
    assert (response.status_code, response.content) == (200, b"final")
    assert response.header(b"link") is None


def test_trailers_are_kept_apart() -> None:
    def script(peer: Peer) -> None:
        stream_id = peer.ended()
        peer.h2.send_headers(stream_id, [(":status", "200")])
        peer.h2.send_data(stream_id, b"body")
        peer.h2.send_headers(stream_id, [("checksum", "7")], end_stream=True)
        peer.flush()
        peer.serve()

    with serving(script) as service, client(service) as asking:
        response = get(asking)
    assert (response.content, response.trailers) == (b"body", [(b"checksum", b"7")])


def test_headers_in_several_frames_and_padded_bodies_are_read() -> None:
    def script(peer: Peer) -> None:
        stream_id = peer.ended()
        block = peer.h2.encoder.encode([(":status", "200"), ("long", "x" * 30_000)])
        first = HeadersFrame(stream_id, block[:14_000])
        last = ContinuationFrame(stream_id, block[14_000:])
        last.flags.add("END_HEADERS")
        # h2 has to know that an answer has begun.
        peer.h2.send_headers(stream_id, [(":status", "200")])
        peer.h2.clear_outbound_data_buffer()
        peer.raw(first.serialize() + last.serialize())
        peer.h2.send_data(stream_id, b"padded", pad_length=200)
        peer.h2.send_data(stream_id, b"", end_stream=True)
        peer.flush()
        peer.serve()

    with serving(script) as service, client(service) as asking:
        response = get(asking)
        assert (response.header(b"long"), response.content) == (b"x" * 30_000, b"padded")
        assert get(asking).content == b"3"


def test_a_ping_is_answered_while_a_request_waits() -> None:
    def script(peer: Peer) -> None:
        stream_id = peer.ended()
        peer.h2.ping(b"are you?")
        peer.flush()
        peer.answer(stream_id, peer.next(PingAckReceived).ping_data)
        peer.serve()

    with serving(script) as service, client(service) as asking:
        assert get(asking).content == b"are you?"


def test_further_connections_are_opened_when_those_before_are_busy() -> None:
    def script(peer: Peer) -> None:
        streams = [peer.ended() for _ in range(2)]
        for stream_id in streams:
            peer.answer(stream_id, b"%d" % peer.number)
        peer.serve()

    with serving(script) as service, client(service, connections=3) as asking:
        asked = [begin(asking, "/") for _ in range(6)]
        assert sorted(answers(*asked), key=repr) == [b"1", b"1", b"2", b"2", b"3", b"3"]
        assert get(asking).content == b"5"
        assert _connections(asking) == 3


def test_one_request_at_a_time_needs_one_connection() -> None:
    with serving(Peer.serve) as service, client(service, connections=3) as asking:
        assert [get(asking).content for _ in range(3)] == [b"1", b"3", b"5"]
        assert _connections(asking) == 1


def _connections(asking: Client) -> int:
    return len(asking._connections)
