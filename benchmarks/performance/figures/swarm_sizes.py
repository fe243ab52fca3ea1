"""Does a swarm of any size measure the same? P50 and P95 by 2, 3 and 8 workers over those by one process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.performance.cores import run
from benchmarks.performance.figure import Bench, Figure
from benchmarks.performance.turns import in_turns
from mock_service.run import client_environment
from tests.mock_service.service import running

ROOT = Path(__file__).parents[3]
LOCUST = str(Path(sys.executable).with_name("locust"))
SERVICE = (
    *("--no-network", "--body-ms-per-kb", "0", "--jitter-sigma", "0.2"),
    *(word for endpoint in ("item", "list", "order") for word in (f"--{endpoint}-ms", "100")),
)
"""About 100 ms an answer, independent of each other."""
SIZES = (2, 3, 8)
USERS, REQUESTS, ROUNDS = 24, 480, 4


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield P50 and P95 of each size of swarm over those of one process."""
    requests, rounds = (USERS, 1) if bench.quick else (REQUESTS, ROUNDS)
    found: dict[str, list[dict[str, float]]] = {}
    with running(*SERVICE) as service:
        env = client_environment(service.address)

        def play(name: str, *words: str) -> float:
            shape = ["-u", str(USERS), "--arms", "optimized", "--requests", str(requests)]
            shape += ["--rounds", str(rounds), "--warmup-rounds", "1", "--results", str(bench.folder)]
            run([LOCUST, "--headless", *shape, *words], cwd=ROOT, env=env)
            report = json.loads((bench.folder / "latest" / "comparison_report.json").read_text())
            latency_ms = report["arms"]["optimized"]["latency_ms"]
            found.setdefault(name, []).append(latency_ms)
            return float(latency_ms["p95"])

        sizes = {str(size): partial(play, str(size), "--processes", str(size)) for size in SIZES}
        in_turns({"one": partial(play, "one"), **sizes}, min(bench.pairs, 5), warmup=0)
    for size in SIZES:
        for quantile in ("p50", "p95"):
            yield Figure(
                name=f"{quantile.upper()} measured by {size} workers over one process",
                subject=f"{size} workers",
                reference="one process",
                unit="ms",
                subject_samples=[each[quantile] for each in found[str(size)]],
                reference_samples=[each[quantile] for each in found["one"]],
                remark="1 is the same figure; eight workers, the service and the master share two cores."
                if size == max(SIZES)
                else "",
            )
