"""Real comparisons against the mock service, many of them, whose truth is known.

    python -m benchmarks.real_runs same --runs 30    an arm against itself: only inconclusive is right
    python -m benchmarks.real_runs limit --runs 40   a true P95 of 795 and of 805 ms against 800

Prints a line per run and the rate of wrong verdicts; writes benchmarks/results/real_runs_*.json. Runs go on
in parallel (`--parallel`), since a run mostly waits. Not a test: it takes many minutes.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
SIGMA = 0.25
"""Spread of the service times: their P95 is median * exp(1.645 * SIGMA)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run: how the service is set, what is asked of it, and the verdicts that would be wrong."""

    label: str
    service: tuple[str, ...]
    locust: tuple[str, ...]
    sla: str
    wrong: tuple[str, ...]


def service_flags(*, median_ms: float, sigma: float, seed: int) -> tuple[str, ...]:
    """The mock service without network, every endpoint with the same lognormal service time."""
    times = (f"--{name}-ms={median_ms:.4f}" for name in ("item", "list", "order"))
    return ("--no-network", "--body-ms-per-kb=0", f"--jitter-sigma={sigma}", f"--seed={seed}", *times)


def same(run: int) -> Trial:
    """An arm against itself, with early stopping."""
    sla = '[[objective]]\nname = "changed"\narm = "optimized2"\nmetric = "p95_ms"\nimprovement_at_least = 0\n'
    return Trial(
        label="same",
        service=service_flags(median_ms=300, sigma=SIGMA, seed=run),
        locust=("--arms", "optimized,optimized", "--seed", str(run)),
        sla=sla,
        wrong=("passed", "failed"),
    )


def limit(run: int, *, overhead_ms: float) -> Trial:
    """The optimized arm with its true P95 5 ms below the limit in even runs, 5 ms above in odd ones."""
    below = run % 2 == 0
    target_ms = 795.0 if below else 805.0
    median_ms = (target_ms - overhead_ms) / math.exp(NormalDist().inv_cdf(0.95) * SIGMA)
    sla = '[[objective]]\nname = "P95"\narm = "optimized"\nmetric = "p95_ms"\nat_most = 800\n'
    return Trial(
        label=f"{target_ms:.0f} ms",
        service=service_flags(median_ms=median_ms, sigma=SIGMA, seed=run),
        locust=("--arms", "optimized", "--seed", str(run)),
        sla=sla,
        wrong=("failed",) if below else ("passed",),
    )


def play(trial: Trial) -> dict[str, object]:
    """Run one comparison. Returns its verdict, whether that is wrong, its rounds and its P95 in ms."""
    with tempfile.TemporaryDirectory() as folder:
        sla = Path(folder, "sla.toml")
        sla.write_text(trial.sla)
        command = [sys.executable, "-m", "mock_service", "exec", *trial.service, "--", "locust", "--headless"]
        command[command.index("locust")] = str(Path(sys.executable).with_name("locust"))
        command += [*trial.locust, "--sla", str(sla), "--results", folder]
        subprocess.run(command, cwd=ROOT, capture_output=True, timeout=1200, check=False)
        report = json.loads(Path(folder, "latest", "comparison_report.json").read_text())
    arm = list(report["arms"].values())[-1]
    return {
        "label": trial.label,
        "verdict": report["verdict"],
        "wrong": report["verdict"] in trial.wrong,
        "rounds": report["run"]["rounds"],
        "p50_ms": arm["latency_ms"]["p50"],
        "p95_ms": arm["latency_ms"]["p95"],
        "reasons": report["reasons"],
    }


def measure_overhead_ms() -> float:
    """What client, TLS and framework add to the service time: the measured P50 above its 500 ms.

    Answers that all took the same time would keep the users in step, and make them queue for the CPU.
    """
    trial = Trial(
        label="overhead",
        service=service_flags(median_ms=500, sigma=0.02, seed=1),
        locust=("--arms", "optimized", "--rounds", "10"),
        sla='[[objective]]\nname = "any"\narm = "optimized"\nmetric = "p95_ms"\nat_most = 10000\n',
        wrong=(),
    )
    return float(str(play(trial)["p50_ms"])) - 500


def main() -> int:
    """The exit code: 0 when at most as many verdicts are wrong as `--allowed` says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("experiment", choices=["same", "limit"])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--parallel", type=int, default=3)
    parser.add_argument("--allowed", type=float, default=0.1, help="ratio of wrong verdicts")
    options = parser.parse_args()
    overhead_ms = measure_overhead_ms() if options.experiment == "limit" else 0.0
    trials = [
        same(run) if options.experiment == "same" else limit(run, overhead_ms=overhead_ms)
        for run in range(1, options.runs + 1)
    ]
    with ThreadPoolExecutor(options.parallel) as pool:
        outcomes = []
        for outcome in pool.map(play, trials):
            outcomes.append(outcome)
            print(json.dumps(outcome), flush=True)
    wrong = sum(bool(outcome["wrong"]) for outcome in outcomes)
    judged = sum(outcome["verdict"] != "invalid" for outcome in outcomes)
    print(
        f"{wrong} wrong of {judged} judged, {len(outcomes) - judged} invalid; overhead {overhead_ms:.1f} ms"
    )
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"overhead_ms": overhead_ms, "outcomes": outcomes}, indent=1)
    Path(RESULTS, f"real_runs_{options.experiment}.json").write_text(text + "\n")
    return int(wrong > options.allowed * judged)


if __name__ == "__main__":
    sys.exit(main())
