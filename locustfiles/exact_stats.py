"""Locust's statistics at full resolution, and its CSV files complete.

Locust rounds response times to two digits, cuts percentiles to whole milliseconds, and closes `_stats.csv`
up to a second before the end. Every locustfile here calls `install`, in every process, before load starts.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import locust
import locust.stats
from locust.env import Environment
from locust.stats import PERCENTILES_TO_REPORT, StatsCSV, StatsEntry

from locustfiles import atomic


def bucket(response_time_ms: float) -> float:
    """The response time in ms to four significant digits: bins of at most 0.1 %, errors of at most 0.05 %."""
    return float(f"{response_time_ms:.4g}")


class ExactStatsCSV(StatsCSV):
    """Locust's columns, with the decimals that the statistics hold."""

    def _percentile_fields(self, stats_entry: StatsEntry, use_current: bool = False) -> list[Any]:
        if not stats_entry.num_requests:
            return self.percentiles_na
        read: Callable[[float], float | None] = (
            stats_entry.get_current_response_time_percentile
            if use_current and stats_entry.use_response_times_cache
            else stats_entry.get_response_time_percentile
        )
        # Locust clamps only the median: a rounded percentile above the maximum would contradict it.
        return [
            min(read(quantile) or 0, stats_entry.max_response_time) for quantile in self.percentiles_to_report
        ]


def install() -> None:
    """Replace Locust's rounding in this process and complete its CSV files at the end of the run."""
    if locust.stats.bucket_response_time is bucket:
        return
    locust.stats.bucket_response_time = bucket  # type: ignore[assignment]  # Locust documents this replacement
    # Locust looks the method up on its own writer class, for the files that it keeps while it runs.
    StatsCSV._percentile_fields = ExactStatsCSV._percentile_fields  # type: ignore[assignment,method-assign]  # no other hook
    # Registered at import, this listener is the last to be called: after the last report of the workers.
    locust.events.quitting.add_listener(complete_csv_files)


def complete_csv_files(environment: Environment, **_: Any) -> None:
    """Rewrite the files of `--csv` with the final statistics, each in one atomic step."""
    prefix = environment.parsed_options.csv_prefix if environment.parsed_options else None
    if not prefix:
        return
    write_csv_files(ExactStatsCSV(environment, PERCENTILES_TO_REPORT), prefix)


def write_csv_files(stats_csv: StatsCSV, prefix: str) -> None:
    """Write PREFIX_stats.csv, PREFIX_failures.csv and PREFIX_exceptions.csv, replacing each in one step."""
    for suffix, write in (
        ("stats", stats_csv.requests_csv),
        ("failures", stats_csv.failures_csv),
        ("exceptions", stats_csv.exceptions_csv),
    ):
        atomic.replace(Path(f"{prefix}_{suffix}.csv"), partial(_write, write))


def _write(write: Callable[[Any], None], file: TextIO) -> None:
    write(csv.writer(file))
