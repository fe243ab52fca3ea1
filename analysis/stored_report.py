"""Reads a comparison_report.json of an earlier run: no more of it than history needs, so that reports of
other versions with the same major number stay readable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from analysis.json_file import read_json
from analysis.report import FILE_NAME, ObjectiveVerdict, Verdict
from analysis.report_details import Bounds


class _Part(BaseModel):
    """Unknown keys are ignored: other versions may write more."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Run(_Part):
    """How the run was made."""

    id: str
    host: str | None = None
    started_at: float | None = None
    users: int | None = None
    requests_per_block: int | None = None
    seed: int | None = None
    versions: dict[str, str | None] = {}
    machine: dict[str, Any] = {}


class LatencyMs(_Part):
    """Latency in milliseconds."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    mean: float | None = None


class Arm(_Part):
    """What was measured of an arm."""

    latency_ms: LatencyMs
    throughput_rps: float | None = None
    failure_ratio: float | None = None


class P95Change(_Part):
    """The change of P95 from the baseline."""

    change_ratio: float | None = None
    paired_change_ratio: float | None = None
    interval: Bounds | None = None

    @property
    def ratio(self) -> float | None:
        """The estimate that the interval surrounds, or that of the two figures."""
        return self.change_ratio if self.paired_change_ratio is None else self.paired_change_ratio


class Comparison(_Part):
    """One arm against the baseline."""

    arm: str
    against: str
    p95: P95Change


class Objective(_Part):
    """One objective, judged."""

    name: str
    verdict: ObjectiveVerdict
    observed: float | None = None


class StoredReport(_Part):
    """A report as history reads it."""

    schema_version: str
    verdict: Verdict
    run: Run
    arms: Annotated[dict[str, Arm], Field(min_length=1)]
    comparisons: list[Comparison] = []
    objectives: list[Objective] = []


def read_stored(path: Path) -> StoredReport:
    """The report in this file, or in this run directory. Raises InputError where there is none."""
    return read_json(
        path / FILE_NAME if path.is_dir() else path,
        StoredReport,
        what=f"a {FILE_NAME}, or a run directory that holds one",
        elsewhere="Make it with `python -m analysis report RUN_DIR`.",
        least="See docs/comparison_report.schema.json for its form.",
    )
