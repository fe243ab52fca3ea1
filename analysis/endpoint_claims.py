"""Which endpoints changed: intervals of each, and claims that hold together however many there are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.figures import Figures
from analysis.grouped_rounds import paired_quantiles
from analysis.metrics import QUANTILES
from analysis.report_endpoints import ClaimedChange
from analysis.statistics.change import PairedChange, paired_change
from analysis.statistics.holm import holm

LATENCIES = ("p50", "p95")

# Arm, endpoint and name of the latency.
Key = tuple[str, str, str]


def claims_of(figures: Figures) -> Mapping[Key, ClaimedChange]:
    """The change of P50 and P95 of each endpoint in each further arm; empty where rounds are too few.

    Every change that has a p-value belongs to one family (endpoints x arms x two latencies), adjusted by
    Holm and held against the level of the run: of all claims of a report not one is wrong, but with the
    probability of that level. Uncorrected, one of twenty equal endpoints seems changed in half of all runs.
    """
    level = figures.level
    changes = {key: change for key in _keys(figures) if (change := _paired(figures, key)) is not None}
    if level is None or not changes:
        return {}
    adjusted = holm(np.array([change.p_value for change in changes.values()]))
    return {
        key: _claim(figures, change, float(p_value), level)
        for (key, change), p_value in zip(changes.items(), adjusted, strict=True)
    }


def _keys(figures: Figures) -> list[Key]:
    against, *others = figures.recording.arms
    known = set(figures.endpoints(against))
    return [
        (arm, endpoint, name)
        for arm in others
        for endpoint in figures.endpoints(arm)
        if endpoint in known
        for name in LATENCIES
    ]


def _paired(figures: Figures, key: Key) -> PairedChange | None:
    arm, endpoint, name = key
    against = next(iter(figures.recording.arms))
    level = figures.comparison_level
    first, second = (figures.sample(one, endpoint) for one in (against, arm))
    if level is None or first is None or second is None:
        return None
    found = paired_quantiles(first, second, figures.paired_rounds, QUANTILES[name].quantile or 0.0)
    if found is None:
        return None
    baseline, other = found
    return paired_change(
        baseline.figures_ms,
        other.figures_ms,
        level,
        baseline_beyond=bool(baseline.beyond.any()),
        arm_beyond=bool(other.beyond.any()),
    )


def _claim(figures: Figures, change: PairedChange, p_value: float, level: float) -> ClaimedChange:
    bounds = change.interval.bounds()
    return ClaimedChange(
        paired_change_ratio=change.change_ratio,
        interval=None if bounds == (None, None) else bounds,
        confidence=figures.comparison_confidence,
        p_value=p_value,
        changed="no claim" if p_value > level else "better" if change.mean_log < 0 else "worse",
    )
