"""The service as a process: TLS, connections, signals, and what may go wrong at start."""

import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_service.certificate import issue
from mock_service.server import Address, configure, listen
from mock_service.settings import resolve
from tests.mock_service.service import FAST, Service, ask, clean_environment, running

pytestmark = pytest.mark.service
Start = Callable[..., Service]


def serve(*flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A service that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "mock_service", "serve", *flags],
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("ca_file", [Path("/tmp/a dir/ca.pem"), None])  # noqa: S108 - not written
def test_the_line_that_announces_an_address_can_be_read_back(ca_file: Path | None) -> None:
    address = Address(url="https://127.0.0.1:8443", ca_file=ca_file)
    assert Address.parse(address.line() + "\n") == address


def test_the_certificate_is_valid_for_every_promised_name_and_no_other(start: Start) -> None:
    service = start(*FAST, "--hostname", "shop.test,10.1.2.3")
    where = urlsplit(service.address.url)
    trust = ssl.create_default_context(cafile=service.address.ca_file)
    for name in ("127.0.0.1", "::1", "localhost", "mock", "shop.test", "10.1.2.3"):
        with (
            socket.create_connection((where.hostname, where.port), timeout=10) as plain,
            trust.wrap_socket(plain, server_hostname=name) as secure,
        ):
            assert secure.version() == "TLSv1.3"
    with (
        socket.create_connection((where.hostname, where.port), timeout=10) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        trust.wrap_socket(plain, server_hostname="evil.test")


def test_a_client_without_the_ca_is_not_served(fast_service: Service) -> None:
    where = urlsplit(fast_service.address.url)
    with (
        socket.create_connection((where.hostname, where.port), timeout=10) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


def test_the_ca_file_holds_one_certificate_and_is_kept_where_the_user_wants_it(
    start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    service = start(*FAST, "--ca-file", str(file))
    assert service.address.ca_file == file
    assert file.read_text().count("BEGIN CERTIFICATE") == 1
    assert "PRIVATE" not in file.read_text()
    assert service.ask("/health").status == 200
    service.process.terminate()
    service.process.wait(20)
    assert file.exists()


def test_without_tls_it_serves_plain_http(start: Start) -> None:
    service = start(*FAST, "--no-tls")
    assert service.address.url.startswith("http://")
    assert service.address.ca_file is None
    assert service.ask("/health").status == 200


def test_with_the_network_off_plain_uvicorn_serves_with_its_own_tls() -> None:
    config = configure(resolve({"network": "off", "http2": "off"}, {}), issue())
    config.load()
    assert config.http_protocol_class is HttpToolsProtocol
    assert config.ssl is not None


def test_connections_are_charged_their_round_trips(start: Start) -> None:
    rtt_s = 0.3
    service = start("--rtt-ms", "300", "--service-time-factor", "0")
    first_s: list[float] = []
    second_s: list[float] = []
    for _ in range(3):
        connection = service.connect()
        for elapsed_s in (first_s, second_s):
            begun_at = time.perf_counter()
            assert ask(connection, "/health").status == 200
            elapsed_s.append(time.perf_counter() - begun_at)
        connection.close()
    # A busy machine only ever adds to it.
    assert 3 * rtt_s <= min(first_s) < 4 * rtt_s
    assert rtt_s <= min(second_s) < 2 * rtt_s


def test_accepted_sockets_send_small_answers_without_waiting() -> None:
    with (
        listen(resolve({"port": "0"}, {})) as listener,
        socket.create_connection(listener.getsockname(), timeout=10),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_unoptimized_preset_closes_connections_and_does_not_compress(start: Start) -> None:
    service = start(*FAST, "--preset", "unoptimized")
    answer = service.ask("/items/7", accept_encoding="gzip")
    assert answer.headers["connection"] == "close"
    assert not answer.headers.keys() & {"content-encoding", "vary"}
    assert answer.body == start(*FAST).ask("/items/7").body


def test_the_optimized_preset_keeps_connections_and_compresses(start: Start) -> None:
    connection = start(*FAST, "--preset", "optimized").connect()
    answers = [ask(connection, "/items/7", accept_encoding="gzip") for _ in range(2)]
    connection.close()
    assert "connection" not in answers[0].headers
    assert [answer.headers["content-encoding"] for answer in answers] == ["gzip", "gzip"]


def test_past_the_queue_real_requests_get_503_and_health_still_answers(start: Start) -> None:
    service = start(*FAST, "--capacity", "1", "--queue", "1", "--hang-ratio", "1", "--retry-after-s", "7")
    waiting = [service.connect() for _ in range(2)]
    for connection in waiting:
        connection.request("GET", "/items/1")
    refused = service.ask("/items/1")
    assert (refused.status, refused.headers["retry-after"]) == (503, "7")
    assert service.ask("/health").status == 200
    for connection in waiting:
        connection.close()


@pytest.mark.parametrize("model", [FAST, ("--rtt-ms", "20", "--service-time-factor", "0")])
def test_a_client_that_leaves_in_the_middle_harms_nobody(start: Start, model: tuple[str, ...]) -> None:
    service = start(*model)
    for request in (b"", b"GET /items/", b"GET /items/7 HTTP/1.1\r\nHost: x\r\n\r\n" * 20):
        connection = service.connect()
        connection.connect()
        connection.sock.sendall(request)
        connection.close()
    assert service.ask("/items/7").status == 200
    assert ended(service, signal.SIGTERM) == (0, "")


def ended(service: Service, with_signal: signal.Signals) -> tuple[int, str]:
    """Exit code and standard error of a service after a signal."""
    service.process.send_signal(with_signal)
    _, errors = service.process.communicate(timeout=30)
    return service.process.returncode, errors


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_removes_the_temporary_ca_file(
    start: Start, with_signal: signal.Signals
) -> None:
    service = start(*FAST)
    assert service.address.ca_file
    assert service.address.ca_file.exists()
    assert service.ask("/health").status == 200
    assert ended(service, with_signal) == (0, "")
    assert not service.address.ca_file.exists()


def test_a_request_at_work_is_answered_before_the_end(start: Start) -> None:
    service = start("--no-network", "--item-ms", "1000", "--jitter-sigma", "0")
    connection = service.connect()
    connection.request("GET", "/items/7")
    assert service.ask("/health").status == 200  # the request before it has been read as well
    service.process.terminate()
    assert connection.getresponse().status == 200
    connection.close()
    assert service.process.wait(20) == 0


@pytest.mark.parametrize("model", [FAST, ("--rtt-ms", "1", "--service-time-factor", "0")])
def test_kept_connections_and_hanging_requests_do_not_hold_up_the_end(
    start: Start, model: tuple[str, ...]
) -> None:
    service = start(*model, "--hang-ratio", "1")
    connection, hanging = service.connect(), service.connect()
    hanging.request("GET", "/items/7")
    ask(connection, "/health")
    assert ended(service, signal.SIGTERM) == (0, "")
    connection.close()
    hanging.close()


def test_it_ends_with_its_standard_input_if_told_so() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mock_service", "serve", "--port", "0", "--stop-with-stdin"],
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert "ready" in process.stdout.readline()
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_port_in_use_is_one_clear_message(fast_service: Service) -> None:
    port = str(urlsplit(fast_service.address.url).port)
    result = serve("--port", port)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        f"mock_service: cannot listen on 127.0.0.1:{port}: Address already in use; "
        "try another --port (0 takes a free one) or --host\n"
    )


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--ca-file", "/nowhere/ca.pem"], "--ca-file /nowhere/ca.pem: No such file or directory"),
        (["--hostname", "not a name"], "--hostname not a name: "),
        (["--host", "256.1.1.1"], "cannot listen on 256.1.1.1:0: "),
    ],
)
def test_what_prevents_a_start_is_named(flags: list[str], message: str) -> None:
    result = serve("--port", "0", *flags)
    assert result.returncode == 2
    assert result.stderr.startswith(f"mock_service: {message}")
    assert "Traceback" not in result.stderr


def test_it_listens_on_ipv6() -> None:
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    with running(*FAST, "--host", "::1") as service:
        assert service.address.url.startswith("https://[::1]:")
        assert service.ask("/health").status == 200


def test_settings_come_from_the_environment_too() -> None:
    result = serve(MOCK_SERVICE_CA_FILE="/nowhere/ca.pem", MOCK_SERVICE_PORT="0")
    assert (result.returncode, "/nowhere/ca.pem" in result.stderr) == (2, True)
