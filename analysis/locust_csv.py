"""Locust's own `_stats.csv`, of any Locust 2.x: counts, averages and percentiles per endpoint.

Its columns are the same from 2.0 to 2.47, but for the percentiles, which are those of
`locust.stats.PERCENTILES_TO_REPORT`. P50 is that of the column 50%: how Locust reckons the column
Median Response Time changed with 2.47.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.csv_text import Source, read_bytes, records
from analysis.recording import endpoint_name

SUFFIX = "_stats.csv"
_REMEDY = "`locust --csv PREFIX` leaves it as PREFIX_stats.csv: run Locust again if the file is damaged."
_COUNTS = ("Request Count", "Failure Count")
_FIGURES = {
    "Average Response Time": "mean_ms",
    "Min Response Time": "min_ms",
    "Max Response Time": "max_ms",
    "Requests/s": "throughput_rps",
}
# What Locust prints for the percentiles of an endpoint without requests.
NOT_KNOWN = "N/A"
_PERCENTILE = re.compile(r"(\d{1,3}(?:\.\d+)?)%")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsRow:
    """One endpoint, or all of them (`endpoint` None). Times in ms, those of failed requests mixed in.

    `percentiles_ms` goes from quantile (0.95, and 1.0) to time; it is empty without requests.
    """

    endpoint: str | None
    requests: int
    failures: int
    mean_ms: float
    min_ms: float
    max_ms: float
    throughput_rps: float
    percentiles_ms: Mapping[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsTable:
    """A `_stats.csv` or `--json-file`, read whole; `started_at` in seconds since 1970, if it is known."""

    path: Path
    endpoints: Sequence[StatsRow]
    total: StatsRow
    started_at: float | None = None


def stats_path(prefix: Path) -> Path:
    """The `_stats.csv` that a prefix or a path means."""
    return prefix if prefix.name.endswith(".csv") else prefix.with_name(prefix.name + SUFFIX)


def read_stats(path: Path, *, started_at: float | None = None) -> StatsTable:
    """The counts and percentiles of a `_stats.csv`. InputError names the first bad row and column."""
    source = Source(path=path, columns=("Type", "Name", *_COUNTS, *_FIGURES), remedy=_REMEDY)
    rows: dict[str | None, StatsRow] = {}
    for number, cells in records(source, read_bytes(source)):
        row = _row(source, number, cells)
        if row.endpoint in rows:
            raise source.fault(number, f"{row.endpoint or 'Aggregated'} stands twice", "one row each")
        rows[row.endpoint] = row
    total = rows.pop(None, None)
    if total is None:
        found = "no Aggregated row" if rows else "a header and no rows"
        raise source.fault(None, found, "one Aggregated row, the last: the file is cut off")
    counted = sum(row.requests for row in rows.values())
    if counted != total.requests:
        found = f"the endpoints have {counted} requests together and Aggregated {total.requests}"
        raise source.fault(None, found, "equal sums: the file is torn")
    return StatsTable(path=path, endpoints=tuple(rows.values()), total=total, started_at=started_at)


def _row(source: Source, row: int, cells: Mapping[str, str]) -> StatsRow:
    requests, failures = (int(_number(source, row, column, cells, whole=True)) for column in _COUNTS)
    if failures > requests:
        raise source.fault(
            row, f"Failure Count {failures} exceeds Request Count {requests}", "at most as many"
        )
    percentiles = {
        round(float(match[1]) / 100, 8): _number(source, row, column, cells)
        for column, cell in cells.items()
        if (match := _PERCENTILE.fullmatch(column)) and not (requests == 0 and cell == NOT_KNOWN)
    }
    total = cells["Type"] == "" and cells["Name"] == "Aggregated"
    return StatsRow(
        endpoint=None if total else endpoint_name(cells["Type"], cells["Name"]),
        requests=requests,
        failures=failures,
        percentiles_ms=percentiles,
        **{field: _number(source, row, column, cells) for column, field in _FIGURES.items()},
    )


def _number(source: Source, row: int, column: str, cells: Mapping[str, str], *, whole: bool = False) -> float:
    try:
        number = int(cells[column]) if whole else float(cells[column])
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0:
        expected = f"a {'whole' if whole else 'finite'} number, at least 0"
        raise source.fault(row, f"{column} is {cells[column][:40]!r}", expected)
    return number
