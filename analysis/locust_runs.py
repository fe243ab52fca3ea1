"""Two plain Locust runs as their `_stats.csv` tell them: figures with the values they may stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import InputError
from analysis.locust_csv import StatsRow, StatsTable, read_stats, stats_path
from analysis.metrics import Metric
from analysis.resolution import Resolution, Span, quantile_span, resolution_of

ARMS = ("baseline", "optimized")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustRun:
    """One arm: its `_stats.csv` and how finely that tells time."""

    table: StatsTable
    resolution: Resolution

    @property
    def endpoints(self) -> list[str]:
        """The endpoints that were called, in order of their names."""
        return sorted(row.endpoint for row in self.table.endpoints if row.endpoint and row.requests)

    def row(self, endpoint: str | None) -> StatsRow | None:
        """The row of an endpoint, or of all; None when it was not called."""
        rows = self.table.endpoints if endpoint else (self.table.total,)
        return next((row for row in rows if row.endpoint == endpoint and row.requests), None)

    def share(self, endpoint: str) -> float:
        """The share of all requests that went to this endpoint."""
        row = self.row(endpoint)
        return row.requests / self.table.total.requests if row else 0.0

    def span(self, row: StatsRow, metric: Metric) -> Span | None:
        """A figure and what it may stand for; None when the file does not hold it."""
        if metric.quantile is not None:
            return quantile_span(row, metric.quantile, self.resolution)
        if metric.kind == "mean":
            return Span.of(row.mean_ms)
        return Span.of(row.throughput_rps if metric.kind == "throughput" else row.failures / row.requests)


def read_runs(baseline: Path, optimized: Path) -> Mapping[str, LocustRun]:
    """Both runs by arm, the baseline first. Raises InputError."""
    return {arm: _read(path) for arm, path in zip(ARMS, (baseline, optimized), strict=True)}


def _read(prefix: Path) -> LocustRun:
    table = read_stats(stats_path(prefix))
    if table.total.requests == 0:
        remedy = "No data cannot be compared: see Locust's log, and run it again."
        raise InputError(table.path, "no requests", expected="at least one", remedy=remedy)
    return LocustRun(table=table, resolution=resolution_of((*table.endpoints, table.total)))
