"""`compare` reads what seven versions of Locust wrote. make_golden.py made the files, by real runs."""

import csv
import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from analysis.locust_csv import read_stats
from analysis.locust_json import read_histograms
from tests.locust_versions.make_golden import VERSIONS, WITH_JSON_FILE

GOLDEN = Path(__file__).parent / "golden"
KINDS = ("single", "history", "distributed", "percentiles")
ENDPOINTS = ["GET /items, a page", "GET /items/{id}", "POST /orders"]
SLA = '[[objective]]\nname = "P95"\narm = "optimized"\nmetric = "p95_ms"\nat_most = 800\n'


def compared(tmp_path: Path, *words: str | Path) -> tuple[int, Any, str]:
    """Exit code, report and standard error."""
    (tmp_path / "sla.toml").write_text(SLA)
    output, errors = StringIO(), StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        code = main(["compare", *map(str, words), "--sla", str(tmp_path / "sla.toml"), "--format", "json"])
    return code, json.loads(output.getvalue() or "null"), errors.getvalue()


RUNS = [(version, kind) for version in VERSIONS for kind in KINDS]


def total(version: str, kind: str) -> dict[str, str]:
    with (GOLDEN / version / f"{kind}_stats.csv").open(newline="") as file:
        return list(csv.DictReader(file))[-1]


def test_there_are_files_of_every_version() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(VERSIONS)


@pytest.mark.parametrize(("version", "kind"), RUNS)
def test_every_figure_is_the_one_that_the_file_holds(tmp_path: Path, version: str, kind: str) -> None:
    prefix, printed = GOLDEN / version / kind, total(version, kind)

    code, report, _ = compared(tmp_path, prefix, prefix)

    assert code == 0
    arm = report["arms"]["baseline"]
    assert arm["requests"] == int(printed["Request Count"])
    assert arm["failures"] == int(printed["Failure Count"])
    assert arm["throughput_rps"] == pytest.approx(float(printed["Requests/s"]))
    assert arm["latency_ms"]["mean"] == pytest.approx(float(printed["Average Response Time"]))
    failed = arm["failure_ratio"]
    for name, column, share in (("p50", "50%", 0.5), ("p90", "90%", 0.9), ("p95", "95%", 0.95)):
        known = column in printed and failed <= 1 - share
        assert arm["latency_ms"][name] == (float(printed[column]) if known else None)
    assert [row["endpoint"] for row in report["endpoints"]] == ENDPOINTS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_percentile_that_is_not_listed_is_null_with_the_reason(tmp_path: Path, version: str) -> None:
    _, report, errors = compared(tmp_path, GOLDEN / version / "single", GOLDEN / version / "percentiles")

    p90 = report["comparisons"][0]["p90"]
    assert p90["baseline_ms"] is not None
    assert (p90["arm_ms"], p90["change_ratio"], p90["interval"]) == (None, None, None)
    assert "percentiles_stats.csv has no P90, P99: not known, it lists 29%, 50%, 95%, 99.9%, 99.99%" in errors
    shares = report["details"]["distribution"]["optimized"]["shares"]
    assert shares == [0.29, 0.5, 0.95, 0.999, 0.9999]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_errors_of_a_run_are_counted(tmp_path: Path, version: str) -> None:
    prefix = GOLDEN / version / "distributed"

    _, report, _ = compared(tmp_path, prefix, prefix)

    errors = [row for row in report["details"]["errors"] if row["arm"] == "optimized"]
    assert sum(row["requests"] for row in errors) == report["arms"]["optimized"]["failures"] > 0


@pytest.mark.parametrize("version", WITH_JSON_FILE)
def test_a_json_file_says_what_the_csv_says_and_more(tmp_path: Path, version: str) -> None:
    path = GOLDEN / version / "single.json"
    whole, printed = read_histograms(path).total, read_stats(GOLDEN / version / "single_stats.csv").total

    # The CSV lacks what was answered after its last write.
    assert whole.requests > printed.requests
    assert whole.throughput_rps == pytest.approx(printed.throughput_rps, rel=0.1)
    assert whole.percentiles_ms[0.95] == pytest.approx(printed.percentiles_ms[0.95], rel=0.1)
    assert whole.min_ms <= printed.min_ms <= printed.max_ms <= whole.max_ms
    code, report, _ = compared(tmp_path, path, path)
    assert code == 0
    assert report["arms"]["baseline"]["latency_ms"]["p99"] == whole.percentiles_ms[0.99]


@pytest.mark.parametrize("version", WITH_JSON_FILE)
def test_the_percentiles_of_a_json_file_are_locusts(version: str) -> None:
    entries = json.loads((GOLDEN / version / "single.json").read_text())
    by_name = {row.endpoint: row for row in read_histograms(GOLDEN / version / "single.json").endpoints}

    for entry in entries:
        times = sorted(float(ms) for ms, count in entry["response_times"].items() for _ in range(count))
        row = by_name[f"{entry['method']} {entry['name']}"]
        for share in (0.5, 0.9, 0.95, 0.99, 0.999):
            assert row.percentiles_ms[share] == times[int(len(times) * share)]


def test_three_real_runs_of_each_are_rounds(tmp_path: Path) -> None:
    before, after = (
        [GOLDEN / "2.47.0" / f"{arm}-{number}" for number in (1, 2, 3)] for arm in ("before", "after")
    )

    _, report, errors = compared(tmp_path, "--baseline", *before, "--optimized", *after)

    change = report["comparisons"][0]["p50"]
    low, high = change["interval"]
    # The mock's service times of the second are 0.4 of the first's.
    assert low < -0.6 < high < 0
    assert report["run"]["rounds"] == 3
    assert "3 runs per arm: intervals are valid and wide" in errors
    checks = {row["check"]: row for row in report["validity"]}
    assert checks["the runs were made in turn"]["observed"] == "ABABAB"
    assert checks["one run at a time"]["passed"]
