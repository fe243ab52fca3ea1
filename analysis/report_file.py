"""Writes and prints the report as JSON."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.errors import OutputError
from analysis.report import FILE_NAME, Report


def report_json(report: Report) -> str:
    """The report as JSON text, ending with a line feed."""
    return json.dumps(report.model_dump(mode="json"), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def write_report(report: Report, directory: Path) -> Path:
    """Where the report was written; in one step, so that no reader ever meets half of it."""
    return write_text(report_json(report), directory / FILE_NAME)


def write_text(text: str, path: Path) -> Path:
    """The path, after its file was replaced in one step. Raises OutputError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Names of endpoints come from outside, lone surrogates among them: they are written escaped.
        temporary.write_bytes(text.encode("utf-8", errors="backslashreplace"))
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        remedy = "Name a directory that can be written with --output DIR."
        raise OutputError(path, error.strerror or "cannot be written", remedy=remedy) from error
    return path


def beside(path: Path | None, name: str) -> Path:
    """The path of another form of the report, beside its JSON. OutputError where that has no directory."""
    if path is None:
        raise OutputError(name, "no directory to write it to", remedy="Name one with --output DIR.")
    return path.with_name(name)


def report_schema() -> dict[str, Any]:
    """The JSON Schema of comparison_report.json."""
    schema = Report.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def publish(report: Report, _path: Path | None) -> None:
    """Print the report as JSON."""
    sys.stdout.write(report_json(report))
