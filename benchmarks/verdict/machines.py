"""Machines that serve no two seconds alike: slow drift, wobble, bursts, and the luck of a start."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRID_S = 0.25
DRIFT_TIME_S = 600.0
WOBBLE_TIME_S = 5.0
BURST_S = 2.0
BURST_FACTOR = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """How much the service times of a machine vary beyond the requests themselves, as ratios."""

    name: str
    drift: float = 0.0
    wobble: float = 0.0
    burst_every_s: float = math.inf
    start_luck: float = 0.0

    def slowness(self, random: np.random.Generator, machines: int, duration_s: float) -> Floats:
        """Return the factor on service times of so many machines, one row each, a column per GRID_S."""
        steps = math.ceil(duration_s / GRID_S)
        logs = _wander(random, machines, steps, self.drift, DRIFT_TIME_S)
        logs += _wander(random, machines, steps, self.wobble, WOBBLE_TIME_S)
        if math.isfinite(self.burst_every_s):
            logs += math.log(BURST_FACTOR) * _bursts(random, machines, steps, self.burst_every_s)
        return np.exp(logs)


QUIET = Machine(name="quiet")
CI = Machine(name="ci", drift=0.03, wobble=0.05, burst_every_s=120.0, start_luck=0.01)
NOISY = Machine(name="noisy", drift=0.08, wobble=0.10, burst_every_s=60.0, start_luck=0.02)
MACHINES = (QUIET, CI, NOISY)


def _wander(random: np.random.Generator, machines: int, steps: int, spread: float, time_s: float) -> Floats:
    """Return stationary Ornstein-Uhlenbeck paths of the given standard deviation and correlation time."""
    paths = np.zeros((machines, steps))
    if spread == 0:
        return paths
    keep = math.exp(-GRID_S / time_s)
    paths[:, 0] = random.normal(0, spread, machines)
    pushes = random.normal(0, spread * math.sqrt(1 - keep**2), (machines, steps))
    for step in range(1, steps):
        paths[:, step] = keep * paths[:, step - 1] + pushes[:, step]
    return paths


def _bursts(random: np.random.Generator, machines: int, steps: int, every_s: float) -> Floats:
    """Return 1 during a burst and 0 outside; bursts last BURST_S on average and may overlap."""
    edges = np.zeros((machines, steps + 1))
    counts = random.poisson(steps * GRID_S / every_s, machines)
    owners = np.repeat(np.arange(machines), counts)
    begins = random.integers(0, steps, len(owners))
    lengths = np.maximum(1, np.round(random.exponential(BURST_S, len(owners)) / GRID_S).astype(np.int64))
    np.add.at(edges, (owners, begins), 1)
    np.add.at(edges, (owners, np.minimum(begins + lengths, steps)), -1)
    return (edges.cumsum(axis=1)[:, :steps] > 0).astype(np.float64)
