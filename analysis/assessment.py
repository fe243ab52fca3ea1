"""From a recording to its report: figures, validity, objectives, verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis import report
from analysis.arrivals import ArmArrivals, arrivals_of, in_report
from analysis.attribution import attribution_of
from analysis.details import details_of
from analysis.endpoint_claims import claims_of
from analysis.endpoint_rows import endpoint_row, with_contributions
from analysis.figures import Figures, difference, finite
from analysis.judgement import judge
from analysis.metrics import FAILURE_RATIO, MEAN, QUANTILES, THROUGHPUT, Metric
from analysis.objectives import Sla, applied_to
from analysis.recording import Recording, protocols_of
from analysis.remarks import contradictions, warnings_of
from analysis.repeat import repeat_command
from analysis.report_load import Stage
from analysis.statistics.looks import LEAST_ROUNDS, level_after, look_levels
from analysis.statistics.quantiles import FloatArray
from analysis.validity import Evidence, check_all
from analysis.verdict import conclude


def assess(recording: Recording, sla: Sla) -> report.Report:
    """The report on a run. ConfigurationError when the objectives do not fit its arms."""
    objectives, remarks = applied_to(sla, list(recording.arms))
    figures = Figures(recording, level_of(recording))
    judged = [judge(objective, figures) for objective in objectives] if recording.rounds else []
    arrivals = arrivals_of(recording)
    validity = check_all(
        Evidence(
            figures=figures,
            objectives=objectives,
            judged=judged,
            answers_identical=sla.answers_identical,
            arrivals=arrivals,
        )
    )
    verdict, reasons = conclude(validity, judged)
    arms = {arm: _arm(figures, arm) for arm in recording.arms}
    return report.Report(
        verdict=verdict,
        reasons=reasons,
        run=_run(recording, arrivals),
        arms=arms,
        comparisons=[_comparison(figures, arm) for arm in list(recording.arms)[1:]],
        endpoints=with_contributions(_endpoints(figures), arms),
        objectives=judged,
        validity=validity,
        request_semantics=_semantics(recording, validity),
        warnings=[
            *_seen(recording),
            *warnings_of(remarks, validity, judged),
            *(contradictions(objectives, judged, figures) if judged else ()),
        ],
        details=details_of(figures),
        attribution=attribution_of(figures) if recording.rounds else None,
    )


def level_of(recording: Recording) -> float | None:
    """The two-sided error of each interval at this number of rounds; None where they are too few.

    After a round that is no planned look, the level is that of the last look before it: the smaller one.
    """
    rounds, plan = len(recording.paired_rounds), recording.manifest
    if rounds < LEAST_ROUNDS:
        return None
    looks = sorted({look for look in (*plan.planned_looks, plan.rounds or rounds) if look >= 2})
    return level_after(rounds, looks) or look_levels(looks)[0]


def _run(recording: Recording, arrivals: Mapping[str, ArmArrivals]) -> report.Run:
    manifest = recording.manifest
    return report.Run(
        id=manifest.id,
        state=manifest.state,
        host=manifest.host,
        users=manifest.users,
        rounds=len(recording.rounds),
        planned_looks=manifest.planned_looks,
        requests_per_block=manifest.requests_per_block,
        load_model=manifest.load_model,
        arrivals=in_report(recording, arrivals),
        stages=[Stage.model_validate(stage.model_dump()) for stage in manifest.stages],
        seed=manifest.seed,
        stopped=manifest.stopped,
        started_at=manifest.started_at,
        ended_at=manifest.ended_at,
        command=manifest.command,
        repeat=repeat_command(manifest),
        versions=manifest.versions,
        machine=manifest.machine,
    )


def _arm(figures: Figures, name: str) -> report.Arm:
    arm = next(arm for arm in figures.recording.manifest.arms if arm.name == name)
    shared = _figures(figures, name, None)
    return report.Arm(
        **dict(shared),
        user_class=arm.user_class,
        source_sha256=arm.source_sha256,
        service_time_ms=_service_time_ms(figures, name),
        protocols=protocols_of(figures.recording, name),
        optimizations=arm.optimizations,
    )


def _service_time_ms(figures: Figures, arm: str) -> report.LatencyMs | None:
    """The times from the actual send; None in the closed model, where they are the latencies."""
    sample = figures.service_sample(arm)
    if sample is None:
        return None
    values = {name: figures.service_time(arm, metric) for name, metric in QUANTILES.items()}
    return _latency_ms(sample.latencies_ms, figures.service_time(arm, MEAN), values)


def _figures(figures: Figures, arm: str, endpoint: str | None) -> report.Figures:
    sample = figures.sample(arm, endpoint)
    latencies_ms = sample.latencies_ms if sample else np.array([])
    answered = latencies_ms[np.isfinite(latencies_ms)]
    return report.Figures(
        requests=len(latencies_ms),
        failures=len(latencies_ms) - len(answered),
        failure_ratio=figures.value(arm, FAILURE_RATIO, endpoint),
        throughput_rps=figures.value(arm, THROUGHPUT, endpoint),
        latency_ms=_latency_ms(
            latencies_ms,
            figures.value(arm, MEAN, endpoint),
            {name: figures.value(arm, metric, endpoint) for name, metric in QUANTILES.items()},
        ),
    )


def _latency_ms(
    times_ms: FloatArray, mean_ms: float | None, quantiles_ms: Mapping[str, float | None]
) -> report.LatencyMs:
    answered = times_ms[np.isfinite(times_ms)]
    return report.LatencyMs(
        mean=mean_ms,
        min=finite(answered.min(initial=np.inf)),
        max=finite(answered.max(initial=-np.inf)),
        **quantiles_ms,
    )


def _comparison(figures: Figures, arm: str) -> report.Comparison:
    throughput, failures = figures.compared(arm, THROUGHPUT), figures.compared(arm, FAILURE_RATIO)
    return report.Comparison(
        arm=arm,
        against=next(iter(figures.recording.arms)),
        mean=_latency_change(figures, arm, MEAN),
        **{name: _latency_change(figures, arm, metric) for name, metric in QUANTILES.items()},
        throughput=report.ThroughputChange(
            baseline_rps=throughput.baseline,
            arm_rps=throughput.arm,
            change_ratio=throughput.ratio,
            paired_change_ratio=throughput.paired_ratio,
            interval=throughput.interval.bounds() if throughput.interval else None,
            confidence=figures.comparison_confidence if throughput.interval else None,
        ),
        failure_ratio=report.FailureChange(
            baseline_ratio=failures.baseline,
            arm_ratio=failures.arm,
            difference=failures.ratio,
            interval=failures.interval.bounds() if failures.interval else None,
            confidence=figures.comparison_confidence if failures.interval else None,
        ),
    )


def _latency_change(figures: Figures, arm: str, metric: Metric) -> report.LatencyChange:
    change = figures.compared(arm, metric)
    return report.LatencyChange(
        baseline_ms=change.baseline,
        arm_ms=change.arm,
        reduction_ms=difference(change.arm, change.baseline),
        reduction_ratio=None if change.ratio is None else -change.ratio,
        change_ratio=change.ratio,
        paired_change_ratio=change.paired_ratio,
        interval=change.interval.bounds() if change.interval else None,
        confidence=figures.comparison_confidence if change.interval else None,
    )


def _endpoints(figures: Figures) -> list[report.Endpoint]:
    called = {arm: figures.endpoints(arm) for arm in figures.recording.arms}
    claims = claims_of(figures)
    return [
        endpoint_row(
            name, {arm: _figures(figures, arm, name) for arm in called if name in called[arm]}, claims
        )
        for name in sorted(set().union(*called.values()))
    ]


def _semantics(recording: Recording, validity: Sequence[report.Check]) -> report.RequestSemantics:
    arms = recording.manifest.arms
    proved = all(arm.asked_sha256 for arm in arms)
    check = next((row.passed for row in validity if row.check == "the arms asked for the same"), None)
    identical = check if proved or check is False else None
    digests: dict[str, Any] = {f"{arm.name}_sha256": arm.asked_sha256 for arm in arms}
    return report.RequestSemantics(identical=identical, **digests)


def _seen(recording: Recording) -> list[report.Warning]:
    """What the load side warned of while the run was made."""
    seen = recording.manifest.warnings
    return [report.Warning(code=one.code, message=one.message, hint=one.hint) for one in seen]
