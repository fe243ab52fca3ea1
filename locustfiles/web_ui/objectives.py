"""The table of the objectives, so far and in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from locustfiles.scoreboard import Scoreboard
from locustfiles.standing import standings


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveRow:
    """One objective: the figure, and how it stands."""

    name: str
    demand: str
    observed: str
    standing: str
    verdict: str


def so_far(board: Scoreboard) -> list[ObjectiveRow]:
    """How the objectives stand while the run goes on."""
    looked = {row["name"]: row["verdict"] for row in (board.look or {}).get("objectives", ())}
    after = f"after round {board.look['rounds']}" if board.look else ""
    return [
        ObjectiveRow(
            name=row.name,
            demand=row.demand,
            observed=row.so_far,
            standing=f"{looked[row.name]} {after}" if row.name in looked else _so_far(row.met),
            verdict="",
        )
        for row in standings(board)
    ]


def _so_far(met: bool | None) -> str:
    return "no figure yet" if met is None else "met so far" if met else "not met so far"


def of_report(report: Mapping[str, Any]) -> list[ObjectiveRow]:
    """How they were judged."""
    return [
        ObjectiveRow(
            name=row["name"],
            demand="optional" if row["optional"] else "",
            observed=row["message"],
            standing=row["verdict"],
            verdict=row["verdict"],
        )
        for row in report["objectives"]
    ]
