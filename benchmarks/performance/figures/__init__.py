"""The measurements, each a function in a module of its own: it takes a Bench and yields what it found."""

from collections.abc import Callable, Iterator, Mapping

from benchmarks.performance.figure import Bench, Figure, Growth
from benchmarks.performance.figures import lean_client, peers, swarm_sizes, user_memory, workers

Measure = Callable[[Bench], Iterator[Figure | Growth]]

MEASURES: Mapping[str, Measure] = {
    "lean-client": lean_client.measure,
    "peers": peers.measure,
    "user-memory": user_memory.measure,
    "workers": workers.measure,
    "swarm-sizes": swarm_sizes.measure,
}
"""By the name that `--only` takes, in the order in which they are played."""
