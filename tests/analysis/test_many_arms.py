"""Runs of three to ten arms: intervals that hold together, checks, and every output."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from analysis.cli import main
from tests.analysis.synthetic import SLA, Rows, analysis, fail, manifest, measured, write_run
from tests.analysis.synthetic_loads import TEN_ARMS, latin_orders, many_arms

THREE = ("baseline", "optimized", "http2")
ORDER = "the order of the arms does not matter"
PROTOCOL = "every arm spoke its protocol"


def report(directory: Path, rows: Rows, **changes: Any) -> Any:
    changes = {"block_order": latin_orders(len(rows), 30), **changes}
    main(["report", str(write_run(directory, rows, **changes)), "--format", "json"])
    return json.loads((directory / "comparison_report.json").read_text())


def check(name: str, result: Any) -> Any:
    return next((row for row in result["validity"] if row["check"] == name), None)


def test_every_comparison_is_with_the_first_arm_and_all_hold_together(tmp_path: Path) -> None:
    result = report(tmp_path, many_arms(THREE, rounds=9))

    assert [(row["arm"], row["against"]) for row in result["comparisons"]] == [
        ("optimized", "baseline"),
        ("http2", "baseline"),
    ]
    kinds = ("p50", "p90", "p95", "p99", "mean", "throughput", "failure_ratio")
    assert {row[kind]["confidence"] for row in result["comparisons"] for kind in kinds} == {0.975}


def test_an_arm_more_widens_the_intervals_of_the_others_but_not_the_objectives(tmp_path: Path) -> None:
    rows = many_arms(THREE, rounds=9)
    three = report(tmp_path / "three", rows)
    two = report(tmp_path / "two", {arm: rows[arm] for arm in THREE[:2]})

    def width(result: Any) -> float:
        low, high = result["comparisons"][0]["p95"]["interval"]
        return float(high - low)

    assert width(three) > 1.05 * width(two)
    assert three["comparisons"][0]["p95"]["change_ratio"] == two["comparisons"][0]["p95"]["change_ratio"]
    # All objectives must pass, so each is judged at the full level whatever else is played.
    assert three["objectives"] == two["objectives"]


def test_objectives_name_any_arm(tmp_path: Path) -> None:
    sla = [
        {"name": "http2", "arm": "http2", "metric": "p95_ms", "improvement_at_least": 0.1},
        {"name": "optimized", "arm": "optimized", "metric": "p95_ms", "improvement_at_least": 0.5},
        {"name": "limit", "arm": "baseline", "metric": "p50_ms", "at_most": 600},
    ]

    result = report(tmp_path, many_arms(THREE, rounds=9), objectives=sla)

    assert [row["verdict"] for row in result["objectives"]] == ["passed", "failed", "passed"]


def test_the_run_settles_when_every_objective_of_every_arm_does(tmp_path: Path) -> None:
    rows = many_arms(THREE, rounds=6)
    sla = [{"name": arm, "arm": arm, "metric": "p95_ms", "improvement_at_least": 0.0} for arm in THREE[1:]]
    settled = analysis("settle", write_run(tmp_path / "a", rows, objectives=sla))
    sla[1]["improvement_at_least"] = 0.23
    unsettled = analysis("settle", write_run(tmp_path / "b", rows, objectives=sla))

    assert json.loads(settled.stdout)["settled"] is True
    assert json.loads(unsettled.stdout)["settled"] is False
    assert "http2" in json.loads(unsettled.stdout)["reason"]


def test_a_floor_is_measured_of_two_arms_only(tmp_path: Path) -> None:
    done = analysis("calibrate", write_run(tmp_path, many_arms(THREE)), "--output", tmp_path / "floor.json")

    assert done.returncode == 2
    assert "expected an arm against itself" in done.stderr


def test_places_in_a_latin_square_are_compared(tmp_path: Path) -> None:
    rows, orders = many_arms(THREE, rounds=9), latin_orders(3, 9)
    quiet = report(tmp_path / "quiet", rows)
    for letter, frame in zip("ABC", rows.values(), strict=True):
        first = frame["round"].map(lambda number, letter=letter: orders[number - 1].startswith(letter))
        frame.loc[first, "latency_ms"] *= 1.3

    loud = report(tmp_path / "loud", rows)

    assert check(ORDER, quiet)["passed"] is True
    assert check(ORDER, loud)["passed"] is None
    assert "higher in place 1 of a round" in check(ORDER, loud)["message"]
    assert check(ORDER, loud)["observed"] == pytest.approx(0.3, abs=0.1)


def test_the_arm_whose_requests_differ_is_named(tmp_path: Path) -> None:
    rows = many_arms(THREE)
    arms = [{"name": arm, "asked_sha256": ("b" if arm == "http2" else "a") * 64} for arm in THREE]

    result = report(tmp_path, rows, arms=arms)

    assert result["verdict"] == "invalid"
    assert "differ: http2 from baseline" in check("the arms asked for the same", result)["message"]


def test_an_endpoint_of_one_of_many_arms_and_another_load_are_refused(tmp_path: Path) -> None:
    rows = many_arms(THREE)
    rows["http2"].loc[rows["http2"]["name"] == "GET /items", "name"] = "GET /other"
    users = {"baseline": 20, "optimized": 20, "http2": 19}

    result = report(tmp_path, rows, workers=[{"id": "w1", "users": users}])

    assert "GET /other only by http2" in check("the arms called the same endpoints", result)["message"]
    assert check("the arms had the same load", result)["passed"] is False


@pytest.mark.parametrize(
    ("spoken", "passed"),
    [({"HTTP/2": 600}, True), ({"HTTP/2": 597, "HTTP/1.1": 3}, False), ({"": 600}, None), ({}, None)],
)
def test_an_arm_that_is_meant_to_speak_a_protocol_must_have_spoken_it(
    tmp_path: Path, spoken: dict[str, int], passed: bool | None
) -> None:
    rows = many_arms(THREE)
    arms = [{"name": arm} for arm in THREE[:2]]
    arms.append({"name": "http2", "expected_protocol": "HTTP/2", "protocols": spoken})  # type: ignore[dict-item]

    result = report(tmp_path, rows, arms=arms)

    assert check(PROTOCOL, result)["passed"] is passed
    assert result["arms"]["http2"]["protocols"] == {name: n for name, n in spoken.items() if name}
    if passed is False:
        assert result["verdict"] == "invalid"
        assert "3 in HTTP/1.1" in result["reasons"][0]


def test_rows_tell_the_protocol_where_the_manifest_does_not(tmp_path: Path) -> None:
    rows = many_arms(THREE)
    for arm, frame in rows.items():
        frame["protocol"] = "HTTP/2" if arm == "http2" else "HTTP/1.1"
    rows["http2"].loc[0, ["protocol", "error", "status"]] = ["", "reset", ""]
    arms = [{"name": arm, "expected_protocol": "HTTP/2" if arm == "http2" else None} for arm in THREE]

    result = report(tmp_path, rows, arms=arms)

    assert result["arms"]["http2"]["protocols"] == {"HTTP/2": 599}
    assert result["arms"]["baseline"]["protocols"] == {"HTTP/1.1": 600}
    assert check(PROTOCOL, result)["passed"] is True


def test_without_a_stated_protocol_there_is_no_such_check(tmp_path: Path) -> None:
    assert check(PROTOCOL, report(tmp_path, measured())) is None


@pytest.mark.parametrize("names", [THREE, TEN_ARMS], ids=["three", "ten"])
def test_the_terminal_has_a_row_per_arm_within_80_columns(tmp_path: Path, names: tuple[str, ...]) -> None:
    rows = many_arms(names, rounds=12)
    rows[names[-1]] = fail(rows[names[-1]], share=0.01)

    done = analysis("report", write_run(tmp_path, rows, block_order=latin_orders(len(names), 12)))

    lines = done.stdout.splitlines()[:-1]  # but for the path of the report
    assert max(cell_len(line.rstrip()) for line in lines) <= 80
    starts = [next(place for place, line in enumerate(lines) if line.startswith(name[:19])) for name in names]
    assert starts == sorted(starts)
    assert "[" not in lines[starts[0]]
    assert all("[" in lines[place] for place in starts[1:])
    assert "optimized P95 " in lines[-2] + lines[-1]


@pytest.mark.parametrize("names", [THREE, TEN_ARMS], ids=["three", "ten"])
def test_every_format_has_every_arm(tmp_path: Path, names: tuple[str, ...]) -> None:
    run = write_run(tmp_path, many_arms(names, rounds=9), block_order=latin_orders(len(names), 9))

    analysis(
        "report",
        run,
        *(word for name in ("html", "markdown", "junit", "benchmark") for word in ("--format", name)),
    )

    page, text = ((run / f"comparison_report.{suffix}").read_text() for suffix in ("html", "md"))
    entries = json.loads((run / "benchmark_bigger_is_better.json").read_text())
    for name in names:
        assert f">{name}</span>" in page
        assert f"| `{name}` |" in text
    improvements = [row["name"] for row in entries if "improvement" in row["name"]]
    assert improvements == [f"{name} P95 improvement on baseline" for name in names[1:]]
    assert 'id="comparison-title"' in page
    assert (run / "junit.xml").read_text().count('classname="swarmgate.objectives"') == len(SLA)


def test_the_history_of_many_arms_fits_into_80_columns(tmp_path: Path) -> None:
    analysis("report", write_run(tmp_path / "ten", many_arms(rounds=9)), "--format", "json")
    analysis("report", write_run(tmp_path / "two", measured()), "--format", "json")

    done = analysis("history", tmp_path, "--svg", tmp_path / "history.svg")

    assert done.returncode == 0
    assert max(cell_len(line.rstrip()) for line in done.stdout.splitlines()) <= 80
    assert done.stdout.count("without_compression") == 2
    assert "without_compression" in (tmp_path / "history.svg").read_text()


@pytest.mark.parametrize("names", [THREE, TEN_ARMS], ids=["three", "ten"])
def test_a_run_of_many_arms_looks_back_in_every_format(tmp_path: Path, names: tuple[str, ...]) -> None:
    old = write_run(tmp_path / "old", many_arms(names, seed=2), id="old")
    analysis("report", old, "--format", "json")
    new = write_run(tmp_path / "new", many_arms(names), id="new")

    done = analysis("report", new, "--against", old)

    assert "since old" in done.stdout
    for name in names:
        assert f"{name} P95"[:20] in done.stdout
    text, page = ((new / f"comparison_report.{suffix}").read_text() for suffix in ("md", "html"))
    assert "### Since `old`" in text
    assert '<h2 id="since">Since old</h2>' in page
    assert text.count("| P95 |") >= len(names)
    assert len(json.loads((new / "comparison_report.json").read_text())["since"]["figures"]) == 6 * len(names)


def test_the_command_that_repeats_a_run_names_all_arms(tmp_path: Path) -> None:
    rows = many_arms(THREE)

    result = report(tmp_path, rows, command=["locust"], arms=manifest(rows)["arms"])

    assert "--arms=baseline,optimized,http2" in result["run"]["repeat"]
