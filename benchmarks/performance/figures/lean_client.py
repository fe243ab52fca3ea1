"""Requests per second of one core: OptimizedUser, plain and in a comparison, over FastHttpUser and hey."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.performance.cores import run
from benchmarks.performance.figure import Bench, Figure
from benchmarks.performance.locust_runs import comparison, plain
from benchmarks.performance.nginx import nginx
from benchmarks.performance.turns import in_turns

CONNECTIONS = (20, 100)
UNIT = "requests/s per core"
LEAN, FAST, COMPARED, HEY = "OptimizedUser", "FastHttpUser", "OptimizedUser in a comparison", "hey"


def measure(bench: Bench) -> Iterator[Figure]:
    """By the CPU that each process took itself, for 20 and 100 users."""
    seconds, requests = (3.0, 200) if bench.quick else (4.0, 200_000)
    with nginx(bench.folder, core=bench.server_core) as env:
        target = f"{env['LOCUST_HOST']}/items/1"
        for users in CONNECTIONS[:1] if bench.quick else CONNECTIONS:

            def load(kind: str, users: int = users) -> float:
                core = bench.load_core
                found = plain(kind, bench.folder, env, users=users, seconds=seconds, core=core)
                return found.rps_per_core

            def compared(users: int = users) -> float:
                core = bench.load_core
                found = comparison(bench.folder, env, users=users, requests=requests, core=core)
                return found.rps_per_core

            def hey(users: int = users) -> float:
                command = ["hey", "-n", str(requests), "-c", str(users), target]
                return requests / run(command, core=bench.load_core).cpu_s

            samples = in_turns(
                {
                    FAST: lambda load=load: load("fast"),  # type: ignore[misc]  # bound at once
                    LEAN: lambda load=load: load("lean"),  # type: ignore[misc]
                    COMPARED: compared,
                    HEY: hey,
                },
                bench.pairs,
                warmup=0,
            )
            for subject, reference, bound, aim in (
                (COMPARED, FAST, 1.2, 1.5),
                (LEAN, FAST, 1.8, 2.5),
                (LEAN, HEY, 0.4, 1.0),
            ):
                yield Figure(
                    name=f"{subject} over {reference}, {users} connections",
                    subject=subject,
                    reference=reference,
                    unit=UNIT,
                    subject_samples=samples[subject],
                    reference_samples=samples[reference],
                    bound=bound,
                    aim=aim,
                    remark=REMARKS[subject, reference],
                )


REMARKS = {
    (COMPARED, FAST): "recording, accounting and full-resolution statistics on, the default plan of requests,"
    " master and worker in one process; FastHttpUser asks for one item, and nobody listens",
    (LEAN, FAST): "`locust -f locustfiles/optimized.py`, one request as its plan",
    (LEAN, HEY): "hey is compiled, and held to one core as well",
}
