"""Measured of a P95 against a limit: passes and failures at, above and below the truth."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from benchmarks.verdict import plans
from benchmarks.verdict.batches import COPIES, batches, share_row, true_p95_ms
from benchmarks.verdict.machines import MACHINES, Machine
from benchmarks.verdict.plans import Plan
from benchmarks.verdict.procedure import Q, judge_limits
from benchmarks.verdict.table import Row

_PLANS = (
    plans.SIX,
    plans.TWENTY,
    plans.THIRTY,
    plans.THREE_HUNDRED,
    plans.DEFAULT,
    plans.LONG_BLOCKS,
    plans.WATCHED_300,
)
PASSED_AT_LIMIT = {"quiet": 0.05, "ci": 0.06, "noisy": 0.08}


def limits(runs: int, seed: int) -> Iterator[Row]:
    """Yield verdicts on limits at and around the true P95 of this machine during this run."""
    tables: defaultdict[str, list[Row]] = defaultdict(list)
    for machine in MACHINES:
        for plan in _PLANS:
            for row in _around_the_truth(machine, plan, runs // 2, seed):
                tables[row.title].append(row)
    for rows in tables.values():
        yield from rows
    for machine in MACHINES:
        for plan in (plans.TWENTY, plans.DEFAULT, plans.WATCHED_300):
            yield _long_run(machine, plan, runs // 4, seed)


def _around_the_truth(machine: Machine, plan: Plan, runs: int, seed: int) -> Iterator[Row]:
    verdicts: defaultdict[float, list[str]] = defaultdict(list)
    covered: list[bool] = []
    for batch in batches(machine, plan.load, 1.0, runs, seed, copies=COPIES):
        truth = true_p95_ms(batch.optimized_ms, plan.looks)
        for relative in (1.0, 1.1, 0.9):
            ends = judge_limits(batch.optimized_ms, truth / relative, plan.looks)
            for end, own in zip(ends, truth[:, -1], strict=True):
                verdicts[relative].append(end.verdict)
                if relative == 1 and end.limit:
                    interval = end.limit.estimate.interval
                    covered.append(interval.low <= own <= interval.high)
    bound = PASSED_AT_LIMIT[machine.name]
    passed = {relative: [verdict == "passed" for verdict in found] for relative, found in verdicts.items()}
    failed = [verdict == "failed" for verdict in verdicts[1.0]]
    yield share_row("True P95 exactly at the limit, passed", machine, plan, passed[1.0], at_most=bound)
    yield share_row("True P95 exactly at the limit, failed", machine, plan, failed, at_most=bound)
    yield share_row("True P95 10 % above the limit, passed", machine, plan, passed[1.1], at_most=0.01)
    yield share_row("True P95 10 % below the limit, passed", machine, plan, passed[0.9])
    if len(plan.looks) == 1:
        yield share_row("Coverage of the 95 % interval of the P95 of one arm", machine, plan, covered)


def _long_run(machine: Machine, plan: Plan, runs: int, seed: int) -> Row:
    """Return how often a limit at the P95 of all weathers passes: no verdict on one run can promise it."""
    latencies = [batch.optimized_ms for batch in batches(machine, plan.load, 1.0, runs, seed + 1)]
    truth = np.quantile(np.concatenate([part.ravel() for part in latencies]), Q)
    passed: list[bool] = []
    for part in latencies:
        limits_ms = np.full((len(part), len(plan.looks)), truth)
        passed += [end.verdict == "passed" for end in judge_limits(part, limits_ms, plan.looks)]
    return share_row("Long-run P95 of a drifting machine exactly at the limit, passed", machine, plan, passed)
