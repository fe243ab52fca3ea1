"""The base of arms that drive a client of their own: one exchange, timed, one request event."""

from __future__ import annotations

import time
from typing import ClassVar
from urllib.parse import urlsplit

from locust.env import Environment

from locustfiles.plan import LogicalRequest
from locustfiles.plan_user import PlanUser

PREPARED = 10_000
"""So many requests are kept ready to be sent again, in each process."""


class StatusError(Exception):
    """The service answered with a status of 400 or more."""


class SentRequest:
    """What goes over the wire, in the words of requests.PreparedRequest. It is made once and sent often.

    What is worked out from it is kept with it: the `message` of a client that prepares one, and the digest of
    what was `asked`.
    """

    __slots__ = ("_body", "_method", "_path_url", "asked", "message")

    def __init__(self, *, method: str, path_url: str, body: bytes | None) -> None:
        self._method = method
        self._path_url = path_url
        self._body = body
        self.message: bytes | None = None
        self.asked: tuple[str, bytes] | None = None

    @property
    def method(self) -> str:
        """GET, for example."""
        return self._method

    @property
    def path_url(self) -> str:
        """The request target: path and encoded query."""
        return self._path_url

    @property
    def body(self) -> bytes | None:
        """The body, None without one."""
        return self._body


class Answer:
    """What came back: `status_code` (0 for nothing), the decoded `content`, the `request` sent.

    `protocol` is the one that was really spoken, "HTTP/1.1" for example; empty when nothing came back.
    """

    __slots__ = ("content", "protocol", "request", "status_code")

    def __init__(self, *, request: SentRequest, status_code: int, content: bytes, protocol: str) -> None:
        self.request = request
        self.status_code = status_code
        self.content = content
        self.protocol = protocol


class LeanUser(PlanUser):
    """Times one exchange and fires one request event. A subclass says how to `exchange`.

    `failures` are the exceptions by which its client says that no answer came.
    """

    abstract = True
    failures: ClassVar[tuple[type[Exception], ...]] = (OSError,)
    _known: ClassVar[dict[tuple[type, str], dict[LogicalRequest, SentRequest]]] = {}

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)  # type: ignore[no-untyped-call]  # Locust leaves it untyped
        self._prepared = self._known.setdefault((type(self), self.host or ""), {})

    def exchange(self, sent: SentRequest) -> Answer:
        """Ask once, and wait for the whole answer. Raises one of `failures` when there is none."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to exchange")

    def send(self, request: LogicalRequest) -> None:
        """Ask once; a broken connection is a failure and never a silent second request."""
        sent = self._ready(request)
        answer = Answer(request=sent, status_code=0, content=b"", protocol="")
        failure: Exception | None = None
        started_at, started = time.time(), time.perf_counter()
        try:
            answer = self.exchange(sent)
        except self.failures as error:
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

    def _ready(self, request: LogicalRequest) -> SentRequest:
        """The request as it is sent, made when it is first asked for."""
        try:
            if (sent := self._prepared.get(request)) is not None:
                return sent
        except TypeError:  # a query of lists cannot be looked up
            return self._made(request)
        if len(self._prepared) >= PREPARED:
            self._prepared.clear()
        sent = self._prepared[request] = self._made(request)
        return sent

    def _made(self, request: LogicalRequest) -> SentRequest:
        target = urlsplit(self.host or "").path + request.target
        return SentRequest(method=request.method, path_url=target, body=request.body)
