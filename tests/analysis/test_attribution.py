"""What each optimization is worth: against known costs, and in every output."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from analysis.cli import main
from analysis.report_file import report_schema
from tests.analysis.synthetic import Rows, analysis, fail, write_run
from tests.analysis.synthetic_loads import (
    ADDED,
    REMOVED,
    attribution_manifest,
    attribution_rows,
    lacking,
    latencies_ms,
)

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
SEEDS = 20


def report(directory: Path, rows: Rows, **changes: Any) -> Any:
    run = write_run(directory, rows, **{**attribution_manifest(), **changes})
    main(["report", str(run), "--format", "json"])
    return json.loads((directory / "comparison_report.json").read_text())


@pytest.fixture(scope="module")
def truths_ms() -> dict[str, dict[str, float]]:
    """The quantiles of each arm, from a million requests of each."""
    found = {}
    for place, (arm, missing) in enumerate(lacking().items()):
        random = np.random.default_rng([99, place])
        times_ms = latencies_ms(missing, random.lognormal(0, 0.5, 1_000_000), random)
        found[arm] = {name: float(np.quantile(times_ms, at)) for name, at in QUANTILES.items()}
    return found


def worth_of(step: dict[str, Any], truths_ms: dict[str, dict[str, float]], name: str) -> float:
    added = truths_ms[step["against"]][name] - truths_ms[step["arm"]][name]
    return added if step["direction"] == "added" else -added


def test_each_step_holds_its_known_cost_in_at_least_19_of_20_seeds(
    tmp_path: Path, truths_ms: dict[str, dict[str, float]]
) -> None:
    held: dict[tuple[str, str, str], int] = {}
    for seed in range(SEEDS):
        result = report(tmp_path / str(seed), attribution_rows(rounds=20, drift=0.02, seed=seed))
        for step in result["attribution"]["steps"]:
            for name in QUANTILES:
                low, high = step[name]["interval_ms"]
                key = (step["optimization"], step["direction"], name)
                held[key] = held.get(key, 0) + (low <= worth_of(step, truths_ms, name) <= high)

    assert len(held) == 3 * (len(ADDED) + len(REMOVED))
    assert min(held.values()) >= SEEDS - 1, held


def test_the_intervals_are_narrow_enough_to_tell_the_costs_apart(
    tmp_path: Path, truths_ms: dict[str, dict[str, float]]
) -> None:
    result = report(tmp_path, attribution_rows(rounds=20, drift=0.02))

    for step in result["attribution"]["steps"]:
        worth_ms = worth_of(step, truths_ms, "p50")
        low, high = step["p50"]["interval_ms"]
        assert high - low < max(0.35 * worth_ms, 10), step["optimization"]
        if step["optimization"] != "lean client":
            assert low > 0
            assert step["p50"]["interval"][0] > 0


def test_the_steps_hold_together_and_sum_to_the_whole(tmp_path: Path) -> None:
    result = report(tmp_path, attribution_rows(rounds=12))

    steps = result["attribution"]["steps"]
    assert [step["direction"] for step in steps] == ["added"] * 4 + ["removed"] * 3
    (confidence,) = {step[name]["confidence"] for step in steps for name in QUANTILES}
    assert confidence == pytest.approx(1 - 0.05 / 7)
    added = [step["p95"] for step in steps if step["direction"] == "added"]
    assert sum(worth["worth_ms"] for worth in added) == pytest.approx(
        added[0]["without_ms"] - added[-1]["with_ms"]
    )
    Draft202012Validator(report_schema()).validate(result)


def test_the_default_objectives_still_apply(tmp_path: Path) -> None:
    result = report(tmp_path, attribution_rows(rounds=12))

    assert [row["arm"] for row in result["objectives"]] == ["optimized"] * 3
    assert result["verdict"] == "passed"


def test_an_optimization_that_depends_on_the_others_is_remarked(tmp_path: Path) -> None:
    plain = report(tmp_path / "plain", attribution_rows(rounds=20))
    rows = attribution_rows(rounds=20)
    # Taken away from the optimized arm compression costs little: something else does its work already.
    rows["without_compression"]["latency_ms"] = rows["optimized"]["latency_ms"] + 20
    odd = report(tmp_path / "odd", rows)

    assert not [remark for remark in plain["attribution"]["remarks"] if "compression" in remark]
    (remark,) = [remark for remark in odd["attribution"]["remarks"] if "compression" in remark]
    assert remark.startswith("interaction: compression is worth [")
    assert "more at P95 when it is added to pool than when it is taken from optimized" in remark


def test_few_rounds_give_figures_without_intervals(tmp_path: Path) -> None:
    result = report(tmp_path, attribution_rows(rounds=4))

    step = result["attribution"]["steps"][0]["p95"]
    assert step["worth_ms"] > 0
    assert step["worth_ratio"] == pytest.approx(step["worth_ms"] / step["without_ms"])
    assert step["interval_ms"] is None
    assert step["confidence"] is None
    assert result["attribution"]["remarks"] == []


def test_an_arm_whose_requests_failed_has_no_worth(tmp_path: Path) -> None:
    rows = attribution_rows(rounds=12)
    rows["pool"] = fail(rows["pool"], share=0.5)

    done = analysis("report", write_run(tmp_path, rows, **attribution_manifest()))

    result = json.loads((tmp_path / "comparison_report.json").read_text())
    worths = {step["arm"]: step["p95"]["worth_ms"] for step in result["attribution"]["steps"]}
    assert worths["pool"] is None
    assert worths["compression"] is None
    assert worths["keep_alive"] > 0
    assert done.returncode in (0, 1)
    assert 'id="waterfall-p95-title"' not in (tmp_path / "comparison_report.html").read_text()


def test_every_output_has_the_table_and_the_page_the_waterfall(tmp_path: Path) -> None:
    run = write_run(tmp_path, attribution_rows(rounds=12), **attribution_manifest(), command=["locust"])

    done = analysis("report", run)

    page, text = ((run / f"comparison_report.{suffix}").read_text() for suffix in ("html", "md"))
    assert "+ compression" in done.stdout
    assert "- compression" in done.stdout
    assert "### What each optimization is worth" in text
    assert "compression (removed)" in text
    for name in ("p95", "p50"):
        assert f'id="waterfall-{name}-title"' in page
    result = json.loads((run / "comparison_report.json").read_text())
    assert "--attribute" in result["run"]["repeat"]
    assert not [word for word in result["run"]["repeat"] if word.startswith("--arms")]


def test_a_run_that_did_not_ask_has_none(tmp_path: Path) -> None:
    assert report(tmp_path, attribution_rows(rounds=6), attribution=None)["attribution"] is None
