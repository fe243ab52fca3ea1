"""Runs too long for rows: statistics and histograms per round, from which the report is made."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from tests.locustfiles.locust_process import ROOT
from tests.locustfiles.run_files import Comparison, Play

pytestmark = pytest.mark.service
ROUNDS, REQUESTS = 2, 80


@pytest.fixture(scope="module")
def run(play: Play) -> Comparison:
    shape = ("-u", "4", "--rounds", str(ROUNDS), "--requests", str(REQUESTS), "--warmup-rounds", "0")
    return play(*shape, "--rows", "off")


def test_there_are_no_measured_rows(run: Comparison) -> None:
    files = run.files
    assert not list(files.path.glob("latency_*"))
    assert not [name for name in files.manifest["files"] if name.startswith("latency_")]
    assert files.manifest["rows"] == "off"


@pytest.mark.parametrize("arm", ["baseline", "optimized"])
def test_each_round_has_its_statistics_and_a_histogram_of_as_many_requests(run: Comparison, arm: str) -> None:
    for number in range(1, ROUNDS + 1):
        assert int(run.files.total(f"rounds/{number:03d}-{arm}_stats.csv")["Request Count"]) == REQUESTS
        bins = run.files.table(f"rounds/{number:03d}-{arm}_histogram.csv")
        assert list(bins[0]) == ["Type", "Name", "latency_ms", "count"]
        assert sum(int(each["count"]) for each in bins) == REQUESTS
    assert int(run.files.total(f"{arm}_stats.csv")["Request Count"]) == ROUNDS * REQUESTS


def test_what_was_asked_is_proven_without_rows(run: Comparison) -> None:
    baseline, optimized = run.files.manifest["arms"]
    assert baseline["asked_sha256"] == optimized["asked_sha256"] is not None


def test_the_protocol_that_was_spoken_is_counted_without_rows(run: Comparison) -> None:
    counted = [arm["protocols"] for arm in run.files.manifest["arms"]]
    assert counted == [{"HTTP/1.1": ROUNDS * REQUESTS}] * 2


def test_the_report_is_made_from_these_alone(run: Comparison, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "analysis", "report", str(run.files.path), "--output", str(tmp_path)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == run.ended.code, found.stderr
    assert found.returncode not in {2, 70}, found.stderr
    assert (tmp_path / "comparison_report.json").exists()
    with (run.files.path / "baseline_stats.csv").open() as file:
        assert "95%" in next(csv.reader(file))
