"""The details that two plain Locust runs allow: their percentiles, and the errors in `_failures.csv`."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.details.errors import grouped, read_failures
from analysis.figures import change_ratio
from analysis.locust_csv import SUFFIX
from analysis.locust_runs import LocustRun
from analysis.report_details import Details, Distribution, QuantileShift

HIGHEST = 0.999


def details_of_runs(runs: Mapping[str, LocustRun]) -> Details:
    """The details of two runs, as their files print the figures: without intervals, rounds and times."""
    groups, left_out = grouped({arm: _failures(run) for arm, run in runs.items()})
    return Details(
        quantile_shift=_shift(runs),
        distribution={arm: _distribution(run) for arm, run in runs.items()},
        errors=groups,
        errors_left_out=left_out,
    )


def _distribution(run: LocustRun) -> Distribution:
    listed = sorted(run.table.total.percentiles_ms.items())
    return Distribution(shares=[at for at, _ in listed], latency_ms=[figure_ms for _, figure_ms in listed])


def _shift(runs: Mapping[str, LocustRun]) -> list[QuantileShift]:
    (_, first), (arm, second) = runs.items()
    before, after = first.table.total.percentiles_ms, second.table.total.percentiles_ms
    return [
        QuantileShift(
            arm=arm,
            quantile=at,
            baseline_ms=before[at],
            arm_ms=after[at],
            change_ratio=change_ratio(before[at], after[at]),
        )
        for at in sorted(before.keys() & after.keys())
        if at <= HIGHEST
    ]


def _failures(run: LocustRun) -> Mapping[tuple[str, str], int]:
    path = run.table.path
    return read_failures(path.with_name(path.name.removesuffix(SUFFIX) + "_failures.csv"))
