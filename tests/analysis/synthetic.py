"""Run directories and Locust CSVs with known content, and the command line in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
START = 1_700_000_000.0
MIX = (("GET", "GET /items/{id}", 0.6), ("GET", "GET /items", 0.25), ("POST", "POST /orders", 0.15))
SLA = [
    {"name": "P95 latency", "arm": "optimized", "metric": "p95_ms", "at_most": 800},
    {"name": "No failed requests", "arm": "optimized", "metric": "failure_ratio", "at_most": 0},
    {"name": "P95 no worse than baseline", "arm": "optimized", "metric": "p95_ms", "improvement_at_least": 0},
]
STATS_COLUMNS = (
    *("Type", "Name", "Request Count", "Failure Count", "Median Response Time", "Average Response Time"),
    *("Min Response Time", "Max Response Time", "Average Content Size", "Requests/s", "Failures/s"),
    *("50%", "66%", "75%", "80%", "90%", "95%", "98%", "99%", "99.9%", "99.99%", "100%"),
)

Rows = dict[str, pd.DataFrame]


def measured(
    *,
    rounds: int = 6,
    requests: int = 100,
    medians_ms: Mapping[str, float] | None = None,
    sigma: float = 0.5,
    seed: int = 1,
) -> Rows:
    """Rows of each arm: lognormal latencies that share a payload by number, as those of paired blocks do."""
    medians_ms = medians_ms or {"baseline": 480.0, "optimized": 215.0}
    random = np.random.default_rng(seed)
    count = rounds * requests
    kinds = random.choice(len(MIX), p=[share for *_, share in MIX], size=count)
    payload = random.lognormal(0, sigma, count)
    rows: Rows = {}
    for turn, (arm, median_ms) in enumerate(medians_ms.items()):
        latency_ms = (median_ms * payload * random.lognormal(0, 0.1, count)).round(3)
        numbers = np.repeat(np.arange(rounds), requests) + 1
        rows[arm] = pd.DataFrame(
            {
                "round": numbers,
                "request": np.arange(count) + 1,
                "started_at": (
                    START + 60 * (2 * numbers + turn) + np.tile(np.arange(requests) * 0.02, rounds)
                ).round(6),
                "method": [MIX[kind][0] for kind in kinds],
                "name": [MIX[kind][1] for kind in kinds],
                "latency_ms": latency_ms,
                "service_time_ms": latency_ms,
                "response_bytes": 1000,
                "status": "200",
                "error": "",
            }
        )
    return rows


def constant(latencies_ms: Mapping[str, float], *, rounds: int = 6, requests: int = 100) -> Rows:
    """Rows whose latency is the same for every request of an arm."""
    rows = measured(rounds=rounds, requests=requests, medians_ms=latencies_ms)
    return {
        arm: frame.assign(latency_ms=latencies_ms[arm], service_time_ms=latencies_ms[arm])
        for arm, frame in rows.items()
    }


def fail(rows: pd.DataFrame, *, share: float, seed: int = 1) -> pd.DataFrame:
    """The same rows, this share of them failed with a fast 500."""
    failed = np.random.default_rng(seed).random(len(rows)) < share
    frame = rows.copy()
    quick = {"status": "500", "error": "HTTPError: 500", "latency_ms": 5.0, "service_time_ms": 5.0}
    for column, value in quick.items():
        frame[column] = frame[column].mask(failed, value)
    return frame


def manifest(rows: Rows, **changes: Any) -> dict[str, Any]:
    """The least run.json that fits these rows, with changes."""
    first = next(iter(rows.values()))
    rounds = max(1, int(first["round"].max())) if len(first) else 1
    return {
        "schema_version": "1.0",
        "id": "example",
        "state": "complete",
        "arms": [{"name": arm, "user_class": f"{arm.capitalize()}User"} for arm in rows],
        "users": 20,
        "seed": 1,
        "requests_per_block": int((first["round"] == 1).sum()) or 1,
        "warmup_rounds": 1,
        "rounds": rounds,
        "planned_looks": [rounds],
        "block_order": (["AB", "BA", "BA", "AB"] * rounds)[:rounds],
        "objectives": SLA,
        **changes,
    }


def write_run(directory: Path, rows: Rows | None = None, **changes: Any) -> Path:
    """A run directory with these rows (or some), and a manifest with these changes."""
    rows = measured() if rows is None else rows
    directory.mkdir(parents=True, exist_ok=True)
    for arm, frame in rows.items():
        frame.to_csv(directory / f"latency_{arm}.csv", index=False)
    (directory / "run.json").write_text(json.dumps(manifest(rows, **changes)))
    return directory


def write_run_without_rows(directory: Path, rows: Rows, **changes: Any) -> Path:
    """The same run as `--rows off` leaves it: a stats CSV and a histogram per round and arm."""
    (directory / "rounds").mkdir(parents=True)
    for arm, frame in rows.items():
        for number, block in frame.groupby("round"):
            prefix = directory / "rounds" / f"{number:03d}-{arm}"
            ends = block["started_at"] + block["latency_ms"] / 1000
            busy_s = ends.max() - block["started_at"].min()
            lines = [
                stats_line(str(part["method"].iat[0]), str(name), part, busy_s)
                for name, part in block.groupby("name")
            ]
            write_stats(Path(f"{prefix}_stats.csv"), [*lines, stats_line("", "Aggregated", block, busy_s)])
            answered = block[block["error"] == ""]
            # Bins of 0.1 %, each standing for its geometric middle.
            bins = np.exp((np.floor(np.log(answered["latency_ms"]) / 0.001) + 0.5) * 0.001)
            counts = answered.groupby([answered["method"], answered["name"], bins.round(4)]).size()
            histogram = counts.reset_index(name="count")
            histogram.columns = pd.Index(["Type", "Name", "latency_ms", "count"])
            histogram.to_csv(f"{prefix}_histogram.csv", index=False)
    (directory / "run.json").write_text(json.dumps({**manifest(rows, **changes), "rows": "off"}))
    return directory


def stats_line(method: str, name: str, block: pd.DataFrame, busy_s: float) -> dict[str, object]:
    """A row of Locust's stats, of the service times of these requests."""
    times = block["service_time_ms"]
    line: dict[str, object] = dict.fromkeys(STATS_COLUMNS, 0)
    line |= {"Type": method, "Name": name, "Request Count": len(block)}
    line |= {"Failure Count": int((block["error"] != "").sum()), "Requests/s": len(block) / busy_s}
    line |= {"Median Response Time": times.median(), "Average Response Time": times.mean()}
    line |= {"Min Response Time": times.min(), "Max Response Time": times.max()}
    for column in STATS_COLUMNS[11:]:
        line[column] = times.quantile(float(column[:-1]) / 100, interpolation="higher")
    return line


def stock_line(p95: object) -> dict[str, object]:
    """A row of a stock Locust's stats CSV: 400 requests, times rounded to two digits."""
    figures = [400, 0, 210, 230.5, 20.1, 1480.2, 1000, 40.1, 0.0]
    percentiles = [210, 260, 300, 330, 420, p95, 1200, 1300, 1400, 1500, 1500]
    return dict(zip(STATS_COLUMNS, ["GET", "GET /items", *figures, *percentiles], strict=True))


def write_stats(path: Path, lines: Sequence[Mapping[str, object]]) -> Path:
    """A Locust `_stats.csv` of these rows."""
    pd.DataFrame(list(lines)).to_csv(path, index=False, lineterminator="\r\n")
    return path


def write_stock(path: Path, p95: object, **changes: object) -> Path:
    """A stock `_stats.csv` with one endpoint."""
    line = stock_line(p95) | changes
    return write_stats(path, [line, line | {"Type": "", "Name": "Aggregated"}])


def analysis(*words: object, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m analysis ...` in a process of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")
    }
    return subprocess.run(
        [sys.executable, "-m", "analysis", *map(str, words)],
        cwd=cwd,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
