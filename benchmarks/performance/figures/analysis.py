"""What a report costs: of ten million rows against the plain script, and how it grows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.performance.cores import Spent, run
from benchmarks.performance.figure import Bench, Figure, Growth, Point
from benchmarks.performance.turns import in_turns

ROOT = Path(__file__).parents[3]
ROWS, PER_BLOCK, ENDPOINTS = 10_000_000, 2_000, 5
MOST_PAIRS = 3
SIZES = (1_000, 10_000, 100_000, 1_000_000)
MANY_ENDPOINTS, ENDPOINT_COUNTS = 1_000_000, (1, 10, 100, 1_000)
VERDICTS = (0, 1, 3)
REPORT, ALL, PLAIN = "swarmgate report", "swarmgate report, all formats", "pandas script"
SCRIPT = """
import sys
import pandas as pd
baseline = pd.read_csv(f"{sys.argv[1]}/latency_baseline.csv")
optimized = pd.read_csv(f"{sys.argv[1]}/latency_optimized.csv")
for rows in (baseline, optimized):
    print(rows["latency_ms"].quantile([0.5, 0.95, 0.99]))
"""
"""What people write: read both files, then ask for three quantiles of each arm."""


def measure(bench: Bench) -> Iterator[Figure | Growth]:
    """Time and peak memory, each command in a process of its own that may use every core."""
    rows = 10_000 if bench.quick else ROWS
    directory = _made(bench, requests=rows, endpoints=ENDPOINTS, rounds=rows // 2 // PER_BLOCK)
    largest = _in_turn(directory, min(bench.pairs, MOST_PAIRS), [REPORT, PLAIN, ALL])
    time_s, memory_mib = (
        {name: [getattr(each, kind) for each in spent] for name, spent in largest.items()}
        for kind in ("wall_s", "peak_mib")
    )
    remark = (
        "The script reads both latency files with `pandas.read_csv` and asks for P50, P95, P99 of each arm;"
        f" the report reads {rows:,} rows in {rows // 2 // PER_BLOCK:,} rounds, checks each cell, and judges."
    )
    reading = (
        " Both read with the parser of pandas, which takes most of the time of either. Less would take"
        " another one (pyarrow's is 171 MB more in every image), or a compact copy of the judged columns"
        " beside our own CSV files."
    )
    what = f"report on {rows:,} rows over a pandas script"
    for kind, samples, unit, bound in (("time", time_s, "s", 0.5), ("memory", memory_mib, "MiB", 0.3)):
        for name, limit in ((REPORT, bound), (ALL, None)):
            yield Figure(
                name=f"{kind} of the {what}{' (all formats)' if name == ALL else ''}",
                subject=name,
                reference=PLAIN,
                unit=unit,
                subject_samples=samples[name],
                reference_samples=samples[PLAIN],
                bound=limit,
                at_most=True,
                remark=(remark + reading if kind == "time" else remark) if limit else "",
            )
    sizes = SIZES[:1] if bench.quick else SIZES
    found = {size: _in_turn(_sized(bench, size), 1, [REPORT, PLAIN]) for size in sizes}
    yield from _growths("requests", {**found, rows: largest})
    counts = ENDPOINT_COUNTS[:2] if bench.quick else ENDPOINT_COUNTS
    many = 10_000 if bench.quick else MANY_ENDPOINTS
    ran = {}
    for count in counts:
        directory = _made(bench, requests=many, endpoints=count, rounds=many // 2 // PER_BLOCK)
        ran[count] = _in_turn(directory, 1, [REPORT, PLAIN])
    yield from _growths("endpoints", ran)


def _sized(bench: Bench, requests: int) -> Path:
    rounds = max(5, requests // 2 // PER_BLOCK)
    return _made(bench, requests=requests, endpoints=ENDPOINTS, rounds=rounds)


def _made(bench: Bench, *, requests: int, endpoints: int, rounds: int) -> Path:
    """A run directory, made in a process of its own: what it takes must not count as that of the next one."""
    directory = bench.folder / f"run-{requests}-{endpoints}"
    directory.mkdir()
    call = f"write_run(Path(sys.argv[1]), requests={requests}, endpoints={endpoints}, rounds={rounds})"
    words = f"import sys; from pathlib import Path; from benchmarks.report_scale import write_run; {call}"
    subprocess.run([sys.executable, "-c", words, str(directory)], cwd=ROOT, check=True)
    return directory


def _in_turn(directory: Path, pairs: int, names: Sequence[str]) -> dict[str, list[Spent]]:
    """What each command took, in turns, and the run directory gone afterwards."""
    commands = {
        REPORT: ["-m", "analysis", "report", str(directory), "--format", "json"],
        ALL: ["-m", "analysis", "report", str(directory)],
        PLAIN: ["-c", SCRIPT, str(directory)],
    }
    spent: dict[str, list[Spent]] = {name: [] for name in names}

    def once(name: str) -> float:
        done = run([sys.executable, *commands[name]], cwd=ROOT)
        if done.code not in VERDICTS:
            raise RuntimeError(done.errors)
        spent[name].append(done)
        return done.wall_s

    in_turns({name: lambda name=name: once(name) for name in names}, pairs, warmup=0)  # type: ignore[misc]  # bound at once
    for path in directory.iterdir():
        path.unlink()
    return spent


def _growths(x: str, found: Mapping[int, Mapping[str, Sequence[Spent]]]) -> Iterator[Growth]:
    for kind, unit, what in (("wall_s", "s", "time"), ("peak_mib", "MiB", "memory")):
        series: dict[str, list[Point]] = {
            name: [
                (size, median(getattr(each, kind) for each in spent[name])) for size, spent in found.items()
            ]
            for name in (REPORT, PLAIN)
        }
        yield Growth(name=f"{what} of a report over {x}", x=x, unit=unit, series=series)
