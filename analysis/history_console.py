"""The history on a terminal: a table of runs, and P95 per arm over runs as bars."""

from __future__ import annotations

from rich import box
from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.console import STYLES, WIDTH
from analysis.dates import date
from analysis.history import History
from analysis.plain_text import plain
from analysis.stored_report import StoredReport
from analysis.wording import bounds_text, number, percent, quantity

RUN_WIDTH = 22
BAR_WIDTH = 36
COLOURS = ("dark_orange3", "blue", "green", "magenta")


def print_history(history: History) -> None:
    """Print the runs, oldest first."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        # A pipe has no width: the same text whatever the terminal that started it.
        console = Console(highlight=False, markup=False, emoji=False, width=WIDTH, color_system=None)
    console.print(_runs(history))
    console.print(_bars(history))


def _runs(history: History) -> Table:
    """Two lines per run: that is how it fits into 80 columns."""
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
    longest = max((p95 for p95 in known if p95 is not None), default=0.0) or 1.0
    for report in history.reports:
        for place, (name, arm) in enumerate(report.arms.items()):
            p95 = arm.latency_ms.p95
            colour = COLOURS[history.arms.index(name) % len(COLOURS)]
            bar = Bar(longest, 0, p95 or 0, width=BAR_WIDTH, color=colour)
            table.add_row("" if place else plain(report.run.id, 60), name, bar, quantity(p95, "ms"))
    return table
