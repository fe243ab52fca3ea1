"""Bodies larger than the windows, both ways, and what happens to others meanwhile."""

from itertools import pairwise

from h2.events import WindowUpdated
from h2.settings import SettingCodes

from locustfiles.http2.protocol import STREAM_WINDOW_BYTES
from tests.http2.asking import answers, begin, client, get, until
from tests.http2.peer import Peer, serving

BODY = bytes(range(256)) * 1200
"""307,200 bytes: more than four windows of 65,535."""


def test_a_body_larger_than_the_server_has_room_for_is_sent_as_room_is_made() -> None:
    def script(peer: Peer) -> None:
        stream_id = peer.ended()
        peer.answer(stream_id, b"whole" if peer.bodies[stream_id] == BODY else b"broken")
        peer.serve()

    with serving(script) as service, client(service) as asking:
        assert asking.request("POST", "/", [], BODY).content == b"whole"


def test_a_body_that_waits_for_room_holds_up_no_other_request() -> None:
    def script(peer: Peer) -> None:
        peer.acknowledges = False
        upload = peer.request()
        for _ in range(3):
            peer.answer(peer.ended(), b"quick")
        assert peer.bodies[upload] == BODY[:65_535]  # all that there was room for
        peer.h2.increment_flow_control_window(len(BODY))
        peer.h2.increment_flow_control_window(len(BODY), upload)
        peer.flush()
        peer.answer(peer.ended(), b"whole" if peer.bodies[upload] == BODY else b"broken")
        peer.serve()

    with serving(script) as service, client(service) as asking:
        upload = begin(asking, "/upload", BODY)
        until(lambda: service.seen)
        assert [get(asking).content for _ in range(3)] == [b"quick"] * 3
        assert answers(upload) == [b"whole"]


def test_bodies_that_are_sent_at_once_take_turns() -> None:
    def script(peer: Peer) -> None:
        peer.h2.increment_flow_control_window(2**20)
        peer.flush()
        first, second = peer.ended(), peer.ended()
        streams = [stream_id for stream_id, _ in peer.frames]
        both_at_once = streams.index(second) < len(streams) - 1 - streams[::-1].index(first)
        for stream_id in (first, second):
            peer.answer(stream_id, b"in turn" if both_at_once else b"one after the other")
        peer.serve()

    with serving(script, {SettingCodes.INITIAL_WINDOW_SIZE: 2**20}) as service, client(service) as asking:
        assert answers(begin(asking, "/1", BODY), begin(asking, "/2", BODY)) == [b"in turn"] * 2


def test_an_answer_larger_than_the_clients_window_comes_whole() -> None:
    size_bytes = 2 * STREAM_WINDOW_BYTES + 12_345

    def script(peer: Peer) -> None:
        stream_id = peer.ended()
        peer.h2.send_headers(stream_id, [(":status", "200")])
        left_bytes = size_bytes
        while left_bytes:
            room_bytes = min(peer.h2.local_flow_control_window(stream_id), 16_384, left_bytes)
            if not room_bytes:
                peer.next(WindowUpdated)
                continue
            left_bytes -= room_bytes
            peer.h2.send_data(stream_id, bytes(room_bytes), end_stream=not left_bytes)
            peer.flush()
        peer.serve()

    with serving(script) as service, client(service) as asking:
        assert len(get(asking).content) == size_bytes


def test_the_connections_window_is_opened_again_as_answers_come() -> None:
    windows_bytes: list[int] = []

    def script(peer: Peer) -> None:
        for _ in range(6):
            stream_id = peer.ended()
            windows_bytes.append(peer.h2.outbound_flow_control_window)
            peer.h2.send_headers(stream_id, [(":status", "200")])
            for _ in range(32):
                peer.h2.send_data(stream_id, bytes(16_384))
            peer.h2.end_stream(stream_id)
            peer.flush()
        peer.serve()

    with serving(script) as service, client(service) as asking:
        for _ in range(6):
            assert len(get(asking).content) == 2**19
    assert any(after > before for before, after in pairwise(windows_bytes))
    assert min(windows_bytes) >= 2**30 - 2**21
