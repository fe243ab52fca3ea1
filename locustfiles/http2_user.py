"""The HTTP/2 arm: requests of all users at once on one connection, or a few."""

from __future__ import annotations

import zlib
from typing import ClassVar

from locustfiles import exact_stats
from locustfiles.content_coding import decoded
from locustfiles.http2.client import Client
from locustfiles.http2.errors import Http2Error
from locustfiles.lean_user import Answer, LeanUser, SentRequest

exact_stats.install()

ACCEPT = (b"accept-encoding", b"gzip")
JSON = (b"content-type", b"application/json")


class Http2User(LeanUser):
    """Asks over connections that all users of the process share, by HTTP/2 and nothing else.

    A server that does not agree to HTTP/2 is a failure of every request, never HTTP/1.1 in silence.
    """

    arm = "http2"
    protocol: ClassVar[str | None] = "HTTP/2"
    failures = (OSError, Http2Error, zlib.error)
    connections: ClassVar[int] = 1
    """Connections per process. Each is opened when all before it are busy."""
    _clients: ClassVar[dict[tuple[type, str], Client]] = {}

    def exchange(self, sent: SentRequest) -> Answer:
        """Ask on the connection with the least to do; who is interrupted resets the one stream."""
        headers = [ACCEPT]
        if sent.body is not None:
            headers += [JSON, (b"content-length", b"%d" % len(sent.body))]
        response = self._client().request(sent.method, sent.path_url, headers, sent.body)
        coding = (response.header(b"content-encoding") or b"").decode("latin-1")
        return Answer(
            request=sent,
            status_code=response.status_code,
            content=decoded(response.content, coding),
            protocol="HTTP/2",
        )

    def _client(self) -> Client:
        key = (type(self), self.host or "")
        if key not in self._clients:
            self._clients[key] = Client(self.host or "", connections=self.connections)
        return self._clients[key]
