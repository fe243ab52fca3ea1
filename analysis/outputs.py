"""Hands one report to every output that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from analysis.formats import DEFAULTS, FORMATS
from analysis.plain_text import plain
from analysis.report import Report
from analysis.report_file import write_report


def publish(report: Report, directory: Path | None, formats: Sequence[str] | None) -> None:
    """Write comparison_report.json into the directory, if there is one, then each format; then warn.

    Files of other formats lie beside it. Without a directory and formats there is the console alone.
    """
    formats = formats or (DEFAULTS if directory else ["console"])
    path = write_report(report, directory) if directory else None
    for name in dict.fromkeys(formats):
        import_module(FORMATS[name]).publish(report, path)
    for warning in report.warnings:
        hint = f". {warning.hint}" if warning.hint else ""
        print(plain(f"warning: {warning.message}{hint}", 600), file=sys.stderr)
