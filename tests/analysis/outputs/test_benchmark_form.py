"""The JSON of github-action-benchmark."""

import json
from pathlib import Path

from analysis.benchmark import bigger_is_better, smaller_is_better
from tests.analysis.outputs.reports import hostile_report, report
from tests.analysis.synthetic import analysis, fail, measured, write_run


def test_both_files_have_the_form_that_the_action_reads(tmp_path: Path) -> None:
    run = write_run(tmp_path)

    done = analysis("report", run, "--format", "benchmark")

    assert done.returncode == 0, done.stderr
    for direction in ("smaller", "bigger"):
        entries = json.loads((run / f"benchmark_{direction}_is_better.json").read_text())
        assert entries
        for entry in entries:
            assert set(entry) <= {"name", "unit", "value", "range", "extra"}
            assert isinstance(entry["value"], int | float)
            assert {type(entry[key]) for key in ("name", "unit")} == {str}
    assert not done.stdout


def test_latencies_are_smaller_is_better_and_throughput_bigger(tmp_path: Path) -> None:
    found = report(tmp_path)

    smaller = {entry["name"]: entry for entry in smaller_is_better(found)}
    bigger = {entry["name"]: entry for entry in bigger_is_better(found)}

    p95 = smaller["optimized P95"]
    assert round(found.arms["optimized"].latency_ms.p95 or 0, 3) == round(p95["value"], 3)
    assert p95["unit"] == "ms"
    assert p95["range"].startswith("[")
    assert smaller["optimized failed requests"]["value"] == 0
    assert bigger["optimized throughput"]["unit"] == "requests/s"
    assert 50 < bigger["optimized P95 improvement on baseline"]["value"] < 60


def test_names_are_the_same_from_run_to_run(tmp_path: Path) -> None:
    one, other = report(tmp_path / "one"), report(tmp_path / "other", measured(rounds=12, seed=5))

    assert [entry["name"] for entry in smaller_is_better(one)] == [
        entry["name"] for entry in smaller_is_better(other)
    ]


def test_a_figure_without_a_number_is_left_out(tmp_path: Path) -> None:
    rows = measured()
    rows["optimized"] = fail(rows["optimized"], share=0.2)

    names = [entry["name"] for entry in smaller_is_better(report(tmp_path, rows))]

    assert "optimized P95" not in names
    assert "baseline P95" in names


def test_hostile_texts_are_json(tmp_path: Path) -> None:
    entries = smaller_is_better(hostile_report(tmp_path))

    assert "\x00" not in json.dumps(entries)
