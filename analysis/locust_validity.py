"""The checks that two plain Locust runs allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.locust_runs import ARMS, LocustRun
from analysis.objectives import Objective
from analysis.report import Check
from analysis.statistics.quantiles import least_samples
from analysis.validity.evidence import outcome
from analysis.wording import percent

Runs = Mapping[str, LocustRun]
# One more slow request in a hundred moves a P95 by 6.6 % (docs/methodology.md).
MIX_RATIO = 0.01
_SAME = "Give both locustfiles the same requests under the same names, or run locustfiles/comparison.py."


def check_runs(runs: Runs, objectives: Sequence[Objective]) -> list[Check]:
    """Every check, in the order of the report."""
    return [_same_endpoints(runs), _same_mix(runs), _enough_requests(runs, objectives)]


def _same_endpoints(runs: Runs) -> Check:
    called = {arm: set(run.endpoints) for arm, run in runs.items()}
    everywhere = set.intersection(*called.values())
    alone = [
        f"{endpoint} only by {arm}"
        for arm, names in called.items()
        for endpoint in sorted(names - everywhere)
    ]
    message = f"called {'; '.join(alone[:5])}" if alone else f"{len(everywhere)} endpoints in every arm"
    name = "the arms called the same endpoints"
    return outcome(not alone, name, message, observed=len(alone), limit=0, remedy=_SAME)


def _same_mix(runs: Runs) -> Check:
    """Stats CSVs do not say what was asked: shares that differ are a warning, and equal ones no proof."""
    name = "the arms asked for the same"
    left, right = runs.values()
    endpoints = {*left.endpoints, *right.endpoints}
    shift, endpoint = max((abs(left.share(name) - right.share(name)), name) for name in endpoints)
    message = "stats CSVs do not say what was asked"
    if shift > MIX_RATIO:
        message += f", and the share of {endpoint} among all requests differs by {percent(shift)}"
    return outcome(None, name, message, observed=round(shift, 4), limit=MIX_RATIO, remedy=_SAME)


def _enough_requests(runs: Runs, objectives: Sequence[Objective]) -> Check:
    name, remedy = "enough requests for each quantile", "Run Locust longer."
    for objective in objectives:
        least = least_samples(objective.metric.quantile) if objective.metric.quantile else 1
        for arm in {objective.arm, ARMS[0]} if objective.relative else {objective.arm}:
            row = runs[arm].row(objective.endpoint)
            count = row.requests if row else 0
            if count < least and not objective.optional:
                figure = f"{objective.metric.name} of {arm}"
                message = f"{objective.name}: {figure} needs {least:,} requests and has {count:,}"
                return outcome(False, name, message, observed=count, limit=least, remedy=remedy)
    return outcome(True, name, "every objective has requests enough")
