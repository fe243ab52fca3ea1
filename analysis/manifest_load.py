"""What run.json says of the load beyond rounds and users: arrivals, stages, attribution."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    """Unknown keys are ignored: later versions may write more."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Arrivals(_Part):
    """How requests arrive in the open model; `rate_rps` is None where a profile says it stage by stage."""

    process: str | None = None
    rate_rps: float | None = None
    in_flight_limit: Count | None = None


class DelayMs(_Part):
    """How late the requests of a block were sent, in milliseconds after their intended start."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None


class BlockArrivals(_Part):
    """The arrivals of one block: planned, sent late, never sent, and the rates meant and reached."""

    planned: Count
    late: Count = 0
    missed: Count = 0
    target_rps: float | None = None
    achieved_rps: float | None = None
    delay_ms: DelayMs | None = None


class Stage(_Part):
    """One stage of a load profile, which every block plays; pairs go from its start to its end."""

    name: str
    kind: str
    judged: bool = True
    requests: Count | None = None
    duration_s: float | None = None
    rate_rps: tuple[float, float] | None = None
    users: tuple[float, float] | None = None


class Step(_Part):
    """Two arms that differ in one optimization: `arm` has it added, or removed."""

    arm: str
    against: str
    optimization: str
    direction: Literal["added", "removed"]


class Attribution(_Part):
    """The steps of a run that asks what each optimization is worth."""

    steps: list[Step] = []
