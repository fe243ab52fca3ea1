"""Plain Locust runs as their files tell them: figures with the values they may stand for."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import locust_csv, locust_json
from analysis.errors import InputError
from analysis.locust_csv import StatsRow, StatsTable, read_stats, stats_path
from analysis.metrics import Metric
from analysis.resolution import Resolution, Span, quantile_span, resolution_of

ARMS = ("baseline", "optimized")
MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustRun:
    """One run: its `_stats.csv` or histograms, and how finely they tell time."""

    table: StatsTable
    resolution: Resolution

    @property
    def name(self) -> str:
        """The file's name."""
        return self.table.path.name

    @property
    def endpoints(self) -> list[str]:
        """The endpoints that were called, in order of their names."""
        return sorted(row.endpoint for row in self.table.endpoints if row.endpoint and row.requests)

    @property
    def duration_s(self) -> float:
        """About how long it took: Locust says how many requests a second there were."""
        total = self.table.total
        return total.requests / total.throughput_rps if total.throughput_rps > 0 else math.nan

    def row(self, endpoint: str | None) -> StatsRow | None:
        """The row of an endpoint, or of all; None when it was not called."""
        rows = self.table.endpoints if endpoint else (self.table.total,)
        return next((row for row in rows if row.endpoint == endpoint and row.requests), None)

    def span(self, row: StatsRow, metric: Metric) -> Span | None:
        """A figure and what it may stand for; None when the file does not hold it."""
        if metric.quantile is not None:
            return quantile_span(row, metric.quantile, self.resolution)
        if metric.kind == "mean":
            return Span.of(row.mean_ms)
        return Span.of(row.throughput_rps if metric.kind == "throughput" else row.failures / row.requests)


def read_runs(baseline: Sequence[Path], optimized: Sequence[Path]) -> Mapping[str, Sequence[LocustRun]]:
    """The runs of each arm, the baseline first. Raises InputError, for a run that is given twice as well.

    One run may be held against itself; of several, each is evidence once.
    """
    arms = {
        arm: [_read(path) for path in paths] for arm, paths in zip(ARMS, (baseline, optimized), strict=True)
    }
    if any(len(runs) > 1 for runs in arms.values()):
        _require_different([run for runs in arms.values() for run in runs])
    return arms


def _require_different(runs: Sequence[LocustRun]) -> None:
    seen: dict[bytes, Path] = {}
    for run in runs:
        path = run.table.path
        first = seen.setdefault(path.read_bytes(), path)
        if first is not path:
            same = "is given twice" if first.resolve() == path.resolve() else f"holds the same as {first}"
            remedy = "A run is evidence once: leave it out, or run Locust again."
            raise InputError(path, same, expected="another run in each place", remedy=remedy)


def _read(given: Path) -> LocustRun:
    if given.suffix == locust_json.SUFFIX:
        table = locust_json.read_histograms(given)
    else:
        path = stats_path(given)
        _require_stats(given, path)
        table = read_stats(path, started_at=_started_at(path))
    if table.total.requests == 0:
        remedy = "No data cannot be compared: see Locust's log, and run it again."
        raise InputError(table.path, "no requests", expected="at least one", remedy=remedy)
    return LocustRun(table=table, resolution=resolution_of((*table.endpoints, table.total)))


def _require_stats(given: Path, path: Path) -> None:
    """Say which prefixes there are, where the one that was given has no file."""
    if path.exists():
        return
    folder = given if given.is_dir() else path.parent
    # An empty prefix is one too: `--csv results/` leaves results/_stats.csv.
    there = sorted(folder.glob(f"*{locust_csv.SUFFIX}")) if folder.is_dir() else []
    names = ", ".join(str(one)[: -len(locust_csv.SUFFIX)] or str(one) for one in there[:MOST_NAMED])
    remedy = f"There are: {names}." if there else f"{folder} has no file that ends in {locust_csv.SUFFIX}."
    expected = "a CSV file, or its prefix as `locust --csv` took it, or the file of --json-file"
    raise InputError(path, "No such file or directory", expected=expected, remedy=remedy)


def _started_at(path: Path) -> float | None:
    """When the run began, by the first line of its history: seconds since 1970; None without one."""
    history = path.with_name(path.name.removesuffix(locust_csv.SUFFIX) + "_stats_history.csv")
    try:
        with history.open(encoding="utf-8-sig", newline="") as file:
            first = next(csv.DictReader(file), {})
        return float(first["Timestamp"])
    except (OSError, ValueError, KeyError, csv.Error):
        return None  # the history is optional, and its absence a check without evidence
