"""The details of a report, each computed once, for every output that shows them.

shift          every quantile from P1 to P99.9, with the interval of its change
rounds         P95 of each arm in each round
timeline       latency over the course of the run
distribution   which share of the requests was answered within which time
stages         the stages of the load that are not judged
errors         failed requests, grouped by error
"""

from __future__ import annotations

from analysis.details.distribution import distribution_of, service_distribution_of
from analysis.details.errors import errors_of
from analysis.details.rounds import rounds_of
from analysis.details.shift import shift_of
from analysis.details.stages import stages_of
from analysis.details.timeline import timeline_of
from analysis.figures import Figures
from analysis.report_details import Details


def details_of(figures: Figures) -> Details:
    """The details of a run; empty where it measured nothing."""
    if not figures.recording.rounds:
        return Details()
    groups, left_out = errors_of(figures)
    return Details(
        quantile_shift=shift_of(figures),
        rounds=rounds_of(figures),
        timeline=timeline_of(figures),
        distribution=distribution_of(figures),
        service_distribution=service_distribution_of(figures),
        stages=stages_of(figures),
        errors=groups,
        errors_left_out=left_out,
    )
