"""One objective, held against plain Locust runs.

Several runs of each arm are judged by intervals over runs. One run of each shows nothing of its own spread:
it is judged by its figures as printed, within what their rounding leaves open.
"""

from __future__ import annotations

import math

from analysis.errors import ConfigurationError, nearest
from analysis.figures import change_ratio, difference
from analysis.judgement import NO_FIGURE, TOO_MANY_FAILED, Finding, three_way
from analysis.locust_arms import LocustArm
from analysis.locust_changes import (
    LEVEL,
    Arms,
    change_interval,
    estimate_of,
    failure_interval,
    several,
)
from analysis.locust_runs import ARMS
from analysis.metrics import FAILURE_RATIO, Metric
from analysis.objectives import Objective
from analysis.report import ObjectiveVerdict
from analysis.resolution import BEYOND, Span, stands_for_ms
from analysis.statistics.decisions import Outlook
from analysis.statistics.intervals import Interval
from analysis.statistics.repeated import LEAST_TAIL_REQUESTS, runs_figure, share_above_is_small
from analysis.statistics.shares import share_estimate
from analysis.wording import bounds_text


def find(arms: Arms, objective: Objective, source: str) -> Finding:
    """What an objective's figure is, and what that means. ConfigurationError where a file lacks it."""
    span = _required(arms[objective.arm], objective, source)
    against = _required(arms[ARMS[0]], objective, source) if objective.relative else None
    if several(arms):
        if against is None:
            return _absolute_over_runs(arms[objective.arm], objective, span)
        return _relative_over_runs(arms, objective, span)
    if against is None:
        return _as_printed(objective, span.value, Interval(low=span.low, high=span.high))
    return _change_as_printed(objective, against, span)


def _absolute_over_runs(arm: LocustArm, objective: Objective, span: Span) -> Finding:
    metric, endpoint = objective.metric, objective.endpoint
    if span.value is None:
        verdict = three_way(objective, Interval(low=span.low, high=span.high))
        return Finding(observed=None, verdict=verdict, remark=TOO_MANY_FAILED)
    if metric == FAILURE_RATIO:
        share = share_estimate(*arm.counts(endpoint), LEVEL)
        verdict = (
            share.verdict_at_most(objective.value)
            if objective.upper
            else three_way(objective, share.interval)
        )
        return Finding(observed=span.value, interval=share.interval, verdict=verdict)
    printed = arm.printed(endpoint, metric)
    if printed is None:
        return Finding(observed=span.value, verdict="inconclusive", remark="a run did not call it")
    estimate = runs_figure(printed, LEVEL)
    interval = estimate.interval
    verdict, remark = three_way(objective, interval), ""
    if objective.upper and metric.quantile is not None:
        if verdict == "passed":
            verdict, remark = _short_runs(arm, objective, metric.quantile)
        elif not printed.usable and _few_above(arm, objective, metric.quantile):
            verdict = "passed"  # times that print as 0 have no geometric mean
    ratio = estimate.outlook(objective.value)
    # Of a ratio to the limit; in the figure's own unit it is that part of the limit.
    missing = Outlook(
        half_width=_times(ratio.half_width, objective.value),
        smallest_effect=_times(ratio.smallest_effect, objective.value),
        more_rounds=None if remark else ratio.more_rounds,
    )
    observed = estimate.value if metric.quantile is not None and printed.usable else span.value
    return Finding(observed=observed, interval=interval, verdict=verdict, outlook=missing, remark=remark)


def _short_runs(arm: LocustArm, objective: Objective, quantile: float) -> tuple[ObjectiveVerdict, str]:
    """Whether a limit that the mean of percentiles meets is met: that of short runs' is biased low."""
    least = math.ceil(round(LEAST_TAIL_REQUESTS / (1 - quantile), 6))
    if arm.counts(objective.endpoint)[1].min() >= least or _few_above(arm, objective, quantile):
        return "passed", ""
    return "inconclusive", f"runs of at least {least:,} requests each would pass by this interval"


