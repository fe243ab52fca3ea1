"""Whether a run may be judged at all: one small function per check, in the order of the report.

A check gives a row of the report, or None where it does not apply (comparing arms in a run of one). `passed`
is None where there is no evidence or where what was seen is worth a warning and no more.
"""

from __future__ import annotations

from collections.abc import Callable

from analysis.report import Check
from analysis.validity.arrivals import every_arrival_sent, kept_to_schedule
from analysis.validity.completeness import (
    enough_requests,
    enough_rounds,
    every_request_accounted_for,
    run_complete,
    run_ended_as_planned,
)
from analysis.validity.evidence import Evidence
from analysis.validity.generator import generator_cpu, generator_lag
from analysis.validity.likeness import (
    baseline_as_pinned,
    same_answers,
    same_endpoints,
    same_load,
    same_requests,
    spoke_its_protocol,
)
from analysis.validity.mix import same_mix
from analysis.validity.steadiness import level_kept, no_order_effect, no_trend
from analysis.validity.workers import same_versions, workers_stable

CHECKS: tuple[Callable[[Evidence], Check | None], ...] = (
    run_complete,
    every_request_accounted_for,
    run_ended_as_planned,
    same_requests,
    same_endpoints,
    same_mix,
    same_answers,
    same_load,
    spoke_its_protocol,
    every_arrival_sent,
    kept_to_schedule,
    enough_rounds,
    enough_requests,
    generator_lag,
    generator_cpu,
    workers_stable,
    same_versions,
    baseline_as_pinned,
    level_kept,
    no_trend,
    no_order_effect,
)


def check_all(evidence: Evidence) -> list[Check]:
    """Every check that applies to this run."""
    return [row for row in (check(evidence) for check in CHECKS) if row is not None]


__all__ = ["CHECKS", "Evidence", "check_all"]
