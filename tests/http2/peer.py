"""An HTTP/2 server whose every frame the test decides, in threads beside the client's greenlets."""

import socket
import ssl
import struct
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TypeVar

import gevent
import gevent.ssl
import trustme
from gevent import Timeout
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, SettingsAcknowledged, StreamEnded
from h2.settings import SettingCodes, Settings
from hyperframe.frame import Frame

from locustfiles.http2.origin import ALPN

AUTHORITY = trustme.CA()
LIMIT_S = 20.0
Kind = TypeVar("Kind", bound=Event)


@dataclass(slots=True)
class Peer:
    """One connection, from the server's side. `number` counts connections from 1."""

    connection: ssl.SSLSocket
    number: int
    seen: list[tuple[int, str]]
    """The targets of all requests that came over the wire, each with the number of its connection."""
    settings: Mapping[SettingCodes, int] = field(default_factory=dict)
    h2: H2Connection = field(init=False)
    bodies: dict[int, bytes] = field(default_factory=lambda: defaultdict(bytes))
    heads: list[dict[str, str]] = field(default_factory=list)
    frames: list[tuple[int, int]] = field(default_factory=list)
    """Stream and length of every DATA frame."""
    waiting: list[Event] = field(default_factory=list)
    acknowledges: bool = True
    settled: bool = False

    def __post_init__(self) -> None:
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.local_settings = Settings(client=False, initial_values=dict(self.settings))
        self.h2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.connection.sendall(self.h2.data_to_send())

    def next(self, kind: type[Kind]) -> Kind:
        """The next event of this kind; others are kept. EOFError if the client is gone first."""
        while True:
            for event in self.waiting:
                if isinstance(event, kind):
                    self.waiting.remove(event)
                    return event
            data = self.connection.recv(65536)
            if not data:
                raise EOFError
            for event in self.h2.receive_data(data):
                self._note(event)
                self.waiting.append(event)
            self.flush()

    def change(self, settings: Mapping[SettingCodes, int]) -> None:
        """Set something, and wait until the client has agreed."""
        if not self.settled:  # h2 would take the first agreement for this one
            self.next(SettingsAcknowledged)
            self.settled = True
        self.h2.update_settings({int(code): value for code, value in settings.items()})
        self.flush()
        self.next(SettingsAcknowledged)

    def _note(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            self.heads.append({str(name): str(value) for name, value in event.headers})
            self.seen.append((self.number, self.heads[-1][":path"]))
        if isinstance(event, DataReceived):
            self.bodies[event.stream_id] += event.data
            self.frames.append((event.stream_id, len(event.data)))
            if self.acknowledges and event.flow_controlled_length:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)

    def request(self) -> int:
        """The stream of the next request, as soon as its headers are there."""
        return self.next(RequestReceived).stream_id

    def ended(self) -> int:
        """The stream of the next request that has come whole."""
        stream_id = self.next(StreamEnded).stream_id
        self.waiting = [event for event in self.waiting if getattr(event, "stream_id", None) != stream_id]
        return stream_id

    def answer(self, stream_id: int, body: bytes = b"", status: int = 200, **headers: str) -> None:
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.h2.send_headers(stream_id, [(":status", str(status)), *named], end_stream=not body)
        if body:
            self.h2.send_data(stream_id, body, end_stream=True)
        self.flush()

    def raw(self, frame: Frame | bytes) -> None:
        """Send what h2 itself would not."""
        self.flush()
        self.connection.sendall(frame if isinstance(frame, bytes) else frame.serialize())

    def vanish(self) -> None:
        """Reset the connection."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        socket.close(self.connection.detach())

    def wait(self) -> None:
        """Answer nothing."""
        while True:
            self.ended()

    def serve(self) -> None:
        """Answer every further request with its stream's number, until the client goes."""
        with suppress(EOFError, OSError):
            while True:
                stream_id = self.ended()
                self.answer(stream_id, b"%d" % stream_id)


Script = Callable[[Peer], None]


@dataclass(slots=True)
class Service:
    """Where the scripted server is, and what has reached it."""

    url: str
    seen: list[tuple[int, str]] = field(default_factory=list)
    wrong: list[BaseException] = field(default_factory=list)


def trust(authority: trustme.CA = AUTHORITY) -> gevent.ssl.SSLContext:
    """A client's context that trusts the scripted server."""
    context = gevent.ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    context.set_alpn_protocols(ALPN)
    return context


def server_context(*alpn: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


@contextmanager
def serving(script: Script, settings: Mapping[SettingCodes, int] | None = None) -> Iterator[Service]:
    """A server that plays the script on every connection and hangs up at its end.

    What goes wrong in a script fails the test.
    """
    service = Service("")

    def play(plain: socket.socket, number: int) -> None:
        plain.settimeout(LIMIT_S)
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                script(Peer(connection, number, service.seen, settings or {}))
                with suppress(OSError):  # lest what the client has sent in vain makes this a reset
                    connection.unwrap()
        except (EOFError, ConnectionError, ssl.SSLError):
            return  # the client is gone
        except BaseException as error:  # told in the test's own thread
            service.wrong.append(error)

    context = server_context("h2")
    try:
        with accepting(play) as url:
            service.url = url
            yield service
    finally:
        if service.wrong:  # the cause of whatever the client made of it
            raise service.wrong[0]


@contextmanager
def accepting(play: Callable[[socket.socket, int], None]) -> Iterator[str]:
    """The URL at which connections are accepted, each handled in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[Thread] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                threads.append(Thread(target=play, args=[plain, len(threads) + 1], daemon=True))
                threads[-1].start()

    acceptor = Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        with Timeout(LIMIT_S, AssertionError("a script of the server did not come to its end")):
            while any(thread.is_alive() for thread in (acceptor, *threads)):
                gevent.sleep(0.001)  # the client closes its sockets meanwhile
        listener.close()
