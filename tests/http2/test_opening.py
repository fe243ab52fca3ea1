"""Whom the client connects to, and what it says of those it does not."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent
import pytest
import trustme
from gevent import Timeout
from h2.settings import SettingCodes

from locustfiles.http2 import origin
from locustfiles.http2.client import Client
from locustfiles.http2.errors import NotOffered, OpenError
from tests.http2.asking import answers, begin, client, get
from tests.http2.peer import AUTHORITY, Peer, accepting, server_context, serving, trust


@contextmanager
def handshaking(*alpn: str) -> Iterator[tuple[str, list[bytes]]]:
    """A server that does no more than TLS, and notes what it is told behind it."""
    heard: list[bytes] = []
    context = server_context(*alpn)

    def play(plain: socket.socket, _: int) -> None:
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                heard.append(connection.recv(1000))
        except OSError as error:
            heard.append(str(error).encode())

    with accepting(play) as url:
        yield url, heard


@pytest.mark.parametrize(("alpn", "named"), [(["http/1.1"], "http/1.1"), ([], "no protocol")])
def test_a_server_without_http2_is_refused_by_name_and_sent_nothing(alpn: list[str], named: str) -> None:
    with handshaking(*alpn) as (url, heard):
        asking = Client(url, context=trust())
        with Timeout(10), pytest.raises(NotOffered, match=f"it offers {named}$"):
            get(asking)
        asking.close()
    assert heard == [b""]


def test_the_authority_in_ssl_cert_file_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with serving(Peer.serve) as service, Timeout(10):
        asking = Client(service.url)
        assert get(asking).content == b"1"
        asking.close()


@pytest.mark.parametrize("fault", ["another authority", "another host"])
def test_any_other_certificate_is_refused_and_nothing_is_sent(fault: str) -> None:
    with serving(Peer.serve) as service, Timeout(10):
        other = fault == "another authority"
        url = service.url if other else service.url.replace("127.0.0.1", "localhost")
        asking = Client(url, context=trust(trustme.CA()) if other else trust())
        with pytest.raises(OpenError, match="certificate verify failed"):
            get(asking)
        asking.close()
    assert service.seen == []


def test_nobody_at_the_port_fails_every_request_and_the_next_one_tries_again() -> None:
    with serving(Peer.serve) as service:
        url = service.url
    asking = Client(url, context=trust())
    with Timeout(10):
        asked = [begin(asking, "/") for _ in range(3)]
        assert answers(*asked) == [OpenError] * 3
        assert "refused" in str(asked[0].value)
        with pytest.raises(OpenError, match="refused"):
            get(asking)


def test_a_server_that_never_answers_the_handshake_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origin, "OPEN_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asking = Client(f"https://127.0.0.1:{silent.getsockname()[1]}", context=trust())
        with Timeout(10), pytest.raises(OpenError, match=r"not within 0\.1 s"):
            get(asking)


def test_who_gives_up_while_a_connection_opens_does_not_end_it_for_others() -> None:
    let_in = gevent.event.Event()

    def script(peer: Peer) -> None:
        peer.serve()

    with serving(script) as service, client(service) as asking:
        listener = gevent.socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])))
        listener.close()
        impatient = gevent.spawn(get, asking, "/impatient")
        patient = begin(asking, "/patient")
        gevent.sleep(0)  # both wait for the connection now
        impatient.kill()
        let_in.set()
        assert answers(patient) == [b"1"]
    assert [target for _, target in service.seen] == ["/patient"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:80", "127.0.0.1", "https://"])
def test_what_cannot_be_agreed_upon_by_tls_is_refused_at_once(url: str) -> None:
    with pytest.raises(OpenError, match=r"expected https://HOST"):
        Client(url)


def test_a_url_without_a_port_means_443() -> None:
    assert origin.Origin.of("https://shop.test/path") == origin.Origin(
        host="shop.test", port=443, authority="shop.test"
    )
    assert origin.Origin.of("https://[::1]:8443").host == "::1"


def test_no_more_than_one_request_is_sent_before_the_server_has_said_how_many_it_takes() -> None:
    def script(peer: Peer) -> None:
        while True:  # h2 would refuse one too many
            peer.answer(peer.ended())

    with (
        serving(script, {SettingCodes.MAX_CONCURRENT_STREAMS: 1}) as service,
        client(service, connections=2) as asking,
    ):
        assert answers(*(begin(asking, "/") for _ in range(10))) == [b""] * 10
    assert {number for number, _ in service.seen} == {1, 2}


def test_tls_older_than_1_2_is_refused() -> None:
    assert trust().minimum_version >= ssl.TLSVersion.TLSv1_2
    assert origin.trusting_context().minimum_version >= ssl.TLSVersion.TLSv1_2
