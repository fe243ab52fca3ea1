"""The checks of validity: what each refuses, what it lets pass, and what it only warns of."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.cli import main
from tests.analysis.synthetic import Rows, constant, fail, measured, write_run

LIKE = "the arms asked for the same"
ACCOUNTED = "every planned request accounted for"
PLANNED = "the run ended at a planned look"
ENDPOINTS = "the arms called the same endpoints"
ANSWERS = "the arms were answered alike"
LOAD = "the arms had the same load"
ENOUGH = "enough requests for each quantile"
LAG = "the generator kept up"
CPU = "the generator had CPU to spare"
WORKERS = "the workers stayed the same"
CODE = "all workers run the same code"
PINNED = "the source of baseline is the pinned one"
LEVEL = "the service and the machine kept their level"
TREND = "the change did not trend"
ORDER = "the order of the arms does not matter"


def report(directory: Path, rows: Rows | None = None, **changes: Any) -> Any:
    main(["report", str(write_run(directory, rows, **changes)), "--format", "json"])
    return json.loads((directory / "comparison_report.json").read_text())


def check(name: str, result: Any) -> Any:
    return next(row for row in result["validity"] if row["check"] == name)


def refused(name: str, result: Any, figure: str) -> None:
    """An invalid run names the check, the figure and the remedy."""
    row = check(name, result)
    assert row["passed"] is False
    assert result["verdict"] == "invalid"
    reason = next(reason for reason in result["reasons"] if f'"{name}"' in reason)
    assert figure in reason
    assert row["remedy"]
    assert row["remedy"] in reason


def arms(**both: Any) -> list[dict[str, Any]]:
    """The arms of a manifest; a pair of values goes to baseline and optimized."""
    return [
        {
            "name": name,
            **{key: value[place] if isinstance(value, tuple) else value for key, value in both.items()},
        }
        for place, name in enumerate(("baseline", "optimized"))
    ]


def blocks(rows: Rows, **changes: Any) -> list[dict[str, Any]]:
    return [
        {
            "round": number,
            "arm": arm,
            "phase": "measured",
            "attempt": 1,
            "state": "kept",
            "first_request": 100 * number - 99,
            "requests": 100,
            "returned": 100,
            "workers": [
                {"id": "w1", "planned": 50, "returned": 50},
                {"id": "w2", "planned": 50, "returned": 50},
            ],
            **changes,
        }
        for number in range(1, 7)
        for arm in rows
    ]


def test_the_least_manifest_is_valid_and_says_what_it_gives_no_evidence_of(tmp_path: Path) -> None:
    result = report(tmp_path)

    unknown = [row["check"] for row in result["validity"] if row["passed"] is None]
    assert unknown == [ANSWERS, LOAD, LAG, CPU, WORKERS, CODE]
    (warning,) = result["warnings"]
    assert all(name in warning["message"] for name in unknown)
    assert result["verdict"] == "passed"


def test_a_full_manifest_leaves_no_check_without_evidence(tmp_path: Path) -> None:
    rows = measured()
    workers = [
        {
            "id": worker,
            "users": {"baseline": 10, "optimized": 10},
            "versions": {"locust": "2.47.0"},
            "source_sha256": "a",
        }
        for worker in ("w1", "w2")
    ]
    result = report(
        tmp_path,
        rows,
        arms=arms(asked_sha256="aa", answered_sha256="bb", source_sha256="c", pinned_sha256="c"),
        blocks=blocks(rows),
        workers=workers,
        generator=[
            {
                "worker": "w1",
                "cpu_ratio": {"max": 0.5, "mean": 0.3, "samples": 9},
                "lag_ms": {"p95": 0.4, "samples": 9},
            }
        ],
        semantics={"asked_differences": 0, "answered_differences": 0, "first_differences": []},
    )

    assert {row["check"]: row["passed"] for row in result["validity"] if row["passed"] is not True} == {}
    assert result["warnings"] == []
    assert result["request_semantics"] == {
        "identical": True,
        "baseline_sha256": "aa",
        "optimized_sha256": "aa",
    }


def without(rows: Rows, arm: str, condition: Callable[[Any], Any]) -> Rows:
    return {**rows, arm: rows[arm][~condition(rows[arm])]}


@pytest.mark.parametrize(
    ("condition", "figure"),
    [
        (lambda frame: frame["request"] == 205, "round 3 of optimized has 99 of 100 requests"),
        (lambda frame: frame["round"] == 6, "round 6 of optimized has 0 of 100 requests"),
        (lambda frame: frame["round"] == 2, "round 2 of optimized has 0 of 100 requests"),
    ],
)
def test_lost_requests_are_named_by_round_and_arm(
    tmp_path: Path, condition: Callable[[Any], Any], figure: str
) -> None:
    refused(ACCOUNTED, report(tmp_path, without(measured(), "optimized", condition)), figure)


def test_a_round_lost_in_both_arms_is_missed(tmp_path: Path) -> None:
    rows = measured()
    for arm in rows:
        rows = without(rows, arm, lambda frame: frame["round"] == 3)

    refused(ACCOUNTED, report(tmp_path, rows), "round 3 of baseline has 0 of 100 requests")


def test_other_numbers_in_one_arm_are_named(tmp_path: Path) -> None:
    rows = measured()
    rows["optimized"]["request"] = rows["optimized"]["request"].replace(205, 9205)

    refused(ACCOUNTED, report(tmp_path, rows), "round 3: request 205 was played by baseline alone")


def test_a_round_of_one_arm_alone_is_seen_without_a_plan(tmp_path: Path) -> None:
    rows = without(measured(rounds=12), "optimized", lambda frame: frame["round"] == 4)

    result = report(tmp_path, rows, requests_per_block=None)
    refused(ACCOUNTED, result, "round 4: request 301 was played by baseline alone (100 such requests)")


def test_a_gap_is_seen_without_counting_up_to_an_absurd_round(tmp_path: Path) -> None:
    rows = measured(rounds=7)
    for frame in rows.values():
        frame["round"] = frame["round"].replace(7, 1_000_000)

    result = report(tmp_path, rows, rounds=7, planned_looks=[7], block_order=["AB"] * 7)
    refused(ACCOUNTED, result, "round 7 of baseline has 0 of 100 requests")
    assert check(ACCOUNTED, result)["expected"] == 8 * 2 * 100


def test_the_blocks_of_the_manifest_say_how_many_requests_were_planned(tmp_path: Path) -> None:
    rows = measured()
    refused(ACCOUNTED, report(tmp_path, rows, blocks=blocks(rows, requests=101)), "has 100 of 101 requests")


def test_a_discarded_round_that_was_played_again_is_accounted_for(tmp_path: Path) -> None:
    rows = measured()
    again = [{**block, "attempt": 2} for block in blocks(rows)[:2]]
    lost = [{**block, "state": "discarded"} for block in blocks(rows)[:2]]

    assert (
        check(ACCOUNTED, report(tmp_path, rows, blocks=[*lost, *again, *blocks(rows)[2:]]))["passed"] is True
    )


def test_more_rounds_than_planned_are_refused(tmp_path: Path) -> None:
    refused(
        PLANNED, report(tmp_path, rounds=5, planned_looks=[5]), "6 rounds were played, at most 5 were planned"
    )


def test_an_end_between_two_looks_is_warned_of(tmp_path: Path) -> None:
    result = report(tmp_path, measured(rounds=8), rounds=30, planned_looks=[6, 12, 20, 30])

    assert check(PLANNED, result)["passed"] is None
    assert any("8 rounds" in warning["message"] for warning in result["warnings"])
    # Judged as at the look before: 0.2 % error, not 5 %.
    assert result["comparisons"][0]["p95"]["confidence"] > 0.99


def test_other_requests_under_the_same_numbers_are_named(tmp_path: Path) -> None:
    rows = measured()
    rows["optimized"].loc[204, ["method", "name"]] = ["PUT", "PUT /items/{id}"]
    for arm in rows:
        rows[arm].loc[0, ["method", "name"]] = ["PUT", "PUT /items/{id}"]

    refused(LIKE, report(tmp_path, rows), "first request 205 of round 3: baseline asked")


def test_different_digests_of_what_was_asked_are_refused(tmp_path: Path) -> None:
    result = report(tmp_path, arms=arms(asked_sha256=("aa", "bb")))

    refused(LIKE, result, "aa, bb")
    assert result["request_semantics"]["identical"] is False


def test_recorded_differences_name_the_first_request(tmp_path: Path) -> None:
    first = {"round": 2, "request": 117, "kind": "asked", "name": "GET /items"}
    semantics = {"asked_differences": 3, "answered_differences": 0, "first_differences": [first]}

    refused(
        LIKE,
        report(tmp_path, semantics=semantics),
        "3 requests differ, first request 117 of round 2 (GET /items)",
    )


def test_rows_alone_do_not_prove_that_bodies_were_identical(tmp_path: Path) -> None:
    assert report(tmp_path)["request_semantics"]["identical"] is None


def test_an_endpoint_of_one_arm_alone_is_named(tmp_path: Path) -> None:
    rows = measured()
    rows["optimized"].loc[204, ["method", "name"]] = ["GET", "GET /health"]

    refused(ENDPOINTS, report(tmp_path, rows), "GET /health only by optimized")


def test_other_answers_warn_unless_the_sla_wants_them_identical(tmp_path: Path) -> None:
    different = arms(asked_sha256="aa", answered_sha256=("bb", "cc"))
    first = {"round": 1, "request": 5, "kind": "answered", "name": "GET /items"}
    semantics = {"answered_differences": 2, "asked_differences": 0, "first_differences": [first]}

    tolerated = report(tmp_path / "a", arms=different, semantics=semantics)
    wanted = report(tmp_path / "b", arms=different, semantics=semantics, answers="identical")

    assert tolerated["verdict"] == "passed"
    assert any("2 answers differ, first request 5" in warning["message"] for warning in tolerated["warnings"])
    refused(ANSWERS, wanted, "2 answers differ")


def test_requests_that_one_arm_alone_was_answered_are_no_answers_that_differ(tmp_path: Path) -> None:
    different = arms(asked_sha256="aa", answered_sha256=("bb", "cc"))
    semantics = {"answered_differences": 0, "asked_differences": 0, "first_differences": []}
    warnings = report(tmp_path, arms=different, semantics=semantics)["warnings"]
    assert any("some requests were answered in one arm alone" in each["message"] for each in warnings)


def test_unequal_users_are_refused(tmp_path: Path) -> None:
    workers = [{"id": "w1", "users": {"baseline": 20, "optimized": 10}}]

    refused(LOAD, report(tmp_path, workers=workers), "optimized 10 users")


def test_fewer_users_than_planned_are_refused(tmp_path: Path) -> None:
    workers = [{"id": "w1", "users": {"baseline": 10, "optimized": 10}}]

    refused(LOAD, report(tmp_path, workers=workers), "baseline 10 users")


@pytest.mark.parametrize(("requests", "passed"), [(71, False), (72, True)])
def test_a_p95_needs_72_requests(tmp_path: Path, requests: int, passed: bool) -> None:
    result = report(tmp_path, measured(rounds=1, requests=requests))

    assert check(ENOUGH, result)["passed"] is passed
    assert (result["verdict"] == "invalid") is not passed


def test_an_objective_on_an_endpoint_that_nobody_called_never_passes(tmp_path: Path) -> None:
    objective = {"name": "x", "arm": "optimized", "metric": "p95_ms", "at_most": 800, "endpoint": "GET /item"}

    result = report(tmp_path, objectives=[objective])

    refused(ENOUGH, result, "has 0")
    assert "Did you mean 'GET /items'?" in result["reasons"][0]


def generator(cpu: float | None, lag_ms: float | None) -> list[dict[str, Any]]:
    cpu_ratio = None if cpu is None else {"max": 1.0, "mean": cpu, "samples": 30}
    return [{"worker": "w1", "cpu_ratio": cpu_ratio, "lag_ms": None if lag_ms is None else {"p95": lag_ms}}]


@pytest.mark.parametrize(("lag_ms", "passed"), [(4.7, True), (4.9, False)])
def test_the_generators_lag_may_be_one_percent_of_the_faster_p95(
    tmp_path: Path, lag_ms: float, passed: bool
) -> None:
    result = report(tmp_path, generator=generator(0.2, lag_ms))

    assert result["arms"]["optimized"]["latency_ms"]["p95"] == pytest.approx(483.3, abs=0.1)
    assert check(LAG, result)["passed"] is passed
    if not passed:
        refused(LAG, result, "4.9 ms late")


@pytest.mark.parametrize(("lag_p50_ms", "passed"), [(0.9, True), (60.0, False)])
def test_a_generator_that_is_late_as_a_rule_did_not_keep_up_however_slow_the_slowest(
    tmp_path: Path, lag_p50_ms: float, passed: bool
) -> None:
    lag = [{"worker": "w1", "lag_ms": {"p50": lag_p50_ms, "p95": lag_p50_ms}}]
    rows = {
        arm: each.assign(latency_ms=np.where(each["request"] % 10, 100.0, 9_000.0))
        for arm, each in measured().items()
    }
    found = check(LAG, report(tmp_path, rows, generator=lag))
    assert found["passed"] is passed
    assert passed or "(P50)" in found["message"]


@pytest.mark.parametrize(("lag_ms", "passed"), [(0.9, True), (1.1, False)])
def test_on_a_fast_service_the_lag_may_be_one_millisecond(
    tmp_path: Path, lag_ms: float, passed: bool
) -> None:
    rows = measured(medians_ms={"baseline": 8.0, "optimized": 4.0})

    assert check(LAG, report(tmp_path, rows, generator=generator(0.2, lag_ms)))["passed"] is passed


def test_a_lag_that_could_decide_the_verdict_is_refused(tmp_path: Path) -> None:
    objective = {"name": "close", "arm": "optimized", "metric": "p95_ms", "at_most": 483.0}

    rows = measured(rounds=1, requests=600)
    refused(
        LAG,
        report(tmp_path, rows, objectives=[objective], generator=generator(0.2, 0.9)),
        "close would be met",
    )


def test_a_busy_cpu_is_refused_where_the_lag_is_not_known_and_warned_of_where_it_is(tmp_path: Path) -> None:
    refused(CPU, report(tmp_path / "a", generator=generator(0.95, None)), "95.0 % of a core on w1")
    assert check(CPU, report(tmp_path / "b", generator=generator(0.95, 0.5)))["passed"] is None


def test_arms_of_a_round_that_met_different_workers_are_refused(tmp_path: Path) -> None:
    rows = measured()
    listed = blocks(rows)
    listed[5]["workers"] = [
        {"id": "w1", "planned": 50, "returned": 50},
        {"id": "w9", "planned": 50, "returned": 50},
    ]

    refused(
        WORKERS, report(tmp_path, rows, blocks=listed), "the arms of round 3 were played by different workers"
    )


def test_a_swarm_that_changes_between_rounds_is_warned_of(tmp_path: Path) -> None:
    rows = measured()
    listed = [*blocks(rows)[:6], *blocks(rows, workers=[{"id": "w1", "planned": 100, "returned": 100}])[6:]]

    result = report(tmp_path, rows, blocks=listed)

    assert check(WORKERS, result)["passed"] is None
    assert any("others in 3 of 6 rounds" in warning["message"] for warning in result["warnings"])


def test_a_worker_that_the_manifest_does_not_know_is_named(tmp_path: Path) -> None:
    rows = measured()

    result = report(tmp_path, rows, blocks=blocks(rows), workers=[{"id": "w1"}])

    refused(WORKERS, result, "worker w2 is not among the workers of run.json")


def test_workers_with_other_versions_or_sources_are_refused(tmp_path: Path) -> None:
    workers = [{"id": "w1", "source_sha256": "aa"}, {"id": "w2", "source_sha256": "bb"}]
    refused(CODE, report(tmp_path / "a", workers=workers), "source aa (1 workers) against")
    other = [{"id": "w1", "versions": {"locust": "2.47.0"}}, {"id": "w2", "versions": {"locust": "2.46.0"}}]
    refused(CODE, report(tmp_path / "b", workers=other), "locust 2.46.0")


def test_another_baseline_than_the_pinned_one_is_warned_of(tmp_path: Path) -> None:
    result = report(tmp_path, arms=arms(source_sha256="new", pinned_sha256=("old", None)))

    assert check(PINNED, result)["passed"] is None
    assert any("earlier runs had another baseline" in warning["message"] for warning in result["warnings"])


def slower(rows: Rows, factor: Callable[[Any], Any], *, only: str | None = None) -> Rows:
    return {
        arm: frame.assign(
            latency_ms=frame["latency_ms"] * (factor(frame["round"]) if only in (None, arm) else 1)
        )
        for arm, frame in rows.items()
    }


def test_a_machine_that_was_busy_in_mid_run_is_refused(tmp_path: Path) -> None:
    rows = slower(measured(rounds=20), lambda number: np.where(number.between(8, 14), 2.5, 1.0))

    result = report(tmp_path, rows)

    refused(LEVEL, result, "higher in one stretch of the run")


def test_a_service_faster_than_the_clock_keeps_its_level(tmp_path: Path) -> None:
    assert check(LEVEL, report(tmp_path, constant({"baseline": 0.0, "optimized": 0.0})))["passed"] is True


def test_moderate_drift_that_pairing_cancels_is_no_fault(tmp_path: Path) -> None:
    rows = slower(measured(rounds=20), lambda number: 1 + number / 40)

    result = report(tmp_path, rows)

    assert check(LEVEL, result)["passed"] is True
    assert result["comparisons"][0]["p95"]["paired_change_ratio"] == pytest.approx(-0.552, abs=0.03)


def test_a_change_that_trends_is_reported_and_not_refused(tmp_path: Path) -> None:
    rows = slower(measured(rounds=20), lambda number: 1 + number / 20, only="optimized")

    result = report(tmp_path, rows)

    assert check(TREND, result)["passed"] is None
    assert check(TREND, result)["observed"] == pytest.approx(0.9, abs=0.25)
    assert result["verdict"] != "invalid"


def test_an_effect_of_the_order_is_reported_and_not_refused(tmp_path: Path) -> None:
    rows = slower(
        measured(rounds=20), lambda number: np.where(np.isin(number % 4, (1, 0)), 1.3, 1.0), only="optimized"
    )

    result = report(tmp_path, rows)

    assert check(ORDER, result)["passed"] is None
    assert check(ORDER, result)["observed"] == pytest.approx(0.3, abs=0.1)
    assert result["verdict"] != "invalid"


def test_an_arm_that_fails_throughout_is_judged_by_its_objectives(tmp_path: Path) -> None:
    rows = measured(rounds=20)
    rows["optimized"] = fail(rows["optimized"], share=0.5)

    assert report(tmp_path, rows)["verdict"] == "failed"


def test_a_service_that_dies_in_mid_run_never_passes(tmp_path: Path) -> None:
    rows = measured(rounds=20)
    for arm, frame in rows.items():
        dead = frame["round"] > 10
        rows[arm] = frame.assign(error=frame["error"].mask(dead, "ConnectionRefusedError"))

    assert report(tmp_path, rows)["verdict"] in ("failed", "invalid")
