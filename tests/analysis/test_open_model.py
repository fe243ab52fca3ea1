"""The open model: latency from the intended start, service time from the send, and what limits validity."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.cli import main
from tests.analysis.synthetic import SLA, Rows, analysis, measured, write_run, write_run_without_rows
from tests.analysis.synthetic_loads import intended_starts, open_manifest, open_rows, played_open

SENT = "every arrival was sent"
KEPT = "the load kept to its schedule"
LOAD = "the arms had the same load"
RATE_RPS, COUNT, SERVICE_MS = 20.0, 200, 100.0
STALL_S = (4.0, 2.0)
P50_ONLY = [{"name": "P50", "arm": "optimized", "metric": "p50_ms", "at_most": 800}]


def rows_of(*, users: int = 100, service_ms: float = SERVICE_MS, **options: Any) -> Rows:
    """Six rounds of 10 s at 20 requests/s, the optimized arm a tenth faster."""

    def play(arm: str, number: int) -> pd.DataFrame:
        noise = np.random.default_rng([number, arm == "optimized"]).lognormal(0, 0.05, COUNT)
        times_ms = service_ms * noise * (0.9 if arm == "optimized" else 1.0)
        starts_s = intended_starts(COUNT, RATE_RPS)
        return played_open(starts_s, times_ms, users=users, **options)

    return open_rows(play)


def report(directory: Path, rows: Rows, *, users: int = 100, **changes: Any) -> Any:
    changes = {**open_manifest(rate_rps=RATE_RPS, users=users), "objectives": P50_ONLY, **changes}
    main(["report", str(write_run(directory, rows, **changes)), "--format", "json"])
    return json.loads((directory / "comparison_report.json").read_text())


def check(name: str, result: Any) -> Any:
    return next((row for row in result["validity"] if row["check"] == name), None)


def test_a_closed_run_has_no_service_times_and_no_arrivals(tmp_path: Path) -> None:
    main(["report", str(write_run(tmp_path)), "--format", "json"])
    result = json.loads((tmp_path / "comparison_report.json").read_text())

    assert result["run"]["load_model"] == "closed"
    assert result["run"]["arrivals"] is None
    assert {arm["service_time_ms"] for arm in result["arms"].values()} == {None}
    assert result["details"]["service_distribution"] == {}
    assert check(SENT, result) is None
    assert check(KEPT, result) is None


def test_an_unhurried_open_run_is_valid_and_says_what_arrived(tmp_path: Path) -> None:
    result = report(tmp_path, rows_of())

    assert result["verdict"] == "passed"
    assert result["run"]["arrivals"] == {
        "process": "constant",
        "rate_rps": 20.0,
        "planned": 2 * 6 * COUNT,
        "late": 0,
        "missed": 0,
        "achieved_ratio": 1.0,
    }
    assert check(SENT, result)["passed"] is True
    assert check(KEPT, result)["passed"] is True
    for arm in result["arms"].values():
        assert arm["service_time_ms"]["p95"] == pytest.approx(arm["latency_ms"]["p95"], abs=0.01)


def test_a_stall_is_in_the_latency_as_the_schedule_implies_and_hidden_from_the_service_time(
    tmp_path: Path,
) -> None:
    # Eight users: the stall holds eight requests, and the thirty-odd after them wait to be sent.
    rows = rows_of(users=8, stall=STALL_S)
    result = report(tmp_path, rows, users=8)

    # By hand: what arrives in the stall is answered when it ends, eight at a time, 90 ms each.
    arm = result["arms"]["optimized"]
    starts_s = intended_starts(COUNT, RATE_RPS)
    waits_s = np.clip(sum(STALL_S) - starts_s, 0, None) * (starts_s > STALL_S[0] - 0.09)
    order = np.cumsum(waits_s > 0) - 1
    turns = np.where(waits_s > 0, np.maximum(order // 8, 0), 0)
    implied_ms = 1000 * waits_s + 90.0 * np.where(waits_s > 0, turns, 1.0)
    assert arm["latency_ms"]["p95"] == pytest.approx(np.quantile(implied_ms, 0.95, method="higher"), rel=0.02)
    assert arm["latency_ms"]["p99"] == pytest.approx(np.quantile(implied_ms, 0.99, method="higher"), rel=0.02)
    assert arm["service_time_ms"]["p95"] < 0.35 * arm["latency_ms"]["p95"]


def test_the_seconds_of_a_block_end_with_its_last_answer(tmp_path: Path) -> None:
    result = report(tmp_path, rows_of(service_ms=500.0))

    # 200 requests, the first and the last 9.95 s apart, and then its answer.
    assert result["arms"]["baseline"]["throughput_rps"] == pytest.approx(COUNT / 10.45, rel=0.01)


def test_an_arrival_that_was_never_sent_makes_the_run_invalid(tmp_path: Path) -> None:
    rows = rows_of(users=4, stall=STALL_S, timeout_s=1.0)

    result = report(tmp_path, rows, users=4)

    assert result["verdict"] == "invalid"
    missed = sum(int(frame["error"].str.startswith("Missed:").sum()) for frame in rows.values())
    assert missed > 0
    assert result["run"]["arrivals"]["missed"] == missed
    assert check(SENT, result)["observed"] == missed
    assert "--in-flight" in check(SENT, result)["remedy"]


def test_a_generator_that_is_late_while_users_are_free_is_told_to_use_more_workers(tmp_path: Path) -> None:
    result = report(tmp_path, rows_of(late_ms=20.0))

    row = check(KEPT, result)
    assert row["passed"] is False
    assert "found a user free were sent 20 ms late" in row["message"]
    assert "--processes" in row["remedy"]
    assert result["run"]["arrivals"]["late"] == 2 * 6 * COUNT


def test_users_that_are_all_busy_are_told_apart_from_a_late_generator(tmp_path: Path) -> None:
    # Four users serve 40 requests of 100 ms a second; of 250 ms they serve 16, and 20 arrive.
    result = report(tmp_path, rows_of(users=4, service_ms=250.0), users=4)

    row = check(KEPT, result)
    assert row["passed"] is False
    assert "of its rate" in row["message"]
    assert "found all 4 users busy" in row["message"]
    assert "--in-flight" in row["remedy"]
    assert "--processes" not in row["remedy"]
    assert row["observed"] < 0.9


def test_arrivals_that_wait_for_a_user_are_worth_a_warning_while_the_rate_is_kept(tmp_path: Path) -> None:
    result = report(tmp_path, rows_of(users=6, stall=(4.0, 0.7)), users=6)

    row = check(KEPT, result)
    assert row["passed"] is None
    assert "busy and waited" in row["message"]


def test_what_loads_the_service_unmeasured_keeps_users_busy_too(tmp_path: Path) -> None:
    rows = rows_of(users=4, late_ms=20.0)
    run = write_run(tmp_path, rows, **open_manifest(rate_rps=RATE_RPS, users=4), objectives=P50_ONLY)
    alone = _kept(run)
    # As many again that are not judged, each of a second: no arrival ever finds a user free.
    beside = [
        frame.assign(arm=arm, part="lead_in", latency_ms=1000.0, service_time_ms=1000.0)
        for arm, frame in rows.items()
    ]
    pd.concat(beside).to_csv(run / "unmeasured.csv", index=False)

    busy = _kept(run)

    assert "found a user free" in alone["message"]
    assert "found a user free" not in busy["message"]


def _kept(run: Path) -> Any:
    main(["report", str(run), "--format", "json"])
    return check(KEPT, json.loads((run / "comparison_report.json").read_text()))


def blocks(rows: Rows, **arrivals: Any) -> list[dict[str, Any]]:
    told = {"planned": COUNT, "late": 1, "missed": 0, "target_rps": 20.0, "achieved_rps": 20.0, **arrivals}
    return [
        {"round": number, "arm": arm, "state": "kept", "requests": COUNT, "arrivals": told}
        for number in range(1, 7)
        for arm in rows
    ]


def test_the_manifest_tells_the_arrivals_where_it_has_them(tmp_path: Path) -> None:
    rows = rows_of()

    result = report(tmp_path, rows, blocks=blocks(rows, achieved_rps=19.0))

    assert result["run"]["arrivals"]["late"] == 12
    assert result["run"]["arrivals"]["achieved_ratio"] == 0.95
    assert check(KEPT, result)["passed"] is False


@pytest.mark.parametrize(
    ("delay_ms", "lag_ms", "passed"),
    [(0.5, None, True), (30.0, 0.5, None), (30.0, None, False), (30.0, 25.0, False)],
)
def test_without_rows_the_lag_of_the_generator_says_whose_delay_it_was(
    tmp_path: Path, delay_ms: float, lag_ms: float | None, passed: bool | None
) -> None:
    rows = rows_of()
    lag = (
        [{"worker": "w1", "lag_ms": {"p50": 0.1, "p95": lag_ms, "max": 9.0, "samples": 9}}] if lag_ms else []
    )
    told = blocks(rows, delay_ms={"p50": 0.1, "p95": delay_ms, "p99": delay_ms, "max": delay_ms})
    changes = {**open_manifest(rate_rps=RATE_RPS, users=100), "objectives": P50_ONLY, "blocks": told}
    run = write_run_without_rows(tmp_path / "off", rows, **changes, generator=lag)

    assert _kept(run)["passed"] is passed


def test_a_punctual_generator_is_no_excuse_for_a_rate_that_was_not_kept(tmp_path: Path) -> None:
    rows = rows_of()
    told = blocks(
        rows, achieved_rps=15.0, delay_ms={"p50": 900.0, "p95": 2000.0, "p99": 2500.0, "max": 3000.0}
    )
    lag = [{"worker": "w1", "lag_ms": {"p50": 0.1, "p95": 0.2, "max": 9.0, "samples": 9}}]
    changes = {**open_manifest(rate_rps=RATE_RPS, users=100), "objectives": P50_ONLY, "blocks": told}

    run = write_run_without_rows(tmp_path / "off", rows, **changes, generator=lag)

    assert _kept(run)["passed"] is False
    assert _kept(run)["observed"] == 0.75


def test_arms_that_were_sent_at_other_rates_had_another_load(tmp_path: Path) -> None:
    rows = rows_of()
    told = blocks(rows)
    for block in told:
        if block["arm"] == "optimized":
            block["arrivals"] = {**block["arrivals"], "target_rps": 21.0, "achieved_rps": 21.0}

    result = report(tmp_path, rows, blocks=told)

    assert check(LOAD, result)["passed"] is False
    assert "baseline 20 requests/s, optimized 21 requests/s" in check(LOAD, result)["message"]


STAGES = [
    {"name": "ramp | up", "kind": "ramp", "judged": False, "requests": 40, "duration_s": 2.0,
     "rate_rps": [1, 20], "users": None},
    {"name": "steady", "kind": "steady", "judged": True, "requests": COUNT, "duration_s": 10.0,
     "rate_rps": [20, 20], "users": None},
]  # fmt: skip


def staged(directory: Path) -> Path:
    """An open run with a ramp that is not judged, one of its 80 requests per arm and round failed."""
    rows = rows_of()
    run = write_run(directory, rows, **open_manifest(rate_rps=RATE_RPS, users=100), stages=STAGES)
    parts = []
    for arm, frame in rows.items():
        ramp = frame[frame.groupby("round").cumcount() < 40].copy()
        ramp["latency_ms"] = 500.0
        ramp.loc[ramp["request"] == 1, "error"] = "reset"
        parts.append(ramp.assign(arm=arm, part="stage:ramp | up"))
        parts.append(ramp.assign(arm=arm, part="stage:ramp | up", round=99))
        parts.append(ramp.assign(arm=arm, part="lead_out"))
    pd.concat(parts).to_csv(run / "unmeasured.csv", index=False)
    return run


def test_stages_are_shown_and_those_not_judged_have_figures_of_their_own(tmp_path: Path) -> None:
    done = analysis("report", staged(tmp_path))

    result = json.loads((tmp_path / "comparison_report.json").read_text())
    assert [stage["name"] for stage in result["run"]["stages"]] == ["ramp | up", "steady"]
    assert result["details"]["stages"] == [
        {"stage": "ramp | up", "arm": arm, "requests": 240, "failures": 1, "p50_ms": 500.0, "p95_ms": 500.0}
        for arm in ("baseline", "optimized")
    ]
    assert "ramp | up" in done.stdout
    assert "ramp \\| up" in (tmp_path / "comparison_report.md").read_text()
    assert '<h2 id="stages">' in (tmp_path / "comparison_report.html").read_text()


def test_a_file_of_unmeasured_rows_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    run = staged(tmp_path)
    with (run / "unmeasured.csv").open("a") as file:
        file.write("1,2\n")

    done = analysis("report", run)

    assert done.returncode == 2
    assert "unmeasured.csv" in done.stderr


def test_both_times_stand_side_by_side_in_every_output(tmp_path: Path) -> None:
    run = write_run(
        tmp_path,
        rows_of(users=10, stall=STALL_S),
        **open_manifest(rate_rps=RATE_RPS, users=10),
        objectives=SLA,
    )

    done = analysis("report", run)

    page, text = ((run / f"comparison_report.{suffix}").read_text() for suffix in ("html", "md"))
    for output in (done.stdout, page, text):
        assert "coordinated omission" in output.replace("\n", " ")
        assert "20 requests/s, constant" in output.replace("\n", " ")
    assert "latency from the intended start" in text
    assert 'id="service-title"' in page
    assert "at most 10 in flight" in done.stdout


def test_the_command_that_repeats_it_has_its_rate(tmp_path: Path) -> None:
    rate = report(tmp_path / "rate", rows_of(), command=["locust"])
    profile = report(tmp_path / "profile", rows_of(), command=["locust", "--load-profile", "ramps.toml"])

    assert {"--arrival-rate=20", "--arrivals=constant", "--in-flight=100"} <= set(rate["run"]["repeat"])
    assert "--load-profile=ramps.toml" in profile["run"]["repeat"]
    assert not [
        word for word in profile["run"]["repeat"] if word.startswith(("--arrival-rate", "--requests"))
    ]


def test_one_arm_in_the_open_model_is_judged_too(tmp_path: Path) -> None:
    rows = {"optimized": rows_of()["optimized"]}

    assert report(tmp_path, rows)["verdict"] == "passed"


def test_rows_without_an_answer_in_a_closed_run_are_as_before(tmp_path: Path) -> None:
    rows = {arm: frame.assign(protocol="") for arm, frame in measured().items()}

    main(["report", str(write_run(tmp_path, rows)), "--format", "json"])

    result = json.loads((tmp_path / "comparison_report.json").read_text())
    assert result["arms"]["baseline"]["protocols"] == {}
