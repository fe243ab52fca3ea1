"""The files of a run, held against each other: rows, statistics, history, manifest."""

import hashlib
import re
import statistics
import time
from collections import Counter
from importlib.metadata import version

import pytest

from tests.locustfiles.locust_process import ROOT
from tests.locustfiles.run_files import REQUESTS, ROUNDS, USERS, Comparison, RunFiles

pytestmark = pytest.mark.service
both_arms = pytest.mark.parametrize("arm", ["baseline", "optimized"])


@pytest.fixture(scope="module")
def run(six_rounds: Comparison) -> RunFiles:
    return six_rounds.files


def at_locusts_rank(times_ms: list[float], quantile: float) -> float:
    ordered = sorted(times_ms)
    return ordered[min(int(len(ordered) * quantile), len(ordered) - 1)]


@both_arms
def test_the_counts_of_the_stats_are_those_of_the_rows(run: RunFiles, arm: str) -> None:
    rows = run.rows(arm)
    lines = {(line["Type"], line["Name"]): line for line in run.table(f"{arm}_stats.csv")}
    assert int(lines["", "Aggregated"]["Request Count"]) == len(rows) == ROUNDS * REQUESTS
    for key, count in Counter((row.method, row.name) for row in rows).items():
        assert int(lines[key]["Request Count"]) == count
    assert len(lines) == 4


@both_arms
def test_the_percentiles_of_the_stats_are_those_of_the_rows_within_a_tenth_of_a_percent(
    run: RunFiles, arm: str
) -> None:
    times_ms = [row.latency_ms for row in run.rows(arm)]
    total = run.total(f"{arm}_stats.csv")
    for column, quantile in (("50%", 0.5), ("90%", 0.9), ("95%", 0.95), ("99%", 0.99)):
        assert float(total[column]) == pytest.approx(at_locusts_rank(times_ms, quantile), rel=0.001)
    assert float(total["Average Response Time"]) == pytest.approx(statistics.mean(times_ms), rel=1e-4)
    assert float(total["Min Response Time"]) == pytest.approx(min(times_ms), abs=0.001)
    assert float(total["Max Response Time"]) == pytest.approx(max(times_ms), abs=0.001)


@both_arms
def test_percentiles_have_decimals(run: RunFiles, arm: str) -> None:
    found = [run.total(f"rounds/{number:03d}-{arm}_stats.csv")["95%"] for number in range(1, ROUNDS + 1)]
    assert any(not float(value).is_integer() for value in found)


@both_arms
def test_each_round_has_its_statistics_to_the_thousandth(run: RunFiles, arm: str) -> None:
    for number in range(1, ROUNDS + 1):
        times_ms = [row.latency_ms for row in run.rows(arm) if row.round == number]
        total = run.total(f"rounds/{number:03d}-{arm}_stats.csv")
        assert int(total["Request Count"]) == REQUESTS
        assert float(total["95%"]) == pytest.approx(at_locusts_rank(times_ms, 0.95), abs=0.0015)


@both_arms
def test_the_history_adds_up_round_by_round(run: RunFiles, arm: str) -> None:
    history = run.table(f"{arm}_stats_history.csv")
    assert [int(line["Total Request Count"]) for line in history] == [
        REQUESTS * number for number in range(1, ROUNDS + 1)
    ]
    assert {line["User Count"] for line in history} == {str(USERS)}
    assert float(history[-1]["95%"]) == float(run.total(f"{arm}_stats.csv")["95%"])
    stamps = [int(line["Timestamp"]) for line in history]
    assert stamps == sorted(stamps)


@both_arms
def test_each_row_names_the_protocol_that_was_spoken(run: RunFiles, arm: str) -> None:
    assert {row.protocol for row in run.rows(arm)} == {"HTTP/1.1"}


@both_arms
def test_throughput_is_that_of_the_arms_own_turns(run: RunFiles, arm: str) -> None:
    busy_s = 0.0
    for number in range(1, ROUNDS + 1):
        rows = [row for row in run.rows(arm) if row.round == number]
        busy_s += max(row.ended_at for row in rows) - min(row.started_at for row in rows)
    total = run.total(f"{arm}_stats.csv")
    assert float(total["Requests/s"]) == pytest.approx(ROUNDS * REQUESTS / busy_s, rel=1e-3)


