"""One request on its way, and the answer to it."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from gevent.event import Event

from locustfiles.http2.errors import Http2Error

Headers: TypeAlias = list[tuple[bytes, bytes]]


class Response(NamedTuple):
    """A whole answer. `headers` begin with `:status`; `content` is as it came, compressed or not."""

    status_code: int
    headers: Headers
    content: bytes
    trailers: Headers

    def header(self, name: bytes) -> bytes | None:
        """The first value of a header, given in lower case; None without one."""
        return next((value for key, value in self.headers if key == name), None)


class Stream:
    """What has arrived of one answer, and whether all of the request was `sent`.

    `changed` is set when there is something to look at.
    """

    __slots__ = (
        "changed",
        "chunks",
        "complete",
        "error",
        "headers",
        "received_bytes",
        "sent",
        "stream_id",
        "trailers",
    )

    def __init__(self, stream_id: int) -> None:
        self.stream_id = stream_id
        self.headers: Headers = []
        self.trailers: Headers = []
        self.chunks: list[bytes] = []
        self.received_bytes = 0
        self.sent = False
        self.complete = False
        self.error: Http2Error | None = None
        self.changed = Event()

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.complete or self.error is not None

    def end(self, error: Http2Error | None = None) -> None:
        """Let who waits have the answer, or the error instead of one."""
        if not self.over:
            self.complete, self.error = error is None, error
        self.changed.set()

    def wait(self) -> None:
        """Wait until there is something to look at."""
        self.changed.wait()
        if not self.over:
            self.changed.clear()

    def response(self) -> Response:
        """The answer once it is over; raises the error that came in its place."""
        if self.error is not None:
            raise self.error
        status = int(self.headers[0][1])
        chunks = self.chunks
        content = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return Response(status, self.headers, content, self.trailers)
