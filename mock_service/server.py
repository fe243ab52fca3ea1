"""The running service: a socket, a certificate, uvicorn, and the modelled network below it."""

import asyncio
import logging
import os
import signal
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import uvicorn

from mock_service.app import create_app
from mock_service.certificate import Certificate, issue
from mock_service.errors import StartError
from mock_service.event_loop import precise_event_loop
from mock_service.garbage import search_seldom
from mock_service.network import Network, put_below
from mock_service.protocols import AgreedProtocol
from mock_service.settings import Settings

# How long a stop waits for requests at work, and for clients to close their side.
GRACE_S = 5
BACKLOG = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the service is, and the file with the certificate that vouches for it (None without TLS)."""

    url: str
    ca_file: Path | None

    def line(self) -> str:
        """The one line that `serve` prints when it is ready."""
        return f"mock service ready at {self.url}" + (f" with CA file {self.ca_file}" if self.ca_file else "")

    @classmethod
    def parse(cls, line: str) -> Self:
        """The address in such a line."""
        url, _, ca_file = line.rstrip("\n").removeprefix("mock service ready at ").partition(" with CA file ")
        return cls(url=url, ca_file=Path(ca_file) if ca_file else None)


class Server(uvicorn.Server):
    """A uvicorn server that says when it listens, and in the end waits for nobody."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        await super().startup(sockets)
        search_seldom()
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop to listen, and drop the connections that are still open after GRACE_S."""
        asyncio.get_running_loop().call_later(GRACE_S, self._drop_connections)
        await super().shutdown(sockets)

    def _drop_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def serve(settings: Settings, on_ready: Callable[[Address], None]) -> None:
    """Serve until SIGINT or SIGTERM (or the end of standard input, if the settings say so).

    Raises StartError if the address is taken or the CA file cannot be written.
    """
    with listen(settings) as listener, _trust(settings) as (certificate, ca_file):
        host, port = _reachable(settings.host), listener.getsockname()[1]
        address = Address(url=f"{'https' if certificate else 'http'}://{host}:{port}", ca_file=ca_file)
        server = Server(configure(settings, certificate), lambda: on_ready(address))

        def stop(*_: object) -> None:
            server.should_exit = True

        for signal_number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signal_number, stop)
        if settings.stop_with_stdin:
            threading.Thread(target=_await_end_of_stdin, args=[stop], daemon=True).start()
        logging.getLogger("asyncio").setLevel(logging.ERROR)  # silent about clients that have gone
        with asyncio.Runner(loop_factory=precise_event_loop) as runner:
            runner.run(server.serve(sockets=[listener]))


def configure(settings: Settings, certificate: Certificate | None) -> uvicorn.Config:
    """The configuration of uvicorn, with the network below its protocols if there is one."""
    config = uvicorn.Config(
        create_app(settings),
        http=AgreedProtocol if _offers_http2(settings) else "httptools",
        ws="none",
        lifespan="off",
        interface="asgi3",
        ssl_context_factory=_tls(certificate) if certificate else None,
        # The same request gets the same bytes: neither a date nor a version in the headers.
        server_header=False,
        date_header=False,
        headers=[] if settings.keep_alive else [("Connection", "close")],
        access_log=False,
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=GRACE_S + 2,  # for requests that go on without a connection
    )
    if settings.network:
        rtt_s, bytes_per_s = settings.rtt_ms / 1000, settings.bandwidth_mbps * 1e6 / 8
        put_below(config, Network(rtt_s=rtt_s, bytes_per_s=bytes_per_s))
    return config


def _offers_http2(settings: Settings) -> bool:
    """HTTP/2 is agreed upon in the TLS handshake, and makes no sense on connections for one request."""
    return settings.http2 and settings.tls and settings.keep_alive


def _tls(certificate: Certificate) -> Callable[[uvicorn.Config, object], ssl.SSLContext]:
    """What gives uvicorn its TLS context, once it knows its protocols."""
    return lambda config, _: certificate.server_context(
        getattr(config.http_protocol_class, "alpn_protocols", ["http/1.1"])
    )


def listen(settings: Settings) -> socket.socket:
    """The listening socket, or StartError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # the address is in our own words
        raise StartError(
            f"cannot listen on {settings.host}:{settings.port}: {reason}; "
            "try another --port (0 takes a free one) or --host"
        ) from None
    # asyncio sets it only on sockets that name their protocol; without it, Nagle adds 40 ms to small answers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _reachable(host: str) -> str:
    """The host for a URL by which clients on this machine reach a service that listens on `host`."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"[{host}]" if ":" in host else host


@contextmanager
def _trust(settings: Settings) -> Iterator[tuple[Certificate | None, Path | None]]:
    """The certificate and the file with its CA, which is removed at the end unless the user named it."""
    if not settings.tls:
        yield None, None
        return
    try:
        certificate = issue(*settings.hostname)
    except ValueError as error:
        raise StartError(f"--hostname {','.join(settings.hostname)}: {error}") from None
    if settings.ca_file:
        try:
            settings.ca_file.write_bytes(certificate.ca_pem)
        except OSError as error:
            raise StartError(f"--ca-file {settings.ca_file}: {error.strerror}") from None
        yield certificate, settings.ca_file
        return
    with tempfile.NamedTemporaryFile(prefix="mock-service-ca-", suffix=".pem") as file:
        file.write(certificate.ca_pem)
        file.flush()
        yield certificate, Path(file.name)


def _await_end_of_stdin(then: Callable[[], None]) -> None:
    while os.read(0, 4096):
        pass
    then()
