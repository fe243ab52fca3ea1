"""Reports to publish: of ordinary runs, and of runs whose every text is an attack."""

from pathlib import Path
from typing import Any

from analysis.assessment import assess
from analysis.objectives import parse_objectives
from analysis.report import Report
from analysis.run_directory import read_run
from tests.analysis.synthetic import SLA, Rows, fail, measured, write_run

HOSTILE = (
    "<script>alert('script')</script>",
    "\"'><img src=x onerror=alert(1)>",
    "]]><!--&amp;",
    "first\nsecond\r\n\n# third",
    "nul\x00 bell\x07 escape\x1b[31m",
    "\u202eright to left\u202c \u2066isolated\u2069 \u200f",
    "x" * 10_000,
    "`one` ``two`` ```three```",
    "a|b\\|c\\",
    "{{ 7 * 7 }} {% include 'page.css' %} $\\frac{1}{2}$",
    "[link](javascript:alert(1)) ![image](http://example.invalid/i.png)",
    "@everyone #1 www.example.com http://example.com a@example.com",
    "| --- | --- |",
    "\ufffe\uffff \u2028\u2029",
    "&lt;b&gt; <b>bold</b> ~~struck~~ **strong** _soft_",
)


def report_of(directory: Path) -> Report:
    """The report on a run directory, judged by the objectives in its run.json."""
    recording = read_run(directory)
    tables = recording.manifest.objectives
    return assess(recording, parse_objectives(tables, source="run.json", answers_identical=False))


def report(directory: Path, rows: Rows | None = None, **changes: Any) -> Report:
    """The report on a run with these rows (or some), and a manifest with these changes."""
    return report_of(write_run(directory, rows, **changes))


def hostile_report(directory: Path) -> Report:
    """The report on a run whose endpoints, errors, objectives and every other text are hostile."""
    rows = measured(rounds=12, requests=150)
    for frame in rows.values():
        frame["name"] = [HOSTILE[number % len(HOSTILE)] for number in range(len(frame))]
    rows["optimized"] = fail(rows["optimized"], share=0.03)
    failed = rows["optimized"]["error"] != ""
    rows["optimized"].loc[failed, "error"] = [
        HOSTILE[number % len(HOSTILE)] for number in range(failed.sum())
    ]
    objectives = [
        {
            "name": text,
            "arm": "optimized",
            "metric": "p50_ms",
            "at_most": 900 + number,
            "endpoint": f"GET {text}",
        }
        for number, text in enumerate(HOSTILE)
    ]
    return report(
        directory,
        rows,
        id=HOSTILE[0],
        host=HOSTILE[1],
        stopped=HOSTILE[2],
        command=["locust", *HOSTILE[:6]],
        versions={HOSTILE[0]: HOSTILE[1], HOSTILE[4]: HOSTILE[4]},
        machine={HOSTILE[0]: [HOSTILE[1]]},
        warnings=[{"code": "x", "message": text, "hint": text} for text in HOSTILE],
        objectives=[*SLA, *objectives],
    )


def many_endpoints(directory: Path, *, name: str = "/endpoint/{number:03d}", requests: int = 5_000) -> Report:
    """The report on a run with 500 endpoints."""
    rows = measured(rounds=6, requests=requests)
    for frame in rows.values():
        frame["method"] = "GET"
        frame["name"] = [name.format(number=number % 500) for number in range(len(frame))]
    return report(directory, rows)
