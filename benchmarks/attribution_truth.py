"""What each step of an attribution is truly worth against the mock service, from its settings alone.

Network and service time follow docs/mock-service.md: a kept connection costs a round trip, a new one with
TLS 1.3 two more and the bytes of its handshake, a body its length over the bandwidth. With a pool of ten
connections that users wait for, a latency holds the wait in line: that queue is simulated here by itself.
"""

from __future__ import annotations

import http.client
import math
import random
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from pathlib import Path
from statistics import fmean
from urllib.parse import urlsplit

import numpy as np

from analysis.statistics.quantiles import harrell_davis
from mock_service.certificate import issue

RECORD_BYTES, RECORD_OVERHEAD_BYTES = 16_384, 22
"""TLS 1.3: a record of at most 16 KiB has a header of 5 bytes, a type and a tag of 16."""
POOL = 10
QUANTILES = {"p50": 0.5, "p95": 0.95}
SIMULATED_BLOCKS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The causes of latency in one run; `item` is asked for over and over."""

    rtt_ms: float
    bandwidth_mbps: float
    service_ms: float
    sigma: float
    item: int

    @property
    def bytes_per_ms(self) -> float:
        return self.bandwidth_mbps * 125

    def flags(self) -> list[str]:
        """The settings of the mock service."""
        return [
            f"--rtt-ms={self.rtt_ms}",
            f"--bandwidth-mbps={self.bandwidth_mbps}",
            f"--item-ms={self.service_ms}",
            f"--jitter-sigma={self.sigma}",
            "--body-ms-per-kb=0",
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """What goes over the line: the body plain and compressed, and what a new connection adds."""

    plain: int
    gzip: int
    handshake: int


def draw(seed: int) -> Costs:
    """The costs of one run."""
    source = random.Random(f"{seed}/attribution")
    return Costs(
        rtt_ms=round(source.uniform(80, 140), 1),
        bandwidth_mbps=round(source.uniform(6, 12), 2),
        service_ms=250,
        sigma=0.1,
        item=source.choice(_large_items()),
    )


def weigh(item: int, url: str, ca_file: Path) -> Bytes:
    """The bytes of an item, as a running service sends it, within TLS records."""
    trust = ssl.create_default_context(cafile=ca_file)
    sizes = {}
    for encoding in ("identity", "gzip"):
        connection = http.client.HTTPSConnection(urlsplit(url).netloc, timeout=30, context=trust)
        connection.request("GET", f"/items/{item}", headers={"Accept-Encoding": encoding})
        sizes[encoding] = len(connection.getresponse().read())
        connection.close()
    plain, packed = (_in_records(sizes[encoding]) for encoding in ("identity", "gzip"))
    return Bytes(plain=plain, gzip=packed, handshake=handshake_bytes())


def handshake_bytes() -> int:
    """The bytes of a TLS 1.3 handshake with the mock's certificate, both ways, without session tickets."""
    certificate = issue()
    client_context = ssl.create_default_context(cadata=certificate.ca_pem.decode())
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    server = certificate.server_context(["http/1.1"]).wrap_bio(to_server, to_client, server_side=True)
    total = 0
    while True:
        for side, sent in ((client, to_server), (server, to_client)):
            before = sent.pending
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                total += sent.pending - before
            else:
                return total + sent.pending - before


def worths_ms(
    costs: Costs, size: Bytes, overhead_ms: dict[str, float], *, users: int, block: int
) -> dict[str, dict[str, float]]:
    """What each step is worth in ms by quantile, keyed by the step's arm.

    `overhead_ms` is what client and service take beyond network and service time, by arm; `users` are at
    work, `block` requests are measured at a time.
    """
    new_ms = 2 * costs.rtt_ms + size.handshake / costs.bytes_per_ms
    body_ms = (size.plain - size.gzip) / costs.bytes_per_ms
    fixed = {
        "keep_alive": new_ms + overhead_ms["baseline"] - overhead_ms["keep_alive"],
        "pool": overhead_ms["keep_alive"] - overhead_ms["pool"],
        "compression": body_ms + overhead_ms["pool"] - overhead_ms["compression"],
        "optimized": overhead_ms["compression"] - overhead_ms["optimized"],
        "without_keep_alive": new_ms + overhead_ms["without_keep_alive"] - overhead_ms["optimized"],
        "without_compression": body_ms + overhead_ms["without_compression"] - overhead_ms["optimized"],
    }
    found = {arm: dict.fromkeys(QUANTILES, worth_ms) for arm, worth_ms in fixed.items()}
    kept_ms = costs.rtt_ms + size.gzip / costs.bytes_per_ms + overhead_ms["optimized"]
    found["without_pool"] = _waiting_ms(costs, kept_ms, users=users, block=block)
    return found


def _waiting_ms(costs: Costs, kept_ms: float, *, users: int, block: int) -> dict[str, float]:
    """The wait for one of POOL connections, as the mean difference of a block's quantiles."""
    source = random.Random(1)

    def draw_ms() -> float:
        return kept_ms + costs.service_ms * math.exp(costs.sigma * source.gauss())

    pools = {"without": POOL, "with": users}
    quantiles = {
        name: [
            _quantiles(_block_ms(draw_ms, pool, users=users, block=block)) for _ in range(SIMULATED_BLOCKS)
        ]
        for name, pool in pools.items()
    }
    return {
        name: fmean(each[name] for each in quantiles["without"])
        - fmean(each[name] for each in quantiles["with"])
        for name in QUANTILES
    }


def _block_ms(draw_ms: Callable[[], float], pool: int, *, users: int, block: int) -> list[float]:
    """The measured latencies of one block: all users start at once and ask once before they take numbers.

    Who is done asks again at once; a connection goes to whoever has waited longest.
    """
    waiting = deque(range(users))
    asked_at, measured = [0.0] * users, [False] * users
    done: list[tuple[float, int]] = []
    latencies: list[float] = []
    handed_out, free, now = 0, pool, 0.0
    while len(latencies) < block:
        while waiting and free:
            free -= 1
            heappush(done, (now + draw_ms(), waiting.popleft()))
        now, user = heappop(done)
        free += 1
        if measured[user]:
            latencies.append(now - asked_at[user])
        asked_at[user], measured[user] = now, handed_out < block
        handed_out += 1
        waiting.append(user)
    return latencies


def _quantiles(latencies_ms: list[float]) -> dict[str, float]:
    """A block's quantiles by the estimator of the report, which matters where half of the requests wait."""
    return {name: harrell_davis(np.array(latencies_ms), quantile) for name, quantile in QUANTILES.items()}


def _in_records(body_bytes: int) -> int:
    return body_bytes + math.ceil(body_bytes / RECORD_BYTES) * RECORD_OVERHEAD_BYTES


@lru_cache(maxsize=1)
def _large_items() -> list[int]:
    from mock_service.catalog import Catalog  # noqa: PLC0415  # it makes 20 MB of text

    catalog = Catalog(count=200, seed=1)
    return [number for number in range(1, 201) if len(catalog.body(number) or b"") > 120_000]
