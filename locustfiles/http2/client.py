"""The client: requests of many greenlets over few connections to one service."""

from __future__ import annotations

import ssl

from locustfiles.http2.connection import Connection
from locustfiles.http2.origin import Origin, trusting_context
from locustfiles.http2.stream import Headers, Response


class Client:
    """Keeps up to `connections` connections, opened when needed, and asks on the one with the least to do.

    Raises OpenError for a URL that is not https://.
    """

    def __init__(self, url: str, *, connections: int = 1, context: ssl.SSLContext | None = None) -> None:
        self._origin = Origin.of(url)
        self._context = context or trusting_context()
        self._limit = connections
        self._connections: list[Connection] = []
        # The first connection learns how many streams the server takes, and those after it begin with that.
        self._streams_allowed = 1

    @property
    def authority(self) -> str:
        """Host and port, as requests name them."""
        return self._origin.authority

    def request(self, method: str, target: str, headers: Headers, body: bytes | None = None) -> Response:
        """The answer to one request; `headers` in lower case, without those that name the target.

        It is on the wire once: what fails is raised as Http2Error and not tried again. Only a request of
        which nothing has been sent goes to another connection when its own takes no more.
        """
        head = [
            (b":method", method.encode("ascii")),
            (b":scheme", b"https"),
            (b":authority", self._origin.authority.encode("ascii")),
            (b":path", target.encode("ascii")),
            *headers,
        ]
        response: Response | None = None
        while response is None:
            response = self._connection().exchange(head, body)
        return response

    def close(self) -> None:
        """Close all connections; what is under way fails."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def _connection(self) -> Connection:
        connections = self._connections
        if any(not each.usable for each in connections):
            connections[:] = [each for each in connections if each.usable]
        least = min(connections, key=lambda each: each.load, default=None)
        if least is None or (least.load and len(connections) < self._limit):
            return self._open()
        self._streams_allowed = least.streams_allowed
        return least

    def _open(self) -> Connection:
        connection = Connection(self._origin, self._context, streams_allowed=self._streams_allowed)
        self._connections.append(connection)
        return connection
