"""`python -m analysis compare --baseline A1 A2 ... --optimized B1 B2 ...`: several plain Locust runs."""

import json
import math
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest
from rich.cells import cell_len
from scipy import stats

from analysis.cli import main
from tests.analysis.synthetic import analysis, stock_line, write_stats, write_stock

IMPROVED = '[[objective]]\nname = "P95"\narm = "optimized"\nmetric = "p95_ms"\n{} = {}\n'
# Off Locust's grid and with decimals: figures that stand for themselves.
EXACT = {"50%": 210.4}
BEFORE, AFTER = (802.5, 790.1, 815.3, 799.9), (405.2, 410.8, 399.7, 402.6)


def runs(tmp_path: Path, arm: str, p95s: Sequence[float], **changes: object) -> list[Path]:
    return [
        write_stock(
            tmp_path / f"{arm}{number}_stats.csv", p95, **{"Max Response Time": 1500 + number, **changes}
        )
        for number, p95 in enumerate(p95s)
    ]


def history(stats_file: Path, started_at: int) -> None:
    """A `_stats_history.csv` beside a run."""
    path = stats_file.with_name(stats_file.name.replace("_stats", "_stats_history"))
    path.write_text(f"Timestamp,User Count,Type,Name\n{started_at},0,,Aggregated\n")


def compared(
    tmp_path: Path, baseline: Sequence[Path], optimized: Sequence[Path], sla: str = ""
) -> tuple[int, Any, str]:
    """Exit code, report and standard error."""
    (tmp_path / "sla.toml").write_text(sla or IMPROVED.format("improvement_at_least", 0.4))
    words = ["compare", "--baseline", *baseline, "--optimized", *optimized]
    output, errors = StringIO(), StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        code = main([str(word) for word in [*words, "--sla", tmp_path / "sla.toml", "--format", "json"]])
    return code, json.loads(output.getvalue() or "null"), errors.getvalue()


def test_pairs_give_the_interval_of_the_paired_t_test(tmp_path: Path) -> None:
    code, report, _ = compared(
        tmp_path, runs(tmp_path, "a", BEFORE, **EXACT), runs(tmp_path, "b", AFTER, **EXACT)
    )

    logs = [math.log(after / before) for before, after in zip(BEFORE, AFTER, strict=True)]
    half = stats.t.ppf(0.975, 3) * stdev(logs) / 2
    change = report["comparisons"][0]["p95"]
    assert change["interval"] == pytest.approx([math.expm1(mean(logs) - half), math.expm1(mean(logs) + half)])
    assert change["change_ratio"] == pytest.approx(math.expm1(mean(logs)))
    assert change["confidence"] == 0.95
    assert code == 0
    assert report["objectives"][0]["interval"] == pytest.approx(
        [-bound for bound in change["interval"][::-1]]
    )
    assert [row["p95_ms"]["baseline"] for row in report["details"]["rounds"]] == list(BEFORE)


def test_unequal_numbers_give_the_interval_of_welchs_test_and_are_told(tmp_path: Path) -> None:
    _, report, errors = compared(
        tmp_path, runs(tmp_path, "a", BEFORE, **EXACT), runs(tmp_path, "b", AFTER[:3], **EXACT)
    )

    test = stats.ttest_ind(
        [math.log(one) for one in AFTER[:3]], [math.log(one) for one in BEFORE], equal_var=False
    )
    low, high = test.confidence_interval(0.95)
    change = report["comparisons"][0]["p95"]
    assert change["interval"] == pytest.approx([math.expm1(low), math.expm1(high)])
    assert report["run"]["rounds"] is None
    assert "4 runs of baseline and 3 of optimized make no pairs" in errors


def test_runs_that_are_all_printed_alike_still_have_an_interval(tmp_path: Path) -> None:
    _, report, _ = compared(tmp_path, runs(tmp_path, "a", [800] * 6), runs(tmp_path, "b", [400] * 6))

    low, high = report["comparisons"][0]["p95"]["interval"]
    # 395 / 805 and 405 / 795 at the least, and no run says more.
    assert low < 395 / 805 - 1
    assert high > 405 / 795 - 1


