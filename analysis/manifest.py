"""The manifest of a run: run.json. docs/run-directory.md describes every key."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.errors import InputError
from analysis.json_file import read_json
from analysis.manifest_load import Arrivals, Attribution, BlockArrivals, Stage

NAME = "run.json"

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(ge=0, lt=253_402_300_800)]
"""Since 1970, until the end of the year 9999: a time in milliseconds lies beyond."""
ArmName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Part(BaseModel):
    """Unknown keys are ignored: later versions may write more."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Arm(_Part):
    """One way of calling the service."""

    name: ArmName
    user_class: str | None = None
    source_sha256: str | None = None
    pinned_sha256: str | None = None
    asked_sha256: str | None = None
    answered_sha256: str | None = None
    protocols: dict[str, Count] = {}
    expected_protocol: str | None = None
    optimizations: list[str] = []
    tasks: Literal["plan", "free-form"] = "plan"
    host: str | None = None


class BlockWorker(_Part):
    """A worker's share of a block, in requests."""

    id: str
    planned: Count | None = None
    returned: Count | None = None


class Tasks(_Part):
    """A free-form block in executions of tasks."""

    planned: Count
    returned: Count


class Block(_Part):
    """One arm's turn in a round; times in seconds since 1970."""

    round: Count
    arm: ArmName
    phase: Literal["warmup", "measured"] = "measured"
    attempt: Positive = 1
    state: Literal["kept", "discarded", "open"]
    first_request: int | None = None
    requests: Count
    returned: Count | None = None
    tasks: Tasks | None = None
    started_at: Seconds | None = None
    ended_at: Seconds | None = None
    workers: list[BlockWorker] = []
    arrivals: BlockArrivals | None = None


class Difference(_Part):
    """One logical request that the arms did not share."""

    round: Count
    request: int
    kind: Literal["asked", "answered"]
    name: str = ""


class Semantics(_Part):
    """How many requests differed between the arms, and the first of them."""

    asked_differences: Count = 0
    answered_differences: Count = 0
    first_differences: list[Difference] = []


class FileLength(_Part):
    """Length in bytes up to which a row file is valid."""

    bytes: Count


class Worker(_Part):
    """A process that drove load."""

    id: str
    index: int | None = None
    users: dict[str, Count] = {}
    versions: dict[str, str | None] = {}
    source_sha256: str | None = None


class CpuRatio(_Part):
    """Share of one core that a worker process used; None without samples."""

    max: float | None = None
    mean: float | None = None
    samples: Count = 0


class Lag(_Part):
    """How late a worker's event loop woke, in milliseconds; None without samples."""

    p50: float | None = None
    p95: float | None = None
    max: float | None = None
    samples: Count = 0


class Generator(_Part):
    """What a worker process spent while it measured."""

    worker: str
    cpu_ratio: CpuRatio | None = None
    lag_ms: Lag | None = None


class Warning(_Part):
    """Something the load side saw."""

    code: str
    message: str
    hint: str = ""


class Manifest(_Part):
    """The whole of run.json; what has a default may be left out."""

    schema_version: str
    id: str
    state: Literal["running", "complete", "interrupted"]
    arms: Annotated[list[Arm], Field(min_length=1)]
    objectives: list[dict[str, Any]] = []
    answers: Literal["identical"] | None = None
    users: Positive | None = None
    load_model: Literal["closed", "open"] = "closed"
    arrivals: Arrivals | None = None
    stages: list[Stage] = []
    attribution: Attribution | None = None
    seed: int | None = None
    requests_per_block: Positive | None = None
    warmup_rounds: Count | None = None
    rounds: Positive | None = None
    planned_looks: list[Positive] = []
    block_order: list[Annotated[str, Field(pattern=r"^[A-Z]+$")]] = []
    stopped: str | None = None
    host: str | None = None
    started_at: Seconds | None = None
    ended_at: Seconds | None = None
    rows: Literal["on", "off"] = "on"
    lead_in: Count | None = None
    lead_out: bool | None = None
    request_timeout_s: float | None = None
    blocks: list[Block] = []
    semantics: Semantics | None = None
    files: dict[str, FileLength] = {}
    workers: list[Worker] = []
    generator: list[Generator] = []
    versions: dict[str, str | None] = {}
    machine: dict[str, Any] = {}
    command: list[str] = []
    sources: dict[str, str | None] = {}
    warnings: list[Warning] = []


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a run directory. InputError names the first key that is missing or of a wrong type."""
    path = directory / NAME
    manifest = read_json(
        path,
        Manifest,
        what="a manifest",
        elsewhere="Name a run directory such as results/latest; two Locust CSVs are for `compare`.",
        least="See docs/run-directory.md for the least that a manifest must hold.",
    )
    repeated = [name for name, times in Counter(arm.name for arm in manifest.arms).items() if times > 1]
    if repeated:
        raise InputError(
            path, f"arm {repeated[0]!r} stands twice", remedy="Give every arm a name of its own."
        )
    return manifest
