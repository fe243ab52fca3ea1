"""One row per request, written from Locust's request event. Worker side."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from locustfiles.free_form import ARM, turns_at_work
from locustfiles.lean_user import SentRequest
from locustfiles.plan_user import TICKET
from locustfiles.turnstile import Block, Ticket

PROTOCOLS = {10: "HTTP/1.0", 11: "HTTP/1.1", 20: "HTTP/2"}
"""What the version numbers of http.client and urllib3 mean."""


class Row(NamedTuple):
    """One request and its answer, as the workers send it to the master.

    `started_at` is the intended start, which in the closed model is the actual one. `latency_ms` counts
    from the intended start, `service_time_ms` from the actual send; in the closed model they are equal.
    `status` is None when no answer came, `error` is empty on success. `asked` and `answered` are digests,
    empty when there was nothing to digest. `protocol` is the one that was really spoken, empty when that is
    unknown or no answer came.
    """

    request: int
    started_at: float
    method: str
    name: str
    latency_ms: float
    service_time_ms: float
    response_bytes: int
    status: int | None
    error: str
    asked: bytes
    answered: bytes
    protocol: str


class Recorder:
    """Turns request events into rows and hands them on with their ticket."""

    def __init__(
        self,
        deliver: Callable[[Block, Ticket, Row], None],
        outside: Callable[[str, Row], None] | None = None,
    ) -> None:
        self._deliver = deliver
        self._outside = outside

    def on_request(
        self,
        *,
        request_type: str,
        name: str,
        response_time: float,
        response_length: int,
        context: dict[str, Any] | None = None,
        exception: Exception | None = None,
        start_time: float | None = None,
        response: Any = None,
        **_: Any,
    ) -> None:
        """Locust's request event: the first one of a plan's ticket settles it, a task takes all."""
        labels = context or {}
        if TICKET not in labels and (turns := turns_at_work()) is not None:
            labels = {TICKET: turns.ticket, ARM: turns.arm}
        ticket: Ticket | None = labels.get(TICKET)
        free_form = ARM in labels
        if not free_form and (ticket is None or ticket.settled):
            return
        status = getattr(response, "status_code", None) or None
        # By place: by name it takes twice as long.
        row = Row(
            ticket.number if ticket else 0,
            (ticket.due_at if ticket else None) or start_time or time.time() - response_time / 1000,
            request_type,
            name,
            (0.0 if free_form or ticket is None else ticket.delay_ms) + response_time,
            response_time,
            response_length or 0,
            status,
            error_text(exception),
            b"" if free_form else asked_digest(name, response),
            b"" if free_form else answered_digest(status, response),
            protocol_of(response) if status else "",
        )
        if ticket is None or (free_form and (ticket.settled or ticket.rows is None)):
            if self._outside is not None:
                self._outside(labels[ARM], row)
        elif free_form and ticket.rows is not None:
            ticket.rows.append(row)
        else:
            ticket.settled, ticket.failed = True, exception is not None
            self._deliver(ticket.block, ticket, row)


def error_text(exception: Exception | None) -> str:
    """The failure in words, empty when there is none; never empty for a failure."""
    if exception is None:
        return ""
    return f"{type(exception).__name__}: {exception}" if str(exception) else type(exception).__name__


def asked_digest(name: str, response: Any) -> bytes:
    """Eight bytes of SHA-256 over what was sent: name, method, target, body. Empty when that is unknown.

    A client that follows redirects asks more than one that does not: how many it followed counts, and not
    where they led, which may differ each time.
    """
    history = getattr(response, "history", None) or ()
    request = getattr(history[0] if history else response, "request", None)
    if isinstance(request, SentRequest):  # it never changes, and is sent again and again
        if request.asked is None or request.asked[0] != name:
            request.asked = name, _digest_of_request(name, request)
        return request.asked[1]
    if request is None or getattr(request, "method", None) is None:
        return b""
    return _digest_of_request(name, request, redirects=len(history))


def _digest_of_request(name: str, request: Any, *, redirects: int = 0) -> bytes:
    body = request.body or b""
    digest = hashlib.sha256(f"{name}\n{request.method}\n{request.path_url}\n".encode())
    digest.update(body if isinstance(body, bytes) else str(body).encode())
    if redirects:
        digest.update(b"\n%d redirects" % redirects)
    return digest.digest()[:8]


def answered_digest(status: int | None, response: Any) -> bytes:
    """Eight bytes of SHA-256 over the status and the decoded body. Empty when no answer came."""
    if status is None:
        return b""
    digest = hashlib.sha256(b"%d\n" % status)
    digest.update(response.content or b"")
    return digest.digest()[:8]


def protocol_of(response: Any) -> str:
    """The protocol of an answer, as the client names it, or by the number that urllib3 has for it."""
    stated = getattr(response, "protocol", None)
    version = getattr(getattr(response, "raw", None), "version", 0)
    return str(stated) if stated is not None else PROTOCOLS.get(version, "")