def test_rounding_moves_the_bounds_by_all_that_it_may_hide(tmp_path: Path) -> None:
    rounded = compared(
        tmp_path, runs(tmp_path, "a", [800, 790, 820, 800]), runs(tmp_path, "b", [410, 400, 420, 390])
    )[1]
    exact = compared(
        tmp_path,
        runs(tmp_path, "a", [800, 790, 820, 800], **EXACT),
        runs(tmp_path, "b", [410, 400, 420, 390], **EXACT),
    )[1]

    (low, high), (inner_low, inner_high) = (
        report["comparisons"][0]["p95"]["interval"] for report in (rounded, exact)
    )
    assert low < inner_low < inner_high < high


@pytest.mark.parametrize(("limit", "code"), [(600, 0), (405, 3), (300, 1)])
def test_a_limit_inside_the_interval_over_runs_is_inconclusive(
    tmp_path: Path, limit: float, code: int
) -> None:
    many = {**EXACT, "Request Count": 2000}
    sla = IMPROVED.format("at_most", limit)

    found, report, _ = compared(
        tmp_path, runs(tmp_path, "a", BEFORE, **many), runs(tmp_path, "b", AFTER, **many), sla
    )

    assert found == code
    low, high = report["objectives"][0]["interval"]
    assert low < 404.6 < high


def test_short_runs_meet_a_limit_only_by_the_share_above_it(tmp_path: Path) -> None:
    baseline, optimized = runs(tmp_path, "a", BEFORE, **EXACT), runs(tmp_path, "b", AFTER, **EXACT)

    # The 98 % column reads 1,200: up to 5 % of 400 requests may lie above 420, at most 2 % above 1,250.
    near, report, _ = compared(tmp_path, baseline, optimized, IMPROVED.format("at_most", 450))
    far = compared(tmp_path, baseline, optimized, IMPROVED.format("at_most", 1250))[0]

    assert (near, far) == (3, 0)
    assert "runs of at least 1,000 requests each" in report["objectives"][0]["message"]


def test_failures_are_compared_over_runs(tmp_path: Path) -> None:
    baseline = runs(tmp_path, "a", BEFORE, **EXACT)
    optimized = [
        write_stock(tmp_path / f"b{place}_stats.csv", 400.5, **{"Failure Count": failures})
        for place, failures in enumerate((4, 8, 6, 2))
    ]

    _, report, errors = compared(tmp_path, baseline, optimized)

    ratios = [0.01, 0.02, 0.015, 0.005]
    half = stats.t.ppf(0.975, 3) * stdev(ratios) / 2
    found = report["comparisons"][0]["failure_ratio"]
    assert found["interval"] == pytest.approx([mean(ratios) - half, mean(ratios) + half])
    assert "1.2 % of the requests of optimized failed" in errors


def test_swapping_the_arms_turns_the_change_over(tmp_path: Path) -> None:
    baseline, optimized = runs(tmp_path, "a", BEFORE), runs(tmp_path, "b", AFTER)

    there, back = (
        compared(tmp_path, *sides)[1]["comparisons"][0]["p95"]["interval"]
        for sides in ((baseline, optimized), (optimized, baseline))
    )

    assert [1 / (1 + bound) - 1 for bound in there[::-1]] == pytest.approx(back)


def test_a_run_is_evidence_once(tmp_path: Path) -> None:
    first, second = runs(tmp_path, "a", BEFORE[:2])
    copy = tmp_path / "copy_stats.csv"
    copy.write_bytes(first.read_bytes())
    others = runs(tmp_path, "b", AFTER[:2])

    code, _, errors = compared(tmp_path, [first, first], others)
    assert (code, "is given twice" in errors) == (2, True)
    code, _, errors = compared(tmp_path, [first, second], [copy, others[0]])
    assert (code, f"holds the same as {first}" in errors) == (2, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["a", "b", "--baseline", "c", "--optimized", "d"], "not both"),
        (["--baseline", "a", "b"], "two runs are needed"),
        (["a"], "two runs are needed"),
        (["--baseline", "a", "--optimized", "b", "c"], "one run shows no spread"),
    ],
)
def test_runs_that_make_no_comparison_are_wrong_usage(words: list[str], told: str) -> None:
    done = analysis("compare", *words)

    assert done.returncode == 2
    assert told in done.stderr
    assert "usage: python -m analysis compare" in done.stderr


