"""`python -m benchmarks.verdict [--runs N] [--seed S]`: measure, write a table, exit 1 on a missed bound."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.verdict import plans
from benchmarks.verdict.bursts import bursts
from benchmarks.verdict.ceilings import limits
from benchmarks.verdict.changes import coverage, equal_arms, length, power
from benchmarks.verdict.habits import naive
from benchmarks.verdict.machines import QUIET
from benchmarks.verdict.procedure import judge_changes, judge_limits
from benchmarks.verdict.service import interleaved
from benchmarks.verdict.table import Row, as_json, markdown

PREFACE = """# The verdict, measured

Written by `python -m benchmarks.verdict --runs {runs} --seed {seed}`; docs/methodology.md explains it.

Simulated: 20 users without pauses before 4 servers, lognormal service times (sigma 0.6, mean 150 ms) with 8 %
of requests five times as slow, on three machines. *quiet*: nothing but the requests varies. *ci*: service
times drift by 3 % within ten minutes, wobble by 5 % within seconds, double for about 2 s every two minutes,
and differ by 1 % from start to start. *noisy*: 8 %, 10 %, every minute, 2 %. "Known to" is the 95 % interval
of a measured share; runs are seeded, so the table repeats."""


def cost(_runs: int, seed: int) -> Iterator[Row]:
    """Yield the seconds of computing of one verdict."""
    plan = plans.WATCHED_300
    batch = interleaved(QUIET, plan.load, 1.0, 1, seed)
    started = time.process_time()
    list(judge_changes(batch, plan.looks))
    list(judge_limits(batch.optimized_ms, np.full((1, 1), 1_000.0), plan.looks[-1:]))
    yield Row(
        title="Seconds of computing for one verdict on 2 x 30,000 requests",
        machine=QUIET.name,
        plan=plan.name,
        value=time.process_time() - started,
        runs=1,
        at_most=0.5,
        is_share=False,
    )


def main() -> int:
    """Return 0 when every bound is met, 1 when one is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdict", description=__doc__)
    parser.add_argument("--runs", type=int, default=4_000, help="simulated runs per row (default 4000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of all of them (default 1)")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="directory of the results")
    options = parser.parse_args()
    rows: list[Row] = []
    for measure in (equal_arms, coverage, power, length, limits, bursts, naive, cost):
        for row in measure(options.runs, options.seed):
            rows.append(row)
            print(row.title, *row.cells(), sep=" | ", file=sys.stderr, flush=True)
    text = markdown(rows, PREFACE.format(runs=options.runs, seed=options.seed))
    print(text)
    (options.output / "results.md").write_text(text, encoding="utf-8")
    (options.output / "results.json").write_text(as_json(rows, options.seed), encoding="utf-8")
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