@both_arms
def test_a_run_without_failures_has_empty_lists_of_failures_and_exceptions(run: RunFiles, arm: str) -> None:
    assert run.table(f"{arm}_failures.csv") == run.table(f"{arm}_exceptions.csv") == []


def test_rows_are_to_the_microsecond_and_within_the_run(run: RunFiles) -> None:
    manifest = run.manifest
    rows = run.all_rows()
    assert manifest["started_at"] < rows[0].started_at
    assert max(row.ended_at for row in rows) < manifest["ended_at"] < time.time()
    assert len({row.latency_ms for row in rows}) > 0.9 * len(rows)


def test_the_manifest_vouches_for_every_byte_of_the_row_files(run: RunFiles) -> None:
    files = run.manifest["files"]
    assert set(files) == {
        "latency_baseline.csv",
        "latency_optimized.csv",
        "unmeasured.csv",
        "baseline_stats_history.csv",
        "optimized_stats_history.csv",
    }
    for name, file in files.items():
        assert file["bytes"] == (run.path / name).stat().st_size


def test_the_manifest_says_what_was_planned(run: RunFiles) -> None:
    manifest = run.manifest
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{6}", manifest["id"])
    assert manifest["id"] == run.path.name
    expected = {
        "schema_version": "1.0",
        "state": "complete",
        "stopped": "planned",
        "users": USERS,
        "seed": 1,
        "requests_per_block": REQUESTS,
        "warmup_rounds": 1,
        "rounds": ROUNDS,
        "planned_looks": [ROUNDS],
        "lead_in": 1,
        "lead_out": True,
        "rows": "on",
    }
    assert {key: manifest[key] for key in expected} == expected
    assert sorted(manifest["block_order"]) == ["AB"] * 3 + ["BA"] * 3
    assert [each["metric"] for each in manifest["objectives"]] == ["p95_ms", "failure_ratio", "p95_ms"]


def test_the_manifest_accounts_for_every_block(run: RunFiles) -> None:
    blocks = run.manifest["blocks"]
    assert len(blocks) == 2 * (ROUNDS + 1)
    for block in blocks:
        assert (block["state"], block["attempt"]) == ("kept", 1)
        assert block["phase"] == ("measured" if block["round"] else "warmup")
        assert (block["requests"], block["returned"], block["users"]) == (REQUESTS, REQUESTS, USERS)
        assert block["started_at"] < block["ended_at"]
        (worker,) = block["workers"]
        assert (worker["planned"], worker["returned"]) == (REQUESTS, REQUESTS)


def test_the_manifest_says_what_it_was_played_with(run: RunFiles) -> None:
    manifest = run.manifest
    assert manifest["versions"]["locust"] == version("locust")
    assert manifest["machine"]["cpus"] >= 1
    assert manifest["command"][0] == "locust"
    assert manifest["host"].startswith("https://127.0.0.1:")
    (worker,) = manifest["workers"]
    assert worker["users"] == {"baseline": USERS, "optimized": USERS}
    source = hashlib.sha256((ROOT / "locustfiles" / "baseline.py").read_bytes()).hexdigest()
    baseline, optimized = manifest["arms"]
    assert (baseline["user_class"], optimized["user_class"]) == ("BaselineUser", "OptimizedUser")
    assert baseline["source_sha256"] == baseline["pinned_sha256"] == source
    assert optimized["pinned_sha256"] is None


def test_the_generator_was_watched_while_requests_were_measured(run: RunFiles) -> None:
    (generator,) = run.manifest["generator"]
    busy_s = sum(block["ended_at"] - block["started_at"] for block in run.manifest["blocks"])
    # A sample of the lag every 50 ms, on a loop that may be busy.
    assert busy_s / 0.05 * 0.3 < generator["lag_ms"]["samples"] < busy_s / 0.05 * 1.1 + 2
    assert 0 <= generator["lag_ms"]["p50"] <= generator["lag_ms"]["p95"] <= generator["lag_ms"]["max"]
    assert 0 < generator["cpu_ratio"]["mean"] <= generator["cpu_ratio"]["max"] < 2


def test_latest_points_to_the_run_and_nothing_temporary_is_left(run: RunFiles) -> None:
    assert (run.path.parent / "latest").readlink().as_posix() == run.path.name
    assert not [path for path in run.path.parent.rglob("*") if path.name.startswith(".")]
