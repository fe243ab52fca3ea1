"""The noise floor: what a run of an arm against itself shows that this machine cannot tell apart.

`python -m analysis calibrate RUN_DIR` stores it in a file; from then on objectives that ask for a finer
difference are refused before any load.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.assessment import level_of
from analysis.errors import ConfigurationError, InputError
from analysis.figures import Figures
from analysis.metrics import MEAN, QUANTILES, THROUGHPUT
from analysis.objectives import Objective
from analysis.recording import Recording
from analysis.report_file import write_text
from analysis.statistics.noise import noise_floor_ratio
from analysis.wording import percent


class NoiseFloor(BaseModel):
    """The file: by metric the smallest change, as a ratio, that the run could have told from none."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: Literal["1.0"] = "1.0"
    run: str
    host: str | None
    users: int | None
    rounds: int
    requests_per_block: int | None
    machine: dict[str, Any]
    change_ratio: dict[str, float] = Field(min_length=1)


def measure(recording: Recording) -> NoiseFloor:
    """The floor that a run of one arm against itself shows. Raises InputError for any other run."""
    arms, manifest = list(recording.arms), recording.manifest
    if len(arms) != 2 or arms[1] != f"{arms[0]}2":
        found = f"a run of {' and '.join(arms)}"
        raise InputError(
            recording.directory,
            found,
            expected="an arm against itself",
            remedy="Make one with `locust --headless --calibrate`.",
        )
    figures = Figures(recording, level_of(recording))
    changes = {
        metric.name: figures.change(arms[1], metric).paired
        for metric in (*QUANTILES.values(), MEAN, THROUGHPUT)
    }
    floors = {name: noise_floor_ratio(paired) for name, paired in changes.items() if paired is not None}
    found_floors = {name: round(floor, 5) for name, floor in floors.items() if floor is not None}
    if not found_floors:
        remedy = "Play at least 6 rounds whose requests are answered."
        raise InputError(recording.directory, "no interval of any change", remedy=remedy)
    return NoiseFloor(
        run=manifest.id,
        host=manifest.host,
        users=manifest.users,
        rounds=len(recording.rounds),
        requests_per_block=manifest.requests_per_block,
        machine=manifest.machine,
        change_ratio=found_floors,
    )


def read(path: Path) -> NoiseFloor:
    """The floor that a file holds. Raises InputError when it is none."""
    try:
        return NoiseFloor.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        found = error.strerror or "cannot be read" if isinstance(error, OSError) else "is no noise floor"
        remedy = "Remove it, or make it anew with `locust --headless --calibrate`."
        raise InputError(path, found, expected="a noise floor", remedy=remedy) from None


def write(floor: NoiseFloor, path: Path) -> None:
    """Store the floor. Raises OutputError."""
    write_text(json.dumps(floor.model_dump(), indent=1) + "\n", path)


def refuse_finer(objectives: Sequence[Objective], floor: NoiseFloor, source: Path) -> None:
    """Raise ConfigurationError for the first objective whose margin lies above 0 and below the floor."""
    for objective in objectives:
        limit = floor.change_ratio.get(objective.metric.name)
        if objective.optional or not objective.relative or limit is None or not 0 < objective.value < limit:
            continue
        raise ConfigurationError(
            f"objective {objective.name!r}",
            f"{objective.bound} {objective.value:g} is finer than the noise floor of {objective.metric.name},"
            f" {percent(limit)} over {floor.rounds} rounds ({source})",
            expected=f"at least {limit:g}, or 0",
            remedy="Ask for less, or calibrate anew with more rounds or on a quieter machine.",
        )
