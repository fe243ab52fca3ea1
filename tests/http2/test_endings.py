"""Requests and connections that do not end well: each fails clearly, and none is sent twice."""

from contextlib import suppress
from threading import Event

import gevent
import pytest
from gevent import Timeout
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, StreamReset
from h2.settings import SettingCodes
from hyperframe.frame import GoAwayFrame, PingFrame

from locustfiles.http2.client import Client
from locustfiles.http2.connection import Connection
from locustfiles.http2.errors import ConnectionLost, NotProcessed
from locustfiles.http2.errors import StreamReset as StreamWasReset
from tests.http2.asking import answers, begin, client, get, until
from tests.http2.peer import Peer, serving


def go_away(last_stream_id: int, error_code: ErrorCodes = ErrorCodes.NO_ERROR) -> GoAwayFrame:
    return GoAwayFrame(last_stream_id=last_stream_id, error_code=error_code)


def connection_of(asking: Client) -> Connection:
    (only,) = asking._connections
    return only


def test_after_a_goaway_what_the_server_took_is_finished_and_the_rest_fails_unsent() -> None:
    def script(peer: Peer) -> None:
        if peer.number == 1:
            streams = [peer.ended() for _ in range(3)]
            peer.raw(go_away(streams[1]))
            for stream_id in streams[:2]:
                peer.answer(stream_id, b"%d" % stream_id)
            with pytest.raises(EOFError):  # done with, it is closed by the client
                peer.next(ConnectionTerminated)
        peer.serve()

    with serving(script) as service, client(service) as asking:
        asked = [begin(asking, f"/{number}") for number in range(3)]
        assert answers(*asked) == [b"1", b"3", NotProcessed]
        assert str(asked[2].value) == "the server takes no more requests on this connection: NO_ERROR"
        assert get(asking, "/next").content == b"1"
    assert service.seen == [(1, "/0"), (1, "/1"), (1, "/2"), (2, "/next")]


def test_large_answers_go_on_after_a_goaway_and_the_server_still_hears_the_client() -> None:
    def script(peer: Peer) -> None:
        stream_id = peer.request()
        peer.h2.send_headers(stream_id, [(":status", "200")])
        peer.raw(go_away(stream_id))
        peer.h2.increment_flow_control_window(2**20)
        peer.h2.increment_flow_control_window(2**20, stream_id)
        peer.flush()
        peer.ended()
        peer.h2.send_data(stream_id, b"%d" % len(peer.bodies[stream_id]), end_stream=True)
        peer.flush()
        peer.serve()

    with serving(script) as service, client(service) as asking:
        assert asking.request("POST", "/", [], bytes(300_000)).content == b"300000"


def test_a_warning_ahead_of_the_goaway_fails_nothing() -> None:
    def script(peer: Peer) -> None:
        if peer.number == 1:
            streams = [peer.ended() for _ in range(2)]
            peer.raw(go_away(2**31 - 1))
            peer.raw(go_away(streams[-1]))
            for stream_id in streams:
                peer.answer(stream_id, b"%d" % stream_id)
        peer.serve()

    with serving(script) as service, client(service) as asking:
        assert answers(begin(asking, "/"), begin(asking, "/")) == [b"1", b"3"]
        get(asking, "/next")
    assert service.seen[-1] == (2, "/next")


def test_a_request_that_waits_for_a_place_goes_to_the_next_connection() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.ended())
        if peer.number == 1:
            last = peer.ended()
            all_wait.wait()
            peer.raw(go_away(last))
            peer.answer(last, b"finished")
        peer.serve()

    all_wait = Event()
    with serving(script, {SettingCodes.MAX_CONCURRENT_STREAMS: 1}) as service, client(service) as asking:
        get(asking)
        asked = [begin(asking, f"/{number}") for number in range(4)]
        until(lambda: len(service.seen) == 2 and connection_of(asking).load == 4)
        all_wait.set()
        assert answers(*asked)[0] == b"finished"
        assert all(isinstance(value, bytes) for value in answers(*asked))
    assert sorted(service.seen) == [(1, "/"), (1, "/0"), (2, "/1"), (2, "/2"), (2, "/3")]


def test_an_error_in_a_goaway_is_named() -> None:
    def script(peer: Peer) -> None:
        peer.ended()
        peer.raw(go_away(0, ErrorCodes.ENHANCE_YOUR_CALM))

    with serving(script) as service, client(service) as asking, pytest.raises(NotProcessed, match="CALM"):
        get(asking)


def test_a_reset_stream_fails_alone() -> None:
    def script(peer: Peer) -> None:
        streams = [peer.ended() for _ in range(3)]
        peer.h2.reset_stream(streams[1], ErrorCodes.REFUSED_STREAM)
        for stream_id in (streams[0], streams[2]):
            peer.answer(stream_id, b"%d" % stream_id)
        peer.serve()

    with serving(script) as service, client(service) as asking:
        asked = [begin(asking, "/") for _ in range(3)]
        assert answers(*asked) == [b"1", StreamWasReset, b"5"]
        assert str(asked[1].value) == "the server reset the stream: REFUSED_STREAM"
        assert get(asking).content == b"7"
    assert len(service.seen) == 4


def test_a_stream_reset_in_mid_answer_is_no_answer() -> None:
    def script(peer: Peer) -> None:
        stream_id = peer.ended()
        peer.h2.send_headers(stream_id, [(":status", "200")])
        peer.h2.send_data(stream_id, b"half")
        peer.h2.reset_stream(stream_id, 0xABC)
        peer.flush()
        peer.serve()

    with (
        serving(script) as service,
        client(service) as asking,
        pytest.raises(StreamWasReset, match="error 0xabc"),
    ):
        get(asking)


