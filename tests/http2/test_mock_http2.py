"""The mock service over HTTP/2: the same answers as over HTTP/1.1, and the same line in between."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import gevent
import gevent.ssl
import pytest
from gevent import Timeout

from locustfiles.http2.client import Client
from locustfiles.http2.errors import NotOffered
from locustfiles.http2.origin import ALPN
from tests.http2.asking import get, until
from tests.mock_service.service import FAST, Service, running

pytestmark = pytest.mark.service
GZIP = (b"accept-encoding", b"gzip")
JSON = (b"content-type", b"application/json")
ORDER = '{"customer": "c", "lines": [{"item_id": 7, "quantity": 2}]}'
Start = Callable[..., tuple[Service, Client]]


@contextmanager
def served(*flags: str) -> Iterator[tuple[Service, Client]]:
    """A service with its own flags, and an HTTP/2 client of it."""
    with running(*flags) as service:
        asking = client_of(service)
        yield service, asking
        asking.close()


def client_of(service: Service) -> Client:
    """An HTTP/2 client of its own."""
    context = gevent.ssl.SSLContext(gevent.ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(service.address.ca_file)
    context.set_alpn_protocols(ALPN)
    return Client(service.address.url, context=context)


@pytest.fixture
def start() -> Iterator[Start]:
    """What starts services for one test."""
    with ExitStack() as services:
        yield lambda *flags: services.enter_context(served(*flags))


@pytest.fixture(scope="module")
def quick() -> Iterator[tuple[Service, Client]]:
    """A service with its simulation off."""
    with served(*FAST) as both:
        yield both


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/items/7", None),
        ("GET", "/items?category=tools&limit=40", None),
        ("POST", "/orders", ORDER),
        ("GET", "/items/100000", None),
        ("GET", "/nowhere", None),
        ("POST", "/orders", "{}"),
    ],
)
@pytest.mark.parametrize("compressed", [True, False])
def test_the_same_request_has_the_same_answer_over_both_protocols(
    quick: tuple[Service, Client], method: str, path: str, body: str | None, compressed: bool
) -> None:
    service, asking = quick
    wanted = {"accept_encoding": "gzip" if compressed else "identity"}
    old = service.ask(path, method=method, body=body, **wanted)
    headers = [JSON, *([GZIP] if compressed else [])]
    new = asking.request(method, path, headers, body.encode() if body else None)
    assert (new.status_code, new.content) == (old.status, old.body)
    named = {name.decode(): value.decode() for name, value in new.headers if not name.startswith(b":")}
    assert named == dict(old.headers)


def test_a_body_larger_than_its_window_is_taken_whole(quick: tuple[Service, Client]) -> None:
    _, asking = quick
    body = ORDER.encode() + b" " * 200_000
    assert asking.request("POST", "/orders", [JSON], body).status_code == 201


@pytest.mark.parametrize("flag", ["--no-http2", "--no-keep-alive"])
def test_where_it_is_switched_off_http1_is_all_that_is_offered(start: Start, flag: str) -> None:
    service, asking = start(*FAST, flag)
    with pytest.raises(NotOffered, match=r"it offers http/1\.1"):
        get(asking, "/health")
    assert service.ask("/health").status == 200


def test_connections_are_charged_their_round_trips_as_with_http1(start: Start) -> None:
    rtt_s = 0.3
    service, _ = start("--rtt-ms", "300", "--service-time-factor", "0")
    first_s: list[float] = []
    second_s: list[float] = []
    for _ in range(3):
        asking = client_of(service)
        for elapsed_s in (first_s, second_s):
            begun_at = time.perf_counter()
            assert get(asking, "/health").status_code == 200
            elapsed_s.append(time.perf_counter() - begun_at)
        asking.close()
    # A busy machine only ever adds to it.
    assert 3 * rtt_s <= min(first_s) < 4 * rtt_s
    assert rtt_s <= min(second_s) < 2 * rtt_s


def test_the_bandwidth_is_that_of_the_connection_whatever_goes_over_it(start: Start) -> None:
    service, asking = start("--rtt-ms", "0", "--bandwidth-mbps", "4", "--service-time-factor", "0")
    size_bytes = len(service.ask("/items/7").body)
    get(asking, "/health")
    begun_at = time.perf_counter()
    together = [gevent.spawn(get, asking, "/items/7") for _ in range(4)]
    gevent.joinall(together, raise_error=True)
    assert time.perf_counter() - begun_at >= 4 * size_bytes * 8 / 4e6


def test_a_request_that_is_given_up_gives_its_place_back(start: Start) -> None:
    _, asking = start(*FAST, "--hang-ratio", "1", "--capacity", "1", "--queue", "0")
    with suppress(TimeoutError), Timeout(0.3, TimeoutError()):
        get(asking, "/items/7")
    second = gevent.spawn(get, asking, "/items/7")
    until(lambda: asking._connections[0].streams)
    assert get(asking, "/items/7").status_code == 503
    assert not second.ready()
    second.kill()


@pytest.mark.parametrize("model", [FAST, ("--rtt-ms", "1", "--service-time-factor", "0")])
def test_an_open_connection_does_not_hold_up_the_end(start: Start, model: tuple[str, ...]) -> None:
    service, asking = start(*model)
    assert get(asking, "/health").status_code == 200
    service.process.send_signal(signal.SIGTERM)
    until(lambda: service.process.poll() is not None)
    assert service.process.returncode == 0
    assert service.process.stderr
    assert service.process.stderr.read() == ""
