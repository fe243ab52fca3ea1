"""Requests per second of each worker in swarms of 1 to 8 processes, and what a row costs their master."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator

from benchmarks.performance.cores import run
from benchmarks.performance.figure import Bench, Figure, Growth
from benchmarks.performance.locust_runs import ROOT, Load, comparison, plain
from benchmarks.performance.nginx import nginx
from benchmarks.performance.turns import in_turns

WORKERS = (1, 2, 4, 8)
USERS_EACH = 20
OURS, STOCK = "OptimizedUser in a comparison", "FastHttpUser"
UNIT = "requests/s per core and worker"
LEAST_REQUESTS = 150_000
"""Enough for several seconds."""


def measure(bench: Bench) -> Iterator[Figure | Growth]:
    """By the CPU that the workers took themselves, since they share the cores with each other."""
    sizes = WORKERS[:1] if bench.quick else WORKERS
    with nginx(bench.folder, core=bench.server_core) as env:

        def ours(workers: int, core: int | None) -> Load:
            words = ["--processes", str(workers)]
            requests = 200 if bench.quick else max(LEAST_REQUESTS, 50_000 * workers)
            users = USERS_EACH * workers
            return comparison(bench.folder, env, users=users, requests=requests, core=core, words=words)

        def stock(workers: int, core: int | None) -> Load:
            # Workers report every three seconds: two whole spans between reports.
            words = ["--processes", str(workers)]
            users = USERS_EACH * workers
            return plain("fast", bench.folder, env, users=users, seconds=11, core=core, words=words)

        loads: dict[str, Callable[[int, int | None], Load]] = {OURS: ours, STOCK: stock}
        judged = max(1, (os.cpu_count() or 1) - 1)
        for workers in (each for each in sizes if each <= judged):
            core = bench.load_core if judged == 1 else None
            samples = in_turns(
                {
                    name: lambda load=load, workers=workers, core=core: load(workers, core).rps_per_core  # type: ignore[misc]  # bound at once
                    for name, load in loads.items()
                },
                bench.pairs,
                warmup=0,
            )
            yield Figure(
                name=f"a swarm of {workers} worker process{'es' if workers > 1 else ''}",
                subject=OURS,
                reference=STOCK,
                unit=UNIT,
                subject_samples=samples[OURS],
                reference_samples=samples[STOCK],
                bound=1.0,
                remark="recording, accounting and rows to the master on, against none of it",
            )
        yield Growth(
            name="requests of each worker",
            x="worker processes",
            unit=UNIT,
            series={
                name: [(workers, load(workers, None).rps_per_core) for workers in sizes]
                for name, load in loads.items()
            },
            remark=f"On {os.cpu_count()} cores, which the workers share with their master and the server.",
        )
    yield _master(sizes)


def _master(sizes: tuple[int, ...]) -> Growth:
    """What a measured request costs the master: taken in, checked, stored, and in Locust's statistics."""
    words = ["-m", "benchmarks.master_intake", "--workers", *map(str, sizes)]
    done = run([sys.executable, *words, "--requests-per-worker", "100", "500"], cwd=ROOT)
    found = [json.loads(line) for line in done.output.splitlines()[: len(sizes)]]
    return Growth(
        name="cost of recording on the master",
        x="worker processes",
        unit="microseconds of CPU per request",
        series={"rows": [(each["workers"], each["cpu_us_per_request"]) for each in found]},
        remark="Messages of workers that do not exist, fed to the master's receiving code"
        " (`python -m benchmarks.master_intake`).",
    )
