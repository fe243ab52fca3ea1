"""The details of a report: computed once, and in agreement with its figures."""

from pathlib import Path

import numpy as np
import pytest

from analysis.report_details import Details
from tests.analysis.outputs.reports import report, report_of
from tests.analysis.synthetic import analysis, fail, measured, write_run, write_run_without_rows


def test_contributions_sum_to_the_change_of_the_mean_and_their_ratios_to_one(tmp_path: Path) -> None:
    rows = measured()
    rows["optimized"] = fail(rows["optimized"], share=0.1)

    found = report(tmp_path, rows)

    parts = [endpoint.contribution_ms for endpoint in found.endpoints]
    ratios = [endpoint.contribution_ratio for endpoint in found.endpoints]
    means = [arm.latency_ms.mean for arm in found.arms.values()]
    assert None not in parts
    assert None not in means
    assert sum(part or 0 for part in parts) == pytest.approx((means[1] or 0) - (means[0] or 0))
    assert sum(ratio or 0 for ratio in ratios) == pytest.approx(1)


def test_an_endpoint_that_alone_changed_contributes_all_of_the_change(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 300.0, "optimized": 300.0})
    rows["optimized"]["latency_ms"] = rows["baseline"]["latency_ms"]
    slower = rows["optimized"]["name"] == "POST /orders"
    rows["optimized"].loc[slower, "latency_ms"] += 100

    found = {endpoint.endpoint: endpoint for endpoint in report(tmp_path, rows).endpoints}

    assert found["POST /orders"].contribution_ratio == pytest.approx(1)
    assert found["POST /orders"].contribution_ms == pytest.approx(100 * slower.mean())
    assert found["GET /items"].contribution_ms == pytest.approx(0)


def test_a_run_of_one_arm_has_neither_contributions_nor_a_shift(tmp_path: Path) -> None:
    found = report(tmp_path, measured(medians_ms={"optimized": 200.0}))

    assert {endpoint.contribution_ms for endpoint in found.endpoints} == {None}
    assert found.details.quantile_shift == []
    assert list(found.details.distribution) == ["optimized"]


def test_the_shift_of_p95_is_that_of_the_comparison(tmp_path: Path) -> None:
    found = report(tmp_path)

    shift = {row.quantile: row for row in found.details.quantile_shift}
    p95 = found.comparisons[0].p95
    assert (shift[0.95].change_ratio, shift[0.95].interval) == (p95.paired_change_ratio, p95.interval)
    assert (shift[0.95].baseline_ms, shift[0.95].arm_ms) == (p95.baseline_ms, p95.arm_ms)


@pytest.mark.parametrize(("rounds", "known"), [(6, False), (60, True)])
def test_p999_has_an_interval_only_where_rounds_together_hold_one(
    tmp_path: Path, rounds: int, known: bool
) -> None:
    found = report(tmp_path, measured(rounds=rounds))

    last = found.details.quantile_shift[-1]
    assert last.quantile == 0.999
    assert last.change_ratio is not None
    assert (last.interval is not None) == known


def test_the_distribution_never_falls_and_ends_at_the_share_that_was_answered(tmp_path: Path) -> None:
    rows = measured(rounds=8)
    rows["optimized"] = fail(rows["optimized"], share=0.2)

    found = report(tmp_path, rows)

    curve = found.details.distribution["optimized"]
    assert np.all(np.diff(curve.latency_ms) >= 0)
    assert np.all(np.diff(curve.shares) > 0)
    answered = 1 - (found.arms["optimized"].failure_ratio or 0)
    assert answered - 0.02 < curve.shares[-1] <= answered
    assert curve.latency_ms[-1] <= (found.arms["optimized"].latency_ms.max or 0)


def test_the_slices_of_the_timeline_hold_every_request_once_in_order_of_time(tmp_path: Path) -> None:
    rows = measured(rounds=6, requests=130)
    rows["baseline"] = fail(rows["baseline"], share=0.05)

    found = report(tmp_path, rows)

    slices = found.details.timeline
    for arm in found.arms:
        own = [part for part in slices if part.arm == arm]
        assert sum(part.requests for part in own) == found.arms[arm].requests
        assert sum(part.failures for part in own) == found.arms[arm].failures
        assert min(part.requests for part in own) >= 25
    starts = [part.started_s for part in slices]
    assert starts == sorted(starts)
    assert starts[0] == 0


