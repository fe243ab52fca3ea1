"""Stored reports of runs with known content."""

import json
from pathlib import Path
from typing import Any

from analysis.cli import main
from tests.analysis.synthetic import START, measured, write_run

NAME = "comparison_report.json"
DAY_S = 86_400


def store(folder: Path, run_id: str, *, day: int = 0, optimized_ms: float = 215.0, **changes: Any) -> Path:
    """A run directory with its report: a run of this day, whose optimized arm has this median."""
    rows = measured(medians_ms={"baseline": 480.0, "optimized": optimized_ms})
    about = {"id": run_id, "started_at": START + day * DAY_S, "host": "https://shop.test", **changes}
    directory = write_run(folder / run_id, rows, **about)
    main(["report", str(directory), "--format", "json"])
    return directory


def content(directory: Path) -> Any:
    return json.loads((directory / NAME).read_text())


def change(directory: Path, **keys: Any) -> Path:
    """The same directory, with these keys of its report replaced; None leaves a key out."""
    changed = {**content(directory), **keys}
    kept = {key: value for key, value in changed.items() if value is not None}
    (directory / NAME).write_text(json.dumps(kept))
    return directory
