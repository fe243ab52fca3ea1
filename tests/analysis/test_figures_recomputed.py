"""Every point figure of a report, computed again from the rows."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.cli import main
from tests.analysis.synthetic import Rows, fail, measured, write_run


def recomputed(path: Path, **only: str) -> dict[str, Any]:
    """The figures of one arm, or of one endpoint in it, in ten lines of pandas."""
    rows = pd.read_csv(path, keep_default_na=False)
    ends = rows.started_at + rows.latency_ms / 1000
    busy_s = (ends.groupby(rows["round"]).max() - rows.started_at.groupby(rows["round"]).min()).sum()
    rows = rows[rows.name == only["name"]] if only else rows
    failed, answered = rows.error != "", rows.latency_ms[rows.error == ""]
    times = rows.latency_ms.mask(failed, np.inf)
    p = {f"p{q}": float(times.quantile(q / 100, interpolation="higher")) for q in (50, 90, 95, 99)}
    counts = {"requests": len(rows), "failures": int(failed.sum()), "failure_ratio": float(failed.mean())}
    latency_ms = {"mean": answered.mean(), "min": answered.min(), "max": answered.max(), **p}
    return {**counts, "throughput_rps": len(answered) / busy_s, "latency_ms": latency_ms}


def flat(figures: dict[str, Any]) -> dict[str, float]:
    numbers = {**figures, **figures["latency_ms"]}
    return {name: float(numbers[name]) for name in ("requests", "failures", "failure_ratio", "throughput_rps",
            "mean", "min", "max", "p50", "p90", "p95", "p99")}  # fmt: skip


@pytest.fixture(params=[0.0, 0.004])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    rows: Rows = measured(rounds=7, requests=133)
    if request.param:
        rows = {arm: fail(frame, share=request.param) for arm, frame in rows.items()}
    main(["report", str(write_run(tmp_path, rows)), "--format", "json"])
    return tmp_path


def test_the_figures_of_each_arm_follow_from_its_rows(run: Path) -> None:
    report = json.loads((run / "comparison_report.json").read_text())

    for arm, figures in report["arms"].items():
        assert flat(figures) == pytest.approx(flat(recomputed(run / f"latency_{arm}.csv")), rel=1e-9)


def test_the_figures_of_each_endpoint_follow_from_its_rows(run: Path) -> None:
    report = json.loads((run / "comparison_report.json").read_text())

    assert [row["endpoint"] for row in report["endpoints"]] == [
        "GET /items",
        "GET /items/{id}",
        "POST /orders",
    ]
    for row in report["endpoints"]:
        for arm, figures in row["arms"].items():
            expected = recomputed(run / f"latency_{arm}.csv", name=row["endpoint"])
            assert flat(figures) == pytest.approx(flat(expected), rel=1e-9)


def test_the_changes_follow_from_the_figures(run: Path) -> None:
    report = json.loads((run / "comparison_report.json").read_text())
    baseline, optimized = report["arms"]["baseline"], report["arms"]["optimized"]
    comparison = report["comparisons"][0]

    for name in ("p50", "p90", "p95", "p99", "mean"):
        before, after = baseline["latency_ms"][name], optimized["latency_ms"][name]
        assert comparison[name]["baseline_ms"] == before
        assert comparison[name]["arm_ms"] == after
        assert comparison[name]["reduction_ms"] == pytest.approx(before - after)
        assert comparison[name]["change_ratio"] == pytest.approx(after / before - 1)
        assert comparison[name]["reduction_ratio"] == pytest.approx(1 - after / before)
        low, high = comparison[name]["interval"]
        assert low < comparison[name]["paired_change_ratio"] < high
    assert comparison["throughput"]["change_ratio"] == pytest.approx(
        optimized["throughput_rps"] / baseline["throughput_rps"] - 1
    )
    assert comparison["failure_ratio"]["difference"] == pytest.approx(
        optimized["failure_ratio"] - baseline["failure_ratio"]
    )