def test_a_very_long_run_has_no_more_slices_than_a_picture_has_room_for(tmp_path: Path) -> None:
    found = report(tmp_path, measured(rounds=300, requests=10))

    assert len(found.details.timeline) <= 240
    assert sum(part.requests for part in found.details.timeline) == 2 * 3000


def test_errors_are_grouped_by_arm_endpoint_and_text_the_most_frequent_first(tmp_path: Path) -> None:
    rows = measured()
    frame = rows["optimized"]
    items = frame.index[frame["name"] == "GET /items"]
    frame.loc[items[:5], ["status", "error"]] = ["503", "HTTPError: 503"]
    frame.loc[items[5:7], ["status", "error"]] = ["", "timeout"]

    found = report(tmp_path, rows).details

    assert [(row.arm, row.endpoint, row.error, row.requests) for row in found.errors] == [
        ("optimized", "GET /items", "HTTPError: 503", 5),
        ("optimized", "GET /items", "timeout", 2),
    ]
    assert found.errors_left_out == 0


def test_errors_beyond_the_most_frequent_fifty_are_counted(tmp_path: Path) -> None:
    rows = measured()
    frame = rows["optimized"]
    frame.loc[frame.index[:70], "error"] = [f"error {number}" for number in range(70)]

    found = report(tmp_path, rows).details

    assert len(found.errors) == 50
    assert found.errors_left_out == 20


def test_a_run_without_rows_has_locusts_errors_and_its_blocks_as_slices(tmp_path: Path) -> None:
    rows = measured(rounds=6)
    blocks = [
        {
            "round": number,
            "arm": arm,
            "state": "kept",
            "requests": 100,
            "started_at": 1000.0 + 2 * number + turn,
        }
        for number in range(1, 7)
        for turn, arm in enumerate(rows)
    ]
    run = write_run_without_rows(tmp_path / "run", rows, blocks=blocks)
    failures = 'Method,Name,Error,Occurrences\nGET,/items,"HTTPError: ""503""",4\n'
    (run / "optimized_failures.csv").write_text(failures)

    found = report_of(run).details

    assert len(found.timeline) == 12
    assert {part.requests for part in found.timeline} == {100}
    assert [(row.endpoint, row.error, row.requests) for row in found.errors] == [
        ("GET /items", 'HTTPError: "503"', 4)
    ]


def test_a_run_without_any_times_has_no_timeline(tmp_path: Path) -> None:
    run = write_run_without_rows(tmp_path / "run", measured())

    assert report_of(run).details.timeline == []


def test_a_damaged_failures_file_is_named_with_its_row(tmp_path: Path) -> None:
    run = write_run_without_rows(tmp_path / "run", measured())
    (run / "baseline_failures.csv").write_text("Method,Name,Error,Occurrences\nGET,/items,timeout,many\n")

    done = analysis("report", run)

    assert done.returncode == 2
    assert "baseline_failures.csv:2: Occurrences is 'many'; expected a whole number" in done.stderr


def test_a_run_that_measured_nothing_has_no_details(tmp_path: Path) -> None:
    rows = {arm: frame.head(0) for arm, frame in measured().items()}

    assert report(tmp_path, rows, state="interrupted").details == Details()


def test_the_command_to_repeat_a_run_spells_out_what_the_manifest_says(tmp_path: Path) -> None:
    run = write_run(
        tmp_path,
        measured(rounds=12),
        command=["locust", "--headless"],
        host="https://shop.example",
        planned_looks=[6, 12, 20],
        rounds=20,
        lead_in=2,
        lead_out=False,
        request_timeout_s=2.5,
        seed=7,
    )

    words = report_of(run).run.repeat

    assert words[:2] == ["locust", "--headless"]
    assert {
        "--host=https://shop.example",
        "--users=20",
        "--arms=baseline,optimized",
        "--rounds=auto",
        "--min-rounds=6",
        "--max-rounds=20",
        "--warmup-rounds=1",
        "--requests=100",
        "--lead-in=2",
        "--lead-out=off",
        "--request-timeout=2.5",
        "--rows=on",
        "--seed=7",
    } == set(words[2:])


def test_an_arm_that_played_against_itself_is_asked_for_twice(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 300.0, "baseline2": 300.0})
    arms = [{"name": arm, "user_class": "BaselineUser"} for arm in rows]

    found = report(tmp_path, rows, arms=arms, command=["locust"])

    assert "--arms=baseline,baseline" in found.run.repeat
