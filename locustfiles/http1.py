"""HTTP/1.1 with as little between a user and the socket as there can be: geventhttpclient's connections and
parser, without its client.

A connection is one user's from the request to the end of the answer. Whatever interrupts it closes it.
"""

from __future__ import annotations

import errno
from contextlib import suppress
from typing import Any

import gevent
import gevent.ssl
from gevent import monkey
from geventhttpclient._parser import HTTPResponseParser
from geventhttpclient.client import HTTPClient
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError

from locustfiles.content_coding import decoded
from locustfiles.waiting_line import WaitingLine

READ_BYTES = 64 * 1024
READABLE = 1
poll: Any = monkey.get_original("select", "poll")  # gevent's own asks its loop


class Response(HTTPResponseParser):
    """One answer as it comes in: of its headers only what says how to read it."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.complete = False
        self.status_code = 0
        self.reusable = False
        """Whether the connection may take another request."""
        self._body = bytearray()
        self._without_body = method == "HEAD"
        self._surplus = False
        self._encoding = self._field = ""
        self._in_value = False

    @property
    def protocol(self) -> str:
        """The protocol that was spoken: "HTTP/1.1" for example."""
        return self.get_http_version()

    def content(self) -> bytes:
        """The decoded body. Raises zlib.error where it cannot be decoded."""
        return decoded(self._body, self._encoding)

    def feed(self, data: bytes) -> None:  # type: ignore[override]  # text is for others
        """Take what came, b"" for the end. Raises HTTPParseError when it is no HTTP, or ends too soon."""
        try:
            super().feed(data)
        except HTTPParseError:
            # A server that sends more (a body after HEAD, or with a 204) has answered all the same, whether
            # the rest comes at once or later, and loses its connection.
            if not self.complete:
                raise
            self.reusable = False

    def _on_message_begin(self) -> None:
        self._surplus = self.complete
        if not self._surplus:
            self._encoding = self._field = ""

    def _on_status(self, text: str) -> None:
        pass

    def _on_header_field(self, text: str) -> None:
        self._field = text if self._in_value else self._field + text  # it comes in pieces where a read ends
        self._in_value = False

    def _on_header_value(self, text: str) -> None:
        self._in_value = True
        if self._field.lower() == "content-encoding" and not self._surplus:
            self._encoding += text

    def _on_headers_complete(self) -> bool:
        if not self._surplus:
            self.status_code = self.get_code()
        return self._without_body

    def _on_body(self, data: bytearray) -> None:
        if not self._surplus:
            self._body += data

    def _on_message_complete(self) -> None:
        if self.status_code >= 200:  # what came before were interim answers
            self.reusable = not self._surplus and self.should_keep_alive()
            self.complete = True


class Connection:
    """A connection that is kept between requests."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._hub = gevent.get_hub()
        self._readable = self._hub.loop.io(socket.fileno(), READABLE)
        self._poll = poll()
        self._poll.register(socket.fileno(), READABLE)

    @property
    def idle(self) -> bool:
        """Whether it is open and nothing has come in: neither an end nor what nobody asked for."""
        return not self._poll.poll(0)

    def exchange(self, message: bytes, method: str) -> Response:
        """Send a request and read its answer. Raises OSError or HTTPParseError when there is none."""
        sent = self._socket.send(message)
        if sent < len(message):
            self._socket.sendall(message[sent:])
        response = Response(method)
        self._hub.wait(self._readable)  # nothing can have come yet: to try first would be in vain
        begun = False
        while not response.complete:
            try:
                data = self._socket.recv(READ_BYTES)
            except OSError as error:
                if error.errno == errno.ECONNRESET and not begun:
                    raise HTTPConnectionClosed("connection closed.") from error
                raise
            if not data and not begun:
                raise HTTPConnectionClosed("connection closed.")
            begun = True
            response.feed(data)
            if not data and not response.complete:
                raise HTTPParseError("connection closed before the end of the answer")
        return response

    def close(self) -> None:
        """Close it, whatever state it is in."""
        self._readable.close()
        with suppress(OSError):
            self._socket.close()


class ConnectionPool:
    """Connections to one host, at most `limit`. Who finds none free waits in line."""

    def __init__(self, host: str, *, limit: int) -> None:
        # No time limits of its own: that on the whole request covers them.
        client = HTTPClient.from_url(
            host,
            ssl_context_factory=gevent.ssl.create_default_context,
            connection_timeout=None,
            network_timeout=None,
        )
        self._connect = client._connection_pool._create_socket
        self._line = WaitingLine(limit)
        self._kept: list[Connection] = []

    def exchange(self, message: bytes, method: str) -> Response:
        """Send a request and read its answer over a free connection. Raises OSError or HTTPParseError."""
        self._line.acquire()
        try:
            connection = self._free()
            try:
                response = connection.exchange(message, method)
            except BaseException:
                connection.close()
                raise
            if response.reusable:
                self._kept.append(connection)
            else:
                connection.close()
        finally:
            self._line.release()
        return response

    def _free(self) -> Connection:
        """The connection that was used last, of those that are still open, or a new one."""
        while self._kept:
            connection = self._kept.pop()
            if connection.idle:
                return connection
            connection.close()
        return Connection(self._connect())
