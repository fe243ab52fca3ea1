"""More than two arms, on the terminal and in the tab."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from locustfiles.attribution import OPTIMIZATIONS
from locustfiles.options import Settings, settings
from locustfiles.progress import Progress
from locustfiles.scoreboard import Scoreboard
from locustfiles.web_ui.many_arms import of_report
from locustfiles.web_ui.view import of_run
from locustfiles.wording import contest, filled
from tests.locustfiles.arguments import parser
from tests.web_ui.rounds import judged, rows

THREE = ("--arms", "baseline,optimized,http2")
ALL = ("--attribute",)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CURSOR = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]|\r")


def chosen(*words: str) -> Settings:
    return settings(parser().parse_args(words), known_arms=dict.fromkeys(OPTIMIZATIONS, ""))


def latencies(board: Scoreboard, number: int) -> Mapping[str, list[Any]]:
    """The first arm at 1,000 ms, each other a tenth below the one before; one request fails at first."""
    arms = enumerate(board.settings.arms)
    return rows(
        **{
            arm: [1000.0 * 0.9**place + number] * 99 + [None] * (number == 1 and not place)
            for place, arm in arms
        }
    )


def shown(*words: str, terminal: bool, rounds: int = 4) -> list[str]:
    """All lines that the view writes while a run goes on."""
    screen = io.StringIO()
    console = Console(
        file=screen, force_terminal=terminal, width=80, height=24, highlight=False, _environ={"TERM": "xterm"}
    )
    progress = Progress(Scoreboard(chosen(*words), host="https://shop.test"), console=console)
    for number in range(1, rounds + 1):
        progress.block_started(judged(number), progress.board.settings.arms[-1])
        progress.round_done(judged(number), latencies(progress.board, number))
    progress.block_started(judged(rounds + 1), progress.board.settings.arms[-1])
    progress.close()
    return [line.rstrip() for line in CURSOR.sub("\n", COLOUR.sub("", screen.getvalue())).splitlines()]


def test_three_arms_stand_in_one_line_of_a_round() -> None:
    lines = shown(*THREE, terminal=False)
    assert lines[0] == (
        "swarmgate: optimized and http2 against baseline, 20 users at work, https://shop.test"
    )
    assert "round 4 of 30  P95 in ms: baseline 1,004  optimized 904  http2 814  0:00" in lines


@pytest.mark.parametrize("words", [THREE, ALL])
@pytest.mark.parametrize("terminal", [True, False])
def test_no_line_of_a_round_is_wider_than_80_columns(words: tuple[str, ...], terminal: bool) -> None:
    # The headline of a plain log is one line of whatever length, as it is for two arms.
    assert max(map(len, shown(*words, terminal=terminal)[not terminal :])) <= 80


def test_many_arms_stand_in_the_order_of_the_run_below_their_round() -> None:
    lines = shown(*ALL, terminal=False)
    start = next(
        place for place, line in enumerate(lines) if line.startswith("round 1 of 9  P95 in ms  1 failed")
    )
    named = re.findall(r"([a-z_0-9]+) [\d,]+", " ".join(lines[start + 1 : start + 3]))
    assert named == list(OPTIMIZATIONS)


def test_the_terminal_shows_every_arm_with_its_change_against_the_first() -> None:
    lines = shown(*ALL, terminal=True)
    assert any(re.fullmatch(r" +P50 +P95 +change of P95 +failed", line) for line in lines)
    assert any(re.fullmatch(r" baseline +1,00\d ms +1,00\d ms +1", line) for line in lines)
    assert any(re.fullmatch(r" without_pool +\d+ ms +\d+ ms +-5\d\.\d % \[.*\] %", line) for line in lines)


@pytest.mark.parametrize(
    ("arms", "words"),
    [
        (["optimized"], "optimized"),
        (["baseline", "optimized"], "optimized against baseline"),
        (["a", "b", "c"], "b and c against a"),
        (["a", "b", "c", "d"], "b, c and d against a"),
        (["a", "b", "c", "d", "e"], "4 arms against a"),
    ],
)
def test_who_plays_against_whom(arms: list[str], words: str) -> None:
    assert contest(arms) == words


def test_an_entry_wider_than_the_line_has_a_line_of_its_own() -> None:
    assert filled(["aaaa", "bb", "cccccccccc", "d"], width=10) == ["  aaaa  bb", "  cccccccccc", "  d"]


def test_the_tab_has_a_row_for_each_of_more_than_two_arms_and_none_for_two(tmp_path: Path) -> None:
    found = {}
    for words in ((), THREE):
        board = Scoreboard(chosen(*words), host="https://shop.test")
        for number in range(1, 4):
            board.round_done(judged(number), latencies(board, number))
        logbook = SimpleNamespace(
            run_id="a-run", manifest={"state": "running"}, directory=SimpleNamespace(path=tmp_path)
        )
        run: Any = SimpleNamespace(board=board, logbook=logbook, done=False, exit_code=None)
        found[words] = of_run(run)
    assert found[()].arm_rows == ()
    baseline, optimized, http2 = found[THREE].arm_rows
    assert (baseline.arm, baseline.change, baseline.interval) == ("baseline", "", "")
    assert baseline.cells[:2] == ["1,002 ms", "1,003 ms"]
    assert (optimized.change, http2.change) == ("-10.0 %", "-19.0 %")
    assert http2.interval.startswith("[-19.")
    assert http2.cells[-1] == "0 of 297"


def test_the_tab_shows_each_comparison_of_a_report() -> None:
    figures = {"p50": 10.0, "p95": 20.0}
    arms = {
        arm: {"latency_ms": figures, "throughput_rps": 5.0, "requests": 9, "failures": 1} for arm in "abc"
    }
    comparisons = [
        {"arm": "b", "p95": {"change_ratio": -0.2, "paired_change_ratio": -0.25, "interval": [-0.3, -0.1]}},
        {"arm": "c", "p95": {"change_ratio": 0.5, "interval": None}},
    ]
    found = of_report({"arms": arms, "comparisons": comparisons}, ["p95_ms", "throughput_rps"])
    assert [(row.arm, row.change, row.interval) for row in found] == [
        ("a", "", ""),
        ("b", "-25.0 %", "[-30.0, -10.0] %"),
        ("c", "+50.0 %", ""),
    ]
    assert found[0].cells == ["20.0 ms", "5.0 rps", "1 of 9"]
