"""The measurements, each a function in a module of its own: it takes a Bench and yields what it found."""

from collections.abc import Callable, Iterator, Mapping

from benchmarks.performance.figure import Bench, Figure, Growth
from benchmarks.performance.figures import (
    added_latency,
    analysis,
    first_verdict,
    lean_client,
    master_memory,
    mock_service,
    peers,
    report,
    swarm_sizes,
    user_memory,
    workers,
)

Measure = Callable[[Bench], Iterator[Figure | Growth]]

MEASURES: Mapping[str, Measure] = {
    "lean-client": lean_client.measure,
    "peers": peers.measure,
    "workers": workers.measure,
    "user-memory": user_memory.measure,
    "added-latency": added_latency.measure,
    "swarm-sizes": swarm_sizes.measure,
    "analysis": analysis.measure,
    "report": report.measure,
    "master-memory": master_memory.measure,
    "mock-service": mock_service.measure,
    "first-verdict": first_verdict.measure,
}
"""By the name that `--only` takes, in the order in which they are played."""
