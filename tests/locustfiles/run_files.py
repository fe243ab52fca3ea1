"""The files of a run as a reader takes them: up to the lengths that the manifest vouches for."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.locustfiles.locust_process import Ended, ended, environment
from tests.mock_service.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One row, measured or not; times in seconds since 1970, `started_at` is the intended start."""

    round: int
    request: int
    started_at: float
    ended_at: float
    latency_ms: float
    service_time_ms: float
    method: str
    name: str
    status: int | None
    error: str
    protocol: str
    arm: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFiles:
    """One run directory."""

    path: Path

    @property
    def manifest(self) -> Any:
        """`run.json`."""
        return json.loads((self.path / "run.json").read_text())

    @property
    def arms(self) -> list[str]:
        """The names of the arms, the first is the baseline."""
        return [arm["name"] for arm in self.manifest["arms"]]

    def rows(self, arm: str) -> list[Answered]:
        """The measured rows of an arm."""
        return [_answered(row, arm, "measured") for row in self._valid(f"latency_{arm}.csv")]

    def unmeasured(self) -> list[Answered]:
        """The rows that nobody judges; none where there is no such file."""
        if not (self.path / "unmeasured.csv").exists():
            return []
        return [_answered(row, row["arm"], row["part"]) for row in self._valid("unmeasured.csv")]

    def all_rows(self) -> list[Answered]:
        """Every request of the run, in the order of their starts."""
        rows = [row for arm in self.arms for row in self.rows(arm)] + self.unmeasured()
        return sorted(rows, key=lambda row: row.started_at)

    def table(self, name: str) -> list[dict[str, str]]:
        """A CSV file as it lies there."""
        return list(csv.DictReader(io.StringIO((self.path / name).read_text(), newline="")))

    def total(self, name: str) -> dict[str, str]:
        """The Aggregated line of a `_stats.csv`."""
        return next(line for line in self.table(name) if line["Name"] == "Aggregated")

    def _valid(self, name: str) -> list[dict[str, str]]:
        length = self.manifest["files"][name]["bytes"]
        text = (self.path / name).read_bytes()[:length].decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))


def _answered(row: Mapping[str, str], arm: str, part: str) -> Answered:
    started_at = float(row["started_at"])
    return Answered(
        round=int(row["round"]),
        request=int(row["request"]),
        started_at=started_at,
        ended_at=started_at + float(row["latency_ms"]) / 1000,
        latency_ms=float(row["latency_ms"]),
        service_time_ms=float(row["service_time_ms"]),
        method=row["method"],
        name=row["name"],
        status=int(row["status"]) if row["status"] else None,
        error=row["error"],
        protocol=row["protocol"],
        arm=arm,
        part=part,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A comparison that has ended: how, and what it left behind."""

    ended: Ended
    files: RunFiles


def compare(
    folder: Path, *arguments: str, service: Service | None, sla: str | None = None, **more: str
) -> Comparison:
    """`locust --headless`, run to its end against the service."""
    if sla is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sla.toml").write_text(sla)
        arguments = (*arguments, "--sla", str(folder / "sla.toml"))
    env = environment(service, **more)
    found = ended(folder, "--headless", "--results", str(folder / "results"), *arguments, env=env)
    path = (folder / "results" / "latest").resolve()
    assert path.exists(), found.err
    return Comparison(ended=found, files=RunFiles(path=path))


Play = Callable[..., Comparison]
"""What plays a comparison with the given arguments: a fixture."""

USERS, ROUNDS, REQUESTS = 5, 6, 60
"""Of the run that several files look at."""

SHORT = ("-u", "4", "--rounds", "1", "--warmup-rounds", "0", "--requests", "40")


def runs_in(folder: Path) -> Sequence[RunFiles]:
    """The runs of a results folder, oldest first."""
    return [RunFiles(path=path) for path in sorted(folder.iterdir()) if path.name != "latest"]
