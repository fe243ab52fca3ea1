"""Who plays which numbers of a block, and what has come back: the account of every request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


def split(*, first: int, requests: int, weights: Mapping[str, int]) -> dict[str, range]:
    """Consecutive numbers for every worker, in proportion to its weight, each number exactly once.

    Largest remainders get what is left over, so that no share is off by more than one request. Workers of
    weight 0 get an empty range. Raises ValueError when there is nobody to play.
    """
    total = sum(weights.values())
    if total <= 0:
        raise ValueError("no worker has a user of this arm")
    exact = {worker: requests * weight / total for worker, weight in weights.items()}
    sizes = {worker: int(size) for worker, size in exact.items()}
    by_remainder = sorted(weights, key=lambda worker: (sizes[worker] - exact[worker], worker))
    for worker in by_remainder[: requests - sum(sizes.values())]:
        sizes[worker] += 1
    shares, start = {}, first
    for worker in weights:
        shares[worker] = range(start, start + sizes[worker])
        start += sizes[worker]
    return shares


@dataclass(slots=True)
class Ledger:
    """What each worker was given of one block, and what it has delivered.

    Numbers that nobody was given, and numbers delivered twice, are counted and never taken for a request.
    """

    given: Mapping[str, range]
    delivered: dict[str, set[int]] = field(default_factory=dict)
    refused: int = 0

    def deliver(self, worker: str, numbers: Iterable[int]) -> list[bool]:
        """For each number, whether it settles a request of this worker's share."""
        share, seen = self.given.get(worker, range(0)), self.delivered.setdefault(worker, set())
        taken = []
        for number in numbers:
            fits = number in share and number not in seen
            taken.append(fits)
            if fits:
                seen.add(number)
            else:
                self.refused += 1
        return taken

    def missing(self, worker: str) -> int:
        """How many requests of this worker's share have not come back."""
        return len(self.given[worker]) - len(self.delivered.get(worker, ()))

    @property
    def complete(self) -> bool:
        """Whether every request that was given out has come back."""
        return all(self.missing(worker) == 0 for worker in self.given)
