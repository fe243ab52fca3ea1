"""`python -m analysis compare`: two plain Locust runs, and what their rounding leaves open."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from analysis.locust_csv import read_stats
from analysis.resolution import quantile_span, resolution_of
from tests.analysis.synthetic import ROOT, analysis, stock_line, write_stats, write_stock

P95 = '[[objective]]\nname = "P95"\narm = "optimized"\nmetric = "p95_ms"\nat_most = {}\n'


def compared(
    tmp_path: Path, baseline: Path, optimized: Path, sla: str = P95.format(800)
) -> tuple[int, Any, str]:
    """Exit code, report and standard error."""
    (tmp_path / "sla.toml").write_text(sla)
    output, errors = StringIO(), StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        words = ["compare", baseline, optimized, "--sla", tmp_path / "sla.toml", "--format", "json"]
        code = main([str(word) for word in words])
    return code, json.loads(output.getvalue() or "null"), errors.getvalue()


@pytest.mark.parametrize(
    ("printed", "limit", "code"),
    [
        (790, 800, 0),
        (800, 800, 3),  # 795 to 805
        (810, 800, 1),
        (800, 805, 0),
        (800, 795, 3),
        (800, 794.9, 1),
        (99, 99.5, 0),
        (100, 100, 3),  # 99.5 to 105
        (100, 105, 0),
        (1000, 1000, 3),  # 995 to 1050: the step grows at 1000
        (1000, 994, 1),
        (1000, 1049, 3),
        (1000, 1050, 0),
        (1100, 1000, 1),
        (10000, 10400, 3),
        (12000, 12500, 0),
    ],
)
def test_a_limit_inside_what_a_rounded_figure_may_stand_for_is_inconclusive(
    tmp_path: Path, printed: int, limit: float, code: int
) -> None:
    baseline, optimized = (write_stock(tmp_path / f"{arm}_stats.csv", printed) for arm in "ab")

    assert compared(tmp_path, baseline, optimized, P95.format(limit))[0] == code


@pytest.mark.parametrize(("printed", "code"), [(799.9, 0), (800.0, 0), (800.1, 1)])
def test_figures_with_decimals_are_exact(tmp_path: Path, printed: float, code: int) -> None:
    baseline, optimized = (
        write_stock(tmp_path / f"{arm}_stats.csv", printed, **{"50%": 210.4}) for arm in "ab"
    )

    assert compared(tmp_path, baseline, optimized)[0] == code


@pytest.mark.parametrize(("printed", "code"), [(799, 0), (800, 3), (801, 1)])
def test_whole_milliseconds_off_locusts_grid_were_cut_off(tmp_path: Path, printed: int, code: int) -> None:
    baseline, optimized = (
        write_stock(tmp_path / f"{arm}_stats.csv", printed, **{"50%": 213}) for arm in "ab"
    )

    assert compared(tmp_path, baseline, optimized)[0] == code


def test_a_relative_objective_looks_at_the_spans_of_both_runs(tmp_path: Path) -> None:
    relative = P95.format(1).replace("at_most = 1", "improvement_at_least = 0")
    baseline, same, better = (
        write_stock(tmp_path / f"{arm}_stats.csv", p95) for arm, p95 in (("a", 800), ("b", 800), ("c", 780))
    )

    assert compared(tmp_path, baseline, same, relative)[0] == 3
    assert compared(tmp_path, baseline, better, relative)[0] == 0
    assert compared(tmp_path, better, baseline, relative)[0] == 1


def test_a_time_that_prints_as_0_stands_for_none_below_and_shows_no_change(tmp_path: Path) -> None:
    relative = P95.format(1).replace("at_most = 1", "improvement_at_least = 0")
    slow, fast = (write_stock(tmp_path / f"{arm}_stats.csv", p95) for arm, p95 in (("a", 800), ("b", 0)))

    assert compared(tmp_path, slow, fast)[1]["objectives"][0]["span"] == [0, 0.5]
    code, report, _ = compared(tmp_path, fast, slow, relative)
    assert (code, "a change can be told from" in report["reasons"][0]) == (3, True)


def test_failed_requests_may_stand_above_the_printed_percentile(tmp_path: Path) -> None:
    baseline = write_stock(tmp_path / "a_stats.csv", 700)
    # 2 % failed: the true P95 lies anywhere up to the 97th of all, so up to the 98 % column of 1200.
    few = write_stock(tmp_path / "b_stats.csv", 700, **{"Failure Count": 8})
    many = write_stock(tmp_path / "c_stats.csv", 700, **{"Failure Count": 24})

    code, report, errors = compared(tmp_path, baseline, few)
    assert code == 3
    assert report["objectives"][0]["span"] == [695, 1250]
    assert "2.0 % of the requests of optimized failed" in errors

    code, report, _ = compared(tmp_path, baseline, many)
    assert code == 1
    assert report["arms"]["optimized"]["latency_ms"]["p95"] is None


def test_prefixes_and_files_name_the_same_run(tmp_path: Path) -> None:
    write_stock(tmp_path / "run.v1_stats.csv", 700)
    prefix, file = tmp_path / "run.v1", tmp_path / "run.v1_stats.csv"

    assert compared(tmp_path, prefix, file)[0] == 0
    done = analysis("compare", tmp_path / "none", prefix)
    assert done.returncode == 2
    assert "none_stats.csv" in done.stderr


def test_a_history_file_is_refused(tmp_path: Path) -> None:
    stats = write_stock(tmp_path / "a_stats.csv", 700)
    history = tmp_path / "a_stats_history.csv"
    history.write_text("Timestamp,User Count,Type,Name\n1,2,,Aggregated\n")

    done = analysis("compare", stats, history)

    assert done.returncode == 2
    assert "no column Request Count" in done.stderr


def test_the_default_objectives_are_those_of_sla_toml(tmp_path: Path) -> None:
    stats = write_stock(tmp_path / "a_stats.csv", 700)
    (tmp_path / "sla.toml").write_text((ROOT / "sla.toml").read_text())

    assert "no worse" in analysis("compare", stats, stats, cwd=tmp_path).stdout
    (tmp_path / "sla.toml").unlink()
    done = analysis("compare", stats, stats, cwd=tmp_path)
    assert done.returncode == 2
    assert "--sla FILE" in done.stderr


def test_the_report_is_stored_where_asked_and_nowhere_else(tmp_path: Path) -> None:
    stats = write_stock(tmp_path / "a_stats.csv", 700)

    analysis("compare", stats, stats)
    assert not list(tmp_path.rglob("*.json"))
    analysis("compare", stats, stats, "--output", tmp_path / "out")
    assert (tmp_path / "out" / "comparison_report.json").exists()


def test_one_run_per_arm_cannot_see_drift_and_says_so(tmp_path: Path) -> None:
    stats = write_stock(tmp_path / "a_stats.csv", 700)

    _, report, errors = compared(tmp_path, stats, stats)

    assert "one run per arm: drift" in errors
    low, high = report["comparisons"][0]["p95"]["interval"]
    assert low < 0 < high


def test_an_endpoint_of_one_run_alone_makes_the_comparison_invalid(tmp_path: Path) -> None:
    lines = [stock_line(700), stock_line(700) | {"Name": "POST /orders", "Type": "POST"}]
    total = stock_line(700) | {"Type": "", "Name": "Aggregated", "Request Count": 800}
    baseline, optimized = (
        write_stats(tmp_path / "a_stats.csv", [*lines, total]),
        write_stock(tmp_path / "b_stats.csv", 700),
    )

    code, report, _ = compared(tmp_path, baseline, optimized)

    assert code == 4
    assert "POST /orders only by baseline" in report["reasons"][0]


def test_another_mix_of_requests_is_warned_of(tmp_path: Path) -> None:
    def mixed(path: Path, gets: int) -> Path:
        post = stock_line(700) | {"Name": "POST /orders", "Type": "POST", "Request Count": 1000 - gets}
        total = stock_line(700) | {"Type": "", "Name": "Aggregated", "Request Count": 1000}
        return write_stats(path, [stock_line(700) | {"Request Count": gets}, post, total])

    baseline, optimized = mixed(tmp_path / "a_stats.csv", 600), mixed(tmp_path / "b_stats.csv", 650)

    assert "differs by 5.0 %" in compared(tmp_path, baseline, optimized)[2]


def test_an_endpoint_has_objectives_of_its_own(tmp_path: Path) -> None:
    stats = write_stock(tmp_path / "a_stats.csv", 700)

    assert compared(tmp_path, stats, stats, P95.format(800) + 'endpoint = "GET /items"\n')[0] == 0
    code, _, errors = compared(tmp_path, stats, stats, P95.format(800) + 'endpoint = "GET /item"\n')
    assert code == 2
    assert "Did you mean 'GET /items'?" in errors


def test_a_percentile_that_the_file_does_not_list_is_refused_with_those_it_lists(tmp_path: Path) -> None:
    stats = write_stock(tmp_path / "a_stats.csv", 700)

    code, _, errors = compared(tmp_path, stats, stats, P95.format(800).replace("p95", "p97"))

    assert code == 2
    assert "no column for p97_ms" in errors
    assert "50%, 66%, 75%" in errors


def test_percentiles_of_the_users_choice_are_read(tmp_path: Path) -> None:
    line = {key: value for key, value in stock_line(700).items() if not key.endswith("%")}
    line |= {"37.5%": 150, "95%": 700, "100%": 1500}
    path = write_stats(tmp_path / "a_stats.csv", [line, line | {"Type": "", "Name": "Aggregated"}])

    code, report, _ = compared(tmp_path, path, path, P95.format(800).replace("p95", "p37.5"))

    assert code == 0
    assert report["objectives"][0]["observed"] == 150
    assert report["arms"]["baseline"]["latency_ms"]["p50"] is None


def test_too_few_requests_for_the_quantile_make_the_comparison_invalid(tmp_path: Path) -> None:
    stats = write_stock(tmp_path / "a_stats.csv", 700, **{"Request Count": 71})

    code, report, _ = compared(tmp_path, stats, stats)

    assert code == 4
    assert "needs 72 requests and has 71" in report["reasons"][0]


def test_a_span_holds_every_time_that_locust_prints_so(tmp_path: Path) -> None:
    def printed(time_ms: float) -> float:
        # locust.stats.bucket_response_time
        return (
            round(time_ms)
            if time_ms < 100
            else round(time_ms, -1 if time_ms < 1000 else -2 if time_ms < 10_000 else -3)
        )

    for time_ms in [
        0.4,
        3.7,
        99.4,
        99.6,
        104.9,
        105.1,
        994.9,
        995.1,
        1049,
        1051,
        9949,
        9951,
        10_499,
        10_501,
        58_760,
    ]:
        row = read_stats(write_stock(tmp_path / "a_stats.csv", int(printed(time_ms)))).total
        assert resolution_of([row]) == "rounded"
        span = quantile_span(row, 0.95, "rounded")
        assert span is not None
        assert span.low <= time_ms <= span.high
