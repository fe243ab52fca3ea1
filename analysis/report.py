"""The report: comparison_report.json, as models. Their JSON Schema is docs/comparison_report.schema.json.

Latencies are in milliseconds, ratios go from 0 to 1 (a change of -0.5 is half, 1.0 is double), what is not
known is null. Quantiles are those of pandas `interpolation="higher"` over all measured requests, a failed
request standing above every limit; mean, min and max are of the answered requests.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.report_attribution import Attribution
from analysis.report_details import Bounds, Details
from analysis.report_endpoints import EndpointChange
from analysis.report_load import Arrivals, Stage
from analysis.report_since import Since

SCHEMA_VERSION = "1.0"
FILE_NAME = "comparison_report.json"

ObjectiveVerdict = Literal["passed", "failed", "inconclusive"]
Verdict = Literal["passed", "failed", "inconclusive", "invalid"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Warning(_Part):
    """Something that a reader of the verdict should know."""

    code: str
    message: str
    hint: str = ""


class Run(_Part):
    """How the run was made."""

    id: str
    state: Literal["running", "complete", "interrupted"]
    host: str | None = None
    users: int | None = None
    rounds: Annotated[int | None, Field(description="judged rounds; null for plain Locust runs")] = None
    planned_looks: list[int] = []
    requests_per_block: int | None = None
    load_model: Literal["closed", "open"] = "closed"
    arrivals: Annotated[Arrivals | None, Field(description="null in the closed model")] = None
    stages: list[Stage] = []
    seed: int | None = None
    stopped: str | None = None
    started_at: Annotated[float | None, Field(description="seconds since 1970")] = None
    ended_at: Annotated[float | None, Field(description="seconds since 1970")] = None
    command: list[str] = []
    repeat: Annotated[list[str], Field(description="the command with every setting spelled out")] = []
    versions: dict[str, str | None] = {}
    machine: dict[str, Any] = {}


class LatencyMs(_Part):
    """Latency in milliseconds; null where too many requests failed, or nothing was answered."""

    mean: float | None
    min: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    max: float | None


class Figures(_Part):
    """What was measured of an arm, or of one endpoint in it."""

    requests: int
    failures: int
    failure_ratio: float | None
    throughput_rps: float | None
    latency_ms: LatencyMs


class Arm(Figures):
    """One arm over all judged rounds."""

    user_class: str | None = None
    source_sha256: str | None = None
    service_time_ms: Annotated[
        LatencyMs | None,
        Field(
            description="from the actual send; latency_ms counts from the intended start. Closed model: null"
        ),
    ] = None
    protocols: Annotated[
        dict[str, int], Field(description="answers by protocol; empty where it is not known")
    ] = {}
    optimizations: list[str] = []


class LatencyChange(_Part):
    """The change of a latency from the baseline to the arm.

    `change_ratio` is that of the two figures shown; `paired_change_ratio` is the mean over paired rounds, the
    centre of `interval`.
    """

    baseline_ms: float | None
    arm_ms: float | None
    reduction_ms: float | None
    reduction_ratio: float | None
    change_ratio: float | None
    paired_change_ratio: float | None = None
    interval: Bounds | None = None
    confidence: float | None = None


class ThroughputChange(_Part):
    """The change of the requests per second from the baseline to the arm."""

    baseline_rps: float | None
    arm_rps: float | None
    change_ratio: float | None
    paired_change_ratio: float | None = None
    interval: Bounds | None = None
    confidence: float | None = None


class FailureChange(_Part):
    """The difference of the failure ratios, arm less baseline, with the interval of the difference."""

    baseline_ratio: float | None
    arm_ratio: float | None
    difference: float | None
    interval: Bounds | None = None
    confidence: float | None = None


class Comparison(_Part):
    """One arm against the baseline."""

    arm: str
    against: str
    p50: LatencyChange
    p90: LatencyChange
    p95: LatencyChange
    p99: LatencyChange
    mean: LatencyChange
    throughput: ThroughputChange
    failure_ratio: FailureChange


class Endpoint(_Part):
    """One endpoint in every arm that called it, and the change of each arm against the baseline.

    `changes` has an entry per further arm; the keys beside it repeat the point figures of the last one.
    """

    endpoint: str
    arms: dict[str, Figures]
    changes: list[EndpointChange] = []
    p50_change_ratio: float | None = None
    p95_change_ratio: float | None = None
    contribution_ms: float | None = None
    contribution_ratio: float | None = None


class Objective(_Part):
    """One objective, judged. Exactly one of the four bounds is set.

    `observed`, `interval` and `margin` are in the metric's unit for `at_most` and `at_least`, and ratios of
    improvement or regression for the other two. A margin of at least 0 is met.
    """

    name: str
    arm: str
    metric: str
    endpoint: str | None = None
    optional: bool = False
    at_most: float | None = None
    at_least: float | None = None
    improvement_at_least: float | None = None
    regression_at_most: float | None = None
    observed: float | None
    interval: Bounds | None = None
    confidence: float | None = None
    span: Annotated[Bounds | None, Field(description="what a figure rounded by Locust may stand for")] = None
    margin: float | None
    verdict: ObjectiveVerdict
    message: str
    smallest_detectable: float | None = None
    more_rounds: int | None = None


class Check(_Part):
    """One check of validity; `passed` is null where there is no evidence."""

    check: str
    passed: bool | None
    observed: Any = None
    expected: Any = None
    limit: Any = None
    message: str
    remedy: str = ""


class RequestSemantics(_Part):
    """Whether the arms asked for the same; beside it `<arm>_sha256`, the digest of what each arm asked."""

    model_config = ConfigDict(frozen=True, extra="allow")

    identical: bool | None


class Report(_Part):
    """The result of one comparison."""

    schema_version: Literal["1.0"] = "1.0"
    verdict: Verdict
    reasons: list[str]
    run: Run
    arms: dict[str, Arm]
    comparisons: list[Comparison]
    endpoints: list[Endpoint]
    objectives: list[Objective]
    validity: list[Check]
    request_semantics: RequestSemantics
    warnings: list[Warning]
    details: Details = Details()
    attribution: Annotated[
        Attribution | None, Field(description="what each optimization is worth, of a run with --attribute")
    ] = None
    since: Annotated[Since | None, Field(description="set by --against")] = None
