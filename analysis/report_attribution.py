"""What each optimization is worth, as models of the report."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.report_details import Bounds


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Worth(_Part):
    """What having an optimization is worth at one quantile: positive is faster, all intervals hold together.

    `without_ms` and `with_ms` are means over rounds of the quantile of a block, `worth_ms` their difference.
    """

    without_ms: float | None = None
    with_ms: float | None = None
    worth_ms: float | None = None
    worth_ratio: Annotated[float | None, Field(description="relative to the arm without it")] = None
    interval_ms: Bounds | None = None
    interval: Annotated[Bounds | None, Field(description="of worth_ratio")] = None
    confidence: float | None = None


class Step(_Part):
    """Two arms that differ in one optimization: `arm` has it added to, or removed from, `against`."""

    optimization: str
    direction: Literal["added", "removed"]
    arm: str
    against: str
    p50: Worth
    p95: Worth
    p99: Worth


class Attribution(_Part):
    """The steps in the order of the run, and what does not add up between them."""

    steps: list[Step]
    remarks: list[str] = []
