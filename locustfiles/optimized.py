"""The optimized arm: kept connections from one pool, compression, lean measurement."""

from __future__ import annotations

import zlib
from copy import copy
from functools import cached_property
from typing import ClassVar
from urllib.parse import urlsplit

from geventhttpclient.response import HTTPParseError
from locust import FastHttpUser, User
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from locust.exception import StopTest

from locustfiles import exact_stats
from locustfiles.http1 import ConnectionPool
from locustfiles.lean_user import Answer, LeanUser, SentRequest

exact_stats.install()


class LateClient(FastHttpUser):
    """A FastHttpUser whose `client` is made when it is first asked for: it takes most of a user's memory."""

    abstract = True

    def __init__(self, environment: Environment) -> None:
        User.__init__(self, environment)
        if self.host is None:
            raise StopTest("no host to ask: expected one by --host or in the user class")

    @cached_property
    def client(self) -> FastHttpSession:  # type: ignore[override]  # an attribute there
        """Locust's own client, for what a subclass asks besides the plan."""
        twin = copy(self)
        FastHttpUser.__init__(twin, self.environment)
        twin.client.user = self
        return twin.client


class OptimizedUser(LeanUser, LateClient):
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
    _pool: ConnectionPool | None = None

    def exchange(self, sent: SentRequest) -> Answer:
        """Ask over a connection of the pool, and give it back."""
        pool = self._pool or self._shared_pool()
        if sent.message is None:
            sent.message = self._message(sent)
        response = pool.exchange(sent.message, sent.method)
        return Answer(
            request=sent,
            status_code=response.status_code,
            content=response.content(),
            protocol=response.protocol,
        )

    def _message(self, sent: SentRequest) -> bytes:
        lines = [
            f"{sent.method} {sent.path_url} HTTP/1.1",
            f"Host: {urlsplit(self.host or '').netloc}",
            f"Accept-Encoding: {self.encodings}",
        ]
        if not self.keep_alive:
            lines.append("Connection: close")
        if sent.body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(sent.body)}"]
        return "\r\n".join((*lines, "", "")).encode("latin-1") + (sent.body or b"")

    def _shared_pool(self) -> ConnectionPool:
        key = (type(self), self.host or "")
        if key not in self._pools:
            self._pools[key] = ConnectionPool(self.host or "", limit=self.pool_limit)
        self._pool = self._pools[key]
        return self._pool
