"""The load of a run as models of the report: arrivals, and the stages of a profile."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Arrivals(_Part):
    """The arrivals of an open model, over the judged blocks of all arms."""

    process: Annotated[str | None, Field(description="constant or poisson")] = None
    rate_rps: Annotated[float | None, Field(description="null where a profile says it by stages")] = None
    planned: int
    late: Annotated[int, Field(description="sent more than 10 ms after the intended start")]
    missed: Annotated[int, Field(description="never sent: no user was free in time; they count as failed")]
    achieved_ratio: Annotated[
        float | None, Field(description="requests per second sent / intended, of the arm with the least")
    ] = None


class Stage(_Part):
    """One stage of the load profile, which every block plays; pairs go from its start to its end."""

    name: str
    kind: str
    judged: bool
    requests: int | None = None
    duration_s: float | None = None
    rate_rps: tuple[float, float] | None = None
    users: tuple[float, float] | None = None


class StageFigures(_Part):
    """What an arm measured in a stage that is not judged, over all judged rounds."""

    stage: str
    arm: str
    requests: int
    failures: int
    p50_ms: Annotated[float | None, Field(description="null where it falls on a failed request")]
    p95_ms: float | None
