"""The pictures that not every run has: service times of an open model, the waterfall of an attribution."""

from __future__ import annotations

from functools import partial

from analysis.attribution_tables import added_steps
from analysis.html.chart import Chart, chart
from analysis.pictures import service, waterfall
from analysis.report import Report
from analysis.report_attribution import Step, Worth
from analysis.wording import number

MOST_ARMS = 3


def service_chart(report: Report) -> Chart | None:
    """Both distributions of the baseline and the arms that objectives gate; None in the closed model."""
    known = report.details.service_distribution
    gated = [row.arm for row in report.objectives if not row.optional]
    wanted = [next(iter(report.arms)), *gated, *report.arms]
    arms = [arm for arm in dict.fromkeys(wanted) if arm in known][:MOST_ARMS]
    if not arms:
        return None
    arms.sort(key=list(report.arms).index)
    text = "Thick: latency, from the intended start. Thin: service time, from the send. Markers show P95."
    if len(arms) < len(known):
        text += f" Of {len(known)} arms, {len(arms)} are drawn."
    return chart("service", "Latency and service time", text, lambda: service.draw(report, arms))


def waterfalls(report: Report) -> list[Chart]:
    """From the first arm to the last, at P95 and at P50; none where a step has no figure."""
    steps = added_steps(report)
    return [found for name in ("p95", "p50") if (found := _waterfall(steps, name)) is not None]


def _waterfall(steps: list[Step], name: str) -> Chart | None:
    worths: list[Worth] = [getattr(step, name) for step in steps]
    if not worths or any(worth.without_ms is None or worth.with_ms is None for worth in worths):
        return None
    first, last = steps[0].against, steps[-1].arm
    text = (
        f"{name.upper()} from {first} ({number(worths[0].without_ms)} ms) to {last} "
        f"({number(worths[-1].with_ms)} ms), one optimization added at a time. Lines are intervals."
    )
    heading = f"What each optimization takes off {name.upper()}"
    return chart(f"waterfall-{name}", heading, text, partial(waterfall.draw, steps, name))
