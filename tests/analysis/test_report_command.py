"""`python -m analysis report` as its users see it: exit codes, streams, files."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import cli, commands
from tests.analysis.synthetic import ROOT, SLA, analysis, constant, fail, measured, write_run


def stored(directory: Path) -> Any:
    return json.loads((directory / "comparison_report.json").read_text())


def test_a_met_sla_exits_0_and_stores_the_report(tmp_path: Path) -> None:
    run = write_run(tmp_path)

    done = analysis("report", run)

    assert done.returncode == 0, done.stderr
    assert stored(run)["verdict"] == "passed"
    assert re.search(
        r"^passed: P95 1,\d{3} -> 483\.3 ms, -5\d\.\d % \[-5\d\.\d, -5\d\.\d\]; SLA 800 ms met by",
        done.stdout,
        re.M,
    )
    assert str(run / "comparison_report.html") in done.stdout


@pytest.mark.parametrize(("output", "code"), [("nobody reads", 141), ("closed", 0)])
def test_without_a_reader_of_the_text_the_code_is_no_other_verdicts(
    tmp_path: Path, output: str, code: int
) -> None:
    command = [sys.executable, "-m", "analysis", "report", str(write_run(tmp_path))]
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        command if output == "nobody reads" else ["sh", "-c", 'exec "$@" >&-', "sh", *command],
        cwd=ROOT,
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(write_end)
    assert done.returncode == code, done.stderr
    assert stored(tmp_path)["verdict"] == "passed"


def test_the_baseline_alone_is_judged_by_the_absolute_objectives_and_fails(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 480.0})

    done = analysis("report", write_run(tmp_path, rows))

    assert done.returncode == 1, done.stderr
    names = [objective["name"] for objective in stored(tmp_path)["objectives"]]
    assert names == ["P95 latency", "No failed requests"]
    assert "'P95 latency' on optimized is applied to baseline" in done.stderr
    assert "'P95 no worse than baseline' is left out" in done.stderr


def test_an_open_question_exits_3_and_says_how_many_rounds_would_settle_it(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 215.0, "optimized": 214.0})

    done = analysis("report", write_run(tmp_path, rows))

    assert done.returncode == 3
    objective = stored(tmp_path)["objectives"][2]
    assert objective["verdict"] == "inconclusive"
    assert objective["more_rounds"] > 0
    assert "more rounds would settle it" in done.stdout


@pytest.mark.parametrize("state", ["running", "interrupted"])
def test_an_unfinished_run_exits_4_and_still_reports_its_finished_rounds(tmp_path: Path, state: str) -> None:
    done = analysis("report", write_run(tmp_path, state=state))

    assert done.returncode == 4
    assert f"the run is {state}" in done.stdout
    assert stored(tmp_path)["arms"]["optimized"]["requests"] == 600


def test_a_round_in_flight_is_left_out_of_an_unfinished_run(tmp_path: Path) -> None:
    rows = measured(rounds=3)
    rows["optimized"] = rows["optimized"][rows["optimized"]["round"] < 3]

    done = analysis("report", write_run(tmp_path, rows, state="interrupted"))

    assert done.returncode == 4
    assert stored(tmp_path)["run"]["rounds"] == 2


@pytest.mark.parametrize("written", ["header", "nothing"])
def test_a_run_that_finished_no_round_is_invalid_for_want_of_data(tmp_path: Path, written: str) -> None:
    rows = {arm: frame.head(0) for arm, frame in measured().items()}
    run = write_run(tmp_path, rows, state="interrupted")
    if written == "nothing":
        for file in run.glob("latency_*.csv"):
            file.unlink()

    done = analysis("report", run)

    assert done.returncode == 4, done.stderr
    assert "no data" in done.stdout
    assert stored(run)["arms"]["baseline"]["latency_ms"]["p95"] is None


def test_a_service_that_never_answers_fails(tmp_path: Path) -> None:
    rows = {arm: fail(frame, share=1.1) for arm, frame in measured().items()}

    done = analysis("report", write_run(tmp_path, rows))

    assert done.returncode == 1, done.stderr
    assert stored(tmp_path)["arms"]["optimized"]["latency_ms"]["p95"] is None


def test_fast_failures_do_not_improve_the_p95(tmp_path: Path) -> None:
    rows = measured()
    clean, failing = tmp_path / "clean", tmp_path / "failing"
    analysis("report", write_run(clean, rows))
    rows["optimized"] = fail(rows["optimized"], share=0.03)
    analysis("report", write_run(failing, rows))

    p95_ms = [stored(run)["arms"]["optimized"]["latency_ms"]["p95"] for run in (clean, failing)]

    assert p95_ms[1] > p95_ms[0]


def test_a_change_of_rounds_that_all_requests_contradict_is_warned_of(tmp_path: Path) -> None:
    rows = measured(rounds=30, sigma=0.2, medians_ms={"baseline": 300.0, "optimized": 300.0})
    objective = {"name": "x", "arm": "optimized", "metric": "p95_ms", "regression_at_most": 0.99}

    def warned() -> list[str]:
        cli.main(["report", str(write_run(tmp_path, rows, objectives=[objective]))])
        report = json.loads((tmp_path / "comparison_report.json").read_text())
        return [row["message"] for row in report["warnings"] if row["code"] == "two-changes"]

    assert warned() == []
    # P95 lies at the edge of a slow kind of requests, whose number in a block varies.
    for number, (arm, share) in enumerate((("baseline", 0.04), ("optimized", 0.08))):
        slow = np.random.default_rng(number).random(len(rows[arm])) < share
        rows[arm]["latency_ms"] *= np.where(slow, 5, 1)
    assert [message.partition(":")[0] for message in warned()] == ["x"]


def test_a_throughput_that_nothing_tells_is_not_called_a_failure(tmp_path: Path) -> None:
    rows = constant({"baseline": 100.0, "optimized": 0.0})
    rows["optimized"]["started_at"] = 1_700_000_000.0
    objective = {"name": "x", "arm": "optimized", "metric": "throughput_rps", "regression_at_most": 0.1}

    assert cli.main(["report", str(write_run(tmp_path, rows, objectives=[objective]))]) == 3
    (row,) = json.loads((tmp_path / "comparison_report.json").read_text())["objectives"]
    assert row["verdict"] == "inconclusive"
    assert "an arm has no figure that a change can be told from" in row["message"]


def test_a_quantile_that_chance_put_on_failed_requests_has_not_failed(tmp_path: Path) -> None:
    rows = measured()
    objectives = [
        {"name": "limit", "arm": "optimized", "metric": "p99_ms", "at_most": 4000},
        {"name": "no worse", "arm": "optimized", "metric": "p99_ms", "regression_at_most": 0},
    ]

    def verdicts(failed: int) -> list[str]:
        frame = rows["optimized"].copy()
        frame.loc[frame.index % (600 // failed) == 0, "error"] = "HTTPError: 500"
        cli.main(["report", str(write_run(tmp_path, {**rows, "optimized": frame}, objectives=objectives))])
        report = json.loads((tmp_path / "comparison_report.json").read_text())
        assert report["arms"]["optimized"]["latency_ms"]["p99"] is None
        return [row["verdict"] for row in report["objectives"]]

    assert verdicts(8) == ["inconclusive", "inconclusive"]  # where 6 of 600 may
    assert verdicts(60) == ["failed", "failed"]


def test_fewer_than_six_rounds_get_a_point_verdict_and_a_warning(tmp_path: Path) -> None:
    done = analysis("report", write_run(tmp_path, measured(rounds=1, requests=400)))

    assert done.returncode == 0, done.stderr
    assert "point estimates" in done.stderr
    report = stored(tmp_path)
    assert report["comparisons"][0]["p95"]["interval"] is None
    assert [objective["interval"] for objective in report["objectives"]] == [None, None, None]


@pytest.mark.parametrize(("p95_ms", "code"), [(799.999, 0), (800.0, 0), (800.001, 1)])
@pytest.mark.parametrize("rounds", [1, 6])
def test_the_limit_itself_is_met(tmp_path: Path, p95_ms: float, code: int, rounds: int) -> None:
    rows = constant({"baseline": 1000.0, "optimized": p95_ms}, rounds=rounds)

    assert analysis("report", write_run(tmp_path, rows)).returncode == code


def test_the_limit_is_met_by_the_request_at_the_rank(tmp_path: Path) -> None:
    rows = constant({"baseline": 1000.0, "optimized": 800.0}, rounds=1, requests=400)
    # Rank 380 of 400 is the P95: the 20 slowest may lie above the limit, the 21st may not.
    met, missed = tmp_path / "met", tmp_path / "missed"
    rows["optimized"].loc[:18, "latency_ms"] = 900.0
    assert analysis("report", write_run(met, rows)).returncode == 0
    rows["optimized"].loc[:19, "latency_ms"] = 900.0
    assert analysis("report", write_run(missed, rows)).returncode == 1


def test_an_optional_objective_warns_and_does_not_fail(tmp_path: Path) -> None:
    run = write_run(tmp_path, objectives=[SLA[0], {**SLA[0], "name": "Wish", "at_most": 1, "optional": True}])

    done = analysis("report", run)

    assert done.returncode == 0, done.stderr
    assert "Wish: P95 at most 1 ms: optimized has 483.3 ms" in done.stderr


def test_an_aa_run_applies_the_objectives_to_its_second_arm(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 215.0, "baseline2": 215.0})

    done = analysis("report", write_run(tmp_path, rows, objectives=SLA[:1]))

    assert done.returncode == 0, done.stderr
    assert "'P95 latency' on optimized is applied to baseline2" in done.stderr
    assert stored(tmp_path)["comparisons"][0]["arm"] == "baseline2"


def test_where_optimized_is_the_baseline_its_objectives_speak_of_the_last_arm(tmp_path: Path) -> None:
    rows = measured(medians_ms={"optimized": 215.0, "http2": 200.0})
    better = {"name": "better", "arm": "optimized", "metric": "p95_ms", "improvement_at_least": 0}

    done = analysis("report", write_run(tmp_path, rows, objectives=[*SLA[:1], better]))

    assert done.returncode == 0, done.stderr
    assert [row["arm"] for row in stored(tmp_path)["objectives"]] == ["http2", "http2"]
    assert "'better' on optimized is applied to http2" in done.stderr


def test_another_sla_replaces_the_one_of_the_run(tmp_path: Path) -> None:
    run, sla = write_run(tmp_path), tmp_path / "strict.toml"
    sla.write_text('[[objective]]\nname = "Fast"\narm = "optimized"\nmetric = "p50_ms"\nat_most = 10\n')

    assert analysis("report", run, "--sla", sla).returncode == 1


def test_json_goes_to_standard_output_and_warnings_do_not(tmp_path: Path) -> None:
    run = write_run(tmp_path)

    done = analysis("report", run, "--format", "json")

    assert json.loads(done.stdout) == stored(run)
    assert done.stderr.startswith("warning: ")


def test_formats_may_be_asked_for_together(tmp_path: Path) -> None:
    done = analysis("report", write_run(tmp_path), "--format", "json", "--format", "console")

    assert done.stdout.startswith("{")
    assert "passed: P95" in done.stdout


def test_another_output_directory_leaves_the_run_alone(tmp_path: Path) -> None:
    run, output = write_run(tmp_path / "run"), tmp_path / "new" / "output"
    before = sorted(run.iterdir())

    assert analysis("report", run, "--output", output).returncode == 0

    assert sorted(run.iterdir()) == before
    assert stored(output)["verdict"] == "passed"


def test_a_link_to_the_latest_run_is_followed(tmp_path: Path) -> None:
    run = write_run(tmp_path / "20260101")
    (tmp_path / "latest").symlink_to(run.name, target_is_directory=True)

    assert analysis("report", tmp_path / "latest").returncode == 0
    assert stored(run)["verdict"] == "passed"


def test_an_output_that_cannot_be_written_exits_2_with_one_message(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("")

    done = analysis("report", write_run(tmp_path / "run"), "--output", taken)

    assert done.returncode == 2
    assert "--output DIR" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [[], ["report"], ["guess"], ["report", "x", "--format", "pdf"], ["compare", "x"]]
)
def test_wrong_usage_exits_2(words: list[str]) -> None:
    assert analysis(*words).returncode == 2


@pytest.mark.parametrize(("debug", "traced"), [([], False), (["--debug"], True)])
def test_a_defect_exits_70_with_one_line_unless_the_traceback_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], debug: list[str], traced: bool
) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError("a bug\nin two lines")

    monkeypatch.setattr(commands, "run", broken)

    assert cli.main([*debug, "schema"]) == 70

    error = capsys.readouterr().err
    assert "defect in swarmgate: ZeroDivisionError: a bug in two lines" in error
    assert ("Traceback" in error) is traced
    assert traced or error.count("\n") == 1


def test_a_reader_that_goes_away_is_no_defect(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    command = f"'{sys.executable}' -m analysis report '{run}' --format json 2>&1 >&- | head -c 1 >&2"

    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert "Traceback" not in done.stderr


def test_a_terminal_without_utf_8_is_no_reason_to_fail(tmp_path: Path) -> None:
    done = analysis("report", write_run(tmp_path), PYTHONIOENCODING="ascii")

    assert done.returncode == 0, done.stderr


def test_wrong_usage_is_told_without_loading_pandas() -> None:
    code = "import sys, analysis.cli; assert 'pandas' not in sys.modules and 'pydantic' not in sys.modules"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_report_needs_no_slow_import(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    code = (
        "import sys; from analysis import cli; cli.main(['report', sys.argv[1], '--format', 'json']);"
        "assert not {'scipy.stats', 'matplotlib'} & sys.modules.keys()"
    )

    done = subprocess.run([sys.executable, "-c", code, str(run)], cwd=ROOT, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
