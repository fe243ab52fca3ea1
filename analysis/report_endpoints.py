"""How one endpoint changed from the baseline to an arm, as models of the report."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.report_details import Bounds

Changed = Literal["better", "worse", "no claim"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ClaimedChange(_Part):
    """The change of one latency of an endpoint, and whether it is a claim that holds among all the others.

    `interval` speaks of this endpoint alone, at `confidence`. Interval and p-value are null where the rounds
    hold too few of its requests.
    """

    change_ratio: Annotated[float | None, Field(description="of the two figures shown")] = None
    paired_change_ratio: Annotated[float | None, Field(description="over rounds, centre of interval")] = None
    interval: Bounds | None = None
    confidence: float | None = None
    p_value: Annotated[
        float | None, Field(description="adjusted by Holm for all endpoints, arms and both latencies")
    ] = None
    changed: Annotated[
        Changed, Field(description="all claims of a report are right together, at the level of the run")
    ] = "no claim"


class EndpointChange(_Part):
    """One endpoint in one arm against the baseline."""

    arm: str
    against: str
    p50: ClaimedChange
    p95: ClaimedChange
    contribution_ms: Annotated[
        float | None, Field(description="its part of the change of the mean; all of them sum to it")
    ] = None
    contribution_ratio: Annotated[float | None, Field(description="contribution_ms / that change")] = None
