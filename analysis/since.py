"""The change since a stored report. It settles nothing: other days are other weather."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.figures import change_ratio, difference
from analysis.report import Report, Warning
from analysis.report_since import FigureSince, ObjectiveSince, Since
from analysis.stored_report import Arm, StoredReport

LATENCIES = ("p50", "p95", "p99", "mean")


def with_since(report: Report, stored: StoredReport) -> Report:
    """The report with what changed since the stored one, and a warning of what that is worth."""
    since = Since(
        run_id=stored.run.id,
        started_at=stored.run.started_at,
        verdict=stored.verdict,
        figures=[
            figure
            for arm, now in report.arms.items()
            if arm in stored.arms
            for figure in _figures(arm, stored.arms[arm], Arm.model_validate(now.model_dump()))
        ],
        objectives=[
            ObjectiveSince(name=row.name, before=old.verdict, now=row.verdict)
            for row in report.objectives
            for old in stored.objectives
            if old.name == row.name
        ],
    )
    return report.model_copy(
        update={"since": since, "warnings": [*report.warnings, _weather(report, stored)]}
    )


def _figures(arm: str, before: Arm, now: Arm) -> list[FigureSince]:
    pairs = {
        f"{name}_ms": (getattr(before.latency_ms, name), getattr(now.latency_ms, name)) for name in LATENCIES
    }
    pairs["throughput_rps"] = (before.throughput_rps, now.throughput_rps)
    pairs["failure_ratio"] = (before.failure_ratio, now.failure_ratio)
    return [
        FigureSince(
            arm=arm,
            metric=metric,
            before=old,
            now=new,
            change_ratio=difference(old, new) if metric == "failure_ratio" else change_ratio(old, new),
        )
        for metric, (old, new) in pairs.items()
    ]


def _weather(report: Report, stored: StoredReport) -> Warning:
    differences = list(_differences(report, stored))
    message = f"the change since {stored.run.id} compares two runs: other days are other weather"
    if differences:
        message += f"; other than that, the runs differ in {', '.join(differences)}"
    return Warning(
        code="other-weather",
        message=message,
        hint="To prove a change, play both in one run: only paired rounds meet the same machine and minute.",
    )


def _differences(report: Report, stored: StoredReport) -> Sequence[str]:
    kinds = ("host", "users", "requests_per_block", "seed", "machine", "versions")
    found = [kind for kind in kinds if getattr(report.run, kind) != getattr(stored.run, kind)]
    names = {
        "arms": (set(report.arms), set(stored.arms)),
        "objectives": ({row.name for row in report.objectives}, {row.name for row in stored.objectives}),
    }
    return found + [kind for kind, (now, before) in names.items() if now != before]
