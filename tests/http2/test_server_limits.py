"""What the server may set, and change in the middle."""

from contextlib import suppress
from threading import Event

import gevent
from gevent import Timeout
from h2.events import DataReceived
from h2.settings import SettingCodes

from tests.http2.asking import answers, begin, client, get, until
from tests.http2.peer import Peer, serving

BODY = bytes(200_000)


def test_users_wait_for_a_place_among_the_streams_that_the_server_allows() -> None:
    most_at_once: list[int] = []

    def script(peer: Peer) -> None:
        while True:
            stream_id = peer.ended()
            most_at_once.append(peer.h2.open_inbound_streams)
            peer.answer(stream_id, b"%d" % stream_id)

    with serving(script, {SettingCodes.MAX_CONCURRENT_STREAMS: 2}) as service, client(service) as asking:
        get(asking)  # the settings have come with its answer
        asked = [begin(asking, f"/{number}") for number in range(8)]
        assert answers(*asked) == [b"%d" % stream_id for stream_id in range(3, 19, 2)]
    assert max(most_at_once) <= 2
    assert [target for _, target in service.seen] == ["/", *(f"/{number}" for number in range(8))]


def test_a_higher_limit_lets_those_in_who_wait() -> None:
    def script(peer: Peer) -> None:
        first = peer.ended()
        peer.answer(first)
        streams = [peer.ended()]
        peer.change({SettingCodes.MAX_CONCURRENT_STREAMS: 3})
        streams += [peer.ended(), peer.ended()]
        for stream_id in streams:
            peer.answer(stream_id, b"%d" % stream_id)
        peer.serve()

    with serving(script, {SettingCodes.MAX_CONCURRENT_STREAMS: 1}) as service, client(service) as asking:
        get(asking)
        assert answers(*(begin(asking, "/") for _ in range(3))) == [b"3", b"5", b"7"]


def test_a_limit_of_none_at_all_keeps_everybody_waiting_until_it_is_lifted() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.ended())
        peer.change({SettingCodes.MAX_CONCURRENT_STREAMS: 0})
        none_at_all.set()
        lift.wait()
        peer.change({SettingCodes.MAX_CONCURRENT_STREAMS: 1})
        peer.serve()

    none_at_all, lift = Event(), Event()
    with serving(script) as service, client(service) as asking:
        get(asking)
        until(none_at_all.is_set)
        asked = begin(asking, "/late")
        gevent.sleep(0)
        assert len(service.seen) == 1
        lift.set()
        assert answers(asked) == [b"3"]


def test_who_gives_up_waiting_for_a_place_has_sent_nothing_and_takes_nothing_away() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.ended())
        busy = peer.ended()
        answer_now.wait()
        peer.answer(busy, b"busy")
        peer.serve()

    answer_now = Event()
    with serving(script, {SettingCodes.MAX_CONCURRENT_STREAMS: 1}) as service, client(service) as asking:
        get(asking)
        busy = begin(asking, "/busy")
        until(lambda: len(service.seen) == 2)
        with suppress(TimeoutError), Timeout(0.05, TimeoutError()):
            get(asking, "/given up")
        after = begin(asking, "/after")
        answer_now.set()
        assert answers(busy, after) == [b"busy", b"5"]
    assert [target for _, target in service.seen] == ["/", "/busy", "/after"]


def test_larger_windows_for_streams_count_for_those_under_way() -> None:
    def script(peer: Peer) -> None:
        peer.acknowledges = False
        peer.h2.increment_flow_control_window(2**20)
        peer.answer(peer.ended())
        upload = peer.request()
        peer.change({SettingCodes.INITIAL_WINDOW_SIZE: 2**20})
        peer.ended()
        peer.answer(upload, b"%d" % len(peer.bodies[upload]))
        peer.serve()

    with serving(script, {SettingCodes.INITIAL_WINDOW_SIZE: 10}) as service, client(service) as asking:
        get(asking)  # the settings have come with its answer
        assert asking.request("POST", "/", [], BODY).content == b"200000"


def test_a_window_that_shrinks_below_what_was_sent_is_respected() -> None:
    def script(peer: Peer) -> None:
        peer.acknowledges = False
        peer.h2.increment_flow_control_window(2**20)
        peer.answer(peer.ended())
        upload = peer.request()
        while len(peer.bodies[upload]) < 50_000:
            peer.next(DataReceived)
        peer.change({SettingCodes.INITIAL_WINDOW_SIZE: 100})
        peer.answer(peer.ended(), b"quick")  # what the client sent against the rules would have come by now
        assert len(peer.bodies[upload]) == 50_000
        peer.h2.increment_flow_control_window(2**20, upload)
        peer.flush()
        peer.ended()
        peer.answer(upload, b"%d" % len(peer.bodies[upload]))
        peer.serve()

    with serving(script, {SettingCodes.INITIAL_WINDOW_SIZE: 50_000}) as service, client(service) as asking:
        get(asking)
        upload = begin(asking, "/", BODY)
        until(lambda: len(service.seen) == 2)
        assert get(asking).content == b"quick"
        assert answers(upload) == [b"200000"]


def test_frames_are_as_large_as_the_server_takes_them() -> None:
    def script(peer: Peer) -> None:
        peer.h2.increment_flow_control_window(2**20)
        peer.answer(peer.ended())
        peer.change({SettingCodes.MAX_FRAME_SIZE: 40_000})
        peer.answer(peer.ended(), b"%d" % max(size for _, size in peer.frames))
        peer.answer(peer.ended(), b"%d" % max(size for _, size in peer.frames))
        peer.serve()

    with serving(script, {SettingCodes.INITIAL_WINDOW_SIZE: 2**20}) as service, client(service) as asking:
        get(asking)
        asking.request("POST", "/", [], bytes(60_000))
        assert asking.request("POST", "/", [], bytes(60_000)).content == b"40000"


def test_a_server_without_a_table_for_headers_understands_every_request() -> None:
    def script(peer: Peer) -> None:
        peer.answer(peer.ended())
        for table_bytes in (0, 65_536, 100):
            peer.change({SettingCodes.HEADER_TABLE_SIZE: table_bytes})
            for _ in range(3):
                peer.answer(peer.ended(), b"%d" % table_bytes)
        peer.serve()

    headers = [(b"x-long", b"y" * 60)]
    with serving(script) as service, client(service) as asking:
        asking.request("GET", "/", headers)
        contents = [asking.request("GET", f"/{number}", headers).content for number in range(9)]
    assert contents == [b"0"] * 3 + [b"65536"] * 3 + [b"100"] * 3


def test_when_a_connection_has_used_up_its_stream_numbers_another_takes_its_place() -> None:
    with serving(Peer.serve) as service, client(service) as asking:
        get(asking)
        (first,) = asking._connections
        first._h2.highest_outbound_stream_id = 2**31 - 1  # a thousand million requests later
        assert get(asking).content == b"1"
        assert not first.usable
    assert [number for number, _ in service.seen] == [1, 2]
