"""What each optimization is worth: the steps of a run made with --attribute."""

from __future__ import annotations

from analysis.figures import Figures
from analysis.grouped_rounds import paired_quantiles
from analysis.manifest_load import Step
from analysis.metrics import QUANTILES
from analysis.report_attribution import Attribution, Worth
from analysis.report_attribution import Step as StepRow
from analysis.statistics.blocks import Pair
from analysis.statistics.intervals import Interval
from analysis.statistics.worth import interaction_ms, paired_worth
from analysis.wording import bounds_text

LATENCIES = ("p50", "p95", "p99")


def attribution_of(figures: Figures) -> Attribution | None:
    """The worth of each step, all intervals of one quantile holding together; None without any step.

    The steps form one family: each interval is at level / steps (Bonferroni).
    """
    plan = figures.recording.manifest.attribution
    steps = [step for step in plan.steps if _known(figures, step)] if plan else []
    if not steps:
        return None
    level = None if figures.level is None else figures.level / len(steps)
    rows = [
        StepRow(
            optimization=step.optimization,
            direction=step.direction,
            arm=step.arm,
            against=step.against,
            **{name: _worth(figures, step, name, level) for name in LATENCIES},
        )
        for step in steps
    ]
    return Attribution(steps=rows, remarks=_interactions(figures, steps))


def _known(figures: Figures, step: Step) -> bool:
    return {step.arm, step.against} <= set(figures.recording.arms)


def _worth(figures: Figures, step: Step, name: str, level: float | None) -> Worth:
    blocks = _blocks(figures, step, name)
    if blocks is None or level is None:
        return _at_points(figures, step, name)
    found = paired_worth(*blocks, level)
    return Worth(
        without_ms=found.without_ms,
        with_ms=found.with_ms,
        worth_ms=found.worth_ms,
        worth_ratio=found.ratio,
        interval_ms=_bounds(found.interval_ms),
        interval=_bounds(found.ratio_interval),
        confidence=round(1 - level, 12),
    )


def _at_points(figures: Figures, step: Step, name: str) -> Worth:
    """The worth by the figures of the arms, without an interval: the rounds are too few."""
    without_ms, with_ms = (figures.value(arm, QUANTILES[name]) for arm in _sides(step))
    if without_ms is None or with_ms is None:
        return Worth(without_ms=without_ms, with_ms=with_ms)
    worth_ms = without_ms - with_ms
    ratio = worth_ms / without_ms if without_ms else None
    return Worth(without_ms=without_ms, with_ms=with_ms, worth_ms=worth_ms, worth_ratio=ratio)


def _blocks(figures: Figures, step: Step, name: str) -> Pair | None:
    """The quantile of every round of the arm without the optimization, and of the arm that has it."""
    without, having = (figures.sample(arm) for arm in _sides(step))
    if without is None or having is None:
        return None
    q = QUANTILES[name].quantile or 0.0
    return paired_quantiles(without, having, figures.paired_rounds, [q]).get(q)


def _sides(step: Step) -> tuple[str, str]:
    """The arm without the optimization, and the arm that has it."""
    return (step.against, step.arm) if step.direction == "added" else (step.arm, step.against)


def _interactions(figures: Figures, steps: list[Step]) -> list[str]:
    """A remark on each optimization whose worth at P95 depends on the others."""
    pairs = [
        (added, removed)
        for added in steps
        for removed in steps
        if added.optimization == removed.optimization
        and (added.direction, removed.direction) == ("added", "removed")
    ]
    remarks = []
    for added, removed in pairs if figures.level is not None else ():
        blocks = [_blocks(figures, step, "p95") for step in (added, removed)]
        first, second = blocks
        if first is None or second is None:
            continue
        found = interaction_ms(first, second, (figures.level or 0.0) / len(pairs))
        if found is not None and not found.low <= 0 <= found.high:
            remarks.append(_remark(added, removed, found))
    return remarks


def _remark(added: Step, removed: Step, difference: Interval) -> str:
    larger = "more" if difference.low > 0 else "less"
    ends = sorted((abs(difference.low), abs(difference.high)))
    return (
        f"interaction: {added.optimization} is worth {bounds_text((ends[0], ends[1]), 'ms')} {larger} at P95 "
        f"when it is added to {added.against} than when it is taken from {removed.against}"
    )


def _bounds(interval: Interval) -> tuple[float | None, float | None] | None:
    bounds = interval.bounds()
    return None if bounds == (None, None) else bounds
