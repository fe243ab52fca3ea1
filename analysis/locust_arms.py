"""One arm of plain Locust runs: its figures over one run or several, and what they may stand for.

Counts, means and throughputs add up over runs. Percentiles do not: over several runs a percentile is the
geometric mean of theirs, that of a typical run, so that the change of it is the mean change of the runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis import report
from analysis.locust_csv import StatsRow
from analysis.locust_runs import LocustRun
from analysis.metrics import QUANTILES, Metric
from analysis.resolution import BEYOND, Resolution, Span
from analysis.statistics.quantiles import FloatArray
from analysis.statistics.repeated import Printed


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustArm:
    """The runs of one arm, in the order given."""

    name: str
    runs: Sequence[LocustRun]

    @property
    def endpoints(self) -> list[str]:
        """The endpoints that any run called, in order of their names."""
        return sorted({endpoint for run in self.runs for endpoint in run.endpoints})

    @property
    def resolution(self) -> Resolution:
        """That of the run that tells time least finely."""
        found = {run.resolution for run in self.runs}
        return "rounded" if "rounded" in found else "whole" if "whole" in found else "exact"

    def rows(self, endpoint: str | None) -> list[StatsRow]:
        """The row of an endpoint, or of all, in each run that called it."""
        return [row for run in self.runs if (row := run.row(endpoint))]

    def share(self, endpoint: str) -> float:
        """The share of all requests that went to this endpoint."""
        return self._requests(endpoint) / self._requests(None)

    def figures(self, endpoint: str | None) -> report.Figures | None:
        """The figures of an endpoint, or of all; None when it was not called."""
        rows = self.rows(endpoint)
        if not rows:
            return None
        requests, failures = sum(row.requests for row in rows), sum(row.failures for row in rows)
        return report.Figures(
            requests=requests,
            failures=failures,
            failure_ratio=failures / requests,
            throughput_rps=_throughput_rps(rows),
            latency_ms=report.LatencyMs(
                mean=_mean_ms(rows),
                min=min(row.min_ms for row in rows),
                max=max(row.max_ms for row in rows),
                **{name: self._value(endpoint, metric) for name, metric in QUANTILES.items()},
            ),
        )

    def span(self, endpoint: str | None, metric: Metric) -> Span | None:
        """A figure and what it may stand for; None when a file does not hold it, or nobody called it."""
        rows = self.rows(endpoint)
        if metric.quantile is None:
            return Span.of(_summed(rows, metric)) if rows else None
        spans = self.spans(endpoint, metric)
        if spans is None or len(spans) == 1:
            return spans[0] if spans else None
        if sum(row.failures for row in rows) / sum(row.requests for row in rows) > 1 - metric.quantile:
            return BEYOND
        value = None if BEYOND in spans else _mean_log([span.value or 0.0 for span in spans])
        low = _mean_log([span.low for span in spans if span is not BEYOND])
        return Span(value=value, low=low, high=_mean_log([span.high for span in spans]))

    def spans(self, endpoint: str | None, metric: Metric) -> list[Span] | None:
        """The figure in each run; None when a file does not hold it, or a run did not call the endpoint."""
        found = [run.span(row, metric) if (row := run.row(endpoint)) else None for run in self.runs]
        spans = [span for span in found if span is not None]
        return spans if len(spans) == len(found) else None

    def printed(self, endpoint: str | None, metric: Metric) -> Printed | None:
        """The same as arrays; NaN where a figure is beyond every number."""
        spans = self.spans(endpoint, metric)
        if spans is None:
            return None
        return Printed(
            values=np.array([math.nan if span.value is None else span.value for span in spans]),
            lows=np.array([span.low for span in spans]),
            highs=np.array([span.high for span in spans]),
        )

    def counts(self, endpoint: str | None) -> tuple[FloatArray, FloatArray]:
        """Failures and requests of each run that called the endpoint."""
        rows = self.rows(endpoint)
        return np.array([float(row.failures) for row in rows]), np.array(
            [float(row.requests) for row in rows]
        )

    def _value(self, endpoint: str | None, metric: Metric) -> float | None:
        span = self.span(endpoint, metric)
        return span.value if span else None

    def _requests(self, endpoint: str | None) -> int:
        return sum(row.requests for row in self.rows(endpoint))


def _summed(rows: Sequence[StatsRow], metric: Metric) -> float:
    if metric.kind == "mean":
        return _mean_ms(rows)
    if metric.kind == "throughput":
        return _throughput_rps(rows)
    return sum(row.failures for row in rows) / sum(row.requests for row in rows)


def _mean_ms(rows: Sequence[StatsRow]) -> float:
    return sum(row.mean_ms * row.requests for row in rows) / sum(row.requests for row in rows)


def _throughput_rps(rows: Sequence[StatsRow]) -> float:
    """All requests by all seconds; 0 where a run does not say how long it took."""
    if any(row.throughput_rps <= 0 for row in rows):
        return 0.0
    return sum(row.requests for row in rows) / sum(row.requests / row.throughput_rps for row in rows)


def _mean_log(figures: Sequence[float]) -> float:
    """The geometric mean; 0 where a figure is not above 0."""
    if not figures or min(figures) <= 0:
        return 0.0
    # Exact where all are alike: exp(log(800)) is not 800.
    return figures[0] if len(set(figures)) == 1 else math.exp(sum(map(math.log, figures)) / len(figures))
