"""The files of a run as the web UI lists and serves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, abort, send_file

FIRST = ("comparison_report.html", "comparison_report.md", "comparison_report.json", "junit.xml", "run.json")
TYPES = {".html": "text/html", ".json": "application/json", ".xml": "text/xml"}
# Endpoint names and error texts come from the service: whatever is in a file, it may run nothing here.
HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """A file of a run: its path below the run directory, and its size in bytes."""

    name: str
    size: int


def top_files(directory: Path) -> list[RunFile]:
    """The files of a run directory itself, those for people first."""
    found = sorted(_regular(directory.iterdir(), directory), key=lambda file: file.name)
    return sorted(found, key=lambda file: FIRST.index(file.name) if file.name in FIRST else len(FIRST))


def all_files(directory: Path) -> list[RunFile]:
    """The files of a run directory and of the folders in it."""
    below = [path for folder in sorted(directory.iterdir()) if folder.is_dir() for path in folder.iterdir()]
    return top_files(directory) + sorted(_regular(below, directory), key=lambda file: file.name)


def serve(directory: Path, name: str) -> Response:
    """A file of the run, or 404: only what `all_files` lists is ever opened."""
    if name not in (file.name for file in all_files(directory)):
        abort(404)
    path = directory / name
    response = send_file(
        path,
        mimetype=TYPES.get(path.suffix, "text/plain"),
        as_attachment=path.suffix == ".csv",
        etag=False,
    )
    response.headers.update(HEADERS)
    return response


def _regular(paths: Any, directory: Path) -> Sequence[RunFile]:
    return [
        RunFile(name=path.relative_to(directory).as_posix(), size=path.stat().st_size)
        for path in paths
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    ]
