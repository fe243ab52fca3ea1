"""comparison_report.md: for job summaries and pull-request comments, in GitHub's Markdown without HTML."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from analysis import tables, wording
from analysis.plain_text import plain
from analysis.report import Report
from analysis.report_file import beside, write_text

FILE_NAME = "comparison_report.md"
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
# A comment on GitHub holds some 65,000 characters.
MOST_BYTES = 60_000
# What each part but the endpoints may take at most; the endpoints get what is left.
OBJECTIVES_BYTES, VALIDITY_BYTES, WARNINGS_BYTES, ERRORS_BYTES = 18_000, 9_000, 8_000, 5_000
LONGEST_NAME, LONGEST_TEXT = 80, 600
# Characters that mean something anywhere, and where addresses begin that GitHub makes links of.
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$]|:(?=//)|(?<=www)\.", re.IGNORECASE)


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
    ]
    head.append(_objectives(report))
    tail = [_errors(report), _since(report), _validity(report), _how(report), _warnings(report)]
    left = MOST_BYTES - sum(_size(part) + 2 for part in [*head, *tail])
    return "\n\n".join(part for part in [*head, _endpoints(report, left), *tail] if part) + "\n"


def escaped(text: str, limit: int = LONGEST_TEXT) -> str:
    """Text from outside as itself: nothing in it is markup, a link, a mention or a reference."""
    safe = _SPECIAL.sub(r"\\\g<0>", plain(text, limit))
    # A zero-width space keeps @name and #1 from becoming what GitHub makes of them after the Markdown.
    safe = re.sub(r"[@#](?=\w)", "\\g<0>\N{ZERO WIDTH SPACE}", safe)
    return re.sub(r"^(\d*)([-+=#.)])(?=\s|$)", r"\1\\\2", safe)


def code(text: str, limit: int = LONGEST_NAME) -> str:
    """A name from outside as a code span, which may stand in a table."""
    safe = plain(text, limit).replace("|", "\\|") or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", safe)), default=0))
    room = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{room}{safe}{room}{fence}"


def _facts(report: Report) -> str:
    run = report.run
    facts = [
        code(run.id),
        tables.counted(run.rounds, "round") if run.rounds is not None else "",
        tables.counted(run.users, "user") if run.users else "",
        code(run.host) if run.host else "",
    ]
    reasons = report.reasons[1:] if report.verdict != "passed" else []
    lines = [", ".join(fact for fact in facts if fact)]
    lines += _within(4_000, [f"- also: {escaped(reason)}" for reason in reasons], "reasons")
    return "\n\n".join([lines[0], "\n".join(lines[1:])]).strip()


def _figures(report: Report) -> str:
    header = ["", *report.arms]
    for comparison in report.comparisons:
        header += [f"change of {comparison.arm}", tables.confidence_text(report)]
    rows = [
        [row.label, *row.arms, *(cell for change in row.changes for cell in change)]
        for row in tables.figure_rows(report)
    ]
    return "\n".join(_table(header, rows, numbers_from=1))


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
    lines = _table(["objective", "asks for", "observed", "verdict", ""], rows)
    title = "### Objectives"
    if report.verdict == "invalid":
        title += "\n\nWhat they would be if the run were valid."
    return f"{title}\n\n" + "\n".join(_within(OBJECTIVES_BYTES, lines, "objectives"))


def _endpoints(report: Report, most_bytes: int) -> str:
    if not report.endpoints:
        return ""
    compared = bool(report.comparisons)
    header = ["endpoint", "requests", *(f"P95 {arm}, ms" for arm in report.arms)]
    header += ["change of P95", "part in the change of the mean"] if compared else []
    rows = []
    for row in tables.by_contribution(report.endpoints):
        last = list(row.arms.values())[-1]
        p95s = [
            wording.number(row.arms[arm].latency_ms.p95) if arm in row.arms else "-" for arm in report.arms
        ]
        cells = [code(row.endpoint), f"{last.requests:,}", *p95s]
        if compared:
            change = wording.percent(row.p95_change_ratio, signed=True)
            cells += [change, tables.signed_ms(row.contribution_ms)]
        rows.append(cells)
    title = "### Endpoints\n\n"
    lines = _within(most_bytes - _size(title) - 4, _table(header, rows, numbers_from=1), "endpoints")
    return title + "\n".join(lines)


def _errors(report: Report) -> str:
    groups = report.details.errors
    if not groups:
        return ""
    rows = [
        [f"{group.requests:,}", group.arm, code(group.endpoint), code(group.error, 200)] for group in groups
    ]
    lines = _within(ERRORS_BYTES, _table(["requests", "arm", "endpoint", "error"], rows), "kinds of errors")
    return "### Failed requests\n\n" + "\n".join(lines)


def _since(report: Report) -> str:
    rows = [[row.label, row.arm, row.before, row.now, row.change] for row in tables.since_rows(report)]
    if report.since is None or not rows:
        return ""
    told = f"### Since {code(report.since.run_id)}\n\nTwo runs, two weathers: this settles nothing."
    return f"{told}\n\n" + "\n".join(_table(["figure", "arm", "then", "now", "change"], rows, numbers_from=2))


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
        lines = _within(VALIDITY_BYTES, _table(["check", "result", "what was seen"], rows), "checks")
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
    return "### Warnings\n\n" + "\n".join(_within(WARNINGS_BYTES, lines, "warnings"))


def _table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers_from: int | None = None
) -> list[str]:
    """The lines of a table, numbers on the right from this column on."""
    rules = [
        "--:" if numbers_from is not None and place >= numbers_from else "---" for place in range(len(header))
    ]
    return [f"| {' | '.join(cells)} |" for cells in (header, rules, *rows)]


def _within(most_bytes: int, lines: Sequence[str], what: str) -> list[str]:
    """As many of the lines as fit, and how many were left out; lines come with what matters most first."""
    note = f"\n{len(lines):,} {what} are left out here; comparison_report.json has them all."
    size, kept = 0, 0
    for line in lines:
        size += _size(line) + 1
        if size > most_bytes - _size(note):
            break
        kept += 1
    if kept == len(lines):
        return list(lines)
    return [
        *lines[:kept],
        f"\n{len(lines) - kept:,} {what} are left out here; comparison_report.json has them all.",
    ]


def _size(text: str) -> int:
    return len(text.encode("utf-8", errors="backslashreplace"))
