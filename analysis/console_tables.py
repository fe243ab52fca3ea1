"""The tables of a report that not every run has, at 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from analysis import arm_tables
from analysis.attribution_tables import step_rows
from analysis.endpoint_tables import changed_text, got_worse
from analysis.plain_text import plain
from analysis.report import Report
from analysis.report_load import StageFigures
from analysis.wording import bounds_text, number

MOST_WORSE = 3
LONGEST_ENDPOINT = 28


def arms(report: Report) -> Table:
    """A row per arm, the baseline first: what 80 columns hold of many arms."""
    table = _narrow(padding=1)
    confidence = next((c.p95.confidence for c in report.comparisons if c.p95.confidence), None)
    percentage = f"{100 * confidence:.4g} %\ninterval, %" if confidence else "\ninterval"
    table.add_column("\narm", overflow="fold", ratio=1)
    for title in ("P50\nms", "P95\nms", "P99\nms", "change\nof P95", percentage, "\nrps", "\nfailed"):
        table.add_column(title, justify="right", no_wrap=True)
    rows = arm_tables.arm_rows(report, ("p50", "p95", "p99"))
    for row, arm in zip(rows, report.arms.values(), strict=True):
        interval = row.interval.removesuffix(" %")
        figures = (row.change, interval, number(arm.throughput_rps), f"{arm.failures:,}")
        table.add_row(row.arm, *row.latencies_ms, *figures)
    return table


def service_times(report: Report) -> Table | None:
    """Latency from the intended start beside service time from the send; None in the closed model."""
    if not any(arm.service_time_ms for arm in report.arms.values()):
        return None
    table = _narrow()
    table.add_column("\nms", overflow="fold")
    for kind in ("latency", "service"):
        for name in ("P50", "P95", "P99"):
            table.add_column(f"{kind}\n{name}", justify="right", no_wrap=True)
    for name, arm in report.arms.items():
        both = [arm.latency_ms, arm.service_time_ms]
        cells = [number(getattr(times, p)) if times else "-" for times in both for p in ("p50", "p95", "p99")]
        table.add_row(name, *cells)
    return table


def stages(figures: list[StageFigures]) -> Table | None:
    """The stages that are not judged; None where there are none."""
    if not figures:
        return None
    table = _narrow()
    table.add_column("stage, not judged", overflow="fold")
    table.add_column("arm", overflow="fold")
    for title in ("requests", "failed", "P50 ms", "P95 ms"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in figures:
        numbers = (f"{row.requests:,}", f"{row.failures:,}", number(row.p50_ms), number(row.p95_ms))
        table.add_row(plain(row.stage, 30), row.arm, *numbers)
    return table


def attribution(report: Report) -> Table | None:
    """What each optimization is worth; None where the run did not ask."""
    rows = step_rows(report)
    if not rows:
        return None
    table = _narrow()
    table.add_column("what it is worth\n+ added  - taken away", overflow="fold", ratio=1)
    for title in ("P50, ms\n%", "P95, ms; %\ninterval, ms", "P99, ms; %\ninterval, ms"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        p50, *others = row.worths
        name = Text(f"{row.sign} {plain(row.optimization, 40)}")
        name.append(f"\n  {row.arm}", style="dim")
        cells = [f"{cell.ms}; {cell.ratio} %\n{cell.interval_ms}" for cell in others]
        table.add_row(name, f"{p50.ms}\n{p50.ratio} %", *cells)
    return table


def worse_endpoints(report: Report) -> Iterator[str]:
    """A line per endpoint that may be claimed to have got worse, the clearest first."""
    found = got_worse(report)
    for endpoint, change, claims in found[:MOST_WORSE]:
        arm = f" of {change.arm}" if len(report.arms) > 2 else ""
        told = ", ".join(
            f"{name} {changed_text(claim)} {bounds_text(claim.interval, '', signed=True)}".rstrip()
            for name, claim in claims
        )
        yield f"worse: {plain(endpoint.endpoint, LONGEST_ENDPOINT)}{arm}: {told}"
    if len(found) > MOST_WORSE:
        yield f"worse: {len(found) - MOST_WORSE:,} more, see the page"


def _narrow(*, padding: int = 2) -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, padding, 0, 0), pad_edge=False, show_edge=False)
