"""The generators that people would pick instead, side by side: requests per second of one core."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping

from benchmarks.performance.cores import run
from benchmarks.performance.figure import Bench, Figure
from benchmarks.performance.locust_runs import plain
from benchmarks.performance.nginx import nginx
from benchmarks.performance.turns import in_turns

CONNECTIONS = (20, 100)
MOST_PAIRS = 3
REFERENCE = "FastHttpUser"
LOCUST = {REFERENCE: "fast", "HttpUser": "http", "OptimizedUser": "lean"}
LEFT_OUT = (
    "Left out: artillery (its installation takes more than two minutes), Taurus (it drives others, JMeter or"
    " Locust)."
)


def commands(target: str, connections: int, requests: int) -> Mapping[str, list[str]]:
    """Each tool that is installed, asking so often over so many kept connections with one thread."""
    c, n = str(connections), str(requests)
    found = {
        "hey": ["hey", "-n", n, "-c", c, target],
        "h2load": ["h2load", "--h1", "-t", "1", "-n", n, "-c", c, target],
        "ab": ["ab", "-k", "-q", "-n", n, "-c", c, target],
        "autocannon": ["autocannon", "-a", n, "-c", c, target],
    }
    return {name: command for name, command in found.items() if shutil.which(command[0])}


def measure(bench: Bench) -> Iterator[Figure]:
    """By the CPU that each took itself; none is judged."""
    seconds, requests = (3.0, 1_000) if bench.quick else (4.0, 50_000)
    core = bench.load_core
    with nginx(bench.folder, core=bench.server_core) as env:
        target = f"{env['LOCUST_HOST']}/items/1"
        for connections in CONNECTIONS[:1] if bench.quick else CONNECTIONS:
            measures: dict[str, Callable[[], float]] = {}
            for name, kind in LOCUST.items():
                measures[name] = lambda kind=kind, users=connections: (
                    plain(  # type: ignore[misc]  # bound at once
                        kind, bench.folder, env, users=users, seconds=seconds, core=core
                    ).rps_per_core
                )
            for name, command in commands(target, connections, requests).items():
                measures[name] = lambda command=command: requests / run(command, core=core).cpu_s  # type: ignore[misc]
            if shutil.which("wrk"):
                measures["wrk"] = lambda connections=connections: _wrk(target, connections, seconds / 2, core)  # type: ignore[misc]
            samples = in_turns(measures, min(bench.pairs, MOST_PAIRS), warmup=0)
            for name in measures:
                if name != REFERENCE:
                    yield Figure(
                        name=f"{name} over {REFERENCE}, {connections} connections, side by side",
                        subject=name,
                        reference=REFERENCE,
                        unit="requests/s per core",
                        subject_samples=samples[name],
                        reference_samples=samples[REFERENCE],
                        remark=LEFT_OUT if name == "wrk" else "",
                    )


def _wrk(target: str, connections: int, seconds: float, core: int) -> float:
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{max(seconds, 1):.0f}s", target]
    done = run(command, core=core)
    found = re.search(r"(\d+) requests in", done.output)
    if found is None:
        raise RuntimeError(f"wrk said nothing of its requests:\n{done.output}{done.errors}")
    return int(found[1]) / done.cpu_s
