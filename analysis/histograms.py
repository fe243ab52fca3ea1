"""Runs without rows (`--rows off`): per round and arm a stats CSV and a histogram with bins of 0.1 %."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.csv_text import Source, read_bytes, records
from analysis.errors import InputError
from analysis.locust_csv import StatsTable, read_stats
from analysis.manifest import Manifest
from analysis.recording import ArmRecord, endpoint_name

_COLUMNS = ("Type", "Name", "latency_ms", "count")
_REMEDY = "Restore the file from where it was made, or run the comparison again."


def read_histograms(directory: Path, manifest: Manifest) -> dict[str, ArmRecord]:
    """Each arm's requests as its histograms hold them, a row per request. Raises InputError."""
    return {
        arm.name: _arm(directory, arm.name, complete=manifest.state == "complete") for arm in manifest.arms
    }


def _arm(directory: Path, arm: str, *, complete: bool) -> ArmRecord:
    blocks = [_no_requests()]
    durations_s: dict[int, float] = {}
    for path in sorted((directory / "rounds").glob(f"[0-9]*-{arm}_stats.csv")):
        number = path.name.removesuffix(f"-{arm}_stats.csv")
        if not number.isdecimal() or int(number) == 0:
            continue
        stats = read_stats(path)
        blocks.append(_block(path.with_name(f"{number}-{arm}_histogram.csv"), stats, int(number)))
        # Locust's rate is requests / duration, and all that a stats file says about the duration.
        rate = stats.total.throughput_rps
        durations_s[int(number)] = stats.total.requests / rate if rate else np.nan
    if not durations_s and complete:
        expected = f'rounds/NNN-{arm}_stats.csv, since run.json says "rows": "off"'
        raise InputError(directory / "rounds", f"no rounds of arm {arm}", expected=expected, remedy=_REMEDY)
    requests = pd.concat(blocks, ignore_index=True).astype({"endpoint": "category"})
    return ArmRecord(requests=requests, durations_s=pd.Series(durations_s, dtype=np.float64))


def _block(path: Path, stats: StatsTable, number: int) -> pd.DataFrame:
    """The requests of one block: successes from its histogram, failures from its stats."""
    bins = _bins(path)
    answers: Counter[str | None] = Counter()
    for endpoint, _, count in bins:
        answers[endpoint] += count
    for row in stats.endpoints:
        expected = row.requests - row.failures
        if answers[row.endpoint] != expected:
            found = f"{answers[row.endpoint]} answers of {row.endpoint}"
            raise InputError(path, found, expected=f"{expected}, as in {stats.path.name}", remedy=_REMEDY)
        bins.append((str(row.endpoint), np.inf, row.failures))
    endpoints, latencies_ms, counts = zip(*bins, strict=True)
    return pd.DataFrame(
        {
            "round": number,
            "endpoint": np.repeat(np.array(endpoints, dtype=object), counts),
            "latency_ms": np.repeat(np.array(latencies_ms, dtype=np.float64), counts),
        }
    )


def _no_requests() -> pd.DataFrame:
    types = {"round": np.int64, "endpoint": object, "latency_ms": np.float64}
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in types.items()})


def _bins(path: Path) -> list[tuple[str, float, int]]:
    """Endpoint, milliseconds and count of each bin."""
    source = Source(path=path, columns=_COLUMNS, remedy=_REMEDY)
    bins: list[tuple[str, float, int]] = []
    for number, cells in records(source, read_bytes(source)):
        try:
            latency_ms, count = float(cells["latency_ms"]), int(cells["count"])
        except ValueError:
            latency_ms, count = np.nan, 0
        if not (0 <= latency_ms < np.inf and count > 0):
            found = f"latency_ms {cells['latency_ms'][:40]!r}, count {cells['count'][:40]!r}"
            raise source.fault(number, found, "finite milliseconds, at least 0, and a count of at least 1")
        bins.append((endpoint_name(cells["Type"], cells["Name"]), latency_ms, count))
    return bins
