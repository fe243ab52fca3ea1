"""Locust's statistics, filled from rows: the figures of a block or of an arm over all rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from locust.stats import PERCENTILES_TO_REPORT, RequestStats, StatsEntry, StatsError

from locustfiles.exact_stats import ExactStatsCSV
from locustfiles.recorder import Row


def exact(response_time_ms: float) -> float:
    """The response time in ms to a thousandth: for blocks, whose rows are few."""
    return round(response_time_ms, 3)


class Tally:
    """Statistics over rows in Locust's form. `bucket` maps a response time in ms to its histogram key."""

    def __init__(self, bucket: Callable[[float], float]) -> None:
        self.stats = RequestStats(use_response_times_cache=False)
        self.busy_s = 0.0
        self.exceptions: dict[str, dict[str, Any]] = {}
        self.protocols: Counter[str] = Counter()
        """Requests by the protocol that was spoken, of those that had an answer."""
        self._bucket = bucket
        self._successes: dict[tuple[str, str], Counter[float]] = {}

    def add(self, rows: Sequence[Row], *, exceptions: Mapping[str, dict[str, Any]] | None = None) -> None:
        """Add the measured rows of one block, with the user exceptions that fell into it."""
        for row in rows:
            self._add_row(row)
        self.busy_s += busy_s(rows)
        self._date(rows)
        for key, exception in (exceptions or {}).items():
            seen = self.exceptions.setdefault(key, {**exception, "count": 0})
            seen["count"] += exception["count"]

    def csv(self) -> ExactStatsCSV:
        """A writer of these statistics in Locust's CSV formats."""
        environment = SimpleNamespace(stats=self.stats, runner=SimpleNamespace(exceptions=self.exceptions))
        return ExactStatsCSV(environment, PERCENTILES_TO_REPORT)  # type: ignore[arg-type]  # it reads just these

    def history_row(self, *, timestamp: int, users: int, block: Tally) -> list[Any]:
        """A row of Locust's `_stats_history.csv`: the rates of the last block, all else cumulative."""
        total = self.stats.total
        rates = (f"{block.stats.total.total_rps:2f}", f"{block.stats.total.total_fail_per_sec:2f}")
        return [
            timestamp,
            users,
            "",
            total.name,
            *rates,
            *self.csv()._percentile_fields(total),
            total.num_requests,
            total.num_failures,
            total.median_response_time,
            total.avg_response_time,
            total.min_response_time or 0,
            total.max_response_time,
            total.avg_content_length,
        ]

    def histogram(self) -> Iterable[tuple[str, str, float, int]]:
        """Method, name, bin in ms and count of the successful requests."""
        for (name, method), bins in sorted(self._successes.items()):
            for latency_ms, count in sorted(bins.items()):
                yield method, name, latency_ms, count

    def _add_row(self, row: Row) -> None:
        for entry in (self.stats.total, self.stats.get(row.name, row.method)):
            _count(entry, row, self._bucket(row.service_time_ms))
        if row.protocol:
            self.protocols[row.protocol] += 1
        if not row.error:
            bins = self._successes.setdefault((row.name, row.method), Counter())
            bins[self._bucket(row.latency_ms)] += 1
            return
        key = StatsError.create_key(row.method, row.name, row.error)
        error = self.stats.errors.setdefault(key, StatsError(row.method, row.name, row.error))
        ended_at = _ended_at(row)
        error.occurrences += 1
        error.first_seen = min(error.first_seen or ended_at, ended_at)
        error.last_seen = max(error.last_seen or ended_at, ended_at)

    def _date(self, rows: Sequence[Row]) -> None:
        # Locust's Requests/s is requests / (last - start): the other arm's turns are not this one's time.
        if not rows:
            return
        last = max(_ended_at(row) for row in rows)
        for entry in (*self.stats.entries.values(), self.stats.total):
            entry.last_request_timestamp = last
            entry.start_time = last - self.busy_s


def busy_s(rows: Sequence[Row]) -> float:
    """Seconds from the first start to the last end of a block's measured rows, 0 without rows."""
    if not rows:
        return 0.0
    return max(_ended_at(row) for row in rows) - min(row.started_at for row in rows)


def _count(entry: StatsEntry, row: Row, binned_ms: float) -> None:
    time_ms: Any = row.service_time_ms  # Locust declares whole milliseconds and takes any number
    entry.num_requests += 1
    entry.num_failures += bool(row.error)
    entry.total_response_time += time_ms
    least = entry.min_response_time
    entry.min_response_time = time_ms if least is None else min(least, time_ms)
    entry.max_response_time = max(entry.max_response_time, time_ms)
    entry.response_times[binned_ms] += 1  # type: ignore[index]  # as above
    entry.total_content_length += row.response_bytes


def _ended_at(row: Row) -> float:
    return row.started_at + row.latency_ms / 1000
