"""What the HTTP/2 client can make: requests per second of one core, beside a shared httpx client.

nginx answers every request at once with the same small JSON over TLS, on a core of its own where there are
two. Each client runs in a process of its own on another core, with 20 greenlets that ask one request after
the other, and over one connection if it speaks HTTP/2: Http2User's, httpx's under Locust's patches, and for
orientation OptimizedUser's over HTTP/1.1. They take turns, in an order that alternates. `h2load` (Debian:
nghttp2-client) shows what nginx has to give, if it is there.

    python -m benchmarks.http2_rps [--rounds 7] [--requests 8000]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.http2.nginx import NGINX, nginx

USERS = 20
BOUND = 3.0
RESULTS = Path(__file__).parent / "results" / "http2_rps.json"
CLIENTS = ("http2", "httpx", "optimized")
TARGET = "/small"


def in_a_process(kind: str, url: str, requests: int) -> dict[str, float]:
    """The rates of one client, in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.http2_client", kind, url, str(requests)]
    child = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=300)
    found: dict[str, float] = json.loads(child.stdout)
    return found


def h2load(url: str, requests: int) -> dict[str, float]:
    """What h2load makes of the same answers, on one connection with as many streams."""
    command = ["h2load", "-n", str(requests), "-c", "1", "-m", str(USERS), "-t", "1", url + TARGET]
    begun_at = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    wall_s = time.perf_counter() - begun_at
    return {"rps": requests / wall_s, "rps_per_core": requests / (used.ru_utime + used.ru_stime)}


def pin(core: int) -> None:
    """Put this process and what it starts from now on to a core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def spread(values: list[float]) -> dict[str, float]:
    """Median and extremes."""
    return {
        "median": round(statistics.median(values), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
    }


def shown(figure: dict[str, float]) -> str:
    """A figure with its spread."""
    return f"{figure['median']:10,.1f} ({figure['min']:,.1f} to {figure['max']:,.1f})"


def summary(found: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """The figures per client, and the ratio to httpx, round by round."""
    pairs = zip(found["http2"], found["httpx"], strict=True)
    return {
        "clients": {
            kind: {figure: spread([each[figure] for each in rounds]) for figure in ("rps", "rps_per_core")}
            for kind, rounds in found.items()
        },
        "ratio_to_httpx": spread([ours["rps_per_core"] / other["rps_per_core"] for ours, other in pairs]),
        "bound": BOUND,
    }


def compare(rounds: int, requests: int) -> dict[str, Any]:
    """All clients by turns against one nginx."""
    if NGINX is None:
        sys.exit("http2_rps: needs nginx (Debian: nginx-light)")
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
    server_core, client_core = cores[0], cores[-1]
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in CLIENTS}
    with tempfile.TemporaryDirectory() as folder:
        pin(server_core)
        with nginx(Path(folder), settings="keepalive_requests 100000000;") as server:
            pin(client_core)
            os.environ["SSL_CERT_FILE"] = str(Path(folder) / "ca.pem")
            for position in range(rounds):
                for kind in CLIENTS if position % 2 == 0 else CLIENTS[::-1]:
                    found[kind].append(in_a_process(kind, server.url, requests))
                    print(
                        f"round {position + 1}  {kind:10}{found[kind][-1]['rps_per_core']:8.0f}", flush=True
                    )
                if shutil.which("h2load"):
                    found.setdefault("h2load", []).append(h2load(server.url, 10 * requests))
    return {
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
        "users": USERS,
        "requests": requests,
        "rounds": rounds,
        "cores": {"server": server_core, "client": client_core},
        **summary(found),
    }


def main() -> None:
    """Print the figures, and keep them in RESULTS. Exit code 1 below the bound."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=8000, help="per client and round")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    result = compare(options.rounds, options.requests)
    options.output.parent.mkdir(exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n")
    for kind, figures in result["clients"].items():
        print(f"{kind:10}{shown(figures['rps_per_core'])} requests/s per core")
    ratio = result["ratio_to_httpx"]
    print(f"{'http2 to httpx':20}{shown(ratio)} times; the bound is {BOUND:g}")
    sys.exit(ratio["median"] < BOUND)


if __name__ == "__main__":
    main()
