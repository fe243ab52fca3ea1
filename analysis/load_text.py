"""The load of a run in words: arrivals, stages, and what the service time alone would have hidden."""

from __future__ import annotations

from analysis.report import Report
from analysis.report_load import Stage
from analysis.wording import number, percent

ALIKE_RATIO = 0.01
"""Two figures within 1 % of each other are one."""


def omission_text(report: Report) -> str:
    """What coordinated omission would have hidden, in one sentence; nothing in the closed model.

    A generator that waits for an answer before it sends the next request measures service times, and so
    never meets the queue that its own waiting kept away.
    """
    gaps = {
        name: (arm.latency_ms.p95, arm.service_time_ms.p95)
        for name, arm in report.arms.items()
        if arm.service_time_ms and arm.latency_ms.p95 is not None and arm.service_time_ms.p95 is not None
    }
    if not gaps:
        return ""
    name = max(gaps, key=lambda arm: gaps[arm][0] - gaps[arm][1])
    latency_ms, service_ms = gaps[name]
    hidden_ms = latency_ms - service_ms
    if hidden_ms <= ALIKE_RATIO * latency_ms:
        return (
            "Counted from the send, no P95 would be more than 1 % lower: next to nothing waited to be sent."
        )
    return (
        f"Counted from the send, P95 of {name} would read {number(service_ms)} ms: "
        f"{number(hidden_ms)} ms of waiting to be sent would stay hidden (coordinated omission)."
    )


def arrivals_text(report: Report) -> str:
    """`open model: 20 requests/s, constant; 1,200 arrivals, 3 late ...`; nothing in the closed model."""
    arrivals = report.run.arrivals
    if arrivals is None:
        return ""
    rate = f"{number(arrivals.rate_rps)} requests/s" if arrivals.rate_rps is not None else "rates by stages"
    process = f", {arrivals.process}" if arrivals.process else ""
    late, missed = (f"{count:,}" if count else "none" for count in (arrivals.late, arrivals.missed))
    counts = f"{arrivals.planned:,} arrivals, {late} late, {missed} missed"
    kept = "" if arrivals.achieved_ratio is None else f", {percent(arrivals.achieved_ratio)} of the rate kept"
    return f"open model: {rate}{process}; {counts}{kept}"


def stage_text(stage: Stage) -> str:
    """A stage's load: `10 s, 10 to 50 requests/s` or `200 requests, 20 users`."""
    parts = [
        f"{number(stage.duration_s)} s" if stage.duration_s is not None else "",
        f"{stage.requests:,} requests" if stage.requests is not None else "",
        _from_to(stage.rate_rps, "requests/s"),
        _from_to(stage.users, "users"),
    ]
    return ", ".join(part for part in parts if part)


def _from_to(ends: tuple[float, float] | None, unit: str) -> str:
    if ends is None:
        return ""
    first, last = (number(end) for end in ends)
    return f"{last} {unit}" if first == last else f"{first} to {last} {unit}"
