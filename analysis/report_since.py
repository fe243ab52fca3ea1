"""What changed since a stored report, as models of the report."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FigureSince(_Part):
    """One figure of an arm, then and now."""

    arm: str
    metric: str
    before: float | None
    now: float | None
    change_ratio: Annotated[
        float | None, Field(description="now / before - 1; for a failure ratio the difference now - before")
    ]


class ObjectiveSince(_Part):
    """One objective's verdict, then and now."""

    name: str
    before: Literal["passed", "failed", "inconclusive"]
    now: Literal["passed", "failed", "inconclusive"]


class Since(_Part):
    """The change since an earlier run: of the figures and objectives that both have, matched by name."""

    run_id: str
    started_at: Annotated[float | None, Field(description="seconds since 1970")] = None
    verdict: Literal["passed", "failed", "inconclusive", "invalid"]
    figures: list[FigureSince]
    objectives: list[ObjectiveSince]
