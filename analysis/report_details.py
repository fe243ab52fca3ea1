"""The details of a report: what its pictures and error tables are drawn from, as models."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from analysis.report_load import StageFigures

# A bound that the data cannot give is null; without any interval the whole is null.
Bounds = tuple[float | None, float | None]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class QuantileShift(_Part):
    """How one quantile of an arm differs from the baseline's.

    `change_ratio` is the centre of `interval` where there is one, else that of the two figures shown.
    """

    arm: str
    quantile: float
    baseline_ms: float | None
    arm_ms: float | None
    change_ratio: float | None
    interval: Bounds | None = None


class RoundP95(_Part):
    """P95 of every arm in one round, in milliseconds (Harrell-Davis); null where it is a failed request."""

    round: int
    p95_ms: dict[str, float | None]


class Slice(_Part):
    """Consecutive requests of one arm in one round, or of one arm in several rounds of a very long run.

    Times are those of the first and the last start, in seconds since the run's first measured request. A
    quantile that falls on a failed request is null.
    """

    arm: str
    round: int
    started_s: float
    ended_s: float
    requests: int
    failures: int
    p50_ms: float | None
    p95_ms: float | None


class Distribution(_Part):
    """Which share of all requests was answered within which time; failed requests never were."""

    shares: list[float]
    latency_ms: list[float]


class ErrorGroup(_Part):
    """Failed requests of one arm and endpoint with the same error text."""

    arm: str
    endpoint: str
    error: str
    requests: int


class Details(_Part):
    """What lies behind the figures."""

    quantile_shift: list[QuantileShift] = []
    rounds: list[RoundP95] = []
    timeline: list[Slice] = []
    distribution: dict[str, Distribution] = {}
    service_distribution: Annotated[
        dict[str, Distribution], Field(description="of service times; empty in the closed model")
    ] = {}
    stages: Annotated[list[StageFigures], Field(description="the stages that are not judged")] = []
    errors: Annotated[list[ErrorGroup], Field(description="the most frequent, most first")] = []
    errors_left_out: Annotated[int, Field(description="failed requests that `errors` does not list")] = 0
