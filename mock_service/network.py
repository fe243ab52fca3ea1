"""The modelled network: a round-trip time and a bandwidth for every connection, below TLS.

A `ModelledConnection` stands between the socket's transport and the protocols above it (TLS, then uvicorn's
HTTP), and passes the bytes of each direction through a Link. So every exchange costs what it costs on a
real line: a TCP connect, a TLS 1.3 handshake and a request one round trip each, a body its length over the
bandwidth. Who is calling makes no difference.

The kernel's own handshake on the loopback takes no time. The round trip of the TCP connect is therefore
charged to the first bytes of a connection, which arrive that much later.
"""

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol
from dataclasses import dataclass
from typing import Any, TypeAlias

import uvicorn

from mock_service.link import Link

# A client that reads no more owes its answer to a TLS shutdown for ever: asyncio waits 30 s for it.
TLS_SHUTDOWN_S = 2.0

Protocol: TypeAlias = asyncio.Protocol | asyncio.BufferedProtocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What lies between client and service."""

    rtt_s: float
    bytes_per_s: float


class ModelledConnection(asyncio.Protocol, asyncio.Transport):
    """The protocol of a real transport and, at the same time, the slow transport of another protocol."""

    def __init__(self, network: Network, protocol: Protocol, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._network = network
        self._protocol = protocol
        self._loop = loop
        self._closing = False

    # Below: called by the real transport.

    def connection_made(  # type: ignore[override]  # TCP has no other transports
        self, transport: asyncio.Transport
    ) -> None:
        """Start both directions; the first bytes from the client come a round trip late."""
        self._transport = transport
        rate, delay_s = self._network.bytes_per_s, self._network.rtt_s / 2
        self._up = Link(
            self._loop,
            bytes_per_s=rate,
            delay_s=delay_s,
            deliver=self._feed,
            finish=self._feed_end,
            on_full=transport.pause_reading,
            on_drained=transport.resume_reading,
        )
        self._down = Link(
            self._loop,
            bytes_per_s=rate,
            delay_s=delay_s,
            deliver=transport.write,
            finish=transport.close,
            on_full=self._pause_writer,
            on_drained=self._resume_writer,
        )
        self._up.occupy(self._network.rtt_s)
        self._protocol.connection_made(self)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client; after a close they are read and dropped, lest the kernel resets."""
        if not self._closing:
            self._up.send(data)

    def eof_received(self) -> bool:
        """Take the end from the client, and keep the way to the client open."""
        if not self._closing:
            self._up.send_end()
        return True

    def pause_writing(self) -> None:
        """Hold what is under way to a client that does not read."""
        self._down.hold()

    def resume_writing(self) -> None:
        """Go on with it."""
        self._down.release()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the protocol, and forget what was under way."""
        self._closing = True
        self._up.let_go()
        self._down.let_go()
        self._protocol.connection_lost(exc)

    # Above: called by the protocol.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes to the client."""
        if not self._closing:
            self._down.send(data)

    def close(self) -> None:
        """Close when all that was written has arrived."""
        if not self._closing:
            self._closing = True
            self._up.cut()
            self._down.send_end()

    def abort(self) -> None:
        """Close at once."""
        self._closing = True
        self._up.cut()
        self._down.cut()
        self._transport.abort()

    def _force_close(self, exc: BaseException | None) -> None:  # noqa: ARG002 - SSLProtocol ends a failed handshake so
        self.abort()

    def is_closing(self) -> bool:
        """Whether the connection is closed or about to be."""
        return self._closing

    def pause_reading(self) -> None:
        """Deliver nothing to the protocol."""
        self._up.hold()

    def resume_reading(self) -> None:
        """Deliver again."""
        self._up.release()

    def get_write_buffer_size(self) -> int:
        """Bytes on their way to the client."""
        return self._down.buffered_bytes

    def set_protocol(  # type: ignore[override]  # nobody hands over to anything else
        self, protocol: Protocol
    ) -> None:
        """Hand the connection to another protocol."""
        self._protocol = protocol

    def get_protocol(self) -> Protocol:
        """The protocol above."""
        return self._protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What the real transport knows: socket, addresses."""
        return self._transport.get_extra_info(name, default)

    def _feed(self, data: bytes) -> None:
        if not isinstance(self._protocol, asyncio.BufferedProtocol):
            self._protocol.data_received(data)
            return
        rest = memoryview(data)
        while rest:
            buffer = memoryview(self._protocol.get_buffer(len(rest)))
            taken = min(len(buffer), len(rest))
            buffer[:taken] = rest[:taken]
            self._protocol.buffer_updated(taken)
            rest = rest[taken:]

    def _feed_end(self) -> None:
        if not self._protocol.eof_received():
            self.close()

    def _pause_writer(self) -> None:
        self._protocol.pause_writing()

    def _resume_writer(self) -> None:
        self._protocol.resume_writing()


def put_below(config: uvicorn.Config, network: Network) -> None:
    """Slip the network under whatever protocol uvicorn has chosen, and its TLS in between.

    HTTP/1.1 and HTTP/2 (by ALPN) are thus uvicorn's own affair.
    """
    config.load()
    http, tls = config.http_protocol_class, config.ssl

    def connection(**state: Any) -> ModelledConnection:
        loop = asyncio.get_running_loop()
        protocol = http(**state)
        return ModelledConnection(network, secured(protocol, tls, loop) if tls else protocol, loop)

    config.http_protocol_class = connection  # type: ignore[assignment]  # uvicorn only ever calls it
    config.ssl = None


def secured(protocol: asyncio.Protocol, tls: ssl.SSLContext, loop: asyncio.AbstractEventLoop) -> Protocol:
    """The server's side of TLS, to be put between a connection and the protocol that it secures."""
    return SSLProtocol(
        loop,
        protocol,
        tls,
        None,  # type: ignore[arg-type]  # asyncio allows for nobody waiting for the handshake
        server_side=True,
        ssl_shutdown_timeout=TLS_SHUTDOWN_S,
    )
