"""The report on a terminal: at 80 columns, without colour where none is wanted."""

from __future__ import annotations

from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis import console_tables
from analysis.arm_tables import MOST_COLUMNS, in_rows
from analysis.dates import date
from analysis.load_text import arrivals_text, omission_text
from analysis.metrics import P95, parse_metric
from analysis.plain_text import plain
from analysis.report import Comparison, LatencyChange, Report, ThroughputChange
from analysis.report_since import Since
from analysis.wording import (
    bounds_text,
    counted,
    demand,
    failures,
    headline,
    percent,
    quantity,
    soundness,
    standing,
    unit_of,
    users_text,
)

STYLES = {
    "passed": "bold green",
    "failed": "bold red",
    "inconclusive": "bold yellow",
    "invalid": "bold magenta",
}
WIDTH = 80


def publish(report: Report, path: Path | None) -> None:
    """Print the report: figures, objectives, what makes it invalid, the verdict, the path of the file."""
    print_report(report, path, standard_output())


class _StandardOutput(Console):
    """Rich would end the process with code 1 where nobody reads on: that is the code of a failed verdict."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704  # rich calls this while it handles the BrokenPipeError


def standard_output() -> Console:
    """What results are printed on."""
    console = _StandardOutput(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        # A pipe has no width: the same text whatever the terminal that started it.
        console = _StandardOutput(highlight=False, markup=False, emoji=False, width=WIDTH, color_system=None)
    return console


def print_report(report: Report, path: Path | None, console: Console) -> None:
    """Print the report on this console."""
    console.print(Text(plain(_title(report), 200), style="bold"))
    _print_figures(report, console)
    if report.objectives:
        console.print(_objectives(report))
    if report.since is not None:
        console.print(_since(report.since))
    for line in failures(report):
        console.print(Text(plain(f"failed: {line}", 200)))
    if report.verdict != "invalid":
        console.print(Text(plain(soundness(report), 600), style="dim"))
    console.print(Text(plain(headline(report), 600), style=STYLES[report.verdict]))
    for reason in report.reasons[1:] if report.verdict != "passed" else ():
        console.print(Text(plain(f"also: {reason}", 600)))
    if path is not None:
        console.print(Text(plain(f"Report: {_to_open(path)}", 2000)), soft_wrap=True)


def _print_figures(report: Report, console: Console) -> None:
    """The figures of the arms and, where the run has them, of its load, its stages and its steps."""
    if report.run.arrivals is not None:
        console.print(Text(plain(arrivals_text(report), 200)))
    console.print(console_tables.arms(report) if in_rows(report) else _figures(report))
    parts = (console_tables.service_times(report), console_tables.stages(report.details.stages))
    for table in (*parts, console_tables.attribution(report)):
        if table is not None:
            console.print(Text())
            console.print(table)
    for line in (omission_text(report), *(report.attribution.remarks if report.attribution else ())):
        if line:
            console.print(Text(plain(line, 400)))
    for line in console_tables.worse_endpoints(report):
        console.print(Text(plain(line, 200)))


def _to_open(path: Path) -> Path:
    """The page where it belongs to this report, else the JSON: an older page tells of another judgement."""
    page = path.with_suffix(".html")
    written_now = page.exists() and page.stat().st_mtime >= path.stat().st_mtime
    return page if written_now else path


def _figures(report: Report) -> Table:
    """A column per arm and, for two arms, the change with its interval; more arms stand in rows."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    for arm in report.arms:
        table.add_column(arm, justify="right")
    comparison = report.comparisons[0] if len(report.comparisons) == 1 else None
    if comparison:
        table.add_column("change", justify="right")
        table.add_column(_confidence(comparison), justify="right")
    for name in ("p50", "p95", "p99", "mean"):
        cells = [quantity(getattr(arm.latency_ms, name), "ms") for arm in report.arms.values()]
        table.add_row(name.upper() if name != "mean" else name, *cells, *_change(comparison, name))
    rates = [quantity(arm.throughput_rps, "rps") for arm in report.arms.values()]
    table.add_row("throughput", *rates, *_change(comparison, "throughput"))
    failures = [f"{arm.failures:,} of {arm.requests:,}" for arm in report.arms.values()]
    table.add_row("failures", *failures, *(("", "") if comparison else ()))
    return table


def _since(since: Since) -> Table:
    """Each figure then and now (of many arms P95), and the objectives whose verdict is another one."""
    title = f"since {since.run_id}, {date(since.started_at)} ({since.verdict}):"
    table = Table(box=box.SIMPLE_HEAD, title=plain(title, 200), title_justify="left")
    for column, justify in (("", "left"), ("then", "right"), ("now", "right"), ("change", "right")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]  # mypy widens the literals
    many = len({row.arm for row in since.figures}) > MOST_COLUMNS
    for row in since.figures:
        if many and row.metric != P95.name:
            continue
        metric = parse_metric(row.metric)
        label, unit = (metric.label, metric.unit) if metric else (row.metric, "")
        change = percent(row.change_ratio, signed=True)
        table.add_row(f"{row.arm} {label}", quantity(row.before, unit), quantity(row.now, unit), change)
    for objective in since.objectives:
        if objective.before != objective.now:
            table.add_row(plain(objective.name, 40), objective.before, objective.now, "")
    return table


def _title(report: Report) -> str:
    run = report.run
    parts = [run.id]
    if run.rounds is not None:
        parts.append(counted(run.rounds, "round"))
    if run.users is not None:
        parts.append(users_text(run))
    return ", ".join(parts)


def _confidence(comparison: Comparison) -> str:
    confidence = comparison.p95.confidence
    return f"{100 * confidence:.4g} % interval" if confidence else ""


def _change(comparison: Comparison | None, name: str) -> tuple[str, ...]:
    if comparison is None:
        return ()
    change: LatencyChange | ThroughputChange = getattr(comparison, name)
    # The estimate that the interval surrounds; it pairs rounds, so it may differ from that of the figures.
    ratio = change.change_ratio if change.paired_change_ratio is None else change.paired_change_ratio
    return percent(ratio, signed=True), bounds_text(change.interval, "", signed=True)


def _objectives(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    if report.verdict == "invalid":
        table.title, table.title_justify = "What the objectives would be if the run were valid:", "left"
    table.add_column("objective", ratio=2)
    table.add_column("observed", justify="right")
    table.add_column("verdict")
    table.add_column("margin")
    for objective in report.objectives:
        interval = bounds_text(objective.interval, unit_of(objective))
        observed = quantity(objective.observed, unit_of(objective)) + (f"\n{interval}" if interval else "")
        name = Text(plain(objective.name, 60))
        if plain(demand(objective), 60) != plain(objective.name, 60):
            name.append(f"\n{plain(demand(objective), 120)}", style="dim")
        verdict = Text(objective.verdict, style=STYLES[objective.verdict])
        if objective.optional:
            verdict.append("\n(optional)", style="dim")
        table.add_row(name, observed, verdict, standing(objective))
    return table
