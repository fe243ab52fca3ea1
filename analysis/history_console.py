"""The history on a terminal: a table of runs, and P95 per arm over runs as bars."""

from __future__ import annotations

from rich import box
from rich.bar import Bar
from rich.table import Table
from rich.text import Text

from analysis.arm_tables import MOST_COLUMNS
from analysis.console import STYLES, standard_output
from analysis.dates import date
from analysis.history import History
from analysis.plain_text import plain
from analysis.stored_report import StoredReport
from analysis.wording import bounds_text, number, percent, quantity

RUN_WIDTH = 22
BAR_WIDTH, NARROW_BAR = 36, 20
COLOURS = ("dark_orange3", "blue", "green", "magenta")


def print_history(history: History) -> None:
    """Print the runs, oldest first."""
    console = standard_output()
    console.print(_runs(history))
    console.print(_bars(history))


def _runs(history: History) -> Table:
    """Two lines per run: that is how it fits into 80 columns."""
    if len(history.arms) > MOST_COLUMNS:
        return _runs_of_many_arms(history)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("run\nhost", overflow="fold", max_width=RUN_WIDTH)
    table.add_column("started (UTC)\nverdict", no_wrap=True)
    for arm in history.arms:
        table.add_column(f"P95 ms\n{arm}", justify="right")
    table.add_column("change\ninterval, %", justify="right", no_wrap=True)
    for report in history.reports:
        table.add_row(
            f"{plain(report.run.id, 60)}\n{plain(report.run.host or '-', 60)}",
            Text(f"{date(report.run.started_at)}\n").append(report.verdict, style=STYLES[report.verdict]),
            *(_p95(report, arm) for arm in history.arms),
            _change(report),
        )
    return table


def _runs_of_many_arms(history: History) -> Table:
    """A line per arm of each run: so many columns have no room."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("run\nhost", overflow="fold", max_width=RUN_WIDTH)
    table.add_column("started (UTC)\nverdict", no_wrap=True)
    table.add_column("\narm", overflow="fold")
    for title in ("P95\nms", "change\n", "interval\n%"):
        table.add_column(title, justify="right", no_wrap=True)
    for report in history.reports:
        changes = {comparison.arm: comparison.p95 for comparison in report.comparisons}
        run = f"{plain(report.run.id, 60)}\n{plain(report.run.host or '-', 60)}"
        begun = Text(f"{date(report.run.started_at)}\n").append(report.verdict, style=STYLES[report.verdict])
        for place, name in enumerate(report.arms):
            change = changes.get(name)
            interval = bounds_text(change.interval, "", signed=True).removesuffix(" %") if change else ""
            told = percent(change.ratio, signed=True) if change else ""
            cells = (name, _p95(report, name), told, interval)
            table.add_row(run if place == 0 else "", begun if place == 0 else "", *cells)
    return table


def _p95(report: StoredReport, arm: str) -> str:
    return number(report.arms[arm].latency_ms.p95) if arm in report.arms else ""


def _change(report: StoredReport) -> str:
    if len(report.comparisons) != 1:
        return "-"
    change = report.comparisons[0].p95
    interval = bounds_text(change.interval, "", signed=True).removesuffix(" %")
    return f"{percent(change.ratio, signed=True)}\n{interval}"


def _bars(history: History) -> Table:
    """P95 of each arm in each run, in bars that start at 0."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    known = [arm.latency_ms.p95 for report in history.reports for arm in report.arms.values()]
    width = BAR_WIDTH if len(history.arms) <= MOST_COLUMNS else NARROW_BAR
    longest = max((p95 for p95 in known if p95 is not None), default=0.0) or 1.0
    for report in history.reports:
        for place, (name, arm) in enumerate(report.arms.items()):
            p95 = arm.latency_ms.p95
            colour = COLOURS[history.arms.index(name) % len(COLOURS)]
            bar = Bar(longest, 0, p95 or 0, width=width, color=colour)
            table.add_row("" if place else plain(report.run.id, 60), name, bar, quantity(p95, "ms"))
    return table
