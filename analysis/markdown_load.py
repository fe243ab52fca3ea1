"""The parts of the Markdown that not every run has: arrivals and service times, stages, attribution."""

from __future__ import annotations

from analysis import attribution_tables
from analysis.load_text import arrivals_text, omission_text, stage_text
from analysis.markdown_text import code, escaped, table
from analysis.report import Report
from analysis.wording import number

_PERCENTILES = ("p50", "p95", "p99")


def parts(report: Report) -> list[str]:
    """Each part, or an empty text where the run has nothing of the kind."""
    return [_service_times(report), _stages(report), _attribution(report)]


def _service_times(report: Report) -> str:
    if report.run.arrivals is None:
        return ""
    told = f"### Open model\n\n{escaped(arrivals_text(report).removeprefix('open model: '))}"
    header = ["arm"]
    for kind in ("latency from the intended start", "service time from the send"):
        header += [f"{name.upper()}, {kind}, ms" for name in _PERCENTILES]
    rows = [
        [
            code(name),
            *(
                number(getattr(times, percentile)) if times else "-"
                for times in (arm.latency_ms, arm.service_time_ms)
                for percentile in _PERCENTILES
            ),
        ]
        for name, arm in report.arms.items()
    ]
    lines = "\n".join(table(header, rows, numbers_from=1))
    return f"{told}\n\n{lines}\n\n{escaped(omission_text(report))}".rstrip()


def _stages(report: Report) -> str:
    if len(report.run.stages) < 2:
        return ""
    plan = [
        [escaped(stage.name, 80), stage.kind, stage_text(stage), "yes" if stage.judged else "no"]
        for stage in report.run.stages
    ]
    text = "### Stages\n\n" + "\n".join(table(["stage", "kind", "load", "judged"], plan))
    rows = [
        [
            escaped(row.stage, 80),
            code(row.arm),
            f"{row.requests:,}",
            f"{row.failures:,}",
            number(row.p50_ms),
            number(row.p95_ms),
        ]
        for row in report.details.stages
    ]
    if not rows:
        return text
    header = ["not judged", "arm", "requests", "failed", "P50, ms", "P95, ms"]
    return text + "\n\n" + "\n".join(table(header, rows, numbers_from=2))


def _attribution(report: Report) -> str:
    rows = attribution_tables.step_rows(report)
    if report.attribution is None or not rows:
        return ""
    header = ["optimization", "arms"]
    for name in ("P50", "P95", "P99"):
        header += [f"worth at {name}, ms", "%"]
    cells = [
        [
            f"{escaped(row.optimization, 80)} ({row.direction})",
            escaped(row.arms.replace("->", "→"), 120),
            *(text for cell in row.worths for text in (cell.ms, cell.interval_ms, cell.ratio, cell.interval)),
        ]
        for row in rows
    ]
    notes = [attribution_tables.confidence_text(report), *report.attribution.remarks]
    lines = "\n".join(table(header, cells, numbers_from=2))
    told = "\n".join(f"- {escaped(note)}" for note in notes)
    return f"### What each optimization is worth\n\n{lines}\n\n{told}"
