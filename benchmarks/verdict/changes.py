"""Measured of the change between two arms: false alarms, coverage, power, length."""

from collections.abc import Iterator

import numpy as np

from benchmarks.verdict import plans
from benchmarks.verdict.batches import batches, share_row
from benchmarks.verdict.machines import CI, MACHINES, QUIET, Machine
from benchmarks.verdict.plans import Plan
from benchmarks.verdict.procedure import Settled, judge_changes
from benchmarks.verdict.table import Row


def equal_arms(runs: int, seed: int) -> Iterator[Row]:
    """Yield how often equal arms are called different."""
    for machine in MACHINES:
        for plan in (plans.SIX, plans.TWENTY, plans.THIRTY, plans.DEFAULT, plans.WATCHED_300):
            different = [end.verdict != "inconclusive" for end in _ends(machine, plan, 1.0, runs, seed)]
            yield share_row("Equal arms called different", machine, plan, different, at_most=0.06)


def coverage(runs: int, seed: int) -> Iterator[Row]:
    """Yield how often the 95 % interval holds the true ratio of the P95s."""
    for factor in (1.0, 0.7):
        title = f"Coverage of the 95 % interval of the P95 ratio, true ratio {factor:g}"
        for machine in MACHINES:
            for plan in (plans.SIX, plans.TWENTY, plans.THIRTY, plans.THREE_HUNDRED):
                intervals = [
                    end.change.interval for end in _ends(machine, plan, factor, runs, seed + 1) if end.change
                ]
                covered = [interval.low <= factor - 1 <= interval.high for interval in intervals]
                yield share_row(title, machine, plan, covered, at_least=0.935, at_most=0.965)


def power(runs: int, seed: int) -> Iterator[Row]:
    """Yield how often a small effect is found at all, and a large one at the first look.

    Twenty rounds always suffice for a large effect. Six have five degrees of freedom at a level of 0.002: a
    burst in one block can hide a halving until the second look, and no test on six pairs does better.
    """
    found = [end.verdict == "passed" for end in _ends(CI, plans.WATCHED_300, 0.95, runs, seed)]
    yield share_row("A 5 % effect found", CI, plans.WATCHED_300, found, at_least=0.90)
    bounded = {(plans.REFERENCE, QUIET), (plans.LONG_BLOCKS, QUIET), (plans.LONG_BLOCKS, CI)}
    for title, tried in (
        ("A 50 % effect decided at a first look of 20 rounds", [plans.WATCHED_300]),
        (
            "A 50 % effect decided at a first look of 6 rounds",
            [plans.REFERENCE, plans.LONG_BLOCKS, plans.DEFAULT],
        ),
    ):
        for machine in MACHINES:
            for plan in tried:
                ends = _ends(machine, plan, 0.5, runs, seed)
                first = [end.verdict == "passed" and end.rounds == plan.looks[0] for end in ends]
                bound = 0.99 if plan is plans.WATCHED_300 or (plan, machine) in bounded else None
                yield share_row(title, machine, plan, first, at_least=bound)


def length(runs: int, seed: int) -> Iterator[Row]:
    """Yield how many rounds are played, on average, until the change is settled or the plan ends."""
    for plan in (plans.DEFAULT, plans.WATCHED_300):
        for effect in (0.5, 0.2, 0.1, 0.05, 0.0):
            for machine in MACHINES:
                rounds = [end.rounds for end in _ends(machine, plan, 1 - effect, runs // 8, seed)]
                yield Row(
                    title=f"Rounds played of {plan.load.rounds}, effect {effect:.0%}",
                    machine=machine.name,
                    plan=plan.name,
                    value=float(np.mean(rounds)),
                    runs=len(rounds),
                    is_share=False,
                )


def _ends(machine: Machine, plan: Plan, factor: float, runs: int, seed: int) -> Iterator[Settled]:
    for batch in batches(machine, plan.load, factor, runs, seed):
        yield from judge_changes(batch, plan.looks)
