"""How users are spread over workers: every arm evenly, so that no arm is tied to a machine. Master side.

Locust's own dispatcher deals out users round robin: of two classes on two workers, each worker gets one
class. This one stands in its place through `Environment.dispatcher_class`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from locust import User
from locust.runners import WorkerNode

from locustfiles.shares import even_spread


class EvenDispatcher:
    """Locust's dispatcher interface: all users at once, every class in the same numbers on each worker.

    Only workers that `may_play` get users. Without classes to dispatch (Locust's own rebalancing) everybody
    keeps what it has: the conductor redistributes, between rounds.
    """

    may_play: Callable[[str], bool] = staticmethod(lambda _: True)
    # Locust asks this before it rebalances on its own, in the middle of a block.
    dispatch_in_progress = True

    def __init__(self, worker_nodes: list[WorkerNode], user_classes: list[type[User]]) -> None:
        self._nodes = {node.id: node for node in worker_nodes}
        self._names = sorted(user_class.__name__ for user_class in user_classes)
        self.spread: dict[str, dict[str, int]] = {}
        """The last one asked for: users by worker and class."""
        self._dispatch: Iterator[dict[str, dict[str, int]]] = iter(())

    def new_dispatch(
        self, target_user_count: int, spawn_rate: float, user_classes: list[type[User]] | None = None
    ) -> None:
        """Plan one iteration of `target_user_count` users in all; the spawn rate plays no part."""
        del spawn_rate  # users wait at the turnstile, so it does not matter when they come
        workers = sorted(worker for worker in self._nodes if self.may_play(worker))
        spread = {worker: dict.fromkeys(self._names, 0) for worker in workers}
        if user_classes is None:
            for worker in workers:
                spread[worker].update(self._nodes[worker].user_classes_count)
        else:
            share = even_spread(target_user_count // len(user_classes), workers)
            for worker in workers:
                spread[worker].update({each.__name__: share[worker] for each in user_classes})
        self.spread = spread
        self._dispatch = iter([spread])

    def add_worker(self, worker_node: WorkerNode) -> None:
        """Know one more worker from the next dispatch on."""
        self._nodes[worker_node.id] = worker_node

    def remove_worker(self, worker_node: WorkerNode) -> None:
        """Forget a worker."""
        self._nodes.pop(worker_node.id, None)

    def __iter__(self) -> Iterator[dict[str, dict[str, int]]]:
        return self

    def __next__(self) -> dict[str, dict[str, int]]:
        return next(self._dispatch)
