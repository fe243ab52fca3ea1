"""Figures and findings in words: the same in every output."""

from __future__ import annotations

from analysis.metrics import Metric, parse_metric
from analysis.objectives import Objective
from analysis.report import LatencyChange, Report, Run
from analysis.report import Objective as Judged
from analysis.report_details import Bounds

MOST_ERRORS = 3
MOST_TOLD = 3


def number(value: float | None) -> str:
    """Three to four figures, thousands grouped: 1,099, 490.6, 12.34, 0.123; a dash for None."""
    if value is None:
        return "-"
    size = abs(value)
    if size >= 1000 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 100 else f"{value:.3g}" if size < 1 else f"{value:.2f}"


def percent(ratio: float | None, *, signed: bool = False) -> str:
    """A ratio as a percentage: 0.554 is 55.4 %; a dash for None."""
    if ratio is None:
        return "-"
    value = round(100 * ratio, 2)
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 0.95 else 2
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    return f"{text} %" if float(text.replace(",", "")) else "0 %"


def quantity(value: float | None, unit: str) -> str:
    """A figure with its unit (ms, rps, or a ratio as a percentage)."""
    if value is None:
        return "none"
    return f"{number(value)} {unit}" if unit else percent(value)


def bounds_text(bounds: Bounds | None, unit: str, *, signed: bool = False) -> str:
    """An interval in a unit, `[470, 512] ms` or `[-57.1, -53.0] %`; nothing when there is none."""
    if bounds is None or bounds == (None, None):
        return ""
    low, high = (
        "…" if bound is None else number(bound) if unit else percent(bound, signed=signed).removesuffix(" %")
        for bound in bounds
    )
    return f"[{low}, {high}] {unit or '%'}"


def counted(number_of: int, noun: str) -> str:
    """`1 round`, `6 rounds`."""
    return f"{number_of:,} {noun}{'' if number_of == 1 else 's'}"


def users_text(run: Run) -> str:
    """`20 users`, or in the open model `at most 600 in flight`; nothing where it is not known."""
    if not run.users:
        return ""
    return f"at most {run.users:,} in flight" if run.load_model == "open" else counted(run.users, "user")


def demand(objective: Judged) -> str:
    """What an objective asks for: `P95 at most 800 ms`, `P95 improvement at least 0 %`."""
    metric = _metric(objective.metric)
    if objective.at_most is not None:
        text = f"{metric.label} at most {quantity(objective.at_most, metric.unit)}"
    elif objective.at_least is not None:
        text = f"{metric.label} at least {quantity(objective.at_least, metric.unit)}"
    elif objective.improvement_at_least is not None:
        text = f"{metric.label} improvement at least {percent(objective.improvement_at_least)}"
    else:
        text = f"{metric.label} regression at most {percent(objective.regression_at_most)}"
    return f"{text} ({objective.endpoint})" if objective.endpoint else text


def unit_of(objective: Judged) -> str:
    """The unit of an objective's observed figure; nothing for a ratio."""
    relative = objective.improvement_at_least is not None or objective.regression_at_most is not None
    return "" if relative else _metric(objective.metric).unit


def standing(objective: Judged) -> str:
    """How far an objective is met or missed: `met by 309 ms`."""
    if objective.margin is None:
        return "-"
    room = quantity(abs(objective.margin), unit_of(objective))
    if objective.verdict == "inconclusive":
        return f"{room} {'to spare' if objective.margin >= 0 else 'too far'}"
    return f"{'met' if objective.margin >= 0 else 'missed'} {f'by {room}' if objective.margin else 'exactly'}"


def sentence(objective: Objective, judged: Judged, remark: str) -> str:
    """An objective's finding in one sentence."""
    unit = unit_of(judged)
    interval = bounds_text(judged.interval, unit)
    found = quantity(judged.observed, unit) + (f" {interval}" if interval else "")
    text = f"{demand(judged)}: {objective.arm} has {found}"
    if judged.margin is not None:
        text += f", {standing(judged)}"
    if judged.smallest_detectable is not None:
        text += f"; so few rounds show a distance of {quantity(judged.smallest_detectable, unit)}"
    if judged.more_rounds is not None:
        text += f", about {judged.more_rounds:,} more rounds would settle it"
    return f"{text}; {remark}" if remark else text


def headline(report: Report) -> str:
    """The verdict in one sentence with the figure that carries it."""
    if report.verdict == "invalid":
        return f"invalid: {report.reasons[0]}"
    figures = _telling(report)
    if not report.comparisons:
        figures = [f"P95 {quantity(arm.latency_ms.p95, 'ms')}" for arm in report.arms.values()]
    rest = _sla_met(report) if report.verdict == "passed" else report.reasons[:1]
    return f"{report.verdict}: {'; '.join([*figures, *rest])}"


def soundness(report: Report) -> str:
    """Why a run may be judged, in one sentence: what holds, and how much of it has no evidence."""
    shown = (
        "every planned request accounted for",
        "the arms asked for the same",
        "every arm spoke its protocol",
        "the load kept to its schedule",
        "the generator kept up",
    )
    holding = [check for check in report.validity if check.passed]
    reasons = [
        f"{check.check} ({check.message})" if check.check != shown[0] else check.message
        for check in holding
        if check.check in shown
    ]
    return f"valid: {len(holding)} of {len(report.validity)} checks hold; {'; '.join(reasons)}"


def failures(report: Report) -> list[str]:
    """The most frequent errors, a line each."""
    groups = report.details.errors[:MOST_ERRORS]
    lines = [f"{group.requests:,} x {group.arm}, {group.endpoint}: {group.error}" for group in groups]
    left_out = sum(arm.failures for arm in report.arms.values()) - sum(group.requests for group in groups)
    return [*lines, f"{left_out:,} more failed requests"] if lines and left_out > 0 else lines


def _telling(report: Report) -> list[str]:
    """P95 of the arm under test; of several arms those that objectives gate, or else the last one."""
    if len(report.comparisons) < 2:
        return [_p95(comparison.p95) for comparison in report.comparisons]
    gated = {row.arm for row in report.objectives if not row.optional}
    told = [row for row in report.comparisons if row.arm in gated] or list(report.comparisons[-1:])
    return [f"{row.arm} {_p95(row.p95)}" for row in told[:MOST_TOLD]]


def _p95(change: LatencyChange) -> str:
    if change.baseline_ms is None or change.arm_ms is None:
        return f"P95 {quantity(change.baseline_ms, 'ms')} -> {quantity(change.arm_ms, 'ms')}"
    interval = bounds_text(change.interval, "", signed=True).removesuffix(" %")
    ratio = change.change_ratio if change.paired_change_ratio is None else change.paired_change_ratio
    changed = f"{percent(ratio, signed=True)} {interval}".rstrip()
    return f"P95 {number(change.baseline_ms)} -> {number(change.arm_ms)} ms, {changed}"


def _sla_met(report: Report) -> list[str]:
    """The first limit of a latency that gates, and by how much it is met."""
    gates = [
        row
        for row in report.objectives
        if row.at_most is not None and unit_of(row) == "ms" and not row.optional
    ]
    return [f"SLA {quantity(row.at_most, 'ms')} {standing(row)}" for row in gates[:1]]


def _metric(name: str) -> Metric:
    metric = parse_metric(name)
    assert metric is not None, name  # noqa: S101  # a report holds only metrics that were parsed
    return metric
