"""What a reader of a comparison of plain Locust runs should know beside its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.locust_changes import Arms, pairs, several, single_interval
from analysis.metrics import QUANTILES
from analysis.objectives import Objective
from analysis.remarks import warnings_of
from analysis.report import Check, Warning
from analysis.report import Objective as Judged
from analysis.statistics.decisions import at_least, at_most
from analysis.statistics.intervals import Interval
from analysis.statistics.looks import LEAST_ROUNDS
from analysis.wording import bounds_text, percent

MOST_NAMED = 3


def warnings_of_runs(
    arms: Arms,
    objectives: Sequence[Objective],
    remarks: Sequence[str],
    validity: Sequence[Check],
    found: Sequence[Judged],
) -> Iterator[Warning]:
    """Each with what to do about it."""
    yield _several(arms) if several(arms) else _single()
    if not several(arms):
        yield from _not_borne_out(arms, objectives, found)
    yield from _not_listed(arms)
    for name, arm in arms.items():
        if arm.resolution != "exact":
            steps = "about two digits" if arm.resolution == "rounded" else "whole milliseconds"
            message = f"times of {name} are rounded to {steps}: an objective within that is inconclusive"
            yield Warning(code="rounded", message=message)
        failures, requests = arm.counts(None)
        if failures.any():
            ratio = percent(float(failures.sum() / requests.sum()))
            message = (
                f"{ratio} of the requests of {name} failed, and Locust mixes their times into its figures"
            )
            hint = (
                "A failed request counts as above every limit: quantiles may be as high as those above them."
            )
            yield Warning(code="failures-mixed-in", message=message, hint=hint)
    yield from warnings_of(remarks, validity, found)


def _single() -> Warning:
    return Warning(
        code="one-run-per-arm",
        message="one run per arm: drift between the runs cannot be told from the change, verdicts are on the "
        "figures as printed, and intervals assume that nothing but chance changed",
        hint="`locust -f locustfiles/comparison.py` alternates both arms in one run; several runs, taken in "
        "turn, are compared with --baseline A1 A2 ... --optimized B1 B2 ...",
    )


def _several(arms: Arms) -> Warning:
    """How the runs were taken for rounds."""
    counts = [len(arm.runs) for arm in arms.values()]
    if pairs(arms) is None:
        return Warning(
            code="unequal-runs",
            message=f"{counts[0]} runs of baseline and {counts[1]} of optimized make no pairs: intervals are "
            "Welch's, of two independent groups, and what two runs in turn share does not cancel",
            hint="Give as many of each, in the order in which they ran in turn.",
        )
    hint = "The order must be that in which they ran in turn: baseline, optimized, baseline, optimized."
    if counts[0] < LEAST_ROUNDS:
        return Warning(
            code="few-runs",
            message=f"{counts[0]} runs per arm: intervals are valid and wide, and one odd run moves them",
            hint=f"{LEAST_ROUNDS} runs per arm and more show far smaller changes. {hint}",
        )
    return Warning(
        code="paired-runs", message=f"the runs are {counts[0]} pairs in the order given", hint=hint
    )


def _not_borne_out(arms: Arms, objectives: Sequence[Objective], found: Sequence[Judged]) -> Iterator[Warning]:
    """Verdicts on the change between two printed figures that chance within the runs could have made."""
    for objective, row in zip(objectives, found, strict=True):
        interval = single_interval(arms, objective.endpoint, objective.metric) if objective.relative else None
        if interval is None or row.verdict == "inconclusive" or row.observed is None:
            continue
        low, high = sorted((objective.sign * interval.low, objective.sign * interval.high))
        signed = Interval(low=low, high=high)
        verdict = (at_most if objective.upper else at_least)(signed, objective.value)
        if verdict != row.verdict:
            where = bounds_text(signed.bounds(), "", signed=True) or "no bounds, with so few requests"
            message = f"{row.verdict} by the printed figures alone; the interval, {where}, leaves it open"
            hint = "Repeat both runs and give all of them, or run longer."
            yield Warning(code="not-borne-out", message=f"{objective.name}: {message}", hint=hint)


def _not_listed(arms: Arms) -> Iterator[Warning]:
    """Why a percentile of the report is null."""
    for arm in arms.values():
        for run in arm.runs:
            row = run.table.total
            lacking = [
                metric.label for metric in QUANTILES.values() if metric.quantile not in row.percentiles_ms
            ]
            if lacking:
                listed = ", ".join(f"{100 * at:g}%" for at in sorted(row.percentiles_ms)) or "none"
                yield Warning(
                    code="percentile-not-listed",
                    message=f"{run.name} has no {', '.join(lacking)}: not known, it lists {listed}",
                    hint="Locust lists what locust.stats.PERCENTILES_TO_REPORT holds; --json-file has all.",
                )
