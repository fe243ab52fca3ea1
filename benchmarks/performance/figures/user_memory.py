"""Memory that spawned users take, each with the connections it has when all of them ask."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.performance.figure import Bench, Figure, Growth
from benchmarks.performance.locust_runs import plain
from benchmarks.performance.nginx import nginx
from benchmarks.performance.turns import in_turns

USERS = (10, 100, 1_000, 10_000)
JUDGED = 1_000
KINDS = {"lean": "OptimizedUser", "fast": "FastHttpUser"}


def measure(bench: Bench) -> Iterator[Figure | Growth]:
    """By what the process has grown from before its users were spawned until they are stopped."""
    judged, steps = (10, (10,)) if bench.quick else (JUDGED, USERS)
    with nginx(bench.folder, core=bench.server_core) as env:

        def grown_mib(kind: str, users: int) -> float:
            seconds = 3.0 + users / 500
            found = plain(kind, bench.folder, env, users=users, seconds=seconds, core=bench.load_core)
            return found.grown_mib

        samples = in_turns(
            {kind: lambda kind=kind: grown_mib(kind, judged) for kind in KINDS},  # type: ignore[misc]  # bound at once
            bench.pairs,
            warmup=0,
        )
        yield Figure(
            name=f"memory of {judged:,} users",
            subject=KINDS["lean"],
            reference=KINDS["fast"],
            unit="MiB",
            subject_samples=samples["lean"],
            reference_samples=samples["fast"],
            bound=1.0,
            at_most=True,
            remark="plain Locust, all users at work",
        )
        yield Growth(
            name="memory of users",
            x="users",
            unit="MiB",
            series={
                name: [(users, grown_mib(kind, users)) for users in steps] for kind, name in KINDS.items()
            },
            remark="What a process grows by, from before its users are spawned until they are stopped.",
        )
