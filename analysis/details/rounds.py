"""P95 of each arm in each round."""

from __future__ import annotations

from analysis.figures import Figures
from analysis.metrics import P95
from analysis.report_details import RoundP95


def rounds_of(figures: Figures) -> list[RoundP95]:
    """A row per judged round; an arm that has no requests of it is left out of its row."""
    p95s: dict[int, dict[str, float | None]] = {number: {} for number in figures.recording.rounds}
    for arm in figures.recording.arms:
        found = figures.blocks(arm, P95)
        if found is None:
            continue
        for number, figure_ms, beyond in zip(found.rounds, found.figures, found.beyond, strict=True):
            p95s[int(number)][arm] = None if beyond else round(float(figure_ms), 3)
    return [RoundP95(round=number, p95_ms=row) for number, row in p95s.items()]
