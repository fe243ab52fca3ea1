"""A run in the words and figures of the tab: so far from the scoreboard, in the end from the report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locustfiles.scoreboard import PlayedRound, Scoreboard
from locustfiles.standing import change_ratio
from locustfiles.web_ui import many_arms, objectives, two_arms
from locustfiles.web_ui.files import RunFile, top_files
from locustfiles.web_ui.many_arms import ArmRow
from locustfiles.web_ui.objectives import ObjectiveRow
from locustfiles.web_ui.two_arms import FIGURES, FigureRow
from locustfiles.wording import clock, milliseconds, percent

if TYPE_CHECKING:
    from locustfiles.conductor import Conductor

REPORT = "comparison_report.json"
ROUNDS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """One judged round: P95 of every arm with the length of its bar in percent, and the change."""

    number: int
    cells: Sequence[str]
    bars: Sequence[float]
    change: str
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """All that the tab shows of a run."""

    run_id: str
    about: str
    state: str
    verdict: str
    headline: str
    notes: Sequence[str]
    played: int
    planned: int
    arms: Sequence[str]
    figures: Sequence[FigureRow]
    arm_rows: Sequence[ArmRow]
    objectives: Sequence[ObjectiveRow]
    rounds: Sequence[RoundRow]
    figure_names: Sequence[str] = (*FIGURES, "failures")
    rounds_left_out: int
    files: Sequence[RunFile]


def entry(conductor: Conductor) -> Mapping[str, str]:
    """A line of the list of runs: its id, and its verdict or state."""
    report = _report(conductor)
    return {
        "run_id": conductor.logbook.run_id,
        "standing": report["verdict"] if report else _state(conductor, report),
    }


def of_run(conductor: Conductor) -> RunView:
    """The view of a run as it stands."""
    board, report = conductor.board, _report(conductor)
    state = _state(conductor, report)
    settings = board.settings
    shown = board.rounds[-ROUNDS_SHOWN:]
    return RunView(
        run_id=conductor.logbook.run_id,
        about=f"{settings.load.words(settings.users)}, {settings.requests} requests per block, {board.host}",
        state=state,
        verdict=report["verdict"] if report else "",
        headline=report["reasons"][0] if report else _headline(state, board),
        notes=report["reasons"][1:] if report else _notes(state, board),
        played=board.rounds_stored,
        planned=settings.rounds + settings.warmup_rounds,
        arms=settings.arms,
        figures=two_arms.of_report(report) if report else two_arms.so_far(board),
        arm_rows=_arm_rows(board, report) if len(settings.arms) > 2 else (),
        objectives=objectives.of_report(report) if report else objectives.so_far(board),
        rounds=[_round(played, settings.arms, shown) for played in reversed(shown)],
        rounds_left_out=len(board.rounds) - len(shown),
        files=top_files(conductor.logbook.directory.path),
    )


def _report(conductor: Conductor) -> dict[str, Any] | None:
    path: Path = conductor.logbook.directory.path / REPORT
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=32)
def _read(path: Path, _written_ns: int) -> dict[str, Any]:
    """A report, read once however often the tab asks: a later run may be measuring meanwhile."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _state(conductor: Conductor, report: object) -> str:
    if report:
        return "done"
    if conductor.logbook.manifest["state"] == "running":
        return "running"
    if not conductor.done:
        return "writing the report"
    if conductor.logbook.manifest["state"] == "interrupted":
        return "stopped"
    return "calibrated" if conductor.board.settings.calibrate and not conductor.exit_code else "no report"


def _headline(state: str, board: Scoreboard) -> str:
    if state == "running":
        if board.turn is None:
            return "Waiting for workers and users"
        played, arm = board.turn
        most = "at most " if len(board.settings.looks) > 1 else ""
        name = f"Round {played.number} of {most}{board.settings.rounds}" if played.number else "Warm-up"
        return f"{name}: {arm}, {board.requests_done} of {board.settings.requests} requests"
    return {
        "writing the report": "All rounds are stored; the report is being written",
        "calibrated": f"Calibrated: the noise floor is stored in {board.settings.noise_floor}",
        "stopped": f"Stopped after {len(board.rounds)} judged rounds: they are stored, and not judged",
    }.get(state, "No report could be made: Locust's log says why")


def _notes(state: str, board: Scoreboard) -> list[str]:
    left_s = board.left_s
    times = f"{clock(board.elapsed_s)} elapsed"
    notes = [times if left_s is None or state != "running" else f"{times}, at most {clock(left_s)} left"]
    if board.look is not None:
        notes.append(f"After round {board.look['rounds']}: {board.look['reason']}")
    if state == "running" and board.next_look in board.settings.looks[:-1]:
        notes.append(f"The verdict may next end the run after round {board.next_look}")
    return notes


def _arm_rows(board: Scoreboard, report: Mapping[str, Any] | None) -> list[ArmRow]:
    metrics = list(FIGURES.values())
    return many_arms.of_report(report, metrics) if report else many_arms.so_far(board, metrics)


def _round(played: PlayedRound, arms: Sequence[str], shown: Sequence[PlayedRound]) -> RoundRow:
    lengths = [p95_ms for each in shown for p95_ms in each.p95_ms.values() if p95_ms < inf]
    longest = max(lengths, default=0.0) or 1.0
    values = [played.p95_ms[arm] for arm in arms]
    change = change_ratio(values[0], values[-1]) if len(values) > 1 else None
    return RoundRow(
        number=played.number,
        cells=[milliseconds(value) for value in values],
        bars=[min(100 * value / longest, 100.0) for value in values],
        change=percent(change, signed=True),
        failures=sum(played.failures.values()),
    )
