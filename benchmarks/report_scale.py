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

MEDIANS_MS = {"baseline": 480.0, "optimized": 215.0}
START = 1_700_000_000.0
PAUSE_S = 0.0021
HEADER = (
    "round,request,started_at,method,name,latency_ms,service_time_ms,response_bytes,status,error,protocol\r\n"
)
ANSWERED, FAILED = "200,,HTTP/1.1", "503,HTTPError: 503 Server Error,HTTP/1.1"
ROOT = Path(__file__).parents[1]


def write_run(directory: Path, *, requests: int, endpoints: int, rounds: int) -> None:
    """A run directory as swarmgate writes it, with so many requests over both arms.

    Both arms of a round play the same numbers, with payloads in common; 0.1 % of the optimized ones failed.
    """
    per_block = requests // len(MEDIANS_MS) // rounds
    random = np.random.default_rng(1)
    # As many different rows as make no difference to the statistics: a file is written in seconds.
    kinds = random.integers(endpoints, size=max(50_000, 100 * endpoints))
    payload = random.lognormal(0, 0.5, len(kinds))
    drawn = random.integers(len(kinds), size=per_block * rounds, dtype=np.int32)
    for turn, (arm, median_ms) in enumerate(MEDIANS_MS.items()):
        latencies_ms = (median_ms * payload * random.lognormal(0, 0.1, len(kinds))).round(3).tolist()
        failed = random.random(len(kinds)) < (0.001 if turn else 0.0)
        ends = [
            f"{_endpoint(kind)},{took_ms},{took_ms},{40_000 + kind},{FAILED if fails else ANSWERED}\r\n"
            for kind, took_ms, fails in zip(kinds.tolist(), latencies_ms, failed.tolist(), strict=True)
        ]
        with (directory / f"latency_{arm}.csv").open("w", newline="") as file:
            file.write(HEADER)
            for place in range(rounds):
                start_s = START + (2 * place + (turn + place) % 2) * per_block * PAUSE_S
                first = place * per_block
                file.writelines(
                    f"{place + 1},{first + number + 1},{start_s + number * PAUSE_S:.6f},{ends[row]}"
                    for number, row in enumerate(drawn[first : first + per_block].tolist())
                )
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


def _endpoint(kind: int) -> str:
    method = "POST" if kind % 3 == 0 else "GET"
    return f"{method},/shop/section-{kind % 20}/resource-{kind:04d}/{{id}}"


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
