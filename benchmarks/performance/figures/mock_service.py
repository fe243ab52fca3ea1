"""The mock service: what its layers cost when they simulate nothing, and how exact the simulated latency is.

A request's latency follows from the settings: one round trip, the bytes of both ways over the bandwidth, and
the service time. The error is how far from that h2load saw it, on connections that were there before.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.performance import h2load
from benchmarks.performance.cores import on_core
from benchmarks.performance.figure import Bench, Figure, Growth
from benchmarks.performance.services import bare_service, mock_service
from benchmarks.performance.turns import in_turns
from benchmarks.performance.wire import Exchange, exchange
from mock_service.settings import Settings

CONNECTIONS = 20
OFF = ("--no-tls", "--no-network", "--service-time-factor", "0")
EXACT = ("--jitter-sigma", "0", "--capacity", "10000")
"""Without what cannot be foretold of a request: the jitter, and waiting for a place."""
ORDER = json.dumps({"customer": "c", "lines": [{"item_id": 7, "quantity": 2}]})
WRK = """
local wanted = {{}}
local order = {{["Content-Type"] = "application/json"}}
init = function()
  for item = 1, 12 do wanted[#wanted + 1] = wrk.format("GET", "/items/" .. item) end
  for _, limit in ipairs({{10, 20, 40}}) do
    wanted[#wanted + 1] = wrk.format("GET", "/items?category=tools&limit=" .. limit)
  end
  for _ = 1, 3 do wanted[#wanted + 1] = wrk.format("POST", "/orders", order, '{order}') end
end
local turn = 0
request = function() turn = turn + 1; return wanted[turn % #wanted + 1] end
"""
RATE_RPS, LIMIT_MS = 500, 2.0
SHARES = {"item": 0.6, "list": 0.24, "order": 0.16}
PERIOD_MS = 1000
GROWTH_RPS = (50, 100, 250, 500, 750, 1000)


def measure(bench: Bench) -> Iterator[Figure | Growth]:
    """Requests/s over bare uvicorn and FastAPI; the error of the simulated latency, and how it grows."""
    yield _overhead(bench)
    with mock_service(*EXACT, core=bench.server_core) as url:
        client = _ExactClient(url=url, bench=bench)
        client.errors_ms(RATE_RPS, seconds=1)  # every body is compressed once
        errors = [client.errors_ms(RATE_RPS, seconds=bench.quick or 5) for _ in range(bench.pairs)]
        yield Figure(
            name=f"error of the simulated latency at {RATE_RPS} requests/s, P99",
            subject="mock service",
            reference="limit",
            unit="ms",
            subject_samples=[h2load.quantile(each, 0.99) for each in errors],
            reference_samples=[LIMIT_MS],
            bound=1.0,
            at_most=True,
            remark="Off by what the settings imply, over TLS on the default line; items, lists and orders by"
            " three h2loads. "
            + "; ".join(
                f"P{share * 100:g} {min(found):.2g} to {max(found):.2g} ms"
                for share in (0.5, 0.95)
                if (found := [h2load.quantile(each, share) for each in errors])
            )
            + ".",
        )
        points = {
            rate: client.errors_ms(rate, seconds=1 if bench.quick else 5)
            for rate in GROWTH_RPS[: 2 if bench.quick else None]
        }
        yield Growth(
            name="error of the simulated latency",
            x="requests/s",
            unit="ms",
            series={
                name: [(rate, h2load.quantile(found, share)) for rate, found in points.items()]
                for name, share in (("P50", 0.5), ("P95", 0.95), ("P99", 0.99))
            },
        )


def _overhead(bench: Bench) -> Figure:
    script = bench.folder / "mix.lua"
    script.write_text(WRK.format(order=ORDER))
    with bare_service(core=bench.server_core) as bare, mock_service(*OFF, core=bench.server_core) as mock:
        samples = in_turns(
            {
                "mock": lambda: _requests_per_s(mock, script, bench),
                "bare": lambda: _requests_per_s(bare, script, bench),
            },
            bench.pairs,
        )
    return Figure(
        name="mock service without its simulation",
        subject="mock service",
        reference="bare uvicorn and FastAPI with its routes",
        unit="requests/s",
        subject_samples=samples["mock"],
        reference_samples=samples["bare"],
        bound=0.8,
        remark=f"wrk, {CONNECTIONS} connections, plain HTTP.",
    )


def _requests_per_s(url: str, script: Path, bench: Bench) -> float:
    seconds = 1 if bench.quick else 3
    words = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", str(script), url]
    said = subprocess.run(
        [*on_core(bench.load_core), *words], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise ValueError(f"wrk against {url}: {said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found
    return float(found[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _ExactClient:
    """Loads a mock service evenly, and knows what every request should take."""

    url: str
    bench: Bench

    def errors_ms(self, rate_rps: float, *, seconds: float) -> list[float]:
        """How far each request was off, whichever it was, in ms."""
        order = self.bench.folder / "order.json"
        order.write_text(ORDER)
        gzip = ("-H", "accept-encoding: gzip")
        asked = {
            "item": ("/items/7", gzip),
            "list": ("/items?category=tools&limit=20", gzip),
            "order": ("/orders", (*gzip, "-H", "content-type: application/json", "-d", str(order))),
        }
        loads = [
            h2load.Paced(
                url=f"{self.url}{target}",
                clients=max(round(rate_rps * SHARES[kind] * PERIOD_MS / 1000), 1),
                period_ms=PERIOD_MS,
                seconds=seconds,
                words=words,
            )
            for kind, (target, words) in asked.items()
        ]
        implied = [implied_ms(kind, exchange(load)) for kind, load in zip(asked, loads, strict=True)]
        seen = h2load.play(loads, folder=self.bench.folder, core=self.bench.load_core)
        return [abs(each - wanted) for wanted, found in zip(implied, seen, strict=True) for each in found]


def implied_ms(kind: str, crossed: Exchange) -> float:
    """What a request on a kept connection takes by the default settings without jitter, in ms."""
    settings = Settings()
    medians_ms = {"item": settings.item_ms, "list": settings.list_ms, "order": settings.order_ms}
    line_ms = crossed.wire_bytes * 8 / (settings.bandwidth_mbps * 1000)
    service_ms = medians_ms[kind] + settings.body_ms_per_kb * crossed.body_bytes / 1000
    return settings.rtt_ms + line_ms + service_ms * settings.service_time_factor
