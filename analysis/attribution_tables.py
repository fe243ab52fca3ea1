"""What each optimization is worth, as text: the same in every output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.report import Report
from analysis.report_attribution import Step, Worth
from analysis.wording import bounds_text, number, percent

LATENCIES = ("p50", "p95", "p99")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthCell:
    """The worth at one quantile in ms and percent, each with its interval (or nothing), without units."""

    ms: str
    interval_ms: str
    ratio: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step: `+ compression` or `- compression`, its two arms, and the worth at P50, P95 and P99."""

    optimization: str
    direction: str
    sign: str
    arm: str
    arms: str
    worths: Sequence[WorthCell]


def step_rows(report: Report) -> list[StepRow]:
    """The steps of an attribution in their order; nothing for other runs."""
    return [_row(step) for step in report.attribution.steps] if report.attribution else []


def added_steps(report: Report) -> list[Step]:
    """The steps that follow each other from the first arm, each adding one optimization to the one before."""
    chain: list[Step] = []
    for step in report.attribution.steps if report.attribution else ():
        if step.direction == "added" and (not chain or step.against == chain[-1].arm):
            chain.append(step)
    return chain


def confidence_text(report: Report) -> str:
    """How sure the intervals are, all of one quantile together."""
    steps = report.attribution.steps if report.attribution else []
    confidence = next((step.p95.confidence for step in steps if step.p95.confidence), None)
    if confidence is None:
        return "Too few rounds for intervals."
    together = 1 - len(steps) * (1 - confidence)
    return (
        f"Each interval is at {100 * confidence:.4g} %, so that those of all {len(steps)} steps hold "
        f"together at {100 * together:.4g} %."
    )


def _row(step: Step) -> StepRow:
    added = step.direction == "added"
    return StepRow(
        optimization=step.optimization,
        direction=step.direction,
        sign="+" if added else "-",
        arm=step.arm,
        arms=f"{step.against} -> {step.arm}",
        worths=[_cell(getattr(step, name)) for name in LATENCIES],
    )


def _cell(worth: Worth) -> WorthCell:
    return WorthCell(
        ms=number(worth.worth_ms),
        interval_ms=bounds_text(worth.interval_ms, "ms").removesuffix(" ms"),
        ratio=percent(worth.worth_ratio).removesuffix(" %"),
        interval=bounds_text(worth.interval, "").removesuffix(" %"),
    )
