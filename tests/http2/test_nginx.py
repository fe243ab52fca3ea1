"""The client against a server that others wrote: nginx from Debian's packages."""

import gzip
import signal
from collections import Counter
from pathlib import Path

import gevent
import pytest
from gevent import Timeout

from locustfiles.http2.client import Client
from locustfiles.http2.errors import ConnectionLost, NotOffered, NotProcessed, OpenError
from locustfiles.http2.stream import Response
from tests.http2.asking import answers, begin, get, until
from tests.http2.nginx import LARGE_BYTES, NGINX, Nginx, nginx
from tests.http2.peer import LIMIT_S, trust

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(NGINX is None, reason="needs nginx (Debian: nginx-light)"),
]
SMALL = b'{"text": "small"}'


def client(server: Nginx, *, connections: int = 1) -> Client:
    return Client(server.url, connections=connections, context=trust())


def ask_many(asking: Client, *, users: int, requests_each: int) -> Counter[bytes | type]:
    """How often each content or error came back to users who ask one request after the other."""
    found: Counter[bytes | type] = Counter()

    def play() -> None:
        for _ in range(requests_each):
            try:
                found[get(asking, "/small").content] += 1
            except NotProcessed:
                found[NotProcessed] += 1

    with Timeout(LIMIT_S):
        gevent.joinall([gevent.spawn(play) for _ in range(users)], raise_error=True)
    return found


def test_twenty_users_share_one_connection_and_every_request_is_one_line_of_its_log(tmp_path: Path) -> None:
    with nginx(tmp_path) as server:
        asking = client(server)
        assert ask_many(asking, users=20, requests_each=20) == {SMALL: 400}
        asking.close()
        lines = server.log()
    assert len(lines) == 400
    assert {line[0] for line in lines} == {"HTTP/2.0"}
    assert len({line[1] for line in lines}) == 1


def test_three_connections_are_three(tmp_path: Path) -> None:
    with nginx(tmp_path) as server:
        asking = client(server, connections=3)
        assert ask_many(asking, users=20, requests_each=10) == {SMALL: 200}
        asking.close()
        by_connection = Counter(line[1] for line in server.log())
    assert len(by_connection) == 3
    assert min(by_connection.values()) > 20


def test_few_streams_at_a_time_are_waited_for(tmp_path: Path) -> None:
    with nginx(tmp_path, settings="http2_max_concurrent_streams 3;") as server:
        asking = client(server)
        assert ask_many(asking, users=20, requests_each=5) == {SMALL: 100}
        asking.close()


def test_large_bodies_go_both_ways_and_small_ones_past_them(tmp_path: Path) -> None:
    with nginx(tmp_path, settings="client_max_body_size 10m;") as server, Timeout(LIMIT_S):
        asking = client(server)
        large = [begin(asking, "/large.bin") for _ in range(3)]
        upload = begin(asking, "/small", bytes(2_000_000))
        slow = begin(asking, "/slow/large.bin")
        assert get(asking, "/small").content == SMALL
        assert not slow.ready()
        content = (server.folder / "files" / "large.bin").read_bytes()
        assert answers(*large, upload) == [content] * 3 + [SMALL]
        slow.kill()
        assert get(asking, "/small").content == SMALL
        asking.close()
    assert len(content) == LARGE_BYTES


def test_compressed_answers_come_as_they_are(tmp_path: Path) -> None:
    with nginx(tmp_path) as server, Timeout(LIMIT_S):
        asking = client(server)
        response = asking.request("GET", "/words.json", [(b"accept-encoding", b"gzip")])
        assert response.header(b"content-encoding") == b"gzip"
        assert gzip.decompress(response.content) == (server.folder / "files" / "words.json").read_bytes()
        assert asking.request("GET", "/nothing", []).status_code == 404
        asking.close()


def test_a_body_too_large_for_it_is_an_answer_and_not_an_error(tmp_path: Path) -> None:
    with nginx(tmp_path, settings="client_max_body_size 1k;") as server, Timeout(LIMIT_S):
        asking = client(server)
        length = [(b"content-length", b"1000000")]
        assert asking.request("POST", "/small", length, bytes(1_000_000)).status_code == 413
        assert get(asking, "/small").content == SMALL
        asking.close()


def test_connections_that_it_retires_cost_a_lone_user_nothing(tmp_path: Path) -> None:
    with nginx(tmp_path, settings="keepalive_requests 10;") as server:
        asking = client(server)
        assert ask_many(asking, users=1, requests_each=45) == {SMALL: 45}
        asking.close()
        assert len({line[1] for line in server.log()}) == 5


def test_what_it_refuses_as_it_retires_a_connection_fails_and_is_never_sent_again(tmp_path: Path) -> None:
    with nginx(tmp_path, settings="keepalive_requests 25;") as server:
        asking = client(server)
        found = ask_many(asking, users=20, requests_each=20)
        asking.close()
        served = len(server.log())
    assert found.total() == 400
    assert served == found[SMALL] == 400 - found[NotProcessed]
    assert served > 200


def test_a_graceful_stop_lets_answers_finish_and_takes_no_more(tmp_path: Path) -> None:
    with nginx(tmp_path) as server, Timeout(LIMIT_S):
        asking = client(server)
        slow = begin(asking, "/slow/large.bin")
        get(asking, "/small")
        server.process.send_signal(signal.SIGQUIT)
        until(lambda: not all(each.usable for each in asking._connections))
        with pytest.raises(OpenError):
            get(asking, "/small")
        slow.join()
        assert isinstance(slow.value, Response)
        assert len(slow.value.content) == LARGE_BYTES
        asking.close()


def test_a_stop_in_mid_answer_is_a_lost_connection(tmp_path: Path) -> None:
    with nginx(tmp_path) as server, Timeout(LIMIT_S):
        asking = client(server)
        slow = begin(asking, "/slow/large.bin")
        get(asking, "/small")
        server.process.terminate()
        assert answers(slow) == [ConnectionLost]
        with pytest.raises(OpenError):
            get(asking, "/small")
        asking.close()


def test_without_http2_it_is_refused_by_name(tmp_path: Path) -> None:
    with nginx(tmp_path, http2=False) as server, Timeout(LIMIT_S):
        asking = client(server)
        with pytest.raises(NotOffered, match=r"it offers http/1\.1"):
            get(asking, "/small")
        asking.close()
        assert server.log() == []
