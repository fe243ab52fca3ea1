"""HTTP/2 against the mock service: is its latency what the line and the service make of it, and no more?

Twenty users in a closed loop ask for the plan's GETs, each client for the same ones. Http2User's client and
`h2load` (Debian: nghttp2-client) use one connection and HTTP/2, OptimizedUser's client HTTP/1.1, by turns:

- on the default line, 2 Mbit/s for each connection, which HTTP/2 has to share among all users;
- on a wide line, where the bandwidth is no longer what decides;
- without a line.

    python -m benchmarks.http2_latency [--rounds 5] [--requests 400]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from locustfiles.plan import ShopPlan
from tests.mock_service.service import running

USERS = 20
RESULTS = Path(__file__).parent / "results" / "http2_latency.json"
LINES = {
    "default line": (),
    "wide line": ("--bandwidth-mbps", "200"),
    "no line": ("--no-network",),
}
CLIENTS = ("http2", "h2load", "optimized")


def targets(count: int) -> list[str]:
    """The first GETs of the plan."""
    plan = (ShopPlan(seed=1).request(number) for number in range(1, 3 * count))
    return [request.target for request in plan if request.method == "GET"][:count]


def by_h2load(url: str, folder: Path, asked: list[str]) -> list[float]:
    """The latencies in ms that h2load logs."""
    (folder / "targets").write_text("".join(f"{url}{target}\n" for target in asked))
    log = folder / "h2load.log"
    log.unlink(missing_ok=True)
    words = ["-c", "1", "-m", str(USERS), "-t", "1", "-n", str(len(asked)), "-H", "accept-encoding: gzip"]
    command = ["h2load", *words, "-i", str(folder / "targets"), "--log-file", str(log)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
    lines = [line.split("\t") for line in log.read_text().splitlines()]
    assert all(status == "200" for _, status, _ in lines)
    return [int(elapsed_us) / 1000 for _, _, elapsed_us in lines]


def by_client(kind: str, url: str, asked: list[str]) -> list[float]:
    """The latencies in ms of one of our clients, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.http2_client", kind, url, "--targets"]
    child = subprocess.run(
        command, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True, timeout=300
    )
    found: list[float] = json.loads(child.stdout)
    return found


def figures(latencies_ms: list[float]) -> dict[str, float]:
    """Median and P95, by Locust's rank."""
    ordered = sorted(latencies_ms)
    return {f"p{quantile}": ordered[len(ordered) * quantile // 100] for quantile in (50, 95)}


def measure(flags: tuple[str, ...], rounds: int, asked: list[str]) -> dict[str, Any]:
    """P50 and P95 of each client in ms: the median over rounds, with their extremes."""
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in CLIENTS}
    with running(*flags) as service, tempfile.TemporaryDirectory() as name:
        os.environ["SSL_CERT_FILE"] = str(service.address.ca_file)
        for position in range(rounds):
            for kind in CLIENTS if position % 2 == 0 else CLIENTS[::-1]:
                url = service.address.url
                latencies_ms = (
                    by_h2load(url, Path(name), asked) if kind == "h2load" else by_client(kind, url, asked)
                )
                found[kind].append(figures(latencies_ms))
    return {
        kind: {
            quantile: {
                "median": round(statistics.median(each[quantile] for each in rows), 2),
                "min": round(min(each[quantile] for each in rows), 2),
                "max": round(max(each[quantile] for each in rows), 2),
            }
            for quantile in ("p50", "p95")
        }
        for kind, rows in found.items()
    }


def main() -> None:
    """Print a table, and keep the figures in RESULTS."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=400, help="per client and round")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    if not shutil.which("h2load"):
        sys.exit("http2_latency: needs h2load (Debian: nghttp2-client)")
    asked = targets(options.requests)
    result: dict[str, Any] = {"users": USERS, "requests": options.requests, "rounds": options.rounds}
    for line, flags in LINES.items():
        result[line] = measure(flags, options.rounds, asked)
        for kind, quantiles in result[line].items():
            shown = "  ".join(
                f"{name.upper()} {each['median']:8.1f} ms ({each['min']:.1f} to {each['max']:.1f})"
                for name, each in quantiles.items()
            )
            print(f"{line:14}{kind:10}  {shown}", flush=True)
    options.output.parent.mkdir(exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
