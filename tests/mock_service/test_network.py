"""A connection through the model, with real TLS on both ends and a clock that the tests move.

Bytes are free here (the bandwidth is out of this world), so that times are whole numbers of round trips.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from mock_service.certificate import issue
from mock_service.network import ModelledConnection, Network, Protocol, secured
from tests.mock_service.fake_loop import FakeLoop

RTT_S = 1.0
FREE = 1e15
T = TypeVar("T")


class Server(asyncio.Protocol):
    """Answers every request with an answer, or with what it is told to."""

    def __init__(self, answer: bytes = b"answer") -> None:
        self.answer = answer
        self.received = b""
        self.events: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        self.transport.write(self.answer)

    def eof_received(self) -> None:
        self.events.append("eof")

    def pause_writing(self) -> None:
        self.events.append("pause")

    def resume_writing(self) -> None:
        self.events.append("resume")

    def connection_lost(self, _: Exception | None) -> None:
        self.events.append("lost")


class Wire(asyncio.Transport):
    """The real transport: says when bytes for the client reach it, and what else was asked of it."""

    def __init__(self, loop: FakeLoop) -> None:
        super().__init__()
        self.loop = loop
        self.opened_at = loop.time()
        self.written = asyncio.Event()
        self.to_client: list[tuple[float, bytes]] = []
        self.events: list[str] = []

    @property
    def elapsed_s(self) -> float:
        return round(self.loop.time() - self.opened_at, 6)

    @property
    def data(self) -> bytes:
        return b"".join(data for _, data in self.to_client)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.to_client.append((self.elapsed_s, bytes(data)))
        self.written.set()

    def close(self) -> None:
        self.events.append(f"close at {self.elapsed_s:g}")

    def abort(self) -> None:
        self.events.append(f"abort at {self.elapsed_s:g}")

    def pause_reading(self) -> None:
        self.events.append("pause_reading")

    def resume_reading(self) -> None:
        self.events.append("resume_reading")


Connect = Callable[..., tuple[ModelledConnection, Wire]]


@pytest.fixture
def connect(loop: FakeLoop) -> Iterator[Connect]:
    """What opens connections to a protocol, which are lost after the test."""
    connections = []

    def opened(protocol: Protocol, bytes_per_s: float = FREE) -> tuple[ModelledConnection, Wire]:
        connection = ModelledConnection(Network(rtt_s=RTT_S, bytes_per_s=bytes_per_s), protocol, loop)
        wire = Wire(loop)
        connection.connection_made(wire)
        connections.append(connection)
        return connection, wire

    yield opened
    for connection in connections:
        connection.connection_lost(None)
    loop.advance(0)


class TlsClient:
    """A TLS client in memory at the other end of a Wire, which takes no time of its own."""

    def __init__(self, connection: ModelledConnection, wire: Wire, ca_pem: bytes) -> None:
        self.connection, self.wire = connection, wire
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cadata=ca_pem.decode())
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        self.consumed = 0

    def exchange(self, request: bytes) -> bytes:
        """The answer to a request."""
        self.do(lambda: self.tls.write(request))
        return self.do(lambda: self.tls.read(1000))

    def do(self, action: Callable[[], T]) -> T:
        """The result of a TLS operation, once what it needs from the server is there."""
        while True:
            try:
                return action()
            except ssl.SSLWantReadError:
                self.send()
                self.wire.loop.run_until_complete(self.wire.written.wait())
                self.incoming.write(self.wire.data[self.consumed :])
                self.consumed = len(self.wire.data)
                self.wire.written.clear()
            finally:
                self.send()

    def send(self) -> None:
        if self.outgoing.pending:
            self.connection.data_received(self.outgoing.read())


@pytest.fixture
def over_tls(loop: FakeLoop, connect: Connect) -> Callable[[Server], TlsClient]:
    """What opens a connection to a server behind TLS."""
    certificate = issue()

    def opened(server: Server) -> TlsClient:
        connection, wire = connect(secured(server, certificate.server_context(["http/1.1"]), loop))
        return TlsClient(connection, wire, certificate.ca_pem)

    return opened


def test_a_plain_connect_and_a_request_cost_a_round_trip_each(connect: Connect, loop: FakeLoop) -> None:
    connection, wire = connect(Server())
    connection.data_received(b"request")
    loop.advance()
    assert wire.to_client == [(2 * RTT_S, b"answer")]


def test_a_request_on_a_kept_connection_costs_one_round_trip(connect: Connect, loop: FakeLoop) -> None:
    connection, wire = connect(Server())
    connection.data_received(b"request")
    loop.advance(10)
    connection.data_received(b"request")
    loop.advance()
    assert [at for at, _ in wire.to_client] == [2 * RTT_S, 10 + RTT_S]


def test_connect_handshake_and_request_over_tls_cost_three_round_trips(
    over_tls: Callable[[Server], TlsClient],
) -> None:
    client = over_tls(Server())
    client.do(client.tls.do_handshake)
    assert client.tls.version() == "TLSv1.3"
    assert client.wire.elapsed_s == 2 * RTT_S
    assert client.exchange(b"request") == b"answer"
    assert client.wire.elapsed_s == 3 * RTT_S
    assert client.exchange(b"request") == b"answer"
    assert client.wire.elapsed_s == 4 * RTT_S


def test_a_failed_handshake_ends_the_connection(connect: Connect, loop: FakeLoop) -> None:
    server = Server()
    connection, wire = connect(secured(server, issue().server_context(["http/1.1"]), loop))
    connection.data_received(b"this is not TLS" * 10)
    loop.advance(10)
    assert wire.events == ["abort at 1.5"]
    assert server.events == []


def test_tls_shutdown_does_not_wait_for_a_client_that_is_gone_quiet(
    over_tls: Callable[[Server], TlsClient], loop: FakeLoop
) -> None:
    server = Server()
    client = over_tls(server)
    client.exchange(b"request")
    closed_at = client.wire.elapsed_s
    server.transport.close()
    loop.advance()
    assert client.wire.events == [f"abort at {closed_at + 2:g}"]


def test_bodies_take_their_length_over_the_bandwidth_each_way(connect: Connect, loop: FakeLoop) -> None:
    connection, wire = connect(Server(answer=bytes(2000)), bytes_per_s=1000)
    connection.data_received(bytes(500))
    loop.advance()
    assert wire.to_client[-1][0] == 2 * RTT_S + 0.5 + 2


def test_pipelined_requests_arrive_in_order(connect: Connect, loop: FakeLoop) -> None:
    server = Server()
    connection, _ = connect(server)
    for number in range(10):
        connection.data_received(b"%d" % number)
    loop.advance()
    assert server.received == b"0123456789"


def test_close_comes_after_all_that_was_written(connect: Connect, loop: FakeLoop) -> None:
    server = Server()
    connection, wire = connect(server, bytes_per_s=1000)
    server.transport.write(bytes(3000))
    server.transport.close()
    server.transport.write(b"too late")
    connection.data_received(b"too late as well")
    loop.advance()
    assert wire.data == bytes(3000)
    assert wire.events == ["close at 3.5"]
    assert server.received == b""


def test_abort_loses_what_is_under_way(connect: Connect, loop: FakeLoop) -> None:
    server = Server()
    _, wire = connect(server)
    server.transport.write(b"answer")
    server.transport.abort()
    loop.advance()
    assert wire.to_client == []
    assert wire.events == ["abort at 0"]


def test_a_client_that_closes_its_side_is_heard_to_the_end(connect: Connect, loop: FakeLoop) -> None:
    server = Server()
    connection, wire = connect(server)
    connection.data_received(b"request")
    assert connection.eof_received() is True
    loop.advance()
    assert server.received == b"request"
    assert server.events == ["eof"]
    assert wire.data == b"answer"
    assert wire.events == ["close at 2"]


def test_a_lost_connection_delivers_nothing_more_and_is_told_once(connect: Connect, loop: FakeLoop) -> None:
    server = Server()
    connection, wire = connect(server)
    connection.data_received(b"request")
    server.transport.write(b"answer")
    connection.connection_lost(ConnectionResetError())
    server.transport.write(b"more")
    server.transport.close()
    loop.advance()
    assert server.received == b""
    assert wire.to_client == []
    assert server.events == ["lost"]


def test_a_client_that_does_not_read_makes_the_server_pause(connect: Connect, loop: FakeLoop) -> None:
    server = Server()
    connection, wire = connect(server, bytes_per_s=1_000_000)
    connection.pause_writing()
    server.transport.write(bytes(1_000_000))
    loop.advance()
    assert server.events == ["pause"]
    assert wire.data == b""
    connection.resume_writing()
    loop.advance()
    assert server.events == ["pause", "resume"]
    assert len(wire.data) == 1_000_000


def test_a_server_that_does_not_read_makes_the_client_wait(connect: Connect, loop: FakeLoop) -> None:
    server = Server()
    connection, wire = connect(server, bytes_per_s=1_000_000)
    server.transport.pause_reading()
    connection.data_received(bytes(1_000_000))
    loop.advance()
    assert (server.received, wire.events) == (b"", ["pause_reading"])
    server.transport.resume_reading()
    loop.advance()
    assert len(server.received) == 1_000_000
    assert wire.events == ["pause_reading", "resume_reading"]


def test_a_connection_can_be_handed_to_another_protocol(connect: Connect, loop: FakeLoop) -> None:
    first, second = Server(), Server()
    connection, _ = connect(first)
    first.transport.set_protocol(second)
    second.connection_made(first.transport)
    connection.data_received(b"request")
    loop.advance()
    assert (first.received, second.received) == (b"", b"request")
