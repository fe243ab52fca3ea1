"""What the tab says of a run in each of its states, before and without a report."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from locustfiles.scoreboard import Scoreboard
from locustfiles.web_ui.view import entry, of_run
from tests.locustfiles.arguments import parsed
from tests.web_ui.rounds import WARM_UP, judged, rows

OBJECTIVE = {"name": "P95 latency", "arm": "optimized", "metric": "p95_ms", "at_most": 800}


def conductor(
    directory: Path, *words: str, state: str = "running", done: bool = False, code: int | None = None
) -> Any:
    """What the view reads of a conductor, whose run is stored in this directory."""
    board = Scoreboard(parsed(*words), host="https://shop.test", objectives=[OBJECTIVE])
    logbook = SimpleNamespace(
        run_id="a-run", manifest={"state": state}, directory=SimpleNamespace(path=directory)
    )
    return SimpleNamespace(board=board, logbook=logbook, done=done, exit_code=code)


def play(run: Any, rounds: int) -> None:
    first, *_, last = run.board.settings.arms
    for number in range(1, rounds + 1):
        played = rows(**{first: [1000.0 + number] * 20, last: [400.0 - number] * 20})
        run.board.round_done(judged(number), played)


@pytest.mark.parametrize(
    ("words", "facts", "headline"),
    [
        ((), {}, "Waiting for workers and users"),
        ((), {"state": "complete"}, "All rounds are stored; the report is being written"),
        (
            (),
            {"state": "interrupted", "done": True},
            "Stopped after 0 judged rounds: they are stored, and not judged",
        ),
        (
            (),
            {"state": "complete", "done": True, "code": 70},
            "No report could be made: Locust's log says why",
        ),
        (
            ("--calibrate",),
            {"state": "complete", "done": True, "code": 0},
            "Calibrated: the noise floor is stored in results/noise-floor.json",
        ),
        (
            ("--calibrate",),
            {"state": "complete", "done": True, "code": 4},
            "No report could be made: Locust's log says why",
        ),
    ],
)
def test_each_state_has_its_headline(
    tmp_path: Path, words: tuple[str, ...], facts: dict[str, Any], headline: str
) -> None:
    assert of_run(conductor(tmp_path, *words, **facts)).headline == headline


def test_the_headline_of_a_running_round_names_arm_and_requests(tmp_path: Path) -> None:
    run = conductor(tmp_path)
    run.board.block_started(WARM_UP, "baseline")
    assert of_run(run).headline == "Warm-up: baseline, 0 of 100 requests"
    run.board.block_started(judged(4), "optimized")
    run.board.requests_done = 57

    assert of_run(run).headline == "Round 4 of at most 30: optimized, 57 of 100 requests"
    assert "The verdict may next end the run after round 6" in of_run(run).notes


def test_with_a_fixed_number_of_rounds_no_look_is_announced(tmp_path: Path) -> None:
    run = conductor(tmp_path, "--rounds", "9")
    run.board.block_started(judged(4), "optimized")

    assert of_run(run).headline.startswith("Round 4 of 9: ")
    assert not any("may next end" in note for note in of_run(run).notes)


def test_the_standing_at_the_last_look_takes_the_place_of_the_one_so_far(tmp_path: Path) -> None:
    run = conductor(tmp_path)
    play(run, 3)
    assert of_run(run).objectives[0].standing == "met so far"
    play(run, 6)
    look = {"rounds": 6, "settled": False, "reason": "too wide"}
    run.board.looked({**look, "objectives": [{"name": "P95 latency", "verdict": "inconclusive"}]})

    assert of_run(run).objectives[0].standing == "inconclusive after round 6"
    assert "After round 6: too wide" in of_run(run).notes


def test_the_last_twenty_rounds_are_shown_newest_first(tmp_path: Path) -> None:
    run = conductor(tmp_path)
    play(run, 25)
    shown = of_run(run)

    assert [row.number for row in shown.rounds] == list(range(25, 5, -1))
    assert shown.rounds_left_out == 5
    assert max(bar for row in shown.rounds for bar in row.bars) == 100
    assert shown.rounds[0].cells == ["1,025 ms", "375 ms"]
    assert shown.rounds[0].change == "-63.4 %"


def test_a_round_whose_p95_failed_has_a_full_bar_and_no_change(tmp_path: Path) -> None:
    run = conductor(tmp_path)
    play(run, 1)
    run.board.round_done(judged(2), rows(baseline=[None] * 20, optimized=[100.0] * 20))
    newest, *_ = of_run(run).rounds

    assert newest.cells == ["beyond every limit", "100 ms"]
    assert newest.bars[0] == 100
    assert newest.change == "-"
    assert newest.failures == 20


def test_an_arm_alone_has_figures_and_no_change(tmp_path: Path) -> None:
    run = conductor(tmp_path, "--arms", "optimized")
    run.board.round_done(judged(1), rows(optimized=[100.0] * 20))
    p95 = next(row for row in of_run(run).figures if row.label == "P95")

    assert (p95.cells, p95.change, p95.interval) == (["100 ms"], "-", "")


def test_a_report_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    run = conductor(tmp_path, state="complete", done=True, code=0)
    for place, verdict in enumerate(("inconclusive", "passed")):
        report = {"verdict": verdict, "reasons": ["because"], "arms": {}, "comparisons": [], "objectives": []}
        path = tmp_path / "comparison_report.json"
        path.write_text(json.dumps(report))
        stamp = path.stat().st_mtime_ns + place
        os.utime(path, ns=(stamp, stamp))

        assert entry(run)["standing"] == verdict
        assert of_run(run).headline == "because"
