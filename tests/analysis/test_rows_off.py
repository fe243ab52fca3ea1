"""A run without rows gives the same report from its stats CSVs and histograms."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from tests.analysis.synthetic import fail, measured, write_run, write_run_without_rows


@pytest.fixture
def reports(tmp_path: Path) -> list[Any]:
    """The report from rows, and that from histograms."""
    rows = {arm: fail(frame, share=0.01) for arm, frame in measured().items()}
    runs = [write_run(tmp_path / "on", rows), write_run_without_rows(tmp_path / "off", rows)]
    for run in runs:
        main(["report", str(run), "--format", "json"])
    return [json.loads((run / "comparison_report.json").read_text()) for run in runs]


def test_counts_and_rates_are_equal(reports: list[Any]) -> None:
    on, off = reports
    for arm in ("baseline", "optimized"):
        assert off["arms"][arm]["requests"] == on["arms"][arm]["requests"]
        assert off["arms"][arm]["failures"] == on["arms"][arm]["failures"] > 0
        assert off["arms"][arm]["throughput_rps"] == pytest.approx(on["arms"][arm]["throughput_rps"])


def test_latencies_agree_within_a_bin(reports: list[Any]) -> None:
    on, off = reports
    for left, right in zip([on, *on["endpoints"]], [off, *off["endpoints"]], strict=True):
        for arm in ("baseline", "optimized"):
            binned, exact = right["arms"][arm]["latency_ms"], left["arms"][arm]["latency_ms"]
            for name, latency_ms in exact.items():
                assert binned[name] == (latency_ms and pytest.approx(latency_ms, rel=1e-3)), name


def test_intervals_and_verdicts_agree(reports: list[Any]) -> None:
    on, off = reports
    for name in ("p50", "p95", "mean", "throughput"):
        assert off["comparisons"][0][name]["interval"] == pytest.approx(
            on["comparisons"][0][name]["interval"], abs=2e-3
        )
    assert [row["verdict"] for row in off["objectives"]] == [row["verdict"] for row in on["objectives"]]
    assert off["verdict"] == on["verdict"] == "failed"


def test_warm_up_rounds_are_not_judged(tmp_path: Path) -> None:
    run = write_run_without_rows(tmp_path, measured())
    for suffix in ("stats", "histogram"):
        for arm in ("baseline", "optimized"):
            source = run / "rounds" / f"001-{arm}_{suffix}.csv"
            source.with_name(f"000-{arm}_{suffix}.csv").write_bytes(source.read_bytes())

    assert main(["report", str(run)]) == 0
    assert json.loads((run / "comparison_report.json").read_text())["run"]["rounds"] == 6
