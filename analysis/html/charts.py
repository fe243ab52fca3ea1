"""Which pictures a report has, with what they show in words."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from analysis.arm_tables import faster_text, in_rows
from analysis.html.chart import Chart, chart
from analysis.metrics import parse_metric
from analysis.pictures import comparison, distribution, rounds, shift, strip, timeline
from analysis.pictures.canvas import svg
from analysis.pictures.ink import pens
from analysis.report import Objective, Report
from analysis.tables import observed
from analysis.wording import demand, number, percent

MOST_STRIPS = 24
MOST_NAMED = 3
FARTHEST_LIMIT = 3.0
"""A limit above so many times the highest P95 would press all that is to be seen to the floor."""


def strips(report: Report) -> list[Markup]:
    """The intervals against their limits, in order of the objectives; only the first ones of very many."""
    arms = pens(list(report.arms))
    return [
        svg(
            partial(strip.draw, objective, arms[objective.arm]),
            name=f"objective-{place}",
            title=demand(objective),
            text=f"Observed {observed(objective)}: {objective.verdict}.",
        )
        for place, objective in enumerate(report.objectives[:MOST_STRIPS], start=1)
    ]


def charts(report: Report) -> list[Chart]:
    """The pictures that the report's details allow, in order."""
    found = [_comparison(report), _distribution(report), _shift(report), _rounds(report), _timeline(report)]
    return [one for one in found if one]


def _comparison(report: Report) -> Chart | None:
    if not in_rows(report) or all(row.p95.change_ratio is None for row in report.comparisons):
        return None
    text = f"{faster_text(report)}." if faster_text(report) else "Too few rounds for intervals."
    return chart("comparison", "P95 of every arm against the baseline", text, lambda: comparison.draw(report))


def _distribution(report: Report) -> Chart | None:
    if not report.details.distribution:
        return None
    limits_ms = _limits_ms(report, None)
    text = f"Half of all requests were answered within: {_medians(report)}. Markers show P95."
    failed = [f"{percent(row.failure_ratio)} of {arm}" for arm, row in report.arms.items() if row.failures]
    if failed:
        text += f" Failed requests were never answered: {', '.join(failed)}."
    if limits_ms:
        text += f" Dotted: the limit of {' and '.join(f'{number(limit)} ms' for limit in limits_ms)}."
    return chart(
        "distribution",
        "Share of requests answered within a time",
        text,
        lambda: distribution.draw(report, limits_ms),
    )


def _medians(report: Report) -> str:
    """The median of each arm; of many arms the lowest and the highest."""
    medians = {name: arm.latency_ms.p50 for name, arm in report.arms.items()}
    known = {name: median for name, median in medians.items() if median is not None}
    if len(known) > MOST_NAMED:
        ends = (min(known, key=lambda name: known[name]), max(known, key=lambda name: known[name]))
        return " to ".join(f"{number(known[name])} ms ({name})" for name in ends)
    return ", ".join(f"{name} {number(median)} ms" for name, median in known.items())


def _shift(report: Report) -> Chart | None:
    rows = [row for row in report.details.quantile_shift if row.change_ratio is not None]
    if not rows:
        return None
    ends = [rows[0], rows[-1]] if rows[0].arm == rows[-1].arm else []
    told = " and ".join(
        f"P{100 * row.quantile:g} by {percent(row.change_ratio, signed=True)}" for row in ends
    )
    text = f"Change of each percentile against {next(iter(report.arms))}{': ' if told else ''}{told}."
    if any(row.interval is None for row in rows):
        text += " Hollow: too few rounds for an interval there."
    if len(rows) < len(report.details.quantile_shift):
        text += " A percentile that falls on a failed request has no figure."
    return chart("shift", "Change of every percentile", text, lambda: shift.draw(report))


def _rounds(report: Report) -> Chart | None:
    played = report.details.rounds
    if len(played) < 2:
        return None
    joined = ", the arms of a round joined" if len(report.arms) > 1 else ""
    text = f"P95 of each of {len(played)} rounds{joined}."
    both = [row.p95_ms for row in played if None not in row.p95_ms.values() and len(row.p95_ms) > 1]
    if both:
        arms = list(both[0])
        faster = sum(1 for row in both if (row[arms[-1]] or 0) < (row[arms[0]] or 0))
        if len(arms) == 2:
            text += f" {arms[-1]} was faster in {faster} of {len(both)}."
    if any(None in row.p95_ms.values() for row in played):
        text += " A gap is a round whose P95 is a failed request."
    highest_ms = max((value for row in played for value in row.p95_ms.values() if value), default=0.0)
    limits_ms = _limits_ms(report, "p95_ms")
    shown_ms = [limit_ms for limit_ms in limits_ms if limit_ms <= FARTHEST_LIMIT * highest_ms]
    if len(shown_ms) < len(limits_ms):
        text += f" The limit of {number(limits_ms[-1])} ms lies far above the picture."
    return chart("rounds", "P95 of each round", text, lambda: rounds.draw(report, shown_ms))


def _timeline(report: Report) -> Chart | None:
    slices = report.details.timeline
    if not any(part.p95_ms for part in slices):
        return None
    requests = sorted(part.requests for part in slices)[len(slices) // 2]
    text = f"Each bar reaches from the median to P95 of about {requests:,} requests that follow each other"
    blocks = {(part.arm, part.round) for part in slices}
    text += "; blocks are shaded by arm." if len(blocks) <= timeline.MOST_SHADED else "."
    return chart("timeline", "Latency over time", text, lambda: timeline.draw(report))


def _limits_ms(report: Report, metric: str | None) -> list[float]:
    """The limits in ms of the objectives on all requests: on this metric, or on any quantile."""
    found = {
        row.at_most
        for row in report.objectives
        if row.at_most is not None and row.endpoint is None and _is_limit(row, metric)
    }
    return sorted(found)


def _is_limit(objective: Objective, metric: str | None) -> bool:
    if metric is not None:
        return objective.metric == metric
    parsed = parse_metric(objective.metric)
    return parsed is not None and parsed.kind == "quantile"
