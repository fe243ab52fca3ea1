"""From plain Locust runs to a report: `compare`.

Several runs of each arm are rounds, and their intervals decide. One run of each gives no evidence of its own
spread: verdicts are then on the figures as printed, within what their rounding leaves open; the intervals
beside them know of chance within a run, and the report says where they do not bear a verdict out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis import report
from analysis.details.plain_runs import details_of_runs
from analysis.endpoint_rows import endpoint_row, with_contributions
from analysis.judgement import judged
from analysis.locust_arms import LocustArm
from analysis.locust_changes import LEVEL, Arms, comparison, pairs, several
from analysis.locust_findings import find
from analysis.locust_runs import ARMS, LocustRun
from analysis.locust_validity import check_runs
from analysis.locust_warnings import warnings_of_runs
from analysis.objectives import Sla, applied_to
from analysis.verdict import conclude


def assess_runs(runs: Mapping[str, Sequence[LocustRun]], sla: Sla) -> report.Report:
    """The report on the runs of two arms. ConfigurationError when an objective asks for what they lack."""
    arms = {name: LocustArm(name=name, runs=found) for name, found in runs.items()}
    objectives, remarks = applied_to(sla, ARMS)
    confidence = 1 - LEVEL if several(arms) else None
    found = [judged(objective, find(arms, objective, sla.source), confidence) for objective in objectives]
    validity = check_runs(arms, objectives)
    verdict, reasons = conclude(validity, found)
    shown = {name: report.Arm(**dict(_figures(arm, None))) for name, arm in arms.items()}
    return report.Report(
        verdict=verdict,
        reasons=reasons,
        run=report.Run(
            id=" against ".join(_named(arm) for arm in arms.values()), state="complete", rounds=pairs(arms)
        ),
        arms=shown,
        comparisons=[comparison(arms)],
        endpoints=with_contributions(_endpoints(arms), shown, failures_count=True),
        objectives=found,
        validity=validity,
        request_semantics=report.RequestSemantics(identical=None),
        warnings=list(warnings_of_runs(arms, objectives, remarks, validity, found)),
        details=details_of_runs(arms),
    )


def _named(arm: LocustArm) -> str:
    """`a_stats.csv`, or `a_stats.csv and 2 more`."""
    first, *more = (run.name for run in arm.runs)
    return f"{first} and {len(more)} more" if more else first


def _figures(arm: LocustArm, endpoint: str | None) -> report.Figures:
    figures = arm.figures(endpoint)
    assert figures is not None  # noqa: S101  # asked only for what the arm called
    return figures


def _endpoints(arms: Arms) -> list[report.Endpoint]:
    names = sorted({endpoint for arm in arms.values() for endpoint in arm.endpoints})
    return [
        endpoint_row(name, {key: _figures(arm, name) for key, arm in arms.items() if name in arm.endpoints})
        for name in names
    ]
