"""One HTTP/2 connection, shared by greenlets: each sends its request and waits for its own answer only.

Two greenlets do all input and output. The reader feeds `h2` and wakes the streams that something has come
for. The writer sends what has gathered since its last turn in one go. A request never touches the socket,
so what interrupts it (a timeout) cannot leave half a frame on the wire, and nobody waits for another's send.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress

import gevent
from gevent import Timeout
from gevent.event import Event
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
    WindowUpdated,
)
from h2.exceptions import H2Error, NoAvailableStreamIDError
from h2.settings import SettingCodes

from locustfiles.http2.errors import ConnectionLost, Http2Error, NotProcessed, OpenError, again, code_name
from locustfiles.http2.errors import StreamReset as StreamWasReset
from locustfiles.http2.frames import FrameReader, GoAway
from locustfiles.http2.origin import Origin
from locustfiles.http2.protocol import (
    ACKNOWLEDGE_BYTES,
    CONNECTION_WINDOW_BYTES,
    HEADER_TABLE_BYTES,
    MAX_FRAME_BYTES,
    STREAM_WINDOW_BYTES,
    new_protocol,
)
from locustfiles.http2.slots import Slots
from locustfiles.http2.stream import Headers, Response, Stream
from locustfiles.http2.tls import TlsConnection


class Connection:
    """Opens itself in the background; requests wait until it is open. `usable` is whether it takes more.

    `streams_allowed` at once are what the server is trusted to take until its SETTINGS say how many.
    """

    def __init__(self, origin: Origin, context: ssl.SSLContext, *, streams_allowed: int) -> None:
        self.usable = True
        self.streams_allowed = streams_allowed
        self._closed = False
        self._failure: Http2Error | None = None
        self._slots = Slots()
        self._streams: dict[int, Stream] = {}
        self._h2 = new_protocol()
        self._unacknowledged_bytes = 0
        self._half_used: set[Stream] = set()
        self._to_send = Event()
        self._all_sent = Event()
        self._socket: TlsConnection | None = None
        self._on: dict[type, Callable[..., None]] = {
            ResponseReceived: self._on_response,
            DataReceived: self._on_data,
            StreamEnded: self._on_end,
            StreamReset: self._on_reset,
            TrailersReceived: self._on_trailers,
            WindowUpdated: self._on_window,
            RemoteSettingsChanged: self._on_settings,
        }
        gevent.spawn(self._run, origin, context)

    @property
    def load(self) -> int:
        """Requests under way, and those that wait for a place."""
        return self._slots.load

    @property
    def streams(self) -> int:
        """Answers that are waited for."""
        return len(self._streams)

    def exchange(self, head: Headers, body: bytes | None) -> Response | None:
        """The answer; None if the connection went out of use before any of the request was sent.

        Raises Http2Error when there is no answer. What interrupts the wait resets the stream.
        """
        if not self._slots.take():
            if self._failure is not None:
                raise again(self._failure)
            return None
        stream: Stream | None = None
        try:
            stream = self._begin(head, with_body=bool(body))
            if stream is None:
                return None
            if body:
                self._send_body(stream, body)
            while not stream.over:
                stream.wait()
            return stream.response()
        finally:
            if stream is not None:
                self._forget(stream)
            self._slots.give_back()
            self._close_if_done()

    def close(self) -> None:
        """Close at once; what is under way fails."""
        self._fail(ConnectionLost("the client closed the connection"))

    def _begin(self, head: Headers, *, with_body: bool) -> Stream | None:
        """The stream, with its headers on their way; None if the connection takes no more."""
        if not self.usable:
            return None
        try:
            stream_id = self._h2.get_next_available_stream_id()
        except NoAvailableStreamIDError:
            self._retire()
            return None
        stream = self._streams[stream_id] = Stream(stream_id)
        self._h2.send_headers(stream_id, head, end_stream=not with_body)
        stream.sent = not with_body
        self._to_send.set()
        return stream

    def _send_body(self, stream: Stream, body: bytes) -> None:
        """Send all of a body, a frame at a time in turn with other bodies, as the server makes room for it.

        An answer that comes before the end makes the rest needless.
        """
        position = 0
        while not stream.over:
            room = min(self._h2.local_flow_control_window(stream.stream_id), self._h2.max_outbound_frame_size)
            if room <= 0:
                stream.wait()
                continue
            chunk = body[position : position + room]
            position += len(chunk)
            last = position == len(body)
            self._h2.send_data(stream.stream_id, chunk, end_stream=last)
            self._all_sent.clear()
            self._to_send.set()
            if last:
                stream.sent = True
                return
            self._all_sent.wait()

    def _forget(self, stream: Stream) -> None:
        """Let go of a stream; if the server still has to do with it, it is told to stop."""
        del self._streams[stream.stream_id]
        if self._closed or stream.error is not None or (stream.complete and stream.sent):
            return
        self._h2.reset_stream(stream.stream_id, ErrorCodes.NO_ERROR if stream.complete else ErrorCodes.CANCEL)
        self._to_send.set()

    def _run(self, origin: Origin, context: ssl.SSLContext) -> None:
        """Open, then read until the end."""
        try:
            self._socket = origin.connect(context)
        except OpenError as error:
            self._fail(error)
            return
        if self._closed:
            self._socket.close()
            return
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(CONNECTION_WINDOW_BYTES - self._h2.inbound_flow_control_window)
        self._to_send.set()
        gevent.spawn(self._write, self._socket)
        self._slots.resize(self.streams_allowed)
        self._read(self._socket)

    def _read(self, connection: TlsConnection) -> None:
        frames = FrameReader(limit_bytes=MAX_FRAME_BYTES)
        try:
            while data := connection.read():
                for run in frames.feed(data):
                    if isinstance(run, GoAway):
                        self._on_go_away(run)
                    else:
                        self._on_frames(run)
                # Users have their turn before the next read, even if the server never lets us wait.
                gevent.sleep(0)
            self._fail(ConnectionLost("the server closed the connection"))
        except OSError as error:
            self._fail(ConnectionLost(f"the connection was lost: {error}"))
        except H2Error as error:
            with suppress(OSError), Timeout(1, TimeoutError()):
                connection.write(self._h2.data_to_send())  # a GOAWAY that says why
            self._fail(ConnectionLost(f"the server broke the rules of HTTP/2: {error}"))

    def _write(self, connection: TlsConnection) -> None:
        try:
            while not self._closed:
                if data := self._h2.data_to_send():
                    connection.write(data)
                    continue
                self._to_send.clear()
                self._all_sent.set()
                self._to_send.wait()
        except OSError as error:
            self._fail(ConnectionLost(f"the connection was lost: {error}"))

    def _on_frames(self, data: bytes) -> None:
        for event in self._h2.receive_data(data):
            handle = self._on.get(type(event))
            if handle is not None:
                handle(event)
        self._open_windows()
        self._to_send.set()  # acknowledgements of settings, pings and data

    def _open_windows(self) -> None:
        """Make room for more, once all events are handled: a stream may have ended with the last of them."""
        if self._unacknowledged_bytes >= ACKNOWLEDGE_BYTES:
            self._h2.increment_flow_control_window(self._unacknowledged_bytes)
            self._unacknowledged_bytes = 0
        for stream in self._half_used:
            if not stream.over:
                self._h2.increment_flow_control_window(stream.received_bytes, stream.stream_id)
                stream.received_bytes = 0
        self._half_used.clear()

    def _on_response(self, event: ResponseReceived) -> None:
        if stream := self._streams.get(event.stream_id):
            stream.headers = event.headers

    def _on_data(self, event: DataReceived) -> None:
        self._unacknowledged_bytes += event.flow_controlled_length
        stream = self._streams.get(event.stream_id)
        if stream is None:
            return
        stream.chunks.append(event.data)
        stream.received_bytes += event.flow_controlled_length
        if stream.received_bytes >= STREAM_WINDOW_BYTES // 2:
            self._half_used.add(stream)

    def _on_trailers(self, event: TrailersReceived) -> None:
        if stream := self._streams.get(event.stream_id):
            stream.trailers = event.headers

    def _on_end(self, event: StreamEnded) -> None:
        if stream := self._streams.get(event.stream_id):
            stream.end()

    def _on_reset(self, event: StreamReset) -> None:
        if stream := self._streams.get(event.stream_id):
            stream.sent = True  # what is left of the request nobody wants any more
            stream.end(StreamWasReset(f"the server reset the stream: {code_name(event.error_code)}"))

    def _on_window(self, event: WindowUpdated) -> None:
        if event.stream_id:
            if stream := self._streams.get(event.stream_id):
                stream.changed.set()
        else:
            self._wake_all()

    def _on_settings(self, event: RemoteSettingsChanged) -> None:
        changed = event.changed_settings
        if SettingCodes.HEADER_TABLE_SIZE in changed:
            told_bytes = changed[SettingCodes.HEADER_TABLE_SIZE].new_value
            self._h2.encoder.header_table_size = min(told_bytes, HEADER_TABLE_BYTES)
        self.streams_allowed = self._h2.remote_settings.max_concurrent_streams
        self._slots.resize(self.streams_allowed)
        self._wake_all()

    def _on_go_away(self, notice: GoAway) -> None:
        self._retire()
        error = NotProcessed(
            f"the server takes no more requests on this connection: {code_name(notice.error_code)}"
        )
        for stream_id, stream in self._streams.items():
            if stream_id > notice.last_stream_id:
                stream.end(again(error))
        self._close_if_done()

    def _wake_all(self) -> None:
        for stream in self._streams.values():
            stream.changed.set()

    def _retire(self) -> None:
        """Take no more requests; those under way go on."""
        self.usable = False
        self._slots.close()

    def _close_if_done(self) -> None:
        if not self.usable and not self._streams:
            self._close()

    def _fail(self, error: Http2Error) -> None:
        """End it all; the first cause is the one that is told."""
        if not self._closed:
            self._failure = error
            for stream in self._streams.values():
                stream.end(again(error))
            self._close()

    def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._retire()
        self._to_send.set()
        self._all_sent.set()
        if self._socket is not None:
            self._socket.close()
