"""Measured of the naive rules, on one run per arm at the same load."""

from collections.abc import Iterator

from analysis.statistics.quantiles import quantile
from benchmarks.verdict import rules
from benchmarks.verdict.batches import BATCH, COPIES, batches, share_row, true_p95_ms
from benchmarks.verdict.machines import MACHINES, Machine
from benchmarks.verdict.procedure import Q
from benchmarks.verdict.service import Load, one_after_the_other
from benchmarks.verdict.table import Row


def naive(_runs: int, seed: int) -> Iterator[Row]:
    """Yield the same figures for the naive rules, with the requests of 30 and of 300 rounds of 100."""
    for requests in (3_000, 30_000):
        for machine in MACHINES:
            yield from _equal_arms(machine, requests, seed)
    for machine in MACHINES:
        yield from _at_the_limit(machine, seed)


def _equal_arms(machine: Machine, requests: int, seed: int) -> Iterator[Row]:
    runs = one_after_the_other(machine, Load(rounds=1, requests=requests), 1.0, BATCH, seed)
    pairs = list(zip(runs.baseline_ms[:, 0], runs.optimized_ms[:, 0], strict=True))
    for name, rule in rules.NAIVE.items():
        plan = f"one run of {requests:,} per arm, {name}"
        different = [rule(*pair) for pair in pairs]
        yield share_row("Naive rules: equal arms called different", machine, plan, different)


def _at_the_limit(machine: Machine, seed: int) -> Iterator[Row]:
    points: list[bool] = []
    bootstraps: list[bool] = []
    load = Load(rounds=1, requests=3_000)
    for batch in batches(machine, load, 1.0, BATCH, seed, copies=COPIES):
        truths = true_p95_ms(batch.optimized_ms, (1,))[:, 0]
        for run_ms, limit_ms in zip(batch.optimized_ms[:, 0], truths, strict=True):
            points.append(quantile(run_ms, Q) <= limit_ms)
            bootstraps.append(rules.bootstrap_passes_limit(run_ms, float(limit_ms)))
    title = "Naive rules: true P95 exactly at the limit, passed"
    yield share_row(title, machine, "one run of 3,000, point comparison", points)
    yield share_row(title, machine, "one run of 3,000, bootstrap over requests, 95 %", bootstraps)
