"""The base of arms that drive a client of their own: one exchange, timed, one request event."""

from __future__ import annotations

import time
from typing import ClassVar
from urllib.parse import urlsplit

from locustfiles.plan import LogicalRequest
from locustfiles.plan_user import PlanUser


class StatusError(Exception):
    """The service answered with a status of 400 or more."""


class SentRequest:
    """What went over the wire, in the words of requests.PreparedRequest."""

    __slots__ = ("body", "method", "path_url")

    def __init__(self, *, method: str, path_url: str, body: bytes | None) -> None:
        self.method = method
        self.path_url = path_url
        self.body = body


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

    def exchange(self, sent: SentRequest) -> Answer:
        """Ask once, and wait for the whole answer. Raises one of `failures` when there is none."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to exchange")

    def send(self, request: LogicalRequest) -> None:
        """Ask once; a broken connection is a failure and never a silent second request."""
        target = urlsplit(self.host or "").path + request.target
        sent = SentRequest(method=request.method, path_url=target, body=request.body)
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
