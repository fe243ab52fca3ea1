"""Simulated runs in batches that fit into memory, and the truth about them."""

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.verdict.machines import Floats, Machine
from benchmarks.verdict.plans import Plan
from benchmarks.verdict.procedure import Q
from benchmarks.verdict.service import Load, Runs, interleaved
from benchmarks.verdict.table import Row

BATCH = 400
COPIES = 40
"""Runs that meet the same weather: together they tell its true P95."""


def batches(
    machine: Machine, load: Load, factor: float, runs: int, seed: int, *, copies: int = 1
) -> Iterator[Runs]:
    """Yield at least so many interleaved runs, each batch from its own seed."""
    for number in range(-(-runs // BATCH)):
        yield interleaved(machine, load, factor, BATCH, seed * 1_000 + number, copies=copies)


def true_p95_ms(latencies_ms: Floats, looks: Sequence[int]) -> Floats:
    """Return the P95 of the weather that each run met up to each look, from the runs that shared it."""
    groups = latencies_ms.reshape(-1, COPIES, *latencies_ms.shape[1:])
    truths = [np.quantile(groups[:, :, :look], Q, axis=(1, 2, 3)) for look in looks]
    return np.repeat(np.stack(truths, axis=1), COPIES, axis=0)


def share_row(
    title: str,
    machine: Machine,
    plan: Plan | str,
    hits: Sequence[bool],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Row:
    """Return the share of runs that are hits."""
    return Row(
        title=title,
        machine=machine.name,
        plan=plan if isinstance(plan, str) else plan.name,
        value=float(np.mean(hits)),
        runs=len(hits),
        at_least=at_least,
        at_most=at_most,
    )