@pytest.mark.parametrize(
    ("starts", "passed", "told"),
    [
        (((0, 200), (100, 300)), True, "ABAB"),
        (((100, 200), (0, 300)), True, "BAAB"),
        (((0, 100), (200, 300)), None, "between the first half and the second"),
        (((0, 300), (200, 100)), None, "not neighbours in time"),
    ],
)
def test_runs_that_were_not_made_in_turn_are_told(
    tmp_path: Path, starts: tuple[tuple[int, int], ...], passed: bool | None, told: str
) -> None:
    sides = [runs(tmp_path, arm, p95s) for arm, p95s in (("a", BEFORE[:2]), ("b", AFTER[:2]))]
    for side, begun in zip(sides, starts, strict=True):
        for run, started_at in zip(side, begun, strict=True):
            history(run, started_at)

    _, report, _ = compared(tmp_path, sides[0], sides[1])

    check = next(row for row in report["validity"] if row["check"] == "the runs were made in turn")
    assert check["passed"] is passed
    assert told in check["message"]


def test_runs_at_the_same_time_are_told(tmp_path: Path) -> None:
    sides = [runs(tmp_path, arm, p95s) for arm, p95s in (("a", BEFORE[:2]), ("b", AFTER[:2]))]
    # 400 requests at 40.1 requests/s take 10 s.
    for run, started_at in zip([*sides[0], *sides[1]], (0, 100, 5, 200), strict=True):
        history(run, started_at)

    _, _, errors = compared(tmp_path, sides[0], sides[1])

    assert "b0_stats.csv began while a0_stats.csv ran" in errors


def test_every_output_takes_several_runs(tmp_path: Path) -> None:
    sides = [runs(tmp_path, "a", BEFORE), runs(tmp_path, "b", AFTER)]

    done = analysis(
        *("compare", "--baseline", *sides[0], "--optimized", *sides[1]), "--output", tmp_path / "out"
    )

    assert max(cell_len(line.rstrip()) for line in done.stdout.splitlines()[:-1]) <= 80
    assert "a0_stats.csv and 3 more against b0_stats.csv and 3 more, 4 rounds" in done.stdout
    for name in ("comparison_report.md", "comparison_report.html", "junit.xml"):
        assert "b0_stats.csv" in (tmp_path / "out" / name).read_text()


def test_an_endpoint_that_one_run_lacks_cannot_be_an_objective(tmp_path: Path) -> None:
    line = stock_line(400) | {"Name": "/orders", "Type": "POST"}
    other = write_stats(tmp_path / "b1_stats.csv", [line, line | {"Type": "", "Name": "Aggregated"}])
    optimized = [*runs(tmp_path, "b", AFTER[:1]), other]
    sla = IMPROVED.format("at_most", 800) + 'endpoint = "GET /items"\n'

    code, _, errors = compared(tmp_path, runs(tmp_path, "a", BEFORE[:2]), optimized, sla)

    assert code == 2
    assert f"{other} has no requests of GET /items" in errors


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[]", "an empty list"),
        ("{}", "valid array"),
        ('[{"name": "/x"}]', "entry 1: method: Field required"),
        ("[", "Invalid JSON"),
    ],
)
def test_a_bad_json_file_is_refused(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)

    done = analysis("compare", path, path)

    assert done.returncode == 2
    assert told in done.stderr
    assert "--json-file" in done.stderr


def test_a_wrong_prefix_is_told_with_those_there_are(tmp_path: Path) -> None:
    stats_file = write_stock(tmp_path / "evening_stats.csv", 700)

    done = analysis("compare", tmp_path / "morning", stats_file)

    assert done.returncode == 2
    assert f"There are: {tmp_path / 'evening'}" in done.stderr


def test_times_that_print_as_0_meet_a_limit_and_show_no_change(tmp_path: Path) -> None:
    fast = dict.fromkeys(("50%", "66%", "75%", "80%", "90%", "98%", "99%", "99.9%", "99.99%", "100%"), 0)
    before, after = runs(tmp_path, "a", BEFORE), runs(tmp_path, "b", (0, 0, 0, 0), **fast)

    code, report, _ = compared(tmp_path, before, after, IMPROVED.format("at_most", 5))
    assert (code, report["objectives"][0]["observed"]) == (0, 0)
    code, report, _ = compared(tmp_path, after, before)
    assert (code, "a change can be told from" in report["reasons"][0]) == (3, True)


def test_times_that_print_as_0_pass_no_limit_that_the_slowest_may_exceed(tmp_path: Path) -> None:
    mostly = dict.fromkeys(("50%", "66%", "75%", "80%", "90%"), 0)
    before, after = runs(tmp_path, "a", BEFORE), runs(tmp_path, "b", (0, 9, 9, 9), **mostly)

    code, _, _ = compared(tmp_path, before, after, IMPROVED.format("at_most", 5))
    assert code == 3
