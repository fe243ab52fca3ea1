"""One client under 20 greenlets in this process: its requests per second, by the clock and by its CPU time.

    python -m benchmarks.http2_client http2|httpx|optimized URL REQUESTS
    python -m benchmarks.http2_client http2|optimized URL --targets < targets.json

The second asks for each target of a list once, and prints the latencies in ms.
"""

from __future__ import annotations

# isort: off
import locust  # noqa: F401  # patches the process, so it comes before all that it patches
# isort: on

import json
import ssl
import sys
import time
from collections.abc import Callable
from typing import Any

import gevent
import httpx
from locust.env import Environment

from locustfiles.http2_user import Http2User
from locustfiles.lean_user import LeanUser, SentRequest
from locustfiles.optimized import OptimizedUser

USERS = 20
TARGET = "/small"
Ask = Callable[[str], int]


def of_user(user_class: Any, url: str) -> Ask:
    """What asks once as a user of this class does, without Locust's event, and gives the status."""
    user_class.host = url
    user: LeanUser = user_class(Environment(user_classes=[user_class], host=url))
    return lambda target: user.exchange(SentRequest(method="GET", path_url=target, body=None)).status_code


def of_httpx(url: str) -> Ask:
    """What asks once through one httpx client that all greenlets share, on one connection."""
    client = httpx.Client(
        http2=True,
        http1=False,
        verify=ssl.create_default_context(),
        headers={"Accept-Encoding": "gzip"},
        limits=httpx.Limits(max_connections=1),
        timeout=60,
    )

    def ask(target: str) -> int:
        response = client.get(url + target)
        assert response.http_version == "HTTP/2"
        assert response.content
        return response.status_code

    return ask


def ask_many(ask: Ask, requests: int) -> tuple[float, float]:
    """The seconds that so many requests took, by the clock and of CPU time."""
    left = iter(range(requests))

    def user() -> None:
        for _ in left:
            assert ask(TARGET) == 200

    wall_s, cpu_s = time.perf_counter(), time.process_time()
    gevent.joinall([gevent.spawn(user) for _ in range(USERS)], raise_error=True)
    return time.perf_counter() - wall_s, time.process_time() - cpu_s


def ask_each(ask: Ask, targets: list[str]) -> list[float]:
    """The latencies in ms of requests for these targets, each asked for once."""
    left, latencies_ms = iter(targets), []

    def user() -> None:
        for target in left:
            begun_at = time.perf_counter()
            assert ask(target) == 200
            latencies_ms.append((time.perf_counter() - begun_at) * 1000)

    gevent.joinall([gevent.spawn(user) for _ in range(USERS)], raise_error=True)
    return latencies_ms


def main() -> None:
    """Print the rates, after a warm-up of a tenth, or the latencies: as JSON."""
    kind, url, what = sys.argv[1:]
    asks = {
        "http2": lambda: of_user(Http2User, url),
        "optimized": lambda: of_user(OptimizedUser, url),
        "httpx": lambda: of_httpx(url),
    }
    ask = asks[kind]()
    if what == "--targets":
        print(json.dumps(ask_each(ask, json.load(sys.stdin))))
        return
    requests = int(what)
    ask_many(ask, requests // 10)
    wall_s, cpu_s = ask_many(ask, requests)
    print(json.dumps({"rps": requests / wall_s, "rps_per_core": requests / cpu_s}))


if __name__ == "__main__":
    main()
