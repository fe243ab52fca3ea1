"""What a million recorded rows leave in the memory of the master, which streams them to disk."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.performance.cores import run
from benchmarks.performance.figure import Bench, Figure, Growth

LIMIT_MIB = 64.0
FEW, MANY, MOST = 100_000, 1_000_000, 3_000_000
ROOT = Path(__file__).parents[3]


def measure(bench: Bench) -> Iterator[Figure | Growth]:
    """The growth of its peak from FEW rows to MANY, in MiB per million rows."""
    few, many, most = (20_000, 40_000, 60_000) if bench.quick else (FEW, MANY, MOST)
    runs = [_peaks_mib(bench, [few, many]) for _ in range(min(bench.pairs, 2) - 1)]
    longest = _peaks_mib(bench, [few, 3 * few, many, most])
    yield Figure(
        name="memory of 1,000,000 recorded rows at the master",
        subject="growth of its peak",
        reference="the limit",
        unit="MiB",
        subject_samples=[(peaks[many] - peaks[few]) / (many - few) * 1e6 for peaks in [*runs, longest]],
        reference_samples=[LIMIT_MIB],
        bound=1,
        at_most=True,
        remark=(
            f"From {few:,} rows to {many:,}, in blocks of 10,000 from ten workers; rows go to disk as a round"
            " ends, so that the peak is that of a round."
        ),
    )
    yield Growth(
        name="memory of the master over recorded rows",
        x="rows",
        unit="MiB",
        series={"peak resident memory": sorted(longest.items())},
    )


def _peaks_mib(bench: Bench, rows: list[int]) -> dict[int, float]:
    words = [str(each) for each in rows]
    command = [sys.executable, "-m", "benchmarks.performance.master_rows", *words]
    done = run(command, core=bench.load_core, cwd=ROOT)
    if done.code:
        raise RuntimeError(done.errors)
    return {int(mark): peak for mark, peak in json.loads(done.output).items()}
