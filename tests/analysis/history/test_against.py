"""`report --against OLD_REPORT`: what changed since another day."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from analysis.cli import main
from analysis.report_file import report_schema
from tests.analysis.history.stored import NAME, change, content, store
from tests.analysis.synthetic import SLA, analysis


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return store(tmp_path, "20231114-old", optimized_ms=460.0, users=10)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return store(tmp_path, "20231121-new", day=7, optimized_ms=215.0)


def since(directory: Path) -> Any:
    return content(directory)["since"]


def test_every_figure_of_every_arm_is_compared_by_name(old: Path, new: Path) -> None:
    before, now = content(old), content(new)
    main(["report", str(new), "--against", str(old / NAME)])

    found = {(row["arm"], row["metric"]): row for row in since(new)["figures"]}
    assert len(found) == 12
    for (arm, metric), row in found.items():
        name = metric.removesuffix("_ms")
        then, today = (
            report["arms"][arm]["latency_ms"].get(name, report["arms"][arm].get(metric))
            for report in (before, now)
        )
        assert (row["before"], row["now"]) == (then, today)
        expected = today - then if metric == "failure_ratio" else today / then - 1
        assert row["change_ratio"] == pytest.approx(expected)
    assert found["optimized", "p95_ms"]["change_ratio"] == pytest.approx(215 / 460 - 1, abs=0.1)


def test_it_warns_that_other_days_are_other_weather_and_names_what_else_differs(old: Path, new: Path) -> None:
    done = analysis("report", new, "--against", old)

    assert "other days are other weather" in done.stderr
    assert "the runs differ in users" in done.stderr
    (warning,) = [row for row in content(new)["warnings"] if row["code"] == "other-weather"]
    assert "20231114-old" in warning["message"]


def test_the_verdict_and_the_exit_code_stay_what_they_are(old: Path, new: Path) -> None:
    alone = analysis("report", new)
    verdict = content(new)["verdict"]
    beside = analysis("report", new, "--against", old)

    assert beside.returncode == alone.returncode
    assert content(new)["verdict"] == verdict


def test_the_terminal_shows_then_now_and_change(old: Path, new: Path) -> None:
    shown = analysis("report", new, "--against", old).stdout

    assert f"since 20231114-old, 2023-11-14 22:13 ({content(old)['verdict']}):" in shown
    row = next(line for line in shown.splitlines() if line.startswith("  optimized P95"))
    change_ratio = next(
        each["change_ratio"]
        for each in since(new)["figures"]
        if (each["arm"], each["metric"]) == ("optimized", "p95_ms")
    )
    assert f"{100 * change_ratio:+.1f} %" in row
    assert max(len(line) for line in shown.splitlines() if not line.startswith("Report: ")) <= 80


def test_objectives_are_matched_by_name(tmp_path: Path) -> None:
    old = store(tmp_path, "20231114-quick")
    objectives = [{**SLA[0], "at_most": 10}, {**SLA[1], "name": "another"}]
    new = store(tmp_path, "20231121-strict", day=7, objectives=objectives)
    shown = analysis("report", new, "--against", old).stdout

    (row,) = since(new)["objectives"]
    before = next(each["verdict"] for each in content(old)["objectives"] if each["name"] == "P95 latency")
    assert row == {"name": "P95 latency", "before": before, "now": "failed"}
    assert before != "failed"
    assert any(line.split()[:2] == ["P95", "latency"] and "failed" in line for line in shown.splitlines())
    (warning,) = [row for row in content(new)["warnings"] if row["code"] == "other-weather"]
    assert "objectives" in warning["message"]


def test_a_report_against_itself_shows_no_change(new: Path) -> None:
    assert main(["report", str(new), "--against", str(new / NAME)]) in {0, 1, 3, 4}

    assert {row["change_ratio"] for row in since(new)["figures"]} == {0.0}


def test_arms_that_only_one_run_has_are_left_out_and_told(new: Path, tmp_path: Path) -> None:
    alone = store(tmp_path, "20231114-alone")
    change(alone, arms={"baseline": content(alone)["arms"]["baseline"]})
    main(["report", str(new), "--against", str(alone)])

    assert {row["arm"] for row in since(new)["figures"]} == {"baseline"}
    (warning,) = [row for row in content(new)["warnings"] if row["code"] == "other-weather"]
    assert "arms" in warning["message"]


def test_a_figure_that_one_report_lacks_has_no_change(old: Path, new: Path) -> None:
    arms = content(old)["arms"]
    arms["optimized"]["latency_ms"]["p95"] = None
    change(old, arms=arms)
    main(["report", str(new), "--against", str(old)])

    (row,) = [r for r in since(new)["figures"] if (r["arm"], r["metric"]) == ("optimized", "p95_ms")]
    assert row["before"] is None
    assert row["change_ratio"] is None


def test_the_report_still_follows_the_schema(old: Path, new: Path) -> None:
    main(["report", str(new), "--against", str(old)])

    Draft202012Validator(report_schema()).validate(content(new))


def test_without_it_nothing_is_compared(new: Path) -> None:
    assert since(new) is None


@pytest.mark.parametrize("kind", ["missing", "directory without a report", "no report", "other version"])
def test_an_old_report_that_cannot_be_read_is_refused_and_replaces_nothing(
    new: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    before = (new / NAME).read_bytes()
    stored = tmp_path / "stored.json"
    if kind == "no report":
        stored.write_text(json.dumps({"schema_version": "1.0"}))
    elif kind == "other version":
        stored.write_text(json.dumps({"schema_version": "3.1"}))
    elif kind == "directory without a report":
        stored.mkdir()
    capsys.readouterr()

    assert main(["report", str(new), "--against", str(stored)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"error: {stored}")
    assert said.err.count("\n") == 1
    assert (new / NAME).read_bytes() == before
