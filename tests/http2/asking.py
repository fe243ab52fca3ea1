"""Requests of several greenlets, and what became of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import gevent
from gevent import Greenlet, Timeout

from locustfiles.http2.client import Client
from locustfiles.http2.errors import Http2Error
from locustfiles.http2.stream import Response
from tests.http2.peer import LIMIT_S, Service, trust


@contextmanager
def client(service: Service, *, connections: int = 1) -> Iterator[Client]:
    """A client of the scripted server that is closed in the end. All in it has to be done in time."""
    asking = Client(service.url, connections=connections, context=trust())
    with Timeout(LIMIT_S):
        try:
            yield asking
        finally:
            asking.close()


def begin(asking: Client, target: str, body: bytes | None = None) -> "Greenlet[[], Response | Exception]":
    """A request under way in a greenlet of its own; its value is the answer, or the error in its place."""

    def ask() -> Response | Exception:
        try:
            return asking.request("POST" if body else "GET", target, [], body)
        except (Http2Error, TimeoutError) as error:
            return error

    greenlet: Greenlet[[], Response | Exception] = gevent.spawn(ask)
    return greenlet


def get(asking: Client, target: str = "/") -> Response:
    """The answer to a request without a body."""
    return asking.request("GET", target, [])


def answers(*asked: "Greenlet[[], Response | Exception]") -> list[bytes | type]:
    """What became of each: the content of its answer, or the class of its error."""
    gevent.joinall(asked, raise_error=True)
    values = [each.value for each in asked]
    return [value.content if isinstance(value, Response) else type(value) for value in values]


def until(condition: Callable[[], object]) -> None:
    """Let others work until something has happened."""
    while not condition():
        gevent.sleep(0.001)
