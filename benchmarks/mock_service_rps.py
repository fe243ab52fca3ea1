"""The mock service with its simulation off against bare uvicorn and FastAPI: requests per second, as a ratio.

Both serve the same routes and bytes over plain HTTP, where overhead shows most. They take turns, in an order
that alternates, under the same 20 kept connections from one client process.

    python -m benchmarks.mock_service_rps [--rounds 6] [--requests 4000]
"""

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle, islice
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI

from mock_service.app import add_routes
from mock_service.catalog import Catalog

CONNECTIONS = 20
MOCK = [
    "-m",
    "mock_service",
    "serve",
    "--port",
    "0",
    "--no-tls",
    "--no-network",
    "--service-time-factor",
    "0",
]
BARE = ["-m", "benchmarks.mock_service_rps", "--serve-bare"]
ORDER = json.dumps({"customer": "c", "lines": [{"item_id": 7, "quantity": 2}]}).encode()


def request_bytes(method: str, path: str, body: bytes = b"") -> bytes:
    """The bytes of a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


REQUESTS = [
    *(request_bytes("GET", f"/items/{item_id}") for item_id in range(1, 13)),
    *(request_bytes("GET", f"/items?category=tools&limit={limit}") for limit in (10, 20, 40)),
    *[request_bytes("POST", "/orders", ORDER)] * 3,
]


class Client(asyncio.Protocol):
    """One connection that sends the next request when the last is answered."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self.requests, self.done = requests, done
        self.head, self.missing = b"", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.send()

    def send(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            self.done.set_result(None)
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.missing == 0:
            self.head += data
            head, end, body = self.head.partition(b"\r\n\r\n")
            if not end:
                return
            assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")), head
            self.missing = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            self.head, data = b"", body
        self.missing -= len(data)
        if self.missing == 0:
            self.send()


async def requests_per_s(url: str, requests: int) -> float:
    """The rate at which a service answers `requests` requests."""
    loop = asyncio.get_running_loop()
    plan = islice(cycle(REQUESTS), requests)
    host, port = urlsplit(url).netloc.split(":")
    done: list[asyncio.Future[None]] = [loop.create_future() for _ in range(CONNECTIONS)]
    begun_at = time.perf_counter()
    for future in done:
        await loop.create_connection(partial(Client, plan, future), host, int(port))
    await asyncio.wait_for(asyncio.gather(*done), timeout=120)
    return requests / (time.perf_counter() - begun_at)


def serve_bare() -> None:
    """Serve the routes alone, as uvicorn and FastAPI do by themselves."""
    app = FastAPI()
    add_routes(app, Catalog(count=200, seed=1))

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            port = self.servers[0].sockets[0].getsockname()[1]
            print(f"bare service ready at http://127.0.0.1:{port}", flush=True)

    Server(uvicorn.Config(app, port=0, http="httptools", log_config=None, access_log=False)).run()


@contextmanager
def service(arguments: list[str]) -> Iterator[str]:
    """The URL of a service in a process of its own."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=30)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--requests", type=int, default=4000, help="per service and round")
    parser.add_argument("--serve-bare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve_bare:
        serve_bare()
        return
    with service(BARE) as bare, service(MOCK) as mock:
        rates: dict[str, list[float]] = {bare: [], mock: []}
        for url in (bare, mock):
            asyncio.run(requests_per_s(url, options.requests // 4))
        for position in range(options.rounds):
            for url in (bare, mock) if position % 2 == 0 else (mock, bare):
                rates[url].append(asyncio.run(requests_per_s(url, options.requests)))
    ratios = [m / b for b, m in zip(rates[bare], rates[mock], strict=True)]
    print(f"bare uvicorn + FastAPI: {statistics.median(rates[bare]):7.0f} requests/s")
    print(f"mock, simulation off:   {statistics.median(rates[mock]):7.0f} requests/s")
    print(f"ratio: {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
