"""A closed loop of users before a bounded number of servers, many runs at once.

Users without pauses keep every server busy, so the k-th request in the queue starts when the (k - servers)-th
is answered, and is sent when the (k - users)-th is: one step per request moves all runs on together.
"""

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.verdict.machines import GRID_S, Floats, Machine

MEAN_SERVICE_S = 0.15
GAP_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a run asks of the service."""

    rounds: int
    requests: int
    users: int = 20
    servers: int = 4
    sigma: float = 0.6
    slow_share: float = 0.08
    slow_factor: float = 5.0
    payload: float = 0.0
    """Share of the variance of a log service time that the payload decides, the same in both arms."""

    @property
    def duration_s(self) -> float:
        """About how long both arms take, with room for slow machines."""
        block_s = (self.users + self.requests) * MEAN_SERVICE_S / self.servers + GAP_S
        return 2 * self.rounds * block_s * 1.5


class Service:
    """So many independent runs against one machine each."""

    def __init__(self, machine: Machine, load: Load, runs: int, random: np.random.Generator, copies: int = 1):
        """Take `copies` runs for each machine: they meet the same weather with requests of their own."""
        self._load, self._runs, self._random = load, runs, random
        weather = machine.slowness(random, runs // copies, load.duration_s)
        self._columns = weather.shape[1]
        self._weather = weather.ravel()
        self._rows = np.repeat(np.arange(runs // copies), copies) * self._columns
        self._clock = np.zeros(runs)
        self._start_luck = machine.start_luck
        self._luck = np.ones(runs)
        self.restart()

    def restart(self) -> None:
        """Draw the luck of a new start of the service."""
        self._luck = np.exp(self._random.normal(0, self._start_luck, self._runs))

    def payloads(self) -> tuple[Floats, Floats]:
        """Return what the requests of a block are: the size and the slow class of each."""
        shape = (self._load.users + self._load.requests, self._runs)
        return self._random.standard_normal(shape), self._random.random(shape)

    def block(self, factor: float, payloads: tuple[Floats, Floats]) -> Floats:
        """Return measured latencies of a block in ms (requests, runs), service times scaled by `factor`."""
        work = self._work(payloads) * (factor * self._luck)
        servers, users = self._load.servers, self._load.users
        begins, ends = np.empty_like(work), np.empty_like(work)
        begins[:servers] = self._clock
        ends[:servers] = self._clock + work[:servers] * self._slowness(self._clock)
        busy = ends[:servers].copy()
        flat, columns = busy.ravel(), np.arange(self._runs)
        for request in range(servers, len(work)):
            first = busy.argmin(axis=0) * self._runs + columns
            now = flat[first]
            begins[request] = now
            end = now + work[request] * self._slowness(now)
            ends[request] = end
            flat[first] = end
        sent = begins[servers : servers + self._load.requests]
        self._clock = ends.max(axis=0) + GAP_S
        return np.asarray((ends[users:] - sent) * 1000)

    def _work(self, payloads: tuple[Floats, Floats]) -> Floats:
        size, kind = payloads
        share = self._load.payload
        if share < 1:
            own = self._random.standard_normal(size.shape)
            size = math.sqrt(share) * size + math.sqrt(1 - share) * own
        slow = np.where(kind < self._load.slow_share, self._load.slow_factor, 1.0)
        mean = (1 + self._load.slow_share * (self._load.slow_factor - 1)) * math.exp(self._load.sigma**2 / 2)
        return np.asarray(MEAN_SERVICE_S / mean * np.exp(self._load.sigma * size) * slow)

    def _slowness(self, now: Floats) -> Floats:
        columns = np.minimum((now / GRID_S).astype(np.int64), self._columns - 1)
        return np.asarray(self._weather[self._rows + columns])


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The measured latencies of many runs in ms, shaped (runs, rounds, requests)."""

    baseline_ms: Floats
    optimized_ms: Floats


def interleaved(
    machine: Machine, load: Load, factor: float, runs: int, seed: int, *, copies: int = 1
) -> Runs:
    """Play rounds of both arms against one service, orders in balanced random pairs."""
    random = np.random.default_rng(seed)
    service = Service(machine, load, runs, random, copies)
    baseline, optimized = (np.empty((runs, load.rounds, load.requests)) for _ in range(2))
    order = [(baseline, 1.0), (optimized, factor)]
    for number in range(load.rounds):
        if number % 2 == 1 or random.random() < 0.5:
            order.reverse()
        payloads = service.payloads()
        for latencies, arm_factor in order:
            own = payloads if load.payload else service.payloads()
            latencies[:, number] = service.block(arm_factor, own).T
    return Runs(baseline_ms=baseline, optimized_ms=optimized)


def one_after_the_other(machine: Machine, load: Load, factor: float, runs: int, seed: int) -> Runs:
    """Play one long block per arm, each on its own start of the service: how most people compare."""
    service = Service(machine, load, runs, np.random.default_rng(seed))
    blocks = []
    for arm_factor in (1.0, factor):
        service.restart()
        blocks.append(service.block(arm_factor, service.payloads()).T[:, np.newaxis])
    return Runs(baseline_ms=blocks[0], optimized_ms=blocks[1])
