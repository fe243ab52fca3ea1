"""The optimized arm: kept connections from one pool, compression, lean measurement."""

from __future__ import annotations

import time
import zlib
from typing import ClassVar
from urllib.parse import urlsplit

import gevent.ssl
from geventhttpclient.client import HTTPClient
from geventhttpclient.connectionpool import ConnectionPool
from geventhttpclient.response import HTTPParseError, HTTPSocketPoolResponse
from locust import FastHttpUser

from locustfiles import exact_stats
from locustfiles.plan import LogicalRequest
from locustfiles.plan_user import PlanUser

exact_stats.install()

POOL_LIMIT = 10_000
READ_BYTES = 64 * 1024


class StatusError(Exception):
    """The service answered with a status of 400 or more."""


class Answer:
    """What came back: `status_code` (0 for nothing), the decoded `content`, and the `request` sent."""

    __slots__ = ("content", "request", "status_code")

    def __init__(self, *, request: SentRequest, status_code: int, content: bytes) -> None:
        self.request = request
        self.status_code = status_code
        self.content = content


class SentRequest:
    """What went over the wire, in the words of requests.PreparedRequest."""

    __slots__ = ("body", "method", "path_url")

    def __init__(self, *, method: str, path_url: str, body: bytes | None) -> None:
        self.method = method
        self.path_url = path_url
        self.body = body


class OptimizedUser(PlanUser, FastHttpUser):
    """Drives geventhttpclient directly over connections that all users of the process share.

    A user holds one connection while it asks, so the pool grows to the concurrency and no further.
    """

    arm = "optimized"
    insecure = False
    _pools: ClassVar[dict[str, ConnectionPool]] = {}

    def send(self, request: LogicalRequest) -> None:
        """Ask once; a broken connection is a failure and never a silent second request."""
        target = urlsplit(self.host or "").path + request.target
        sent = SentRequest(method=request.method, path_url=target, body=request.body)
        answer = Answer(request=sent, status_code=0, content=b"")
        failure: Exception | None = None
        started_at, started = time.time(), time.perf_counter()
        try:
            answer = self._exchange(sent)
        except (OSError, HTTPParseError, zlib.error) as error:
            failure = error
        response_time_ms = (time.perf_counter() - started) * 1000
        if answer.status_code >= 400:
            failure = StatusError(f"HTTP {answer.status_code} for {request.name}")
        self.environment.events.request.fire(
            request_type=request.method,
            name=request.name,
            response_time=response_time_ms,
            response_length=len(answer.content),
            response=answer,
            context=self.context(),
            exception=failure,
            start_time=started_at,
            url=sent.path_url,
        )

    def _exchange(self, sent: SentRequest) -> Answer:
        pool = self._pool()
        connection = pool.get_socket()
        try:
            connection.sendall(self._message(sent))
        except BaseException:
            pool.release_socket(connection)
            raise
        # From here on the response gives the connection back, whatever happens.
        response = HTTPSocketPoolResponse(connection, pool, method=sent.method, block_size=READ_BYTES)
        content = response.read()
        if response.get("content-encoding") == "gzip":
            content = zlib.decompress(content, wbits=16 + zlib.MAX_WBITS)
        return Answer(request=sent, status_code=response.status_code, content=content)

    def _message(self, sent: SentRequest) -> bytes:
        lines = [
            f"{sent.method} {sent.path_url} HTTP/1.1",
            f"Host: {self._authority}",
            "Accept-Encoding: gzip",
        ]
        if sent.body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(sent.body)}"]
        return "\r\n".join((*lines, "", "")).encode("latin-1") + (sent.body or b"")

    @property
    def _authority(self) -> str:
        return urlsplit(self.host or "").netloc

    def _pool(self) -> ConnectionPool:
        host = self.host or ""
        if host not in self._pools:
            # No time limits of its own: that on the whole request covers them.
            client = HTTPClient.from_url(
                host,
                concurrency=POOL_LIMIT,
                ssl_context_factory=gevent.ssl.create_default_context,
                connection_timeout=None,
                network_timeout=None,
            )
            self._pools[host] = client._connection_pool
        return self._pools[host]
