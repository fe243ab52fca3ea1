"""What a report of a large run costs: makes a run, then calls `python -m analysis report` on it.

    python benchmarks/report_scale.py [--requests 1000000] [--endpoints 500] [--rounds 250] [--directory DIR]

`--requests` counts both arms. Prints seconds and peak memory of the report, and the size of each file.
Exits with 1 when it takes more than `--most-seconds` (20) or `--most-mib` (1024).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

MEDIANS_MS = {"baseline": 480.0, "optimized": 215.0}
START = 1_700_000_000.0
ROOT = Path(__file__).parents[1]


def write_run(directory: Path, *, requests: int, endpoints: int, rounds: int) -> None:
    """A run directory with so many requests over both arms; 0.1 % of the optimized ones failed."""
    random = np.random.default_rng(1)
    per_block = requests // len(MEDIANS_MS) // rounds
    count = per_block * rounds
    payload = random.lognormal(0, 0.5, count)
    kinds = random.integers(endpoints, size=count)
    numbers = np.repeat(np.arange(rounds), per_block) + 1
    for turn, (arm, median_ms) in enumerate(MEDIANS_MS.items()):
        latency_ms = (median_ms * payload * random.lognormal(0, 0.1, count)).round(3)
        failed = random.random(count) < (0.001 if turn else 0.0)
        position_s = np.tile(np.arange(per_block) * 0.002, rounds)
        pd.DataFrame(
            {
                "round": numbers,
                "request": np.arange(count) + 1,
                "started_at": (START + (2 * numbers + turn) * per_block * 0.002 + position_s).round(6),
                "method": np.where(kinds % 3 == 0, "POST", "GET"),
                "name": [f"/shop/section-{kind % 20}/resource-{kind:04d}/{{id}}" for kind in kinds],
                "latency_ms": latency_ms,
                "service_time_ms": latency_ms,
                "response_bytes": 40_000,
                "status": np.where(failed, "503", "200"),
                "error": np.where(failed, "HTTPError('503 Server Error')", ""),
            }
        ).to_csv(directory / f"latency_{arm}.csv", index=False)
    manifest = {
        "schema_version": "1.0",
        "id": "report-scale",
        "state": "complete",
        "arms": [{"name": arm} for arm in MEDIANS_MS],
        "users": 20,
        "requests_per_block": per_block,
        "rounds": rounds,
        "planned_looks": [rounds],
        "block_order": ["AB", "BA"] * (rounds // 2) + ["AB"] * (rounds % 2),
        "objectives": [{"name": "P95 latency", "arm": "optimized", "metric": "p95_ms", "at_most": 800}],
    }
    (directory / "run.json").write_text(json.dumps(manifest))


def report(directory: Path) -> tuple[int, float, float]:
    """Exit code, seconds and peak memory in MiB of the report."""
    command = [sys.executable, "-m", "analysis", "report", str(directory)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    process = os.posix_spawn(sys.executable, command, environment)
    _, status, used = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), time.perf_counter() - began, used.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--endpoints", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=250)
    parser.add_argument("--most-seconds", type=float, default=20.0)
    parser.add_argument("--most-mib", type=float, default=1024.0)
    parser.add_argument("--directory", type=Path, help="keep the run here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.directory or Path(temporary)
        directory.mkdir(parents=True, exist_ok=True)
        write_run(directory, requests=options.requests, endpoints=options.endpoints, rounds=options.rounds)
        code, seconds, mib = report(directory)
        sizes = {path.name: path.stat().st_size for path in directory.iterdir() if path.is_file()}
    for name, size in sorted(sizes.items()):
        print(f"{name:28} {size / 1000:12,.1f} kB")
    print(f"exit code {code}, {seconds:.1f} s, peak memory {mib:.0f} MiB")
    return int(code not in (0, 1, 3) or seconds > options.most_seconds or mib > options.most_mib)


if __name__ == "__main__":
    sys.exit(main())
