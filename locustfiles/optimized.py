"""The optimized arm: kept connections from one pool, compression, lean measurement."""

from __future__ import annotations

import zlib
from typing import ClassVar
from urllib.parse import urlsplit

import gevent.ssl
from geventhttpclient.client import HTTPClient
from geventhttpclient.connectionpool import ConnectionPool
from geventhttpclient.response import HTTPParseError, HTTPSocketPoolResponse
from locust import FastHttpUser

from locustfiles import exact_stats
from locustfiles.lean_user import Answer, LeanUser, SentRequest
from locustfiles.waiting_line import WaitingLine

exact_stats.install()

READ_BYTES = 64 * 1024


class OptimizedUser(LeanUser, FastHttpUser):
    """Drives geventhttpclient directly over connections that all users of the process share.

    A user holds one connection while it asks, so the pool grows to the concurrency and no further. The pool
    is the user class's own, one per worker process.
    """

    arm = "optimized"
    insecure = False
    failures = (OSError, HTTPParseError, zlib.error)
    keep_alive: ClassVar[bool] = True
    """False: a new connection for every request."""
    pool_limit: ClassVar[int] = 10_000
    """Connections at most, in each worker process. Who finds none free waits, and the wait is latency."""
    encodings: ClassVar[str] = "gzip"
    """What is asked for as Accept-Encoding: gzip, or identity."""
    _pools: ClassVar[dict[tuple[type, str], ConnectionPool]] = {}

    def exchange(self, sent: SentRequest) -> Answer:
        """Ask over a connection of the pool, and give it back."""
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
        return Answer(
            request=sent, status_code=response.status_code, content=content, protocol=response.version
        )

    def _message(self, sent: SentRequest) -> bytes:
        lines = [
            f"{sent.method} {sent.path_url} HTTP/1.1",
            f"Host: {self._authority}",
            f"Accept-Encoding: {self.encodings}",
        ]
        if not self.keep_alive:
            lines.append("Connection: close")
        if sent.body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(sent.body)}"]
        return "\r\n".join((*lines, "", "")).encode("latin-1") + (sent.body or b"")

    @property
    def _authority(self) -> str:
        return urlsplit(self.host or "").netloc

    def _pool(self) -> ConnectionPool:
        host = self.host or ""
        key = (type(self), host)
        if key not in self._pools:
            # No time limits of its own: that on the whole request covers them.
            client = HTTPClient.from_url(
                host,
                concurrency=self.pool_limit,
                ssl_context_factory=gevent.ssl.create_default_context,
                connection_timeout=None,
                network_timeout=None,
            )
            self._pools[key] = client._connection_pool
            self._pools[key]._semaphore = WaitingLine(self.pool_limit)  # type: ignore[assignment]  # fair
        return self._pools[key]
