"""How right `compare` is on several plain Locust runs: `python -m benchmarks.verdict.plain_runs`.

Runs of a service of known truth, as stock Locust prints them (two digits) and exactly. Per row: how often
equal arms are called different, and how often a P95 exactly at its limit passes. Takes about two minutes.
"""

import argparse

import numpy as np

from analysis.resolution import Resolution, stands_for_ms
from analysis.statistics.repeated import LEAST_TAIL_REQUESTS, Printed, runs_change, runs_figure
from benchmarks.verdict.batches import COPIES, batches, true_p95_ms
from benchmarks.verdict.machines import MACHINES, Floats, Machine
from benchmarks.verdict.procedure import Q
from benchmarks.verdict.service import Load, Service, interleaved

LEVEL = 0.05
RUNS = (2, 3, 4, 6, 10)
REQUESTS = (200, 1_500)
RESOLUTIONS: tuple[Resolution, ...] = ("rounded", "exact")
BATCH = 400


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description="Error rates of `compare` on several plain Locust runs.")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="batches of 400 comparisons")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| requests | times | machine | runs | in turn | one arm after the other | half width | at limit |")
    print("|---|---|---|---|---|---|---|---|")
    for requests in REQUESTS:
        for machine in MACHINES:
            for runs in RUNS:
                _rows(machine, Load(rounds=runs, requests=requests), options.repeats, options.seed)


def _rows(machine: Machine, load: Load, repeats: int, seed: int) -> None:
    turns = [interleaved(machine, load, 1.0, BATCH, seed * 1_000 + one) for one in range(repeats)]
    in_turn = [(_locusts_p95(one.baseline_ms), _locusts_p95(one.optimized_ms)) for one in turns]
    apart = [_apart(machine, load, seed * 1_000 + 500 + one) for one in range(repeats)]
    limits = [
        (_locusts_p95(one.optimized_ms), true_p95_ms(one.optimized_ms, (load.rounds,))[:, 0])
        for one in batches(machine, load, 1.0, repeats * BATCH, seed, copies=COPIES)
    ]
    for resolution in RESOLUTIONS:
        alarms, widths = _alarms(in_turn, resolution)
        passed = [
            runs_figure(_printed(run, resolution), LEVEL).interval.high <= limit
            for figures, truth in limits
            for run, limit in zip(figures, truth, strict=True)
        ]
        short = load.requests * (1 - Q) < LEAST_TAIL_REQUESTS
        cells = [
            f"{load.requests:,}", resolution, machine.name, load.rounds, f"{alarms:.1%}",
            f"{_alarms(apart, resolution)[0]:.1%}", f"{widths:.1%}",
            f"{np.mean(passed):.1%}" + (" (not taken)" if short else ""),
        ]  # fmt: skip
        print("|", " | ".join(map(str, cells)), "|", flush=True)


def _alarms(batch: list[tuple[Floats, Floats]], resolution: Resolution) -> tuple[float, float]:
    """Share of comparisons whose interval leaves out 0, and the median half width."""
    found = [
        runs_change(_printed(left, resolution), _printed(right, resolution), LEVEL)
        for baseline, optimized in batch
        for left, right in zip(baseline, optimized, strict=True)
    ]
    outside = [not one.log_interval.low <= 0 <= one.log_interval.high for one in found]
    halves = [(one.log_interval.high - one.log_interval.low) / 2 for one in found]
    return float(np.mean(outside)), float(np.expm1(np.median(halves)))


def _apart(machine: Machine, load: Load, seed: int) -> tuple[Floats, Floats]:
    """All runs of the baseline, then all of the other arm: how most people make them."""
    service = Service(machine, load, BATCH, np.random.default_rng(seed))
    blocks = [
        np.stack([service.block(1.0, service.payloads()).T for _ in range(load.rounds)], axis=1) for _ in "AB"
    ]
    return _locusts_p95(blocks[0]), _locusts_p95(blocks[1])


def _locusts_p95(latencies_ms: Floats) -> Floats:
    """By Locust's rule, sorted[floor(n q)], of each run."""
    return np.asarray(np.sort(latencies_ms, axis=-1)[..., int(latencies_ms.shape[-1] * Q)])


def _printed(figures_ms: Floats, resolution: Resolution) -> Printed:
    if resolution == "exact":
        return Printed(values=figures_ms, lows=figures_ms, highs=figures_ms)
    steps = np.select([figures_ms < 100, figures_ms < 1_000, figures_ms < 10_000], [1, 10, 100], 1_000)
    shown = np.round(figures_ms / steps) * steps
    ends = np.array([stands_for_ms(float(figure), resolution) for figure in shown])
    return Printed(values=shown, lows=ends[:, 0], highs=ends[:, 1])


if __name__ == "__main__":
    main()
