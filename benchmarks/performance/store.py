"""The results as JSON: benchmarks/results/performance.json."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.performance.figure import Figure, Growth

SCHEMA_VERSION = "1.0"


def read(path: Path) -> dict[str, dict[str, Any]]:
    """The stored results by the name of their measurement; none where there is no file."""
    if not path.exists():
        return {}
    results: dict[str, dict[str, Any]] = json.loads(path.read_text())["measurements"]
    return results


def write(path: Path, measurements: dict[str, dict[str, Any]]) -> None:
    """Replace the stored results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"schema_version": SCHEMA_VERSION, "measurements": measurements}, indent=1)
    path.write_text(text + "\n")


def entry(found: Iterable[Figure | Growth], **conditions: Any) -> dict[str, Any]:
    """One measurement: under which conditions, and what it found."""
    found = list(found)
    return {
        **conditions,
        "figures": [
            {
                **asdict(each),
                "ratio": each.ratio,
                "ratios": each.ratios,
                "met": each.met,
                "aim_met": each.aim_met,
            }
            for each in found
            if isinstance(each, Figure)
        ],
        "growths": [asdict(each) for each in found if isinstance(each, Growth)],
    }


def figures(measurement: dict[str, Any]) -> list[Figure]:
    """The stored figures of a measurement."""
    derived = {"ratio", "ratios", "met", "aim_met"}
    return [
        Figure(**{key: value for key, value in each.items() if key not in derived})
        for each in measurement["figures"]
    ]


def growths(measurement: dict[str, Any]) -> list[Growth]:
    """The stored growths of a measurement."""
    return [Growth(**each) for each in measurement["growths"]]
