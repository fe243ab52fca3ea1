"""Whether a run may end at a planned look: asked by the load side between two rounds."""

from __future__ import annotations

from typing import Any

from analysis.assessment import level_of
from analysis.figures import Figures
from analysis.judgement import judge
from analysis.objectives import Sla, applied_to
from analysis.recording import Recording


def settle(recording: Recording, sla: Sla) -> dict[str, Any]:
    """Whether the finished rounds settle every required objective, and why; `next_look` in judged rounds.

    Only at a planned look: between looks a verdict would spend error that the plan does not have. And only
    by intervals, unless the plan ends: point figures settle everything at once, whatever the truth.
    """
    objectives, _ = applied_to(sla, list(recording.arms))
    rounds, plan = len(recording.paired_rounds), recording.manifest
    looks = sorted({*plan.planned_looks, *([plan.rounds] if plan.rounds else [])})
    next_look = next((look for look in looks if look > rounds), None)
    level = level_of(recording)
    judged = []
    if rounds in looks and (level is not None or next_look is None):
        figures = Figures(recording, level)
        judged = [judge(objective, figures) for objective in objectives]
    open_ones = [row for row in judged if row.verdict == "inconclusive" and not row.optional]
    if not judged:
        shown = "give no interval" if rounds in looks else "are no planned look"
        reason = f"{rounds} rounds {shown}"
    elif open_ones:
        reason = open_ones[0].message + _beyond_the_plan(open_ones[0].more_rounds, rounds, looks[-1])
    else:
        reason = f"every objective is settled after {rounds} rounds"
    return {
        "settled": bool(judged) and not open_ones,
        "reason": reason,
        "rounds": rounds,
        "next_look": next_look,
        "objectives": [row.model_dump(mode="json") for row in judged],
    }


def _beyond_the_plan(more_rounds: int | None, rounds: int, most_rounds: int) -> str:
    """What to say at once of an objective that the planned rounds will not settle."""
    if more_rounds is None or rounds + more_rounds <= most_rounds:
        return ""
    return f"; the plan ends after {most_rounds}: it can hardly settle this"
