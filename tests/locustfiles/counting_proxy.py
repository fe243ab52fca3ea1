"""A TCP relay before a service that notes when each connection was opened."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from urllib.parse import urlsplit


@dataclass(slots=True)
class CountingProxy:
    """`url` leads through the proxy; `opened_at` are seconds since 1970."""

    url: str
    opened_at: list[float] = field(default_factory=list)

    def opened(self, start: float, end: float) -> int:
        """How many connections were opened between two times."""
        return sum(start <= opened_at <= end for opened_at in self.opened_at)


@contextmanager
def counting_proxy(url: str) -> Iterator[CountingProxy]:
    """A proxy on a free port of the loopback interface, before the service at `url`."""
    parts = urlsplit(url)
    target = (parts.hostname or "", parts.port or 0)
    threads: list[Thread] = []
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        proxy = CountingProxy(f"{parts.scheme}://127.0.0.1:{listener.getsockname()[1]}")

        def accept() -> None:
            with suppress(OSError):  # the listener was shut down
                while True:
                    client, _ = listener.accept()
                    proxy.opened_at.append(time.time())
                    threads.append(_started(_join, client, target))

        threads.append(_started(accept))
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
        for thread in threads:  # the clients have ended
            thread.join()


def _started(target: Callable[..., None], *arguments: object) -> Thread:
    thread = Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def _join(client: socket.socket, target: tuple[str, int]) -> None:
    with client, socket.create_connection(target) as server:
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = _started(_relay, server, client)
        _relay(client, server)
        back.join()


def _relay(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # either side may be gone first
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
