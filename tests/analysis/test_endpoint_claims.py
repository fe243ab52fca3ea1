"""Which endpoints changed: intervals of each, and claims that hold together."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.endpoint_claims import claims_of
from analysis.figures import Figures
from analysis.manifest import Manifest
from analysis.markdown import markdown
from analysis.recording import ArmRecord, Recording
from analysis.report import Endpoint
from tests.analysis.outputs.reports import report
from tests.analysis.synthetic import analysis, measured, write_run
from tests.analysis.synthetic_loads import many_arms

ENDPOINTS, ROUNDS, PER_ROUND = 20, 12, 20


def recording(seed: int, factors: dict[str, float] | None = None) -> Recording:
    """Two arms with 20 endpoints on a machine that drifts; `factors` scale an endpoint of the second arm."""
    random = np.random.default_rng(seed)
    rounds = np.repeat(np.arange(1, ROUNDS + 1), ENDPOINTS * PER_ROUND)
    endpoints = np.tile(np.repeat(np.arange(ENDPOINTS), PER_ROUND), ROUNDS)
    names = [f"GET /{number}" for number in range(ENDPOINTS)]
    scale = np.array([(factors or {}).get(name, 1.0) for name in names])
    arms = {}
    for arm in ("baseline", "optimized"):
        machine = np.repeat(random.lognormal(0, 0.05, ROUNDS), ENDPOINTS * PER_ROUND)
        times_ms = 200 * machine * random.lognormal(0, 0.4, len(rounds))
        if arm == "optimized":
            times_ms *= scale[endpoints]
        requests = pd.DataFrame(
            {
                "round": rounds,
                "endpoint": pd.Categorical.from_codes(endpoints, categories=pd.Index(names)),
                "latency_ms": times_ms,
            }
        )
        durations_s = pd.Series(10.0, index=range(1, ROUNDS + 1))
        arms[arm] = ArmRecord(requests=requests, durations_s=durations_s)
    manifest = Manifest.model_validate(
        {"schema_version": "1.0", "id": "x", "state": "complete", "arms": [{"name": arm} for arm in arms]}
    )
    return Recording(directory=Path(), manifest=manifest, arms=arms, has_rows=True)


def test_of_twenty_equal_endpoints_one_seems_changed_in_half_of_all_runs_and_is_claimed_in_few() -> None:
    runs, level = 150, 0.05
    claimed, seeming = 0, 0
    for seed in range(runs):
        claims = claims_of(Figures(recording(seed), level))
        assert len(claims) == 2 * ENDPOINTS
        claimed += any(claim.changed != "no claim" for claim in claims.values())
        seeming += any(
            claim.interval is not None and not _holds_zero(claim.interval)
            for (_, _, name), claim in claims.items()
            if name == "p95"
        )

    # The rounds share a machine, so that the claims depend on each other: Holm holds all the same.
    assert claimed / runs <= 0.08
    assert seeming / runs >= 0.4


def test_endpoints_that_changed_are_found_among_those_that_did_not() -> None:
    claims = claims_of(Figures(recording(7, {"GET /3": 0.5, "GET /8": 1.8}), 0.05))

    changed = {(endpoint, name): c.changed for (_, endpoint, name), c in claims.items()}
    assert changed["GET /3", "p50"] == changed["GET /3", "p95"] == "better"
    assert changed["GET /8", "p50"] == changed["GET /8", "p95"] == "worse"
    others = [c for (endpoint, _), c in changed.items() if endpoint not in ("GET /3", "GET /8")]
    assert set(others) == {"no claim"}


def test_an_adjusted_p_value_is_never_below_that_of_a_single_claim() -> None:
    one = recording(3, {"GET /3": 0.9})
    whole = claims_of(Figures(one, 0.05))["optimized", "GET /3", "p50"]
    rows = {arm: record.requests for arm, record in one.arms.items()}
    alone = {
        arm: ArmRecord(
            requests=frame[frame["endpoint"] == "GET /3"].assign(
                endpoint=lambda part: part["endpoint"].cat.remove_unused_categories()
            ),
            durations_s=one.arms[arm].durations_s,
        )
        for arm, frame in rows.items()
    }
    few = claims_of(
        Figures(Recording(directory=Path(), manifest=one.manifest, arms=alone, has_rows=True), 0.05)
    )["optimized", "GET /3", "p50"]

    assert whole.interval == few.interval
    assert whole.p_value is not None
    assert few.p_value is not None
    assert few.p_value < whole.p_value


def test_too_few_requests_for_a_p95_leave_null(tmp_path: Path) -> None:
    found = {row.endpoint: row.changes[0] for row in report(tmp_path, measured(rounds=6)).endpoints}

    # 15 of 100 requests in each of 6 rounds: put together for 20 a group, three groups are left.
    assert found["POST /orders"].p95.interval is None
    assert found["POST /orders"].p95.p_value is None
    assert found["POST /orders"].p95.changed == "no claim"
    assert found["POST /orders"].p50.changed == "better"
    assert found["GET /items/{id}"].p95.changed == "better"


def test_neighbouring_rounds_together_hold_the_p95_of_a_rare_endpoint(tmp_path: Path) -> None:
    found = {row.endpoint: row.changes[0] for row in report(tmp_path, measured(rounds=30)).endpoints}

    assert found["POST /orders"].p95.interval is not None
    assert found["POST /orders"].p95.changed == "better"


def test_without_intervals_there_are_no_claims(tmp_path: Path) -> None:
    found = report(tmp_path, measured(rounds=5))

    for row in found.endpoints:
        assert row.changes[0].p50.changed == "no claim"
        assert row.changes[0].p50.change_ratio is not None


def test_every_arm_has_its_changes_and_its_parts_of_the_change_of_its_mean(tmp_path: Path) -> None:
    found = report(tmp_path, many_arms(("baseline", "optimized", "http2")))

    for arm in ("optimized", "http2"):
        changes = [_of(row, arm) for row in found.endpoints]
        whole = found.arms[arm].latency_ms.mean or 0.0
        assert sum(change.contribution_ms for change in changes) == pytest.approx(
            whole - (found.arms["baseline"].latency_ms.mean or 0.0)
        )
        assert sum(change.contribution_ratio for change in changes) == pytest.approx(1)
        assert {change.p50.confidence for change in changes} == {0.975}
    last = found.endpoints[0]
    assert last.p95_change_ratio == _of(last, "http2").p95.change_ratio
    assert last.contribution_ms == _of(last, "http2").contribution_ms


def test_what_got_worse_is_told_on_the_terminal_and_every_claim_in_the_tables(tmp_path: Path) -> None:
    rows = measured(rounds=12, medians_ms={"baseline": 300.0, "optimized": 280.0})
    slow = rows["optimized"]["name"] == "GET /items"
    rows["optimized"].loc[slow, "latency_ms"] *= 1.6

    done = analysis("report", write_run(tmp_path, rows))

    assert "worse: GET /items: P50 +" in done.stdout
    assert done.stdout.count("worse: ") == 1
    page = (tmp_path / "comparison_report.html").read_text()
    assert '<span class="fails">worse</span>' in page
    assert '<span class="holds">better</span>' in page
    assert "| worse |" in (tmp_path / "comparison_report.md").read_text()


def test_the_tables_of_many_arms_have_a_row_per_endpoint_and_arm(tmp_path: Path) -> None:
    text = markdown(report(tmp_path, many_arms(("baseline", "optimized", "http2"), rounds=9)))

    rows = [line for line in text.splitlines() if line.startswith("| `GET /items/{id}`")]
    assert [line.split(" | ")[1] for line in rows] == ["`optimized`", "`http2`"]


def _of(row: Endpoint, arm: str) -> Any:
    return next(change for change in row.changes if change.arm == arm)


def _holds_zero(interval: tuple[float | None, float | None]) -> bool:
    low, high = interval
    return (low is None or low <= 0) and (high is None or high >= 0)
