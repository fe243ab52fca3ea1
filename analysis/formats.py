"""The forms a report can take, by name. A new one is one module and one line here."""

from __future__ import annotations

# Name of a format -> module with `publish(report, path)`; the path is that of the stored JSON, or None. The
# module is loaded when the format is asked for: the page's pictures take a third of a second to import.
FORMATS = {
    "console": "analysis.console",
    "json": "analysis.report_file",
    "html": "analysis.html.page",
    "markdown": "analysis.markdown",
    "junit": "analysis.junit",
    "benchmark": "analysis.benchmark",
}
# What a directory gets when no format is named; comparison_report.json is always written.
DEFAULTS = ("html", "markdown", "junit", "console")
