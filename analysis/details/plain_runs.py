"""The details that plain Locust runs allow: their percentiles, and the errors in `_failures.csv`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from analysis.details.errors import grouped, read_failures
from analysis.figures import change_ratio
from analysis.locust_arms import LocustArm
from analysis.locust_changes import Arms, change_interval, change_of, estimate_of, pairs
from analysis.locust_csv import SUFFIX
from analysis.metrics import P95, Metric
from analysis.report_details import Details, Distribution, QuantileShift, RoundP95

HIGHEST = 0.999
# Whole histograms have a thousand percentiles: the details show those of Locust's own list.
MOST_LISTED = 40
SHOWN = (0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1.0)


def details_of_runs(arms: Arms) -> Details:
    """The details of two arms; intervals and rounds where there are several runs of each."""
    groups, left_out = grouped({name: _failures(arm) for name, arm in arms.items()})
    return Details(
        quantile_shift=list(_shift(arms)),
        rounds=_rounds(arms),
        distribution={name: _distribution(arm) for name, arm in arms.items()},
        errors=groups,
        errors_left_out=left_out,
    )


def _listed(arm: LocustArm) -> list[float]:
    """The percentiles that every run of an arm lists."""
    lists = [set(run.table.total.percentiles_ms) for run in arm.runs]
    common = sorted(set.intersection(*lists))
    return common if len(common) <= MOST_LISTED else [at for at in SHOWN if at in common]


def _metric(quantile: float) -> Metric:
    return Metric(name=f"p{100 * quantile:g}_ms", kind="quantile", quantile=quantile)


def _printed_ms(arm: LocustArm, quantile: float) -> float | None:
    """The percentile as printed, of several runs their mean; failed requests and all."""
    printed = [run.table.total.percentiles_ms[quantile] for run in arm.runs]
    if len(printed) == 1:
        return printed[0]
    span = arm.span(None, _metric(quantile))
    return span.value if span else None


def _distribution(arm: LocustArm) -> Distribution:
    found = {at: figure for at in _listed(arm) if (figure := _printed_ms(arm, at)) is not None}
    return Distribution(shares=list(found), latency_ms=list(found.values()))


def _shift(arms: Arms) -> Iterator[QuantileShift]:
    first, second = arms.values()
    for at in sorted({*_listed(first)} & {*_listed(second)}):
        if at > HIGHEST:
            continue
        before, after = _printed_ms(first, at), _printed_ms(second, at)
        estimate = estimate_of(arms, None, _metric(at))
        interval, change = change_interval(estimate), change_of(estimate)
        yield QuantileShift(
            arm=second.name,
            quantile=at,
            baseline_ms=before,
            arm_ms=after,
            change_ratio=change_ratio(before, after) if change is None else change,
            interval=interval.bounds() if interval else None,
        )


def _rounds(arms: Arms) -> list[RoundP95]:
    """P95 of each pair of runs."""
    count = pairs(arms)
    spans = {name: arm.spans(None, P95) for name, arm in arms.items()}
    if count is None or any(found is None for found in spans.values()):
        return []
    return [
        RoundP95(round=place + 1, p95_ms={name: found[place].value for name, found in spans.items() if found})
        for place in range(count)
    ]


def _failures(arm: LocustArm) -> Mapping[tuple[str, str], int]:
    counts: Counter[tuple[str, str]] = Counter()
    for run in arm.runs:
        path = run.table.path
        if path.name.endswith(SUFFIX):
            counts.update(read_failures(path.with_name(path.name.removesuffix(SUFFIX) + "_failures.csv")))
    return counts
