"""junit.xml: a case per objective and per check of validity, as Jenkins and GitLab read them.

GitLab matches cases by name from run to run and drops names that stand twice: names hold no figures, and an
objective's name is the user's own. What was found stands in the element's text.

    passed                                        nothing, and the finding in system-out
    failed, or a check that does not hold         failure
    inconclusive                                  error: the data cannot tell
    optional and not met, no evidence, invalid    skipped
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

from analysis import tables
from analysis.plain_text import plain
from analysis.report import Check, Objective, Report
from analysis.report_file import beside, write_text

FILE_NAME = "junit.xml"
LONGEST_NAME, LONGEST_TEXT = 200, 2000
# What XML 1.0 cannot hold in any form, and plain() leaves: two noncharacters. Source: XML 1.0, 2.2.
_ILLEGAL = re.compile("[\ufffe\uffff]")

# Name of the element (None where the case passed), its type, and what was found.
Finding = tuple[str | None, str, str]


def publish(report: Report, path: Path | None) -> None:
    """Write the file beside comparison_report.json."""
    write_text(junit(report), beside(path, FILE_NAME))


def junit(report: Report) -> str:
    """The XML text."""
    root = ET.Element("testsuites", name="swarmgate")
    objectives = ((row.name, _objective(row, report)) for row in report.objectives)
    checks = ((row.check, _check(row)) for row in report.validity)
    suites = [_suite("objectives", objectives, report), _suite("validity", checks, report)]
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def case_name(text: str) -> str:
    """A name as XML can hold it; a long one is cut, and told from its like by a digest."""
    whole = clean(text, 10 * len(text))
    if len(whole) <= LONGEST_NAME:
        return whole
    return f"{clean(text, LONGEST_NAME)} ({sha256(whole.encode()).hexdigest()[:8]})"


def clean(text: str, limit: int = LONGEST_TEXT) -> str:
    """Text that XML can hold, on one line."""
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", plain(text, limit))


def _suite(name: str, rows: Iterable[tuple[str, Finding]], report: Report) -> ET.Element:
    suite = ET.Element("testsuite", name=f"swarmgate.{name}")
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(report).items():
        ET.SubElement(properties, "property", name=clean(key), value=clean(value))
    kinds: Counter[str | None] = Counter()
    for title, (kind, word, text) in rows:
        case = ET.SubElement(
            suite, "testcase", name=case_name(title), classname=f"swarmgate.{name}", time="0"
        )
        kinds[kind] += 1
        if kind is None:
            ET.SubElement(case, "system-out").text = clean(text)
        else:
            ET.SubElement(case, kind, type=word, message=word).text = clean(text)
    suite.set("tests", str(kinds.total()))
    for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(kinds[kind]))
    suite.set("time", _seconds(report))
    if report.run.ended_at is not None:
        suite.set("timestamp", f"{datetime.fromtimestamp(report.run.ended_at, UTC):%Y-%m-%dT%H:%M:%S}")
    return suite


def _objective(row: Objective, report: Report) -> Finding:
    if report.verdict == "invalid":
        return "skipped", "invalid", f"the run may not be judged; if it were valid: {row.message}"
    if row.verdict == "passed":
        return None, row.verdict, row.message
    if row.optional:
        return "skipped", f"optional, {row.verdict}", row.message
    return ("failure" if row.verdict == "failed" else "error"), row.verdict, row.message


def _check(row: Check) -> Finding:
    result, text = tables.check_result(row), f"{row.message}. {row.remedy}".strip()
    if row.passed is None:
        return "skipped", result, text
    return (None if row.passed else "failure"), result, text


def _properties(report: Report) -> dict[str, str]:
    run = report.run
    known = {
        "verdict": report.verdict,
        "run": run.id,
        "host": run.host,
        "users": run.users,
        "rounds": run.rounds,
        "requests_per_block": run.requests_per_block,
        "seed": run.seed,
        **{f"version.{name}": version for name, version in run.versions.items()},
    }
    return {name: str(value) for name, value in known.items() if value is not None}


def _seconds(report: Report) -> str:
    start, end = report.run.started_at, report.run.ended_at
    return f"{max(0.0, end - start):.3f}" if start is not None and end is not None else "0"
