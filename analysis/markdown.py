"""comparison_report.md: for job summaries and pull-request comments, in GitHub's Markdown without HTML."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from analysis import arm_tables, markdown_load, tables, wording
from analysis.endpoint_tables import endpoint_rows
from analysis.markdown_text import LONGEST_NAME, code, escaped, size, table, within
from analysis.plain_text import plain
from analysis.report import Report
from analysis.report_file import beside, write_text

FILE_NAME = "comparison_report.md"
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
# A comment on GitHub holds some 65,000 characters.
MOST_BYTES = 60_000
# What each part but the endpoints may take at most; the endpoints get what is left.
OBJECTIVES_BYTES, VALIDITY_BYTES, WARNINGS_BYTES, ERRORS_BYTES = 18_000, 9_000, 8_000, 5_000


def publish(report: Report, path: Path | None) -> None:
    """Write the file beside comparison_report.json; append it to the job summary of GitHub Actions too."""
    text = markdown(report)
    write_text(text, beside(path, FILE_NAME))
    summary = os.environ.get(SUMMARY_VARIABLE)
    if summary:
        try:
            with Path(summary).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{text}\n")
        except OSError as error:
            # The verdict stands all the same: a summary is no reason to lose its exit code.
            problem = error.strerror or "cannot be written"
            print(f"warning: {SUMMARY_VARIABLE} {plain(summary, 200)}: {problem}", file=sys.stderr)


def markdown(report: Report) -> str:
    """The report in at most MOST_BYTES; what does not fit is counted."""
    verdict, _, sentence = wording.headline(report).partition(": ")
    head = [
        f"## {verdict.capitalize()}: {escaped(sentence.replace('->', '→'))}",
        _facts(report),
        _figures(report),
        *markdown_load.parts(report),
        _objectives(report),
    ]
    tail = [_errors(report), _since(report), _validity(report), _how(report), _warnings(report)]
    left = MOST_BYTES - sum(size(part) + 2 for part in [*head, *tail])
    return "\n\n".join(part for part in [*head, _endpoints(report, left), *tail] if part) + "\n"


def _facts(report: Report) -> str:
    run = report.run
    facts = [
        code(run.id),
        tables.counted(run.rounds, "round") if run.rounds is not None else "",
        wording.users_text(run),
        code(run.host) if run.host else "",
    ]
    reasons = report.reasons[1:] if report.verdict != "passed" else []
    lines = [", ".join(fact for fact in facts if fact)]
    lines += within(4_000, [f"- also: {escaped(reason)}" for reason in reasons], "reasons")
    return "\n\n".join([lines[0], "\n".join(lines[1:])]).strip()


def _figures(report: Report) -> str:
    if arm_tables.in_rows(report):
        return _arms(report)
    header = ["", *report.arms]
    for comparison in report.comparisons:
        header += [f"change of {comparison.arm}", tables.confidence_text(report)]
    rows = [
        [row.label, *row.arms, *(cell for change in row.changes for cell in change)]
        for row in tables.figure_rows(report)
    ]
    return "\n".join(table(header, rows, numbers_from=1))


def _arms(report: Report) -> str:
    """A row per arm, with the change of its P95 against the baseline."""
    latencies = [f"{name.upper() if name != 'mean' else name}, ms" for name in tables.LATENCIES]
    header = ["arm", *latencies, "change of P95", tables.confidence_text(report), "throughput", "failed"]
    rows = [
        [code(row.arm), *row.latencies_ms, row.change, row.interval, row.throughput, row.failed]
        for row in arm_tables.arm_rows(report)
    ]
    told = arm_tables.faster_text(report)
    return "\n".join(table(header, rows, numbers_from=1)) + (f"\n\n{escaped(told)}." if told else "")


def _objectives(report: Report) -> str:
    if not report.objectives:
        return ""
    rows = [
        [
            escaped(objective.name, LONGEST_NAME) + (" (optional)" if objective.optional else ""),
            f"{escaped(wording.demand(objective), 160)}",
            escaped(tables.observed(objective)),
            f"**{objective.verdict}**",
            escaped(wording.standing(objective)),
        ]
        for objective in report.objectives
    ]
    lines = table(["objective", "asks for", "observed", "verdict", ""], rows)
    title = "### Objectives"
    if report.verdict == "invalid":
        title += "\n\nWhat they would be if the run were valid."
    return f"{title}\n\n" + "\n".join(within(OBJECTIVES_BYTES, lines, "objectives"))


def _endpoints(report: Report, most_bytes: int) -> str:
    if not report.endpoints:
        return ""
    many, first = arm_tables.in_rows(report), next(iter(report.arms))
    header = ["endpoint", *(["arm"] if many else []), "requests"]
    header += [f"P95 {first}, ms", "P95, ms"] if many else [f"P95 {arm}, ms" for arm in report.arms]
    if report.comparisons:
        header += [
            "change of P95",
            tables.confidence_text(report),
            "changed",
            "part in the change of the mean",
        ]
    rows = []
    for row in (row for rows in endpoint_rows(report) for row in rows):
        cells = [code(row.endpoint), *([code(row.arm)] if many else []), row.requests, *row.p95s_ms]
        rows.append(
            [*cells, *([row.change, row.interval, row.claim, row.part] if report.comparisons else [])]
        )
    title = "### Endpoints\n\n"
    numbers_from = 2 if many else 1
    lines = within(most_bytes - size(title) - 4, table(header, rows, numbers_from=numbers_from), "endpoints")
    return title + "\n".join(lines)


def _errors(report: Report) -> str:
    groups = report.details.errors
    if not groups:
        return ""
    rows = [
        [f"{group.requests:,}", group.arm, code(group.endpoint), code(group.error, 200)] for group in groups
    ]
    lines = within(ERRORS_BYTES, table(["requests", "arm", "endpoint", "error"], rows), "kinds of errors")
    return "### Failed requests\n\n" + "\n".join(lines)


def _since(report: Report) -> str:
    rows = [[row.label, row.arm, row.before, row.now, row.change] for row in tables.since_rows(report)]
    if report.since is None or not rows:
        return ""
    told = f"### Since {code(report.since.run_id)}\n\nTwo runs, two weathers: this settles nothing."
    return f"{told}\n\n" + "\n".join(table(["figure", "arm", "then", "now", "change"], rows, numbers_from=2))


def _validity(report: Report) -> str:
    held = sum(1 for row in report.validity if row.passed)
    text = f"### Validity\n\n{held} of {len(report.validity)} checks hold."
    rows = [
        [
            escaped(row.check, 160),
            f"**{tables.check_result(row)}**",
            escaped(f"{row.message}. {row.remedy}".strip()),
        ]
        for row in report.validity
        if not row.passed
    ]
    if rows:
        lines = within(VALIDITY_BYTES, table(["check", "result", "what was seen"], rows), "checks")
        text += "\n\n" + "\n".join(lines)
    return text


def _how(report: Report) -> str:
    if not report.run.repeat:
        return ""
    command = plain(shlex.join(report.run.repeat), 2_000).replace("`", "'")
    return f"### To repeat it\n\n```console\n{command}\n```"


def _warnings(report: Report) -> str:
    if not report.warnings:
        return ""
    lines = [f"- {escaped(f'{warning.message}. {warning.hint}'.strip())}" for warning in report.warnings]
    return "### Warnings\n\n" + "\n".join(within(WARNINGS_BYTES, lines, "warnings"))
