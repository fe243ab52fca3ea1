"""Who plays which numbers of a block, and what has come back: the account of every request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from locustfiles.load import Stage


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


def even_spread(users: int, workers: Sequence[str]) -> dict[str, int]:
    """How many of `users` each worker gets: the first ones one more where it does not come out even."""
    least, extra = divmod(users, len(workers)) if workers else (0, 0)
    return {worker: least + (place < extra) for place, worker in enumerate(workers)}


class Leg(NamedTuple):
    """A stretch of one worker's share in the closed model: numbers to play, and how many users play them.

    `numbers` are the plan's where `part` is "measured", else they only count. The users go from the one
    figure to the other in a straight line over the numbers that are handed out.
    """

    part: str
    numbers: range
    from_users: int
    to_users: int

    def users_at(self, handed_out: int) -> int:
        """How many users may be at work when so many numbers are handed out; at least one."""
        if self.from_users == self.to_users:
            return max(self.to_users, 1)
        share = handed_out / len(self.numbers)
        return max(round(self.from_users + (self.to_users - self.from_users) * share), 1)


def closed_legs(
    stages: Sequence[Stage], *, first: int, requests: int, users: Mapping[str, int]
) -> dict[str, list[Leg]]:
    """What each worker plays of a block in the closed model; without stages all its users play its numbers.

    Every stage is split over the workers in proportion to the users that it has on each.
    """
    if not stages:
        whole = split(first=first, requests=requests, weights=users)
        return {worker: [Leg("measured", whole[worker], users[worker], users[worker])] for worker in users}
    legs: dict[str, list[Leg]] = {worker: [] for worker in users}
    hands = [worker for worker, held in users.items() if held]
    for stage in stages:
        low, high = stage.users or (0, 0)
        begin, end = even_spread(low, hands), even_spread(high, hands)
        weights = {worker: begin.get(worker, 0) + end.get(worker, 0) for worker in users}
        start = first if stage.judged else 1
        shares = split(first=start, requests=stage.requests, weights=weights)
        for worker, numbers in shares.items():
            legs[worker].append(Leg(stage.part, numbers, begin.get(worker, 0), end.get(worker, 0)))
        first += stage.requests if stage.judged else 0
    return legs


def measured_numbers(legs: Sequence[Leg]) -> Collection[int]:
    """The plan's numbers among these legs."""
    ranges = [leg.numbers for leg in legs if leg.part == "measured"]
    return ranges[0] if len(ranges) == 1 else frozenset(number for each in ranges for number in each)


@dataclass(slots=True)
class Ledger:
    """What each worker was given of one block, and what it has delivered.

    Numbers that nobody was given, and numbers delivered twice, are counted and never taken for a request.
    """

    given: Mapping[str, Collection[int]]
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
