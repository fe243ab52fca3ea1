"""From two plain Locust runs to a report: `compare`.

One run per arm gives no evidence of its own spread. Verdicts are therefore on the figures as printed, within
what their rounding leaves open; intervals are given for orientation, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analysis import report
from analysis.assessment import endpoint_row
from analysis.details.contributions import with_contributions
from analysis.details.plain_runs import details_of_runs
from analysis.errors import ConfigurationError, nearest
from analysis.figures import change_ratio, difference
from analysis.judgement import TOO_MANY_FAILED, Finding, judged, three_way
from analysis.locust_csv import StatsRow
from analysis.locust_runs import ARMS, LocustRun
from analysis.locust_validity import check_runs
from analysis.metrics import FAILURE_RATIO, MEAN, QUANTILES, Metric
from analysis.objectives import Objective, Sla, applied_to
from analysis.remarks import warnings_of
from analysis.resolution import BEYOND, Span
from analysis.statistics.intervals import Interval
from analysis.statistics.stock import stock_change_interval, stock_interval
from analysis.verdict import conclude
from analysis.wording import bounds_text, percent

LEVEL = 0.05
Runs = Mapping[str, LocustRun]


def assess_runs(runs: Runs, sla: Sla) -> report.Report:
    """The report on two Locust runs. ConfigurationError when an objective asks for what their files lack."""
    objectives, remarks = applied_to(sla, ARMS)
    found = [judged(objective, _find(runs, objective, sla.source), None) for objective in objectives]
    validity = check_runs(runs, objectives)
    verdict, reasons = conclude(validity, found)
    arms = {arm: report.Arm(**dict(_figures(run, run.table.total))) for arm, run in runs.items()}
    return report.Report(
        verdict=verdict,
        reasons=reasons,
        run=report.Run(id=" against ".join(run.table.path.name for run in runs.values()), state="complete"),
        arms=arms,
        comparisons=[_comparison(runs)],
        endpoints=with_contributions(_endpoints(runs), arms, failures_count=True),
        objectives=found,
        validity=validity,
        request_semantics=report.RequestSemantics(identical=None),
        warnings=list(_warnings(runs, remarks, validity, found)),
        details=details_of_runs(runs),
    )


def _find(runs: Runs, objective: Objective, source: str) -> Finding:
    """Passed and failed only where every value that the figure may stand for says so."""
    arm = _required(runs[objective.arm], objective, source)
    if not objective.relative:
        return _finding(objective, arm.value, Interval(low=arm.low, high=arm.high))
    against = _required(runs[ARMS[0]], objective, source)
    if arm is BEYOND or against is BEYOND or (against.low <= 0 and objective.metric != FAILURE_RATIO):
        verdict: report.ObjectiveVerdict = "failed" if arm is BEYOND else "inconclusive"
        return Finding(observed=None, verdict=verdict, remark=TOO_MANY_FAILED)
    observed, *ends = (
        objective.sign * _change(objective.metric, *pair)
        for pair in ((against.value, arm.value), (against.high, arm.low), (against.low, arm.high))
    )
    return _finding(objective, observed, Interval(low=min(ends), high=max(ends)))


def _finding(objective: Objective, observed: float | None, span: Interval) -> Finding:
    verdict, remark = three_way(objective, span), "" if observed is not None else TOO_MANY_FAILED
    if verdict == "inconclusive":
        unit = "" if objective.relative else objective.metric.unit
        remark = f"the figure may stand for anything in {bounds_text(span.bounds(), unit)}"
    return Finding(observed=observed, span=span, verdict=verdict, remark=remark)


def _change(metric: Metric, baseline: float | None, arm: float | None) -> float:
    change = (difference if metric.kind == "failure_ratio" else change_ratio)(baseline, arm)
    assert change is not None  # noqa: S101  # neither figure is BEYOND, and the baseline is above 0
    return change


def _required(run: LocustRun, objective: Objective, source: str) -> Span:
    """The figure that an objective speaks of, which the file must hold."""
    where, path = f"{source}: objective {objective.name!r}", run.table.path
    row = run.row(objective.endpoint)
    if row is None:
        found = f"{path} has no requests of {objective.endpoint}"
        raise ConfigurationError(where, found, remedy=nearest(objective.endpoint or "", run.endpoints))
    span = run.span(row, objective.metric)
    if span is None:
        listed = ", ".join(f"{100 * quantile:g}%" for quantile in sorted(row.percentiles_ms))
        remedy = "Locust lists others when locust.stats.PERCENTILES_TO_REPORT is set."
        found = f"{path} has no column for {objective.metric.name}"
        raise ConfigurationError(where, found, expected=f"one of {listed}", remedy=remedy)
    return span


def _figures(run: LocustRun, row: StatsRow) -> report.Figures:
    spans = {name: run.span(row, metric) for name, metric in QUANTILES.items()}
    return report.Figures(
        requests=row.requests,
        failures=row.failures,
        failure_ratio=row.failures / row.requests,
        throughput_rps=row.throughput_rps,
        latency_ms=report.LatencyMs(
            mean=row.mean_ms,
            min=row.min_ms,
            max=row.max_ms,
            **{name: span.value if span else None for name, span in spans.items()},
        ),
    )


def _endpoints(runs: Runs) -> list[report.Endpoint]:
    names = sorted({endpoint for run in runs.values() for endpoint in run.endpoints})
    return [
        endpoint_row(name, {arm: _figures(run, row) for arm, run in runs.items() if (row := run.row(name))})
        for name in names
    ]


def _comparison(runs: Runs) -> report.Comparison:
    baseline, arm = (_figures(run, run.table.total) for run in runs.values())
    return report.Comparison(
        arm=ARMS[1],
        against=ARMS[0],
        mean=_latency_change(runs, MEAN),
        **{name: _latency_change(runs, metric) for name, metric in QUANTILES.items()},
        throughput=report.ThroughputChange(
            baseline_rps=baseline.throughput_rps,
            arm_rps=arm.throughput_rps,
            change_ratio=change_ratio(baseline.throughput_rps, arm.throughput_rps),
        ),
        failure_ratio=report.FailureChange(
            baseline_ratio=baseline.failure_ratio,
            arm_ratio=arm.failure_ratio,
            difference=difference(baseline.failure_ratio, arm.failure_ratio),
        ),
    )


def _latency_change(runs: Runs, metric: Metric) -> report.LatencyChange:
    spans = [run.span(run.table.total, metric) for run in runs.values()]
    baseline_ms, arm_ms = (span.value if span else None for span in spans)
    ratio = change_ratio(baseline_ms, arm_ms)
    interval = None
    if ratio is not None and metric.quantile is not None:
        interval = stock_change_interval(*(_interval(run, metric.quantile) for run in runs.values()))
    return report.LatencyChange(
        baseline_ms=baseline_ms,
        arm_ms=arm_ms,
        reduction_ms=difference(arm_ms, baseline_ms),
        reduction_ratio=None if ratio is None else -ratio,
        change_ratio=ratio,
        interval=interval.bounds() if interval else None,
        confidence=1 - LEVEL if interval else None,
    )


def _interval(run: LocustRun, quantile: float) -> Interval:
    row = run.table.total
    rounded = run.resolution != "exact"
    return stock_interval(row.percentiles_ms, row.requests, quantile, LEVEL, rounded=rounded)


def _warnings(
    runs: Runs, remarks: Sequence[str], validity: Sequence[report.Check], found: Sequence[report.Objective]
) -> Iterator[report.Warning]:
    yield report.Warning(
        code="one-run-per-arm",
        message="one run per arm: drift between the runs cannot be told from the change, verdicts are on the "
        "figures as printed, and intervals assume that nothing but chance changed",
        hint="`locust -f locustfiles/comparison.py` alternates both arms in one run.",
    )
    for arm, run in runs.items():
        if run.resolution != "exact":
            steps = "about two digits" if run.resolution == "rounded" else "whole milliseconds"
            message = f"times of {arm} are rounded to {steps}: an objective within that is inconclusive"
            yield report.Warning(code="rounded", message=message)
        if run.table.total.failures:
            ratio = percent(run.table.total.failures / run.table.total.requests)
            message = (
                f"{ratio} of the requests of {arm} failed, and Locust mixes their times into its figures"
            )
            hint = (
                "A failed request counts as above every limit: quantiles may be as high as those above them."
            )
            yield report.Warning(code="failures-mixed-in", message=message, hint=hint)
    yield from warnings_of(remarks, validity, found)
