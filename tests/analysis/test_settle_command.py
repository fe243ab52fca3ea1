"""`python -m analysis settle`: may the run end here?"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.synthetic import SLA, Rows, analysis, measured, write_run

LOOKS = {"state": "running", "rounds": 30, "planned_looks": [6, 12, 20, 30]}


def asked(directory: Path, rows: Rows, **changes: Any) -> Any:
    done = analysis("settle", write_run(directory, rows, **{**LOOKS, **changes}))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_halving_is_settled_at_the_first_look(tmp_path: Path) -> None:
    answer = asked(tmp_path, measured())

    assert answer["settled"] is True
    assert answer["rounds"] == 6
    assert answer["next_look"] == 12
    assert {row["verdict"] for row in answer["objectives"]} == {"passed"}


def test_a_clear_failure_is_settled_too(tmp_path: Path) -> None:
    answer = asked(
        tmp_path, measured(medians_ms={"baseline": 215.0, "optimized": 900.0}), objectives=[SLA[0], SLA[2]]
    )

    assert answer["settled"] is True
    assert {row["verdict"] for row in answer["objectives"]} == {"failed"}


def test_equal_arms_go_on_and_the_reason_says_why(tmp_path: Path) -> None:
    answer = asked(tmp_path, measured(medians_ms={"baseline": 215.0, "optimized": 215.0}))

    assert answer["settled"] is False
    assert "P95 improvement at least 0 %" in answer["reason"]


@pytest.mark.parametrize("rounds", [5, 7])
def test_nothing_is_settled_between_looks(tmp_path: Path, rounds: int) -> None:
    answer = asked(tmp_path, measured(rounds=rounds))

    assert answer["settled"] is False
    assert answer["reason"] == f"{rounds} rounds are no planned look"
    assert answer["objectives"] == []


def test_rounds_too_few_for_an_interval_settle_no_plan_that_goes_on(tmp_path: Path) -> None:
    rows = measured(rounds=3)

    answer = asked(tmp_path, rows, planned_looks=[3, 12, 30])
    assert (answer["settled"], answer["reason"]) == (False, "3 rounds give no interval")
    assert asked(tmp_path, rows, rounds=3, planned_looks=[3])["settled"] is True


def test_the_last_look_has_none_after_it(tmp_path: Path) -> None:
    assert asked(tmp_path, measured(rounds=30))["next_look"] is None


def test_an_open_optional_objective_keeps_no_run_going(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 215.0, "optimized": 215.0})

    assert asked(tmp_path, rows, objectives=[SLA[0], {**SLA[2], "optional": True}])["settled"] is True


def test_no_round_yet_settles_nothing(tmp_path: Path) -> None:
    rows = {arm: frame.head(0) for arm, frame in measured().items()}

    answer = asked(tmp_path, rows)

    assert (answer["settled"], answer["rounds"], answer["next_look"]) == (False, 0, 6)


def test_a_look_spends_only_its_share_of_the_error(tmp_path: Path) -> None:
    answer = asked(tmp_path, measured())

    assert answer["objectives"][0]["confidence"] > 0.99


def test_a_plan_too_short_for_an_objective_is_told_at_the_first_look(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 215.0, "optimized": 214.0})

    answer = asked(tmp_path, rows, objectives=[SLA[2]])

    assert answer["objectives"][0]["more_rounds"] > 30
    assert answer["reason"].endswith("the plan ends after 30: it can hardly settle this")