def _few_above(arm: LocustArm, objective: Objective, quantile: float) -> bool:
    """Whether the percentiles that the files list show that few enough requests lie above the limit."""
    rows, requests = arm.rows(objective.endpoint), arm.counts(objective.endpoint)[1]
    # A failed request is above every limit: each percentile is that of so many fewer.
    shown = [
        [
            (at - row.failures / row.requests, stands_for_ms(figure_ms, run.resolution)[1])
            for at, figure_ms in row.percentiles_ms.items()
        ]
        for run, row in zip(arm.runs, rows, strict=True)
    ]
    return share_above_is_small(shown, requests, quantile, objective.value, LEVEL)


def _times(ratio: float | None, unit: float) -> float | None:
    return None if ratio is None else ratio * unit


def _relative_over_runs(arms: Arms, objective: Objective, span: Span) -> Finding:
    metric, endpoint, sign = objective.metric, objective.endpoint, objective.sign
    if span is BEYOND:
        return Finding(observed=None, verdict="failed", remark=TOO_MANY_FAILED)
    if metric == FAILURE_RATIO:
        ratios = [figures.failure_ratio for arm in arms.values() if (figures := arm.figures(endpoint))]
        change, interval, outlook = difference(*ratios), failure_interval(arms, endpoint), None
    else:
        estimate = estimate_of(arms, endpoint, metric)
        change = estimate.value - 1 if estimate and estimate.value is not None else None
        interval = change_interval(estimate)
        outlook = estimate.outlook(1 + sign * objective.value) if estimate else None
    if change is None or interval is None:
        return Finding(observed=None, verdict="inconclusive", remark=NO_FIGURE)
    low, high = sorted((sign * interval.low, sign * interval.high))
    signed = Interval(low=low, high=high)
    return Finding(
        observed=sign * change, interval=signed, verdict=three_way(objective, signed), outlook=outlook
    )


def _change_as_printed(objective: Objective, against: Span, span: Span) -> Finding:
    """Passed and failed only where every value that the two figures may stand for says so."""
    if span is BEYOND:
        return Finding(observed=None, verdict="failed", remark=TOO_MANY_FAILED)
    if against is BEYOND or (against.low <= 0 and objective.metric != FAILURE_RATIO):
        return Finding(observed=None, verdict="inconclusive", remark=NO_FIGURE)
    observed, *ends = (
        objective.sign * _change(objective.metric, *pair)
        for pair in ((against.value, span.value), (against.high, span.low), (against.low, span.high))
    )
    return _as_printed(objective, observed, Interval(low=min(ends), high=max(ends)))


def _as_printed(objective: Objective, observed: float | None, span: Interval) -> Finding:
    verdict, remark = three_way(objective, span), "" if observed is not None else TOO_MANY_FAILED
    if verdict == "inconclusive":
        unit = "" if objective.relative else objective.metric.unit
        remark = f"the figure may stand for anything in {bounds_text(span.bounds(), unit)}"
    return Finding(observed=observed, span=span, verdict=verdict, remark=remark)


def _change(metric: Metric, baseline: float | None, arm: float | None) -> float:
    change = (difference if metric == FAILURE_RATIO else change_ratio)(baseline, arm)
    assert change is not None  # noqa: S101  # neither figure is BEYOND, and the baseline is above 0
    return change


def _required(arm: LocustArm, objective: Objective, source: str) -> Span:
    """The figure that an objective speaks of, which every file must hold."""
    where = f"{source}: objective {objective.name!r}"
    for run in arm.runs:
        row, path = run.row(objective.endpoint), run.table.path
        if row is None:
            found = f"{path} has no requests of {objective.endpoint}"
            raise ConfigurationError(where, found, remedy=nearest(objective.endpoint or "", run.endpoints))
        if run.span(row, objective.metric) is None:
            listed = ", ".join(f"{100 * quantile:g}%" for quantile in sorted(row.percentiles_ms)[:20])
            remedy = "Locust lists others when locust.stats.PERCENTILES_TO_REPORT is set."
            found = f"{path} has no column for {objective.metric.name}"
            raise ConfigurationError(where, found, expected=f"one of {listed}", remedy=remedy)
    span = arm.span(objective.endpoint, objective.metric)
    assert span is not None  # noqa: S101  # every run has it
    return span
