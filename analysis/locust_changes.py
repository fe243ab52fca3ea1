"""What changed between two arms of plain Locust runs, and how sure that is.

Several runs of each are rounds: intervals are over runs. One run of each has the percentiles beside the one
that is asked for, and says nothing of what else changed between the two.
"""

from __future__ import annotations

from collections.abc import Mapping

from analysis import report
from analysis.figures import change_ratio, difference
from analysis.locust_arms import LocustArm
from analysis.locust_runs import ARMS
from analysis.metrics import FAILURE_RATIO, MEAN, QUANTILES, THROUGHPUT, Metric
from analysis.report_details import Bounds
from analysis.statistics.intervals import UNBOUNDED, Interval
from analysis.statistics.repeated import RunsEstimate, runs_change, runs_difference
from analysis.statistics.stock import stock_change_interval, stock_interval

LEVEL = 0.05
Arms = Mapping[str, LocustArm]


def several(arms: Arms) -> bool:
    """Whether each arm has several runs."""
    return min(len(arm.runs) for arm in arms.values()) > 1


def pairs(arms: Arms) -> int | None:
    """How many rounds the runs make: as many pairs; None of one run each, or of unequal numbers."""
    baseline, arm = (len(one.runs) for one in arms.values())
    return arm if baseline == arm > 1 else None


def comparison(arms: Arms) -> report.Comparison:
    """Every figure that both arms have, with its change."""
    baseline, arm = (one.figures(None) for one in arms.values())
    assert baseline is not None and arm is not None  # noqa: S101, PT018  # a run without requests is refused
    throughput = estimate_of(arms, None, THROUGHPUT)
    failures = failure_interval(arms, None)
    return report.Comparison(
        arm=ARMS[1],
        against=ARMS[0],
        mean=_latency_change(arms, MEAN),
        **{name: _latency_change(arms, metric) for name, metric in QUANTILES.items()},
        throughput=report.ThroughputChange(
            baseline_rps=baseline.throughput_rps,
            arm_rps=arm.throughput_rps,
            change_ratio=change_ratio(baseline.throughput_rps, arm.throughput_rps),
            paired_change_ratio=change_of(throughput),
            interval=_bounds(change_interval(throughput)),
            confidence=_confidence(change_interval(throughput)),
        ),
        failure_ratio=report.FailureChange(
            baseline_ratio=baseline.failure_ratio,
            arm_ratio=arm.failure_ratio,
            difference=difference(baseline.failure_ratio, arm.failure_ratio),
            interval=_bounds(failures),
            confidence=_confidence(failures),
        ),
    )


def estimate_of(arms: Arms, endpoint: str | None, metric: Metric) -> RunsEstimate | None:
    """The ratio of the arms over several runs; None of one run, or where a file lacks the figure."""
    baseline, arm = (one.printed(endpoint, metric) for one in arms.values())
    if baseline is None or arm is None or not several(arms) or metric == FAILURE_RATIO:
        return None
    return runs_change(baseline, arm, LEVEL)


def change_of(estimate: RunsEstimate | None) -> float | None:
    """The change of a typical run; None where there is no number for it."""
    return estimate.value - 1 if estimate is not None and estimate.value is not None else None


def change_interval(estimate: RunsEstimate | None) -> Interval | None:
    """Its interval; None without one."""
    return estimate.interval.mapped(lambda ratio: ratio - 1) if estimate is not None else None


def failure_interval(arms: Arms, endpoint: str | None) -> Interval | None:
    """The interval of the difference of the failure ratios; None of one run, or where a run lacks it."""
    if not several(arms):
        return None
    counts = [arm.counts(endpoint) for arm in arms.values()]
    if any(len(requests) < len(arm.runs) for (_, requests), arm in zip(counts, arms.values(), strict=True)):
        return None
    baseline, other = (failures / requests for failures, requests in counts)
    return runs_difference(baseline, other, LEVEL)


def single_interval(arms: Arms, endpoint: str | None, metric: Metric) -> Interval | None:
    """The interval of the change between one run of each, from the listed percentiles; None for the rest."""
    if several(arms) or metric.quantile is None or any(not arm.rows(endpoint) for arm in arms.values()):
        return None
    return stock_change_interval(*(run_interval(arm, endpoint, metric.quantile) for arm in arms.values()))


def run_interval(arm: LocustArm, endpoint: str | None, quantile: float) -> Interval:
    """The interval of a percentile in the one run of an arm, in ms."""
    (row,) = arm.rows(endpoint)
    if row.failures / row.requests > 1 - quantile:
        return UNBOUNDED
    # Failed requests count as above every limit: the upper bound is then that of a higher quantile.
    reached = quantile + row.failures / row.requests
    rounded, cut_ms = arm.resolution == "rounded", 1.0 if arm.resolution == "whole" else 0.0
    low, high = (
        stock_interval(row.percentiles_ms, row.requests, at, LEVEL, rounded=rounded) if at < 1 else UNBOUNDED
        for at in (quantile, reached)
    )
    return Interval(low=low.low, high=high.high + cut_ms)


def _latency_change(arms: Arms, metric: Metric) -> report.LatencyChange:
    spans = [arm.span(None, metric) for arm in arms.values()]
    baseline_ms, arm_ms = (span.value if span else None for span in spans)
    ratio = change_ratio(baseline_ms, arm_ms)
    estimate = estimate_of(arms, None, metric)
    interval = change_interval(estimate) if several(arms) else single_interval(arms, None, metric)
    if ratio is None:
        interval = None
    return report.LatencyChange(
        baseline_ms=baseline_ms,
        arm_ms=arm_ms,
        reduction_ms=difference(arm_ms, baseline_ms),
        reduction_ratio=None if ratio is None else -ratio,
        change_ratio=ratio,
        paired_change_ratio=change_of(estimate),
        interval=_bounds(interval),
        confidence=_confidence(interval),
    )


def _bounds(interval: Interval | None) -> Bounds | None:
    return interval.bounds() if interval else None


def _confidence(interval: Interval | None) -> float | None:
    return 1 - LEVEL if interval else None
