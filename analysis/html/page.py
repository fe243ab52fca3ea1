"""comparison_report.html: one file, no script, nothing fetched, every text from outside escaped."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis import arm_tables, attribution_tables, load_text, tables, wording
from analysis.endpoint_tables import endpoint_rows
from analysis.html.charts import charts, strips
from analysis.html.load_charts import service_chart, waterfalls
from analysis.plain_text import plain
from analysis.report import Report
from analysis.report_file import beside, write_text

FILE_NAME = "comparison_report.html"
SECTIONS = (
    "verdict",
    "figures",
    "objectives",
    "attribution",
    "pictures",
    "load",
    "endpoints",
    "errors",
    "since",
    "validity",
    "how_it_was_run",
    "warnings",
)
"""The page from top to bottom: each a template in sections/, which is empty where a run has no such thing."""
MOST_ENDPOINTS = 500
LONGEST_TEXT, LONGEST_NAME = 600, 80
LONGEST_DEMAND = 160
SYMBOLS = {"passed": "✓", "failed": "✕", "inconclusive": "?", "invalid": "!"}
RESULT_SYMBOLS = {"holds": "✓", "does not hold": "✕", "not certain": "!", "no evidence": "?"}


def publish(report: Report, path: Path | None) -> None:
    """Write the page beside comparison_report.json."""
    write_text(page(report), beside(path, FILE_NAME))


def page(report: Report) -> str:
    """The whole page."""
    verdict, _, sentence = wording.headline(report).partition(": ")
    template = _environment().get_template("page.html.j2")
    return template.render(
        sections=SECTIONS,
        report=report,
        sentence=sentence or verdict,
        symbols=SYMBOLS,
        result_symbols=RESULT_SYMBOLS,
        strips=strips(report),
        charts=charts(report),
        confidence=tables.confidence_text(report),
        last=list(report.arms)[-1],
        first=next(iter(report.arms)),
        since_rows=tables.since_rows(report),
        users=wording.users_text(report.run),
        started=_time(report.run.started_at),
        duration=_duration(report),
        command=_words(report.run.command),
        repeat=_words(report.run.repeat),
        sla=tables.sla_text(report.objectives).splitlines(),
        **_figures(report),
        **_load(report),
    )


def _figures(report: Report) -> dict[str, object]:
    """The tables of arms and endpoints; only the first endpoints of very many."""
    rows = endpoint_rows(report)
    shown = max(1, MOST_ENDPOINTS // max(1, len(report.comparisons)))
    return {
        "in_rows": arm_tables.in_rows(report),
        "figure_rows": tables.figure_rows(report),
        "arm_rows": arm_tables.arm_rows(report),
        "change_rows": arm_tables.change_rows(report),
        "endpoints": rows[:shown],
        "endpoints_left_out": len(rows[shown:]),
    }


def _load(report: Report) -> dict[str, object]:
    """What not every run has: arrivals and service times, attribution."""
    return {
        "arrivals": load_text.arrivals_text(report).removeprefix("open model: "),
        "omission": load_text.omission_text(report),
        "service_chart": service_chart(report),
        "step_rows": attribution_tables.step_rows(report),
        "step_confidence": attribution_tables.confidence_text(report),
        "waterfalls": waterfalls(report),
    }


def _environment() -> Environment:
    """Jinja that escapes everything, and first takes out of every text what is not for a page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value, LONGEST_TEXT) if type(value) is str else value,
    )
    environment.filters |= {
        "capitalize_first": lambda text: text[:1].upper() + text[1:],
        "check_result": tables.check_result,
        "counted": tables.counted,
        "demand": lambda objective: plain(wording.demand(objective), LONGEST_DEMAND),
        "name": lambda text, limit=LONGEST_NAME: plain(text, limit),
        "number": wording.number,
        "observed": tables.observed,
        "percent": wording.percent,
        "quantity": wording.quantity,
        "signed_ms": tables.signed_ms,
        "stage_text": load_text.stage_text,
        "standing": wording.standing,
        "typeset": typeset,
    }
    return environment


def typeset(text: str) -> str:
    """Figures as print has them: a minus as wide as a plus, an arrow for `->`, units that stay with them."""
    text = re.sub(r"(?<![\w.])-(?=\d)", "\N{MINUS SIGN}", text.replace("->", "\N{RIGHTWARDS ARROW}"))
    return re.sub(r"(?<=[\d\]]) (?=(?:%|ms|rps)(?!\w))", "\N{NO-BREAK SPACE}", text)


def _words(command: Sequence[str]) -> list[str]:
    """A command as a shell takes it, word by word."""
    return [shlex.quote(plain(word, LONGEST_TEXT)) for word in command]


def _time(seconds: float | None) -> str:
    """A time since 1970 as text in UTC: the reader may sit elsewhere than the run."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC" if seconds is not None else ""


def _duration(report: Report) -> str:
    start, end = report.run.started_at, report.run.ended_at
    if start is None or end is None:
        return ""
    minutes, seconds = divmod(round(end - start), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
