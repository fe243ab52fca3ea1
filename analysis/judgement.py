"""Judges one objective by the figures of a recording: passed, failed or inconclusive."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.figures import Figures
from analysis.objectives import Objective
from analysis.report import Objective as Judged
from analysis.report import ObjectiveVerdict
from analysis.statistics.decisions import Outlook, at_least, at_most
from analysis.statistics.intervals import Interval
from analysis.statistics.limits import quantile_at_most
from analysis.wording import sentence

TOO_MANY_FAILED = "too many requests failed or nothing was answered"
NO_FIGURE = "an arm has no figure that a change can be told from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an objective's figure is, and what that means; `observed` None is beyond any number.

    `span` holds the values that a rounded figure may stand for, `interval` those that chance leaves open.
    """

    observed: float | None
    verdict: ObjectiveVerdict
    interval: Interval | None = None
    span: Interval | None = None
    outlook: Outlook | None = None
    remark: str = ""


def judge(objective: Objective, figures: Figures) -> Judged:
    """The objective with its verdict: by intervals when the figures have a level, else by point figures."""
    if figures.sample(objective.arm, objective.endpoint) is None:
        remark = "no request was measured"
        finding = Finding(observed=None, verdict="inconclusive", remark=remark)
    elif objective.relative:
        finding = _relative(objective, figures)
    else:
        finding = _absolute(objective, figures)
    return judged(objective, finding, figures.confidence)


def judged(objective: Objective, finding: Finding, confidence: float | None) -> Judged:
    """The report's row on an objective."""
    observed, interval = finding.observed, finding.interval
    missing = finding.outlook if finding.verdict == "inconclusive" else None
    margin = None
    if observed is not None:
        # Rounded where binary fractions end: 0.3 - 0.1 is 0.2.
        margin = round(objective.value - observed if objective.upper else observed - objective.value, 12)
    row = Judged(
        name=objective.name,
        arm=objective.arm,
        metric=objective.metric.name,
        endpoint=objective.endpoint,
        optional=objective.optional,
        observed=observed,
        interval=interval.bounds() if interval else None,
        confidence=confidence if interval else None,
        span=finding.span.bounds() if finding.span else None,
        margin=margin,
        verdict=finding.verdict,
        message="",
        smallest_detectable=missing.smallest_effect if missing else None,
        more_rounds=missing.more_rounds if missing else None,
    ).model_copy(update={objective.bound: objective.value})
    return row.model_copy(update={"message": sentence(objective, row, finding.remark)})


def three_way(objective: Objective, interval: Interval) -> ObjectiveVerdict:
    """The verdict on an interval of what the objective speaks of; a single point is a narrow interval."""
    return at_most(interval, objective.value) if objective.upper else at_least(interval, objective.value)


def _absolute(objective: Objective, figures: Figures) -> Finding:
    metric, level = objective.metric, figures.level
    observed = figures.value(objective.arm, metric, objective.endpoint)
    interval = figures.interval(objective.arm, metric, objective.endpoint)
    sample = figures.sample(objective.arm, objective.endpoint)
    # A failure ratio of 0 no interval can show: as a limit it speaks of this run, and is exact.
    exact = metric.kind == "failure_ratio" and objective.upper and objective.value == 0
    remark = TOO_MANY_FAILED if observed is None else ""
    if interval is None or sample is None or level is None or exact:
        verdict = _at_point(objective, observed)
        return Finding(observed=observed, interval=interval, verdict=verdict, remark=remark)
    verdict, outlook = three_way(objective, interval), None
    if metric.quantile is not None and objective.upper:
        found = quantile_at_most(sample.latencies_ms, sample.rounds, metric.quantile, objective.value, level)
        verdict, outlook = found.verdict, found.outlook
    return Finding(observed=observed, interval=interval, verdict=verdict, outlook=outlook, remark=remark)


def _relative(objective: Objective, figures: Figures) -> Finding:
    change, sign = figures.change(objective.arm, objective.metric, objective.endpoint), objective.sign
    if change.arm is None and objective.metric.unit == "ms":
        own = figures.interval(objective.arm, objective.metric, objective.endpoint)
        # By chance more may fail in few rounds than the quantile leaves room for: the interval knows.
        verdict: ObjectiveVerdict = "failed" if own is None or own.low == math.inf else "inconclusive"
        return Finding(observed=None, verdict=verdict, remark=TOO_MANY_FAILED)
    if change.estimate is None:
        return Finding(observed=None, verdict="inconclusive", remark=NO_FIGURE)
    observed = sign * change.estimate
    if change.interval is None:
        return Finding(observed=observed, verdict=_at_point(objective, observed))
    low, high = sorted((sign * change.interval.low, sign * change.interval.high))
    interval = Interval(low=low, high=high)
    return Finding(
        observed=observed,
        interval=interval,
        verdict=three_way(objective, interval),
        outlook=change.paired.outlook(sign * objective.value) if change.paired else None,
    )


def _at_point(objective: Objective, observed: float | None) -> ObjectiveVerdict:
    """A verdict without an interval. A latency beyond every number exceeds every limit."""
    if observed is None:
        return "failed" if objective.upper and objective.metric.unit == "ms" else "inconclusive"
    return three_way(objective, Interval(low=observed, high=observed))
