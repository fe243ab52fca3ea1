"""The measurements, each a function in a module of its own: it takes a Bench and yields what it found."""

from collections.abc import Callable, Iterator, Mapping

from benchmarks.performance.figure import Bench, Figure, Growth
from benchmarks.performance.figures import (
    added_latency,
    analysis,
    first_verdict,
    master_memory,
    mock_service,
    report,
    swarm_sizes,
)

Measure = Callable[[Bench], Iterator[Figure | Growth]]

MEASURES: Mapping[str, Measure] = {
    "added-latency": added_latency.measure,
    "swarm-sizes": swarm_sizes.measure,
    "analysis": analysis.measure,
    "report": report.measure,
    "master-memory": master_memory.measure,
    "mock-service": mock_service.measure,
    "first-verdict": first_verdict.measure,
}
"""By the name that `--only` takes, in the order in which they are played."""