def test_an_answer_ahead_of_the_whole_request_counts_and_ends_the_sending() -> None:
    resets: list[StreamReset] = []

    def script(peer: Peer) -> None:
        peer.acknowledges = False
        peer.answer(peer.request(), b"too large", status=413)
        resets.append(peer.next(StreamReset))
        peer.serve()

    with serving(script) as service, client(service) as asking:
        response = asking.request("POST", "/", [], bytes(1_000_000))
        assert (response.status_code, response.content) == (413, b"too large")
        assert get(asking).content == b"3"
    assert [reset.error_code for reset in resets] == [ErrorCodes.NO_ERROR]


@pytest.mark.parametrize("polite", [True, False])
def test_a_connection_lost_in_mid_answer_fails_all_its_requests_and_the_next_one_opens_another(
    polite: bool,
) -> None:
    def script(peer: Peer) -> None:
        if peer.number > 1:
            peer.serve()
            return
        streams = [peer.ended() for _ in range(3)]
        peer.answer(streams[0], b"whole")
        peer.h2.send_headers(streams[1], [(":status", "200")])
        peer.h2.send_data(streams[1], b"half")
        peer.flush()
        first_has_come.wait()
        if not polite:
            peer.vanish()

    first_has_come = Event()
    with serving(script) as service, client(service) as asking:
        asked = [begin(asking, f"/{number}") for number in range(3)]
        assert answers(asked[0]) == [b"whole"]
        first_has_come.set()
        assert answers(*asked[1:]) == [ConnectionLost, ConnectionLost]
        if polite:
            assert str(asked[1].value) == "the server closed the connection"
        assert get(asking, "/next").content == b"1"
    assert service.seen == [(1, "/0"), (1, "/1"), (1, "/2"), (2, "/next")]


def test_an_idle_connection_that_the_server_closes_costs_no_request() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.ended(), b"%d" % peer.number)

    with serving(script) as service, client(service) as asking:
        for number in (1, 2, 3):
            assert get(asking).content == b"%d" % number
            until(lambda: not connection_of(asking).usable)


def test_a_server_that_breaks_the_rules_is_told_so_and_named() -> None:
    told: list[ErrorCodes | int | None] = []

    def script(peer: Peer) -> None:
        if peer.number > 1:
            peer.serve()
            return
        peer.ended()
        peer.raw(b"\x00\x00\x08\x06\x00\x00\x00\x00\x01" + bytes(8))  # a PING on a stream
        told.append(peer.next(ConnectionTerminated).error_code)

    with serving(script) as service, client(service) as asking:
        with pytest.raises(ConnectionLost, match="broke the rules of HTTP/2"):
            get(asking)
        assert get(asking).content == b"1"
    assert told == [ErrorCodes.PROTOCOL_ERROR]


def test_a_request_out_of_time_resets_its_stream_and_leaves_nothing_behind() -> None:
    resets: list[StreamReset] = []

    def script(peer: Peer) -> None:
        late, other = peer.ended(), peer.ended()
        peer.h2.send_headers(late, [(":status", "200")])
        peer.h2.send_data(late, b"half")
        peer.flush()
        resets.append(peer.next(StreamReset))
        # What was under way when the reset came.
        peer.raw(b"\x00\x00\x04\x00\x01\x00\x00\x00\x01half")
        peer.answer(other, b"in time")
        peer.serve()

    with serving(script) as service, client(service) as asking:
        late = gevent.spawn(lambda: _limited(asking))
        until(lambda: service.seen)
        other = begin(asking, "/other")
        assert answers(other) == [b"in time"]
        assert isinstance(late.get(), TimeoutError)
        assert get(asking).content == b"5"
        assert (connection_of(asking).streams, connection_of(asking).load) == (0, 0)
        assert len(service.seen) == 3
    assert [(reset.stream_id, reset.error_code) for reset in resets] == [(1, ErrorCodes.CANCEL)]


def _limited(asking: Client) -> Exception | None:
    try:
        with Timeout(0.2, TimeoutError("no answer in time")):
            get(asking, "/late")
    except TimeoutError as error:
        return error
    return None


def test_a_body_out_of_time_resets_its_stream_and_others_go_on() -> None:
    def script(peer: Peer) -> None:
        peer.acknowledges = False
        upload = peer.request()
        assert peer.next(StreamReset).stream_id == upload
        peer.h2.increment_flow_control_window(2**20)  # the connection's window is used up by then
        peer.serve()

    with serving(script) as service, client(service) as asking:
        with suppress(TimeoutError), Timeout(0.2, TimeoutError()):
            asking.request("POST", "/", [], bytes(300_000))
        assert connection_of(asking).streams == 0
        assert get(asking).content == b"3"


def test_a_ping_that_nobody_asked_for_is_harmless() -> None:
    def script(peer: Peer) -> None:
        stream_id = peer.ended()
        acknowledgement = PingFrame(0, b"whatever")
        acknowledgement.flags.add("ACK")
        peer.raw(acknowledgement)
        peer.answer(stream_id, b"fine")
        peer.serve()

    with serving(script) as service, client(service) as asking:
        assert get(asking).content == b"fine"


def test_closing_the_client_fails_what_is_under_way() -> None:
    with serving(Peer.wait) as service, client(service) as asking:
        asked = begin(asking, "/")
        until(lambda: service.seen)
        asking.close()
        assert answers(asked) == [ConnectionLost]
